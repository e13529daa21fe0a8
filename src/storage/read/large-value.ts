/** Reading values that live on overflow pages, one chunk at a time, so that a 64 MB value needs no 64 MB of cache. */
import { assert } from '../../errors/sql-error.ts'
import { isLargeValue } from '../page/column.ts'
import type { LargeValue, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { Datum, Vector } from '../vector.ts'

export function* readLargeValue(value: LargeValue, context: StorageContext): Task<Datum> {
  const bytes = new Uint8Array(value.length)
  let at = 0
  for (let next = 0; next < value.chunks.length;) {
    const page = context.source.get(value.chunks[next]!)
    if (page === undefined) {
      yield { kind: 'pages', addresses: value.chunks.slice(next, next + 2) }
      continue
    }
    assert(page.kind === 'overflow', 'a large value lies on overflow pages')
    bytes.set(page.bytes, at)
    at += page.bytes.length
    next++
  }
  assert(at === value.length, 'a large value is complete')
  if (value.valueKind === 'text')
    return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
  return context.codec.decode(bytes)
}

/** The vector with every large value in its first `length` rows read. */
export function* resolveLargeValues(
  vector: Vector,
  length: number,
  context: StorageContext,
): Task<Vector> {
  if (vector.kind !== 'text' && vector.kind !== 'datum') return vector
  let values: (Datum | null)[] | undefined
  for (let row = 0; row < length; row++) {
    const value = vector.values[row]
    if (!isLargeValue(value)) continue
    values ??= (vector.values as readonly (Datum | null)[]).slice(0, length)
    values[row] = yield* readLargeValue(value, context)
  }
  return values === undefined ? vector : ({ kind: vector.kind, values } as Vector)
}
