/**
 * The rows of one query, made as they are asked for and numbered from 1.
 *
 * Rows that have been read are not kept unless somebody may come back to them. A cursor that was not told SCROLL and is read
 * backwards all the same runs its query again, over the same snapshot, and keeps its rows from then on.
 */
import { assert } from '../../../errors/sql-error.ts'
import type { BatchStream, Task } from '../../../storage/task.ts'
import type { Batch } from '../../../storage/vector.ts'
import { sliceBatch } from '../../execute/vectors/gather.ts'
import { KeptRows } from './kept-rows.ts'
import type { RowKeeping } from './kept-rows.ts'

export interface RowsOptions extends RowKeeping {
  /** Runs the query from its start. */
  readonly open: () => BatchStream
  readonly keepsRows: boolean
}

/** Takes rows in the order in which they are read. */
export type RowTaker = (rows: Batch) => void

export class PortalRows {
  readonly #options: RowsOptions
  #stream: BatchStream | undefined
  #isEnded = false
  #kept: KeptRows | undefined
  /** Without keeping: what is left of the batch that was made last, and the number of its first row. */
  #left: Batch | undefined
  #next = 1

  constructor(options: RowsOptions) {
    this.#options = options
    if (options.keepsRows) this.#kept = new KeptRows(options, 1)
  }

  /** Hands on up to `count` rows from row `first` on; returns how many there were. */
  *forward(first: number, count: number, take: RowTaker): Task<number> {
    const kept = this.#kept
    if (kept === undefined) return yield* this.#streamed(first, count, take)
    const last = first + count - 1
    yield* this.#makeUntil(last, kept)
    const end = Math.min(last, kept.last)
    if (end < first) return 0
    for (const rows of kept.read(first, end)) take(rows)
    return end - first + 1
  }

  /** The same downwards; all rows until `first` have been made before. */
  *backward(first: number, count: number, take: RowTaker): Task<number> {
    const last = Math.max(1, first - count + 1)
    if (last > first) return 0
    const kept = yield* this.#keep(first)
    for (const rows of kept.read(first, last)) take(rows)
    return first - last + 1
  }

  /** Row 1 is to be read again. */
  rewind(): void {
    if (this.#kept === undefined) this.#restart()
  }

  /** Makes and keeps all rows that can still be read: nothing of the transaction is needed any more. */
  *finish(mayGoBack: boolean): Task<void> {
    if (mayGoBack && this.#kept === undefined && this.#next > 1) yield* this.#keep(this.#next - 1)
    this.#kept ??= this.#keptFromHere()
    yield* this.#makeUntil(Infinity, this.#kept)
  }

  close(): void {
    this.#stream?.return()
    this.#stream = undefined
    this.#isEnded = true
    this.#left = undefined
    this.#kept?.release()
  }

  *#streamed(first: number, count: number, take: RowTaker): Task<number> {
    assert(first === this.#next, 'rows that are not kept are read in order')
    let taken = 0
    while (taken < count) {
      const rows = this.#left ?? (yield* this.#make())
      if (rows === undefined) break
      const part = Math.min(rows.length, count - taken)
      this.#left = part < rows.length ? sliceBatch(rows, part, rows.length) : undefined
      take(part < rows.length ? sliceBatch(rows, 0, part) : rows)
      taken += part
      this.#next += part
    }
    return taken
  }

  /** The rows until `last`, kept, by running the query again where they were not. */
  *#keep(last: number): Task<KeptRows> {
    if (this.#kept === undefined) {
      this.#restart()
      this.#kept = new KeptRows(this.#options, 1)
    }
    yield* this.#makeUntil(last, this.#kept)
    return this.#kept
  }

  #keptFromHere(): KeptRows {
    const kept = new KeptRows(this.#options, this.#next)
    if (this.#left !== undefined) kept.append(this.#left)
    this.#left = undefined
    return kept
  }

  #restart(): void {
    this.#stream?.return()
    this.#stream = undefined
    this.#isEnded = false
    this.#left = undefined
    this.#next = 1
  }

  *#makeUntil(last: number, kept: KeptRows): Task<void> {
    while (kept.last < last) {
      const rows = yield* this.#make()
      if (rows === undefined) return
      kept.append(rows)
    }
  }

  /** The query's next batch; undefined at its end. */
  *#make(): Task<Batch | undefined> {
    if (this.#isEnded) return undefined
    const stream = (this.#stream ??= this.#options.open())
    let step = stream.next()
    while (step.done !== true) {
      if (step.value.kind === 'batch') {
        if (step.value.length > 0) return step.value
        step = stream.next()
        continue
      }
      try {
        yield step.value
      } catch (error) {
        step = stream.throw(error)
        continue
      }
      step = stream.next()
    }
    this.#isEnded = true
    return undefined
  }
}
