/**
 * All user rows of all catalogs, as of one moment: what `CatalogSnapshot` reads beside the built-in data. Loaded from
 * the catalog trees once, then carried forward by `CatalogWriter`.
 */
import type { TransactionAccess } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Oid } from '../catalog.ts'
import { CatalogRows } from './catalog-rows.ts'
import { CATALOG_NAMES, catalogTable } from './catalog-tables.ts'
import { rowViewsOf } from './row-view.ts'
import type { CatalogName, RowOf } from './catalog-tables.ts'

export class CatalogData {
  /** Whose they are: pg_database.oid. */
  readonly database: Oid
  readonly #tables: ReadonlyMap<CatalogName, CatalogRows<object>>

  constructor(database: Oid, tables: ReadonlyMap<CatalogName, CatalogRows<object>>) {
    this.database = database
    this.#tables = tables
  }

  rows<C extends CatalogName>(catalog: C): CatalogRows<RowOf<C>> {
    // The map holds under each name the rows of that catalog; TypeScript cannot express it.
    return (this.#tables.get(catalog) ?? EMPTY) as unknown as CatalogRows<RowOf<C>>
  }

  with(changed: ReadonlyMap<CatalogName, CatalogRows<object>>): CatalogData {
    return new CatalogData(this.database, new Map([...this.#tables, ...changed]))
  }
}

const EMPTY = new CatalogRows<object>(new Map())

/** Reads one catalog's rows from its tree. */
export function* loadCatalogRows(
  access: TransactionAccess,
  name: CatalogName,
): Task<CatalogRows<object>> {
  const table = catalogTable(name)
  const { tree, columns } = table
  const makeRow = rowViewsOf(table)
  const rows = new Map<object, number>()
  if (!access.hasTree(tree) || access.rowCount(tree) === 0) return new CatalogRows(rows)
  const positions = columns.map((_, position) => position)
  for (const step of access.scan(tree, { columns: positions, withRowId: true })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    const rowIds = step.columns[columns.length]
    for (let i = 0; i < step.length; i++) {
      rows.set(makeRow(step.columns, i), Number(rowIds === undefined ? -1 : datumAt(rowIds, i)))
    }
  }
  return new CatalogRows(rows)
}

/** Reads all catalogs. `unchanged` gives rows that are known to be still the same. */
export function* loadCatalogData(
  access: TransactionAccess,
  database: Oid,
  unchanged?: (name: CatalogName) => CatalogRows<object> | undefined,
): Task<CatalogData> {
  const tables = new Map<CatalogName, CatalogRows<object>>()
  for (const name of CATALOG_NAMES) {
    tables.set(name, unchanged?.(name) ?? (yield* loadCatalogRows(access, name)))
  }
  return new CatalogData(database, tables)
}
