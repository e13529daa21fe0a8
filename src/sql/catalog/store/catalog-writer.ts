/**
 * Changes catalog rows: in their trees, through the transaction, and in memory, so that the rest of the DDL
 * statement (and of the transaction) sees them at once. One writer per DDL statement.
 */
import { assert } from '../../../errors/sql-error.ts'
import type { TransactionAccess, TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import { batch, vectorOf } from '../../../storage/vector.ts'
import type { Batch, Datum } from '../../../storage/vector.ts'
import type { Oid } from '../catalog.ts'
import { CatalogSnapshot } from '../catalog-snapshot.ts'
import type { CatalogRows } from './catalog-rows.ts'
import { catalogTable, oidOf } from './catalog-tables.ts'
import type { CatalogName, CatalogTable, RowOf } from './catalog-tables.ts'

/** The counter that hands out OIDs: a sequence of the storage that belongs to no relation. */
export const OID_COUNTER = 1 as TreeId
/** Hands out OIDs of databases. They have their own, so that they stay small: tree ids are made of them. */
export const DATABASE_COUNTER = 2 as TreeId
/** PostgreSQL's FirstNormalObjectId. */
export const FIRST_USER_OID = 16384

export class CatalogWriter {
  readonly access: TransactionAccess
  #snapshot: CatalogSnapshot
  /** Copies of the catalogs that this statement changes. Its own snapshots share them; the one it began with does not. */
  readonly #changed = new Map<CatalogName, CatalogRows<object>>()
  #isStale = false

  constructor(access: TransactionAccess, snapshot: CatalogSnapshot) {
    this.access = access
    this.#snapshot = snapshot
  }

  /** The catalog with everything written so far. Good until the next write; the last one is the statement's result. */
  get catalog(): CatalogSnapshot {
    if (this.#isStale) {
      this.#snapshot = new CatalogSnapshot(this.#snapshot.data.with(this.#changed))
      this.#isStale = false
    }
    return this.#snapshot
  }

  rows<C extends CatalogName>(catalog: C): CatalogRows<RowOf<C>> {
    const own = this.#changed.get(catalog)
    // As in CatalogData.rows: under each name the rows of that catalog.
    return own === undefined
      ? this.#snapshot.data.rows(catalog)
      : (own as unknown as CatalogRows<RowOf<C>>)
  }

  nextOid(): Oid {
    return this.#next(OID_COUNTER)
  }

  nextDatabaseOid(): Oid {
    return this.#next(DATABASE_COUNTER)
  }

  #next(counter: TreeId): Oid {
    const state = this.access.readSequence(counter)
    const next = Math.max(FIRST_USER_OID, Number(state?.lastValue ?? 0) + 1)
    this.access.writeSequence(counter, { lastValue: next, isCalled: true })
    return oidOf(next)
  }

  *insert<C extends CatalogName>(catalog: C, values: Partial<RowOf<C>>): Task<RowOf<C>> {
    const table = catalogTable(catalog)
    const given = values as Readonly<Record<string, Datum | null | undefined>>
    const row: Record<string, Datum | null> = {}
    for (const { name, initial } of table.columns) {
      const value = given[name]
      row[name] = value === undefined ? initial : value
    }
    const rowIds = yield* this.access.insert(table.tree, rowBatch(table, row))
    // `row` has every column of the catalog.
    const made = row as unknown as RowOf<C>
    this.#own(catalog).add(made, rowIds[0] ?? -1)
    return made
  }

  *update<C extends CatalogName>(
    catalog: C,
    row: RowOf<C>,
    changes: Partial<RowOf<C>>,
  ): Task<RowOf<C>> {
    const table = catalogTable(catalog)
    const rows = this.#own(catalog)
    const rowId = rows.rowId(row)
    assert(rowId !== undefined, `no such row of ${catalog}`)
    // Rows and changes seen as their columns; a loaded row has them as getters, which a spread would not copy.
    const old = row as unknown as Readonly<Record<string, Datum | null>>
    const given = changes as Readonly<Record<string, Datum | null | undefined>>
    const values: Record<string, Datum | null> = {}
    for (const { name } of table.columns) {
      const value = given[name]
      values[name] = value === undefined ? (old[name] ?? null) : value
    }
    const made = values as unknown as RowOf<C>
    yield* this.access.update(table.tree, [rowId], rowBatch(table, values))
    rows.remove(row)
    rows.add(made, rowId)
    return made
  }

  *delete<C extends CatalogName>(catalog: C, row: RowOf<C>): Task<void> {
    const rows = this.#own(catalog)
    const rowId = rows.rowId(row)
    assert(rowId !== undefined, `no such row of ${catalog}`)
    yield* this.access.delete(catalogTable(catalog).tree, [rowId])
    rows.remove(row)
  }

  *deleteWhere<C extends CatalogName, K extends keyof RowOf<C>>(
    catalog: C,
    column: K,
    value: RowOf<C>[K],
  ): Task<void> {
    for (const row of [...this.rows(catalog).where(column, value)]) yield* this.delete(catalog, row)
  }

  #own<C extends CatalogName>(catalog: C): CatalogRows<RowOf<C>> {
    this.#isStale = true
    let rows = this.#changed.get(catalog)
    if (rows === undefined) {
      rows = this.#snapshot.data.rows(catalog).fork() as unknown as CatalogRows<object>
      this.#changed.set(catalog, rows)
    }
    return rows as unknown as CatalogRows<RowOf<C>>
  }
}

function rowBatch(table: CatalogTable, row: Readonly<Record<string, Datum | null>>): Batch {
  const vectors = table.columns.map(({ name, kind }) => vectorOf(kind, [row[name] ?? null]))
  return batch(vectors, 1)
}
