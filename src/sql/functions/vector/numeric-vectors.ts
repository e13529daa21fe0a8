/** Operators of numeric over whole vectors; small values stay in safe integers, the rest goes to the scalar function. */
import type { Datum, Vector } from '../../../storage/vector.ts'
import { compareNumeric, scaledNumber } from '../../types/number/numeric.ts'
import type { Numeric } from '../../types/value-classes.ts'
import type { CallContext, VectorFunction } from '../registry.ts'
import { compareDecimals, type DecimalVector, decimalsOf } from './decimal-vector.ts'

type NumericOperation = (a: Numeric, b: Numeric) => Numeric

/** Values of a numeric vector: the catalog says they are numerics. */
function numerics(vector: Vector): readonly (Numeric | null)[] {
  return vector.values as unknown as readonly (Numeric | null)[]
}

/** `fast` does it for columns of one scale; it gives up where a result would need more than a double. */
export function numericArithmetic(
  operation: NumericOperation,
  fast: (a: DecimalVector, b: DecimalVector, n: number) => DecimalVector | undefined,
): VectorFunction {
  return (_: CallContext, args: readonly Vector[], n: number): Vector => {
    const decimals = applyFast(fast, args, n)
    if (decimals !== undefined) return decimals
    const a = numerics(args[0])
    const b = numerics(args[1])
    const values = new Array<Datum | null>(n)
    for (let i = 0; i < n; i++) {
      const left = a[i]
      const right = b[i]
      values[i] = left === null || right === null ? null : operation(left, right)
    }
    return { kind: 'datum', values }
  }
}

function applyFast<T>(
  fast: (a: DecimalVector, b: DecimalVector, n: number) => T | undefined,
  args: readonly Vector[],
  n: number,
): T | undefined {
  const a = decimalsOf(args[0], n)
  const b = a && decimalsOf(args[1], n)
  return a && b && fast(a, b, n)
}

export function numericComparison(test: (order: number) => boolean): VectorFunction {
  // By order -1, 0, 1: a table instead of a call a row.
  const holds = [test(-1) ? 1 : 0, test(0) ? 1 : 0, test(1) ? 1 : 0]
  return (_: CallContext, args: readonly Vector[], n: number): Vector => {
    const fast = applyFast((a, b) => compareDecimals(a, b, n, holds), args, n)
    if (fast !== undefined) return fast
    const a = numerics(args[0])
    const b = numerics(args[1])
    const values = new Uint8Array(n)
    let nulls: Uint8Array | undefined
    for (let i = 0; i < n; i++) {
      const left = a[i]
      const right = b[i]
      if (left === null || right === null) (nulls ??= new Uint8Array(n))[i] = 1
      else values[i] = holds[compareFast(left, right) + 1]
    }
    return { kind: 'bool', values, nulls }
  }
}

function compareFast(a: Numeric, b: Numeric): number {
  if (a.special === undefined && b.special === undefined) {
    const x = scaledNumber(a, a.scale > b.scale ? a.scale : b.scale)
    const y = scaledNumber(b, a.scale > b.scale ? a.scale : b.scale)
    if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0
  }
  return compareNumeric(a, b)
}
