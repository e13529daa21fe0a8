/**
 * What DDL changed for those who write to tables: a transaction that began before a DDL commit knows nothing of the new index
 * or constraint, so its rows would be missing from it or break it. Such a transaction must not commit (`durable/branch.ts`).
 *
 * Snapshots share rows that did not change, so a row that is in one and not in the other *is* a change.
 */
import type { TreeId } from '../../storage/access.ts'
import type { CatalogSnapshot } from './catalog-snapshot.ts'
import type { Oid } from './catalog.ts'
import { CATALOG_NAMES } from './store/catalog-tables.ts'
import type { CatalogName, RowOf } from './store/catalog-tables.ts'

export interface CatalogChange {
  /** Trees of tables whose columns, indexes or constraints are not what they were. */
  readonly tables: ReadonlySet<TreeId>
  /** Something changed that any table may depend on, such as the check of a domain. */
  readonly concernsAll: boolean
}

/** Undefined when the same rows are in both. */
export function catalogChange(
  before: CatalogSnapshot,
  after: CatalogSnapshot,
): CatalogChange | undefined {
  const hasChanged = CATALOG_NAMES.some((name) => !changedRows(before, after, name).next().done)
  if (!hasChanged) return undefined
  const tables = new Set<TreeId>()
  for (const oid of changedRelations(before, after)) {
    for (const tree of [before.relation(oid)?.tree, after.relation(oid)?.tree]) {
      if (tree !== undefined) tables.add(tree)
    }
  }
  return { tables, concernsAll: hasChangedTypes(before, after) }
}

/** Relations that were there before and are not what they were; those whose rows are replaced as a whole too. */
export function changedTables(before: CatalogSnapshot, after: CatalogSnapshot): ReadonlySet<Oid> {
  const tables = new Set<Oid>()
  if (before === after) return tables
  for (const oid of changedRelations(before, after)) {
    if (before.relation(oid)?.tree !== undefined) tables.add(oid)
  }
  return tables
}

function* changedRelations(before: CatalogSnapshot, after: CatalogSnapshot): Generator<Oid> {
  for (const row of changedRows(before, after, 'pg_class')) yield row.oid
  for (const row of changedRows(before, after, 'pg_attribute')) yield row.attrelid
  for (const row of changedRows(before, after, 'pg_attrdef')) yield row.adrelid
  for (const row of changedRows(before, after, 'pg_index')) yield row.indrelid
  for (const row of changedRows(before, after, 'pg_constraint')) {
    yield row.conrelid
    yield row.confrelid
  }
}

function hasChangedTypes(before: CatalogSnapshot, after: CatalogSnapshot): boolean {
  for (const row of changedRows(before, after, 'pg_constraint'))
    if (Number(row.contypid) !== 0) return true
  return !changedRows(before, after, 'pg_enum').next().done
}

/** Rows that only one of the two has. */
function* changedRows<C extends CatalogName>(
  before: CatalogSnapshot,
  after: CatalogSnapshot,
  name: C,
): Generator<RowOf<C>, void, void> {
  const [old, young] = [before.data.rows(name), after.data.rows(name)]
  if (old === young) return
  for (const row of old.all()) if (young.rowId(row) === undefined) yield row
  for (const row of young.all()) if (old.rowId(row) === undefined) yield row
}
