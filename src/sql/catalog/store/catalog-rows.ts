/**
 * The user's rows of one catalog in memory, with indexes made when first asked for. Mutable only while a
 * `CatalogWriter` owns it; a snapshot never changes.
 */

export class CatalogRows<Row extends object> {
  /** Row object → row id in the catalog's tree. */
  readonly #rows: Map<Row, number>
  readonly #indexes = new Map<keyof Row, Map<unknown, Row[]>>()
  /** How often these rows were changed: what is derived from them holds for one count. */
  changes = 0

  constructor(rows: Map<Row, number>) {
    this.#rows = rows
  }

  get size(): number {
    return this.#rows.size
  }

  all(): IterableIterator<Row> {
    return this.#rows.keys()
  }

  /** Rows whose `column` equals `value`. */
  where<K extends keyof Row>(column: K, value: Row[K]): readonly Row[] {
    let index = this.#indexes.get(column)
    if (index === undefined) {
      index = new Map()
      for (const row of this.#rows.keys()) addTo(index, row[column], row)
      this.#indexes.set(column, index)
    }
    return index.get(value) ?? []
  }

  /** The one row whose `column` equals `value`. */
  find<K extends keyof Row>(column: K, value: Row[K]): Row | undefined {
    return this.where(column, value)[0]
  }

  rowId(row: Row): number | undefined {
    return this.#rows.get(row)
  }

  /** A copy to change. */
  fork(): CatalogRows<Row> {
    return new CatalogRows(new Map(this.#rows))
  }

  add(row: Row, rowId: number): void {
    this.changes++
    this.#rows.set(row, rowId)
    for (const [column, index] of this.#indexes) addTo(index, row[column], row)
  }

  remove(row: Row): void {
    this.changes++
    this.#rows.delete(row)
    for (const [column, index] of this.#indexes) {
      const rest = (index.get(row[column]) ?? []).filter((other) => other !== row)
      index.set(row[column], rest)
    }
  }
}

function addTo<Row>(index: Map<unknown, Row[]>, key: unknown, row: Row): void {
  const rows = index.get(key)
  if (rows === undefined) index.set(key, [row])
  else rows.push(row)
}
