/** TRUNCATE */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type { TruncateStatement } from '../../parse/ast/utility.ts'
import { rewriteTable } from '../alter-table/rewrite-table.ts'
import type { CommandContext } from '../command-context.ts'
import { ownedSequences } from '../support/change-owner.ts'
import { currentRelation, requireTable } from '../support/lookup.ts'
import { requireTablePrivilege } from '../support/ownership.ts'

export function* truncate(context: CommandContext, statement: TruncateStatement): Task<string> {
  const tables = new Map<Oid, Relation>()
  for (const name of statement.relations) {
    const table = requireTable(context, name)
    requireTablePrivilege(context, table.oid, 'D')
    tables.set(table.oid, table)
  }
  if (statement.cascade) addReferencing(context, tables)
  else refuseReferenced(context, tables)
  for (const table of tables.values()) {
    yield* rewriteTable(context, table.oid, undefined, table.treeWidth)
    if (statement.restartIdentity) restartSequences(context, table.oid)
  }
  return 'TRUNCATE TABLE'
}

function addReferencing(context: CommandContext, tables: Map<Oid, Relation>): void {
  // The map grows while it is walked: tables that refer to the added ones come along too.
  for (const table of tables.values()) {
    for (const key of table.referencedBy) {
      if (tables.has(key.table)) continue
      const referencing = currentRelation(context, key.table)
      context.notice(`truncate cascades to table "${referencing.name}"`)
      tables.set(referencing.oid, referencing)
    }
  }
}

function refuseReferenced(context: CommandContext, tables: ReadonlyMap<Oid, Relation>): void {
  for (const table of tables.values()) {
    for (const key of table.referencedBy) {
      if (tables.has(key.table)) continue
      const referencing = currentRelation(context, key.table)
      throw new SqlError(
        '0A000',
        'cannot truncate a table referenced in a foreign key constraint',
        {
          detail: `Table "${referencing.name}" references "${table.name}".`,
          hint: `Truncate table "${referencing.name}" at the same time, or use TRUNCATE ... CASCADE.`,
        },
      )
    }
  }
}

function restartSequences(context: CommandContext, table: Oid): void {
  for (const oid of ownedSequences(context, table)) {
    const sequence = context.catalog.sequence(oid)
    if (sequence === undefined) continue
    context.access.writeSequence(sequence.tree, { lastValue: sequence.start, isCalled: false })
  }
}
