/**
 * State arrays of aggregates, one entry a group, that grow by doubling. An array that was grown is gone: nobody but its
 * aggregate holds it.
 */
import { releaseBytes } from '../../../storage/release-bytes.ts'

export function grownFloats(
  values: Float64Array<ArrayBuffer>,
  count: number,
): Float64Array<ArrayBuffer> {
  if (count <= values.length) return values
  const larger = new Float64Array(Math.max(count, values.length * 2, 16))
  larger.set(values)
  releaseBytes(values)
  return larger
}

export function grownBytes(
  values: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (count <= values.length) return values
  const larger = new Uint8Array(Math.max(count, values.length * 2, 16))
  larger.set(values)
  releaseBytes(values)
  return larger
}

/** Null mask of a result: groups that saw no value. */
export function nullsOfUnseen(
  seen: Uint8Array | Float64Array,
  count: number,
): Uint8Array | undefined {
  let nulls: Uint8Array | undefined
  for (let g = 0; g < count; g++) {
    if (seen[g] === 0) (nulls ??= new Uint8Array(count))[g] = 1
  }
  return nulls
}
