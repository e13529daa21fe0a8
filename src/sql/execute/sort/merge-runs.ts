/**
 * Merges sorted runs from the spill store. Each round takes what certainly comes next, in whole pieces: the run whose
 * segment ends first sets the bar, every run gives its rows up to there, and these few rows are sorted as columns. So a
 * row is never handled as an object of its own. The earlier run wins ties, so the merge is stable.
 */
import type { BatchStream } from '../../../storage/task.ts'
import { releaseBytes } from '../../../storage/release-bytes.ts'
import { PAUSE } from '../../../storage/task.ts'
import {
  type Batch,
  BATCH_ROWS,
  type ColumnKind,
  type Datum,
  datumAt,
} from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { columnsBytes } from '../memory/memory-budget.ts'
import type { SpilledRows } from '../memory/spilled-rows.ts'
import { sliceBatch } from '../vectors/gather.ts'
import { RowCollection } from '../vectors/row-collection.ts'
import { compareKeyValues, type SortDirection } from './sort-column.ts'
import { sortRows } from './sort-rows.ts'

export interface RunShape {
  readonly kinds: readonly ColumnKind[]
  /** How many columns come out; keys that are no columns themselves stand behind them. */
  readonly width: number
  /** Where the keys are. */
  readonly keys: readonly number[]
  readonly directions: readonly SortDirection[]
}

type KeyValues = readonly (Datum | null)[]

export function* mergeRuns(
  runs: readonly SpilledRows[],
  shape: RunShape,
  context: ExecutionContext,
): BatchStream {
  const heads = runs.map((run) => new RunHead(run, shape)).filter((head) => head.advance())
  const rows = new RowCollection(shape.kinds)
  while (heads.length > 0) {
    takeNextRows(heads, shape, rows)
    for (const batch of inOrder(rows, shape)) {
      yield batch
      if (context.isPauseDue(batch.length, columnsBytes(batch.columns, batch.length))) yield PAUSE
    }
  }
}

/** Takes what comes before everything else that is left. Runs that end with it leave `heads`. */
function takeNextRows(heads: RunHead[], shape: RunShape, rows: RowCollection): void {
  const lasts = heads.map((head) => head.last())
  let bar = 0
  for (let k = 1; k < heads.length; k++) {
    if (compareKeys(lasts[k], lasts[bar], shape.directions) < 0) bar = k
  }
  // What came out of it before are copies.
  rows.clear()
  // Rows equal to the bar's go with it from earlier runs; from later ones after the rest of the bar's own.
  heads.forEach((head, k) => {
    const part = k === bar ? head.rest() : head.before(lasts[bar], k < bar)
    rows.append(part.columns, part.length)
  })
  for (let k = heads.length - 1; k >= 0; k--) {
    if (!heads[k].advance()) heads.splice(k, 1)
  }
}

function* inOrder(rows: RowCollection, shape: RunShape): Generator<Batch, void, void> {
  const { columns, length } = rows
  const order = sortRows(
    shape.directions.map((direction, k) => ({ ...direction, vector: columns[shape.keys[k]] })),
    length,
  )
  for (let start = 0; start < length; start += BATCH_ROWS) {
    const part = order.subarray(start, Math.min(length, start + BATCH_ROWS))
    const taken = rows.takeSome(shape.width, part, part.length)
    yield { kind: 'batch', length: part.length, columns: taken }
  }
  releaseBytes(order)
}

function compareKeys(a: KeyValues, b: KeyValues, directions: readonly SortDirection[]): number {
  for (let k = 0; k < directions.length; k++) {
    const order = compareKeyValues(a[k], b[k], directions[k])
    if (order !== 0) return order
  }
  return 0
}

/** The segment of a run that is being merged, and how far. */
class RunHead {
  readonly #segments: Iterator<Batch>
  readonly #shape: RunShape
  #segment: Batch = { kind: 'batch', length: 0, columns: [] }
  #next = 0
  #last: KeyValues | undefined

  constructor(run: SpilledRows, shape: RunShape) {
    this.#segments = run.batches()
    this.#shape = shape
  }

  /** Sees to it that there is a row; false at the end of the run. */
  advance(): boolean {
    while (this.#next >= this.#segment.length) {
      const next = this.#segments.next()
      if (next.done) return false
      this.#segment = next.value
      this.#next = 0
      this.#last = undefined
    }
    return true
  }

  /** Keys of the segment's last row. */
  last(): KeyValues {
    return (this.#last ??= this.#keysAt(this.#segment.length - 1))
  }

  /** Takes all that is left of the segment. */
  rest(): Batch {
    return this.#takeTo(this.#segment.length)
  }

  /** Takes the rows that come before these keys, or with them. */
  before(keys: KeyValues, orEqual: boolean): Batch {
    let low = this.#next
    let high = this.#segment.length
    while (low < high) {
      const middle = (low + high) >> 1
      const order = compareKeys(this.#keysAt(middle), keys, this.#shape.directions)
      if (order < 0 || (orEqual && order === 0)) low = middle + 1
      else high = middle
    }
    return this.#takeTo(low)
  }

  #takeTo(end: number): Batch {
    const part = sliceBatch(this.#segment, this.#next, end)
    this.#next = end
    return part
  }

  #keysAt(row: number): KeyValues {
    return this.#shape.keys.map((key) => datumAt(this.#segment.columns[key], row))
  }
}
