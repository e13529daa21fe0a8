/**
 * A transaction that runs DDL goes on from a newer catalog: its own rows on top of what others have committed meanwhile. The
 * trees below have been merged the same way, so that two changes of one row have already failed.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { CatalogSnapshot } from './catalog-snapshot.ts'
import type { CatalogData } from './store/catalog-data.ts'
import type { CatalogRows } from './store/catalog-rows.ts'
import { CATALOG_NAMES } from './store/catalog-tables.ts'
import type { CatalogName } from './store/catalog-tables.ts'

/** `own` came from `before` by the transaction's DDL. */
export function rebaseCatalog(
  before: CatalogSnapshot,
  own: CatalogSnapshot,
  newest: CatalogSnapshot,
): CatalogSnapshot {
  if (newest === before) return own
  const changed = new Map<CatalogName, CatalogRows<object>>()
  for (const name of CATALOG_NAMES) {
    const [old, mine, theirs] = [before, own, newest].map(({ data }) => rowsOf(data, name))
    if (old === undefined || mine === undefined || theirs === undefined || old === mine) continue
    changed.set(name, theirs === old ? mine : merge(name, old, mine, theirs))
  }
  return new CatalogSnapshot(newest.data.with(changed))
}

/** Rows of any catalog are objects; which they are does not matter here. */
function rowsOf(data: CatalogData, name: CatalogName): CatalogRows<object> {
  return data.rows(name) as unknown as CatalogRows<object>
}

/** PostgreSQL's unique indexes of the catalogs by name: what two transactions may not both have made. */
const UNIQUE_NAMES: {
  readonly [C in CatalogName]?: { readonly index: string; readonly columns: readonly string[] }
} = {
  pg_class: { index: 'pg_class_relname_nsp_index', columns: ['relname', 'relnamespace'] },
  pg_type: { index: 'pg_type_typname_nsp_index', columns: ['typname', 'typnamespace'] },
  pg_namespace: { index: 'pg_namespace_nspname_index', columns: ['nspname'] },
  pg_proc: {
    index: 'pg_proc_proname_args_nsp_index',
    columns: ['proname', 'proargtypes', 'pronamespace'],
  },
  pg_attribute: { index: 'pg_attribute_relid_attnam_index', columns: ['attrelid', 'attname'] },
  pg_constraint: {
    index: 'pg_constraint_conrelid_contypid_conname_index',
    columns: ['conrelid', 'contypid', 'conname'],
  },
  pg_authid: { index: 'pg_authid_rolname_index', columns: ['rolname'] },
  pg_database: { index: 'pg_database_datname_index', columns: ['datname'] },
}

/** Raises 23505 when others have made something of that name meanwhile. */
function requireNewNames(
  name: CatalogName,
  added: Iterable<object>,
  rows: CatalogRows<object>,
): void {
  const unique = UNIQUE_NAMES[name]
  if (unique === undefined) return
  const keyOf = (row: object): string =>
    unique.columns.map((column) => String(row[column as keyof typeof row])).join('\0')
  const known = new Set<string>()
  for (const row of rows.all()) known.add(keyOf(row))
  for (const row of added) {
    if (!known.has(keyOf(row))) continue
    throw new SqlError(
      SQLSTATE.UNIQUE_VIOLATION,
      `duplicate key value violates unique constraint "${unique.index}"`,
      { schema: 'pg_catalog', table: name, constraint: unique.index },
    )
  }
}

function merge(
  name: CatalogName,
  old: CatalogRows<object>,
  mine: CatalogRows<object>,
  theirs: CatalogRows<object>,
): CatalogRows<object> {
  const merged = theirs.fork()
  for (const row of old.all()) if (mine.rowId(row) === undefined) merged.remove(row)
  const added = new Map<object, number>()
  for (const row of mine.all()) {
    const rowId = mine.rowId(row)
    if (rowId !== undefined && old.rowId(row) === undefined) added.set(row, rowId)
  }
  requireNewNames(name, added.keys(), merged)
  for (const [row, rowId] of added) merged.add(row, rowId)
  return merged
}
