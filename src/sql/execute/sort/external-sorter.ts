/**
 * Sorts any number of rows: in memory while the budget lasts; beyond it, sorted runs go to the spill store and are merged
 * at the end. A row is its columns followed by its keys, so that runs can be merged without evaluating anything again.
 */
import type { BatchStream } from '../../../storage/task.ts'
import { PAUSE } from '../../../storage/task.ts'
import {
  type Batch,
  BATCH_ROWS,
  type ColumnKind,
  datumAt,
  type Vector,
} from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { columnsBytes } from '../memory/memory-budget.ts'
import { SpilledRows } from '../memory/spilled-rows.ts'
import { RowBuilder } from '../vectors/row-builder.ts'
import { RowCollection } from '../vectors/row-collection.ts'
import { compareKeyValues, type SortDirection } from './sort-column.ts'
import { sortRows } from './sort-rows.ts'
import type { RowIndexes } from '../vectors/gather.ts'

export class ExternalSorter {
  readonly #context: ExecutionContext
  readonly #width: number
  readonly #kinds: readonly ColumnKind[]
  readonly #directions: readonly SortDirection[]
  #rows: RowCollection
  #bytes = 0
  readonly #runs: SpilledRows[] = []

  constructor(
    kinds: readonly ColumnKind[],
    keyKinds: readonly ColumnKind[],
    directions: readonly SortDirection[],
    context: ExecutionContext,
  ) {
    this.#context = context
    this.#width = kinds.length
    this.#kinds = [...kinds, ...keyKinds]
    this.#directions = directions
    this.#rows = new RowCollection(this.#kinds)
  }

  add(batch: Batch, keys: readonly Vector[]): void {
    const columns = [...batch.columns, ...keys]
    this.#rows.append(columns, batch.length)
    const bytes = columnsBytes(columns, batch.length)
    this.#bytes += bytes
    const isFull =
      !this.#context.memory.take(bytes) && this.#context.memory.isWorthSpilling(this.#bytes)
    if (isFull && this.#context.spill !== undefined) this.#spillRun()
  }

  *sorted(): BatchStream {
    if (this.#runs.length === 0) {
      yield* this.#inMemory()
      return
    }
    if (this.#rows.length > 0) this.#spillRun()
    yield* this.#merged()
  }

  close(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
    for (const run of this.#runs) run.release()
  }

  #order(): RowIndexes {
    const { columns, length } = this.#rows
    return sortRows(
      this.#directions.map((direction, k) => ({ ...direction, vector: columns[this.#width + k] })),
      length,
    )
  }

  *#inMemory(): BatchStream {
    const order = this.#order()
    const { length } = this.#rows
    for (let start = 0; start < length; start += BATCH_ROWS) {
      const end = Math.min(length, start + BATCH_ROWS)
      yield this.#rowsAt(order.subarray(start, end))
    }
  }

  #rowsAt(rows: RowIndexes): Batch {
    const columns = this.#rows.takeSome(this.#width, rows, rows.length)
    return { kind: 'batch', length: rows.length, columns }
  }

  #spillRun(): void {
    const run = new SpilledRows(this.#kinds, this.#context)
    for (const batch of this.#rows.batchesBy(this.#order(), this.#rows.length)) run.append(batch)
    this.#runs.push(run)
    this.#rows = new RowCollection(this.#kinds)
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
  }

  /** Takes the smallest head of all runs, again and again; the earlier run wins ties, so the sort stays stable. */
  *#merged(): BatchStream {
    const heads = this.#runs.map((run) => new RunHead(run)).filter((head) => head.advance())
    let rows = new RowBuilder(this.#kinds.slice(0, this.#width))
    while (heads.length > 0) {
      let best = 0
      for (let k = 1; k < heads.length; k++) {
        if (this.#compareHeads(heads[k], heads[best]) < 0) best = k
      }
      rows.push(heads[best].values(this.#width))
      if (!heads[best].advance()) heads.splice(best, 1)
      if (rows.length < BATCH_ROWS) continue
      yield rows.finish()
      if (this.#context.isPauseDue(BATCH_ROWS)) yield PAUSE
      rows = new RowBuilder(this.#kinds.slice(0, this.#width))
    }
    if (rows.length > 0) yield rows.finish()
  }

  #compareHeads(a: RunHead, b: RunHead): number {
    for (let k = 0; k < this.#directions.length; k++) {
      const order = compareKeyValues(
        a.valueAt(this.#width + k),
        b.valueAt(this.#width + k),
        this.#directions[k],
      )
      if (order !== 0) return order
    }
    return 0
  }
}

/** The next row of a run. */
class RunHead {
  readonly #batches: Iterator<Batch>
  #batch: Batch | undefined
  #row = -1

  constructor(run: SpilledRows) {
    this.#batches = run.batches()
  }

  /** False at the end of the run. */
  advance(): boolean {
    this.#row++
    while (this.#batch === undefined || this.#row >= this.#batch.length) {
      const next = this.#batches.next()
      if (next.done) return false
      this.#batch = next.value
      this.#row = 0
    }
    return true
  }

  valueAt(column: number) {
    return this.#batch === undefined ? null : datumAt(this.#batch.columns[column], this.#row)
  }

  values(width: number) {
    return Array.from({ length: width }, (_, k) => this.valueAt(k))
  }
}
