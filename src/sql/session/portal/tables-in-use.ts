/** A table that a cursor of the session still reads may not be changed under it. Raises 55006. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { DdlStatement } from '../../commands/execute-ddl.ts'
import type { Portals } from './portals.ts'

/** Other statements leave what a cursor reads as it is. */
function commandOf(statement: DdlStatement): string | undefined {
  switch (statement.kind) {
    case 'drop':
      return statement.objectType === 'table' ? 'DROP TABLE' : undefined
    case 'alterTable':
      return 'ALTER TABLE'
    case 'truncate':
      return 'TRUNCATE'
    case 'createIndex':
      return 'CREATE INDEX'
    default:
      return undefined
  }
}

export function requireUnused(
  portals: Portals,
  statement: DdlStatement,
  changed: Iterable<Oid>,
  before: CatalogSnapshot,
): void {
  const command = commandOf(statement)
  if (command === undefined || portals.isEmpty) return
  const used = new Set<Oid>()
  for (const { query, isHeld } of portals.all()) {
    if (query === undefined || isHeld) continue
    for (const { relation } of query.planned.relationLocks) used.add(relation)
  }
  for (const table of changed) {
    if (!used.has(table)) continue
    const name = before.relation(table)?.name ?? String(table)
    throw new SqlError(
      SQLSTATE.OBJECT_IN_USE,
      `cannot ${command} "${name}" because it is being used by active queries in this session`,
    )
  }
}
