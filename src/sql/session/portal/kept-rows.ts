/**
 * Rows of a cursor that may be read again, by their number. The first of them stay in memory, all others go to the cursor's
 * spill file, so that a cursor over a large result holds little memory however long it stays open.
 */
import { assert } from '../../../errors/sql-error.ts'
import type { Batch, ColumnKind } from '../../../storage/vector.ts'
import { columnsBytes } from '../../execute/memory/memory-budget.ts'
import type { DatumCodec, SpillStore } from '../../execute/memory/spill-store.ts'
import { decodeBatch, encodeBatch } from '../../execute/memory/vector-codec.ts'
import { gatherBatch, sliceBatch } from '../../execute/vectors/gather.ts'
import { RowCollection } from '../../execute/vectors/row-collection.ts'

/** What a cursor keeps in memory. */
const MEMORY_BYTES = 256 * 1024
/** Smaller batches are gathered before they are put aside. */
const SEGMENT_ROWS = 256

/** Rows `first` … `first + length - 1`, in memory or under `id` in the spill store. */
interface Segment {
  readonly first: number
  readonly length: number
  readonly batch: Batch | undefined
  readonly id: number
}

export interface RowKeeping {
  readonly kinds: readonly ColumnKind[]
  readonly spill: SpillStore
  readonly codec: DatumCodec
}

export class KeptRows {
  readonly #keeping: RowKeeping
  readonly #segments: Segment[] = []
  /** Number of the first row that is kept: a cursor that only goes forward keeps what is still to come. */
  readonly first: number
  #last: number
  #bytes = 0
  #gathering: RowCollection
  #read: { readonly segment: Segment; readonly batch: Batch } | undefined

  constructor(keeping: RowKeeping, first: number) {
    this.#keeping = keeping
    this.first = first
    this.#last = first - 1
    this.#gathering = new RowCollection(keeping.kinds)
  }

  /** Number of the last row that is kept. */
  get last(): number {
    return this.#last
  }

  append(rows: Batch): void {
    if (rows.length === 0) return
    this.#last += rows.length
    if (this.#gathering.length === 0 && rows.length >= SEGMENT_ROWS) return this.#put(rows)
    this.#gathering.append(rows.columns, rows.length)
    if (this.#gathering.length >= SEGMENT_ROWS) this.#putGathered()
  }

  /** Rows `from` … `to`, both included; in descending order when `to` is less. */
  *read(from: number, to: number): Generator<Batch, void, void> {
    this.#putGathered()
    const isForward = from <= to
    for (let next = from; isForward ? next <= to : next >= to;) {
      const segment = this.#find(next)
      const { first, length } = segment
      const batch = this.#batchOf(segment)
      if (isForward) {
        const end = Math.min(to, first + length - 1)
        yield sliceBatch(batch, next - first, end - first + 1)
        next = end + 1
      } else {
        const end = Math.max(to, first)
        const count = next - end + 1
        const order = Int32Array.from({ length: count }, (_, i) => next - first - i)
        yield gatherBatch(batch, order, count)
        next = end - 1
      }
    }
  }

  release(): void {
    for (const { batch, id } of this.#segments) {
      if (batch === undefined) this.#keeping.spill.release(id)
    }
    this.#segments.length = 0
    this.#read = undefined
  }

  #putGathered(): void {
    if (this.#gathering.length === 0) return
    const gathered = this.#gathering.asBatch()
    this.#gathering = new RowCollection(this.#keeping.kinds)
    this.#put(gathered)
  }

  #put(batch: Batch): void {
    const previous = this.#segments.at(-1)
    const first = previous === undefined ? this.first : previous.first + previous.length
    const { length } = batch
    this.#bytes += columnsBytes(batch.columns, length)
    const isInMemory = this.#bytes <= MEMORY_BYTES
    const { spill, codec } = this.#keeping
    const id = isInMemory ? -1 : spill.append(encodeBatch(batch, codec))
    this.#segments.push({ first, length, batch: isInMemory ? batch : undefined, id })
  }

  #find(row: number): Segment {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const first = this.#segments[middle]?.first ?? Infinity
      if (first <= row) low = middle
      else high = middle - 1
    }
    const segment = this.#segments[low]
    assert(segment !== undefined, `row ${row} is kept`)
    return segment
  }

  #batchOf(segment: Segment): Batch {
    if (segment.batch !== undefined) return segment.batch
    if (this.#read?.segment === segment) return this.#read.batch
    const { spill, kinds, codec } = this.#keeping
    const batch = decodeBatch(spill.read(segment.id), kinds, codec)
    this.#read = { segment, batch }
    return batch
  }
}
