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
  // Types first: a table that was made twice is first a type that was.
  for (const name of new Set<CatalogName>(['pg_type', ...CATALOG_NAMES])) {
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
interface UniqueName {
  readonly index: string
  readonly columns: readonly string[]
}

const UNIQUE_NAMES: { readonly [C in CatalogName]?: UniqueName } = {
  pg_type: { index: 'pg_type_typname_nsp_index', columns: ['typname', 'typnamespace'] },
  pg_class: { index: 'pg_class_relname_nsp_index', columns: ['relname', 'relnamespace'] },
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

/** What DDL has given names to, as keys: nobody else may do so until it is known whether they stay. */
export function* newNames(before: CatalogSnapshot, after: CatalogSnapshot): Generator<string> {
  if (before === after) return
  for (const [name, { columns }] of uniqueNames()) {
    const [old, young] = [rowsOf(before.data, name), rowsOf(after.data, name)]
    if (old === young) continue
    for (const row of young.all()) {
      if (old.rowId(row) === undefined) yield `${name}/${nameOf(row, columns)}`
    }
  }
}

function uniqueNames(): [CatalogName, UniqueName][] {
  // Its keys are names of catalogs.
  return Object.entries(UNIQUE_NAMES) as [CatalogName, UniqueName][]
}

function nameOf(row: object, columns: readonly string[]): string {
  return columns.map((column) => String(row[column as keyof typeof row])).join('/')
}

/** Raises 23505 when others have made something of that name meanwhile. */
function requireNewNames(
  name: CatalogName,
  added: Iterable<object>,
  rows: CatalogRows<object>,
): void {
  const unique = UNIQUE_NAMES[name]
  if (unique === undefined) return
  const known = new Set<string>()
  for (const row of rows.all()) known.add(nameOf(row, unique.columns))
  for (const row of added) {
    if (!known.has(nameOf(row, unique.columns))) continue
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
