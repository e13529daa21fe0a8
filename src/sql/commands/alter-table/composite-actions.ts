/** ALTER TYPE … ADD ATTRIBUTE of free-standing composite types. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { ColumnDefinition } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { insertAttribute } from '../support/define-relation.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { attributeDraft } from '../type/type-commands.ts'

export function* addAttribute(
  context: CommandContext,
  relation: Oid,
  attribute: ColumnDefinition,
): Task<void> {
  const type = currentRelation(context, relation)
  refuseWhenStored(context, type.rowType)
  if (type.columns.some((column) => column.name === attribute.name)) {
    throw new SqlError(
      '42701',
      `column "${attribute.name}" of relation "${type.name}" already exists`,
    )
  }
  const row = classRow(context, relation)
  yield* insertAttribute(context, relation, row.relnatts + 1, attributeDraft(context, attribute))
  yield* context.writer.update('pg_class', row, { relnatts: row.relnatts + 1 })
}

/** LIMIT: stored values of the type would have to be rewritten. */
function refuseWhenStored(context: CommandContext, type: Oid): void {
  for (const attribute of context.writer.rows('pg_attribute').where('atttypid', type)) {
    const tree = context.catalog.relation(attribute.attrelid)?.tree
    if (tree !== undefined && context.access.rowCount(tree) > 0) {
      throw unsupported('changing a composite type of which values are stored')
    }
  }
}
