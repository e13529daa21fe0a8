/** The first N rows of an order, kept while rows stream by: what cannot be among them is dropped as early as possible. */
import type { Batch, ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import { RowCollection } from '../vectors/row-collection.ts'
import { gather } from '../vectors/gather.ts'
import { compareKeyValues, type SortDirection } from './sort-column.ts'
import { sortRows } from './sort-rows.ts'

/** Rows collected before they are cut down to N again. */
const SLACK_ROWS = 2048

export class TopRows {
  readonly #limit: number
  readonly #kinds: readonly ColumnKind[]
  readonly #directions: readonly SortDirection[]
  /** Rows' columns, then their keys. */
  #rows: RowCollection
  /** Keys of the N-th row so far: later rows must come strictly before it. */
  #bar: readonly (Datum | null)[] | undefined

  constructor(
    limit: number,
    kinds: readonly ColumnKind[],
    directions: readonly SortDirection[],
    keyKinds: readonly ColumnKind[],
  ) {
    this.#limit = limit
    this.#kinds = [...kinds, ...keyKinds]
    this.#directions = directions
    this.#rows = new RowCollection(this.#kinds)
  }

  add(batch: Batch, keys: readonly Vector[]): void {
    const all = [...batch.columns, ...keys]
    if (this.#bar === undefined) this.#rows.append(all, batch.length)
    else this.#addBelowBar(all, keys, batch.length, this.#bar)
    if (this.#rows.length >= this.#limit + SLACK_ROWS) this.#cut()
  }

  #addBelowBar(
    all: readonly Vector[],
    keys: readonly Vector[],
    n: number,
    bar: readonly (Datum | null)[],
  ): void {
    const rows = new Int32Array(n)
    const count = selectBelow(keys, bar, this.#directions, rows)
    if (count === 0) return
    const picked = all.map((vector) => gather(vector, rows, count))
    this.#rows.append(picked, count)
  }

  #cut(): void {
    const { columns, length } = this.#rows
    const order = this.#order()
    const kept = Math.min(this.#limit, length)
    const next = new RowCollection(this.#kinds)
    next.append(this.#rows.take(order, kept), kept)
    if (kept === this.#limit && kept > 0) {
      const last = order[kept - 1]
      this.#bar = this.#directions.map((_, k) =>
        datumAt(columns[columns.length - this.#directions.length + k], last),
      )
    }
    this.#rows = next
  }

  #order(): Uint32Array {
    const { columns, length } = this.#rows
    const first = columns.length - this.#directions.length
    return sortRows(
      this.#directions.map((direction, k) => ({ ...direction, vector: columns[first + k] })),
      length,
    )
  }

  /** In order; key columns still at the end. */
  finish(): Batch {
    this.#cut()
    return this.#rows.asBatch()
  }
}

function selectBelow(
  keys: readonly Vector[],
  bar: readonly (Datum | null)[],
  directions: readonly SortDirection[],
  out: Int32Array,
): number {
  const n = out.length
  const [first] = keys
  const limit = bar[0]
  const isPlain =
    typeof limit === 'number' &&
    limit === limit &&
    (first.kind === 'int32' || first.kind === 'float64' || first.kind === 'int64') &&
    first.nulls === undefined &&
    !(first.values instanceof BigInt64Array)
  let count = 0
  for (let i = 0; i < n; i++) {
    if (isPlain) {
      // Most rows are ruled out by the first key alone.
      const value = first.values[i]
      if (directions[0].descending ? value < limit : value > limit) continue
    }
    if (isBelow(keys, i, bar, directions)) out[count++] = i
  }
  return count
}

function isBelow(
  keys: readonly Vector[],
  row: number,
  bar: readonly (Datum | null)[],
  directions: readonly SortDirection[],
): boolean {
  for (let k = 0; k < keys.length; k++) {
    const order = compareKeyValues(datumAt(keys[k], row), bar[k], directions[k])
    if (order !== 0) return order < 0
  }
  return false
}
