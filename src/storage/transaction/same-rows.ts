/** Whether two sets of rows hold the same values: bit for bit where the type's own equality is coarser. */
import type { DatumCodec } from '../page/node.ts'
import { datumAt } from '../vector.ts'
import type { Datum, Vector } from '../vector.ts'

/** `a` may have more columns (a row id at its end). */
export function sameRows(
  a: readonly Vector[],
  b: readonly Vector[],
  length: number,
  codec: DatumCodec,
): boolean {
  return b.every((column, position) => {
    const other = a[position]!
    for (let row = 0; row < length; row++) {
      if (!sameDatum(datumAt(other, row), datumAt(column, row), codec)) return false
    }
    return true
  })
}

export function sameDatum(a: Datum | null, b: Datum | null, codec: DatumCodec): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const x = codec.encode(a)
  const y = codec.encode(b)
  return x.length === y.length && x.every((byte, at) => byte === y[at])
}
