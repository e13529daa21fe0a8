/** Null masks of vector functions that are strict: a result is null where any argument is. */
import type { Datum, Nulls, Vector } from '../../../storage/vector.ts'
import { datumAt, isNullAt } from '../../../storage/vector.ts'
import { DecimalVector } from './decimal-vector.ts'

export function nullsOf(vector: Vector, n: number): Nulls {
  if (vector.kind !== 'text' && vector.kind !== 'datum') return vector.nulls
  if (vector instanceof DecimalVector) return vector.nulls
  let nulls: Uint8Array | undefined
  for (let i = 0; i < n; i++) {
    if (vector.values[i] === null) (nulls ??= new Uint8Array(n))[i] = 1
  }
  return nulls
}

export function unionOfNulls(a: Nulls, b: Nulls, n: number): Nulls {
  if (a === undefined) return b
  if (b === undefined || a === b) return a
  const union = new Uint8Array(n)
  for (let i = 0; i < n; i++) union[i] = a[i] | b[i]
  return union
}

/** Row by row through a scalar function: where a typed loop cannot go on (bigints, errors to raise). */
export function mapRows(
  args: readonly [Vector, Vector],
  n: number,
  operation: (a: never, b: never) => Datum,
): (Datum | null)[] {
  const [left, right] = args
  const call = operation as (a: unknown, b: unknown) => Datum // operands as the catalog row says
  const out = new Array<Datum | null>(n)
  for (let i = 0; i < n; i++) {
    out[i] =
      isNullAt(left, i) || isNullAt(right, i) ? null : call(datumAt(left, i), datumAt(right, i))
  }
  return out
}
