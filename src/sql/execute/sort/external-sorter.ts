/**
 * Sorts any number of rows: in memory while the budget lasts; beyond it, sorted runs go to the spill store and are merged
 * at the end. A row is its columns followed by those keys that are no columns, so that runs can be merged without
 * evaluating anything again.
 */
import type { BatchStream } from '../../../storage/task.ts'
import { PAUSE } from '../../../storage/task.ts'
import { releaseBytes } from '../../../storage/release-bytes.ts'
import { type Batch, BATCH_ROWS, type ColumnKind, type Vector } from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { columnsBytes } from '../memory/memory-budget.ts'
import { SpilledRows } from '../memory/spilled-rows.ts'
import type { RowIndexes } from '../vectors/gather.ts'
import { RowCollection } from '../vectors/row-collection.ts'
import { mergeRuns, type RunShape } from './merge-runs.ts'
import type { SortDirection } from './sort-column.ts'
import { sortRows } from './sort-rows.ts'

/** A sort key: its direction, and the input column it is, if it is one. */
export interface SorterKey {
  readonly kind: ColumnKind
  readonly direction: SortDirection
  readonly column: number | undefined
}

/** A piece of a run that is read back as a whole: one per run is in memory while runs are merged. */
const SEGMENT_BYTES = 128 * 1024

export class ExternalSorter {
  readonly #context: ExecutionContext
  readonly #shape: RunShape
  /** Which of the keys are stored behind the columns. */
  readonly #storedKeys: readonly number[]
  #rows: RowCollection
  #bytes = 0
  readonly #runs: SpilledRows[] = []

  constructor(kinds: readonly ColumnKind[], keys: readonly SorterKey[], context: ExecutionContext) {
    this.#context = context
    this.#storedKeys = keys.flatMap(({ column }, k) => (column === undefined ? [k] : []))
    this.#shape = {
      kinds: [...kinds, ...this.#storedKeys.map((k) => keys[k].kind)],
      width: kinds.length,
      keys: keys.map(({ column }, k) => column ?? kinds.length + this.#storedKeys.indexOf(k)),
      directions: keys.map(({ direction }) => direction),
    }
    this.#rows = new RowCollection(this.#shape.kinds)
  }

  /** Collects rows; true when it is time for a pause. */
  add(batch: Batch, keys: readonly Vector[]): boolean {
    const columns = [...batch.columns, ...this.#storedKeys.map((k) => keys[k])]
    this.#rows.append(columns, batch.length)
    const bytes = columnsBytes(columns, batch.length)
    this.#bytes += bytes
    const isFull =
      !this.#context.memory.take(bytes) && this.#context.memory.isWorthSpilling(this.#bytes)
    if (isFull && this.#context.spill !== undefined) this.#spillRun()
    return this.#context.isPauseDue(0, bytes)
  }

  *sorted(): BatchStream {
    if (this.#runs.length === 0) {
      yield* this.#inMemory()
      return
    }
    if (this.#rows.length > 0) this.#spillRun()
    yield* mergeRuns(this.#runs, this.#shape, this.#context)
  }

  close(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
    for (const run of this.#runs) run.release()
  }

  #order(): RowIndexes {
    const { columns, length } = this.#rows
    const { directions, keys } = this.#shape
    return sortRows(
      directions.map((direction, k) => ({ ...direction, vector: columns[keys[k]] })),
      length,
    )
  }

  *#inMemory(): BatchStream {
    const order = this.#order()
    const { length } = this.#rows
    for (let start = 0; start < length; start += BATCH_ROWS) {
      const part = order.subarray(start, Math.min(length, start + BATCH_ROWS))
      const columns = this.#rows.takeSome(this.#shape.width, part, part.length)
      yield { kind: 'batch', length: part.length, columns }
      if (this.#context.isPauseDue(0, columnsBytes(columns, part.length))) yield PAUSE
    }
  }

  #spillRun(): void {
    const run = new SpilledRows(this.#shape.kinds, this.#context)
    const { length } = this.#rows
    const rowBytes = Math.max(1, this.#bytes / length)
    const count = Math.min(BATCH_ROWS, Math.max(1, Math.floor(SEGMENT_BYTES / rowBytes)))
    const order = this.#order()
    for (const batch of this.#rows.batchesBy(order, length, count)) run.append(batch)
    releaseBytes(order)
    this.#rows.release()
    this.#runs.push(run)
    this.#rows = new RowCollection(this.#shape.kinds)
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
  }
}
