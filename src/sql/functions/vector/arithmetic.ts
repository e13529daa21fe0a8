/**
 * + - * / of integers and floats over whole vectors. A loop runs over plain numbers and gives up at the first result
 * that leaves the type's range (or the range doubles hold exactly); then the scalar function goes over the rows, which
 * widens to bigint or raises the error. Division always checks its divisor that way.
 */
import type { Vector } from '../../../storage/vector.ts'
import { vectorOf } from '../../../storage/vector.ts'
import type { CallContext, VectorFunction } from '../registry.ts'
import { mapRows, nullsOf, unionOfNulls } from './null-masks.ts'

type Numbers = Int32Array | Float64Array
export type Arithmetic = '+' | '-' | '*' | '/'
type Loop = (a: Numbers, b: Numbers, out: Numbers, n: number, limit: number) => boolean
type Operation = (a: never, b: never) => number | bigint

// The loops differ only in the operator: V8 specialises each source function by itself.
function addLoop(a: Numbers, b: Numbers, out: Numbers, n: number, limit: number): boolean {
  for (let i = 0; i < n; i++) {
    const result = a[i] + b[i]
    if (result > limit || result < -limit) return false
    out[i] = result
  }
  return true
}
function subtractLoop(a: Numbers, b: Numbers, out: Numbers, n: number, limit: number): boolean {
  for (let i = 0; i < n; i++) {
    const result = a[i] - b[i]
    if (result > limit || result < -limit) return false
    out[i] = result
  }
  return true
}
function multiplyLoop(a: Numbers, b: Numbers, out: Numbers, n: number, limit: number): boolean {
  for (let i = 0; i < n; i++) {
    const result = a[i] * b[i]
    if (result > limit || result < -limit) return false
    out[i] = result + 0 // never -0
  }
  return true
}
function divideLoop(a: Numbers, b: Numbers, out: Numbers, n: number, limit: number): boolean {
  for (let i = 0; i < n; i++) {
    const divisor = b[i]
    const result = Math.trunc(a[i] / divisor)
    if (divisor === 0 || result > limit || result < -limit) return false
    out[i] = result + 0
  }
  return true
}
const INTEGER_LOOPS: Record<Arithmetic, Loop> = {
  '+': addLoop,
  '-': subtractLoop,
  '*': multiplyLoop,
  '/': divideLoop,
}

/** Largest magnitude the loop may write; the most negative value of a type takes the slow way. */
const INTEGER_LIMITS = { 2: 32767, 4: 2147483647, 8: Number.MAX_SAFE_INTEGER } as const

export function integerArithmetic(
  operator: Arithmetic,
  width: 2 | 4 | 8,
  scalar: Operation,
): VectorFunction {
  const loop = INTEGER_LOOPS[operator]
  const kind = width === 8 ? 'int64' : 'int32'
  const limit = INTEGER_LIMITS[width]
  return (_: CallContext, args: readonly Vector[], n: number): Vector => {
    const [left, right] = args
    const a = plainNumbers(left)
    const b = plainNumbers(right)
    if (a !== undefined && b !== undefined) {
      const values = kind === 'int64' ? new Float64Array(n) : new Int32Array(n)
      if (loop(a, b, values, n, limit)) {
        const nulls = unionOfNulls(nullsOf(left, n), nullsOf(right, n), n)
        // The kind and the array were chosen together two lines above.
        return { kind, values, nulls } as Vector
      }
    }
    return vectorOf(kind, mapRows([left, right], n, scalar))
  }
}

function plainNumbers(vector: Vector): Numbers | undefined {
  if (vector.kind === 'text' || vector.kind === 'datum' || vector.kind === 'bool') return undefined
  return vector.values instanceof BigInt64Array ? undefined : vector.values
}

function addFloats(a: Numbers, b: Numbers, out: Numbers, n: number): boolean {
  for (let i = 0; i < n; i++) out[i] = a[i] + b[i]
  return allFinite(out, n)
}
function subtractFloats(a: Numbers, b: Numbers, out: Numbers, n: number): boolean {
  for (let i = 0; i < n; i++) out[i] = a[i] - b[i]
  return allFinite(out, n)
}
function multiplyFloats(a: Numbers, b: Numbers, out: Numbers, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const result = a[i] * b[i]
    if (result === 0 && a[i] !== 0 && b[i] !== 0) return false
    out[i] = result
  }
  return allFinite(out, n)
}
function divideFloats(a: Numbers, b: Numbers, out: Numbers, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const result = a[i] / b[i]
    if (b[i] === 0 || (result === 0 && a[i] !== 0)) return false
    out[i] = result
  }
  return allFinite(out, n)
}
function allFinite(values: Numbers, n: number): boolean {
  let sum = 0
  for (let i = 0; i < n; i++) sum += values[i] - values[i]
  return sum === 0
}
const FLOAT_LOOPS: Record<Arithmetic, Loop> = {
  '+': addFloats,
  '-': subtractFloats,
  '*': multiplyFloats,
  '/': divideFloats,
}

/** float8 (also mixed with float4, whose values are doubles already). float4's own operators round: no loop. */
export function floatArithmetic(operator: Arithmetic, scalar: Operation): VectorFunction {
  const loop = FLOAT_LOOPS[operator]
  return (_: CallContext, args: readonly Vector[], n: number): Vector => {
    const [left, right] = args
    const a = plainNumbers(left)
    const b = plainNumbers(right)
    if (a !== undefined && b !== undefined) {
      const values = new Float64Array(n)
      if (loop(a, b, values, n, 0)) {
        const nulls = unionOfNulls(nullsOf(left, n), nullsOf(right, n), n)
        return { kind: 'float64', values, nulls }
      }
    }
    return vectorOf('float64', mapRows([left, right], n, scalar))
  }
}
