/** ALTER TABLE … RENAME COLUMN, and RENAME ATTRIBUTE of composite types. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import type { CommandContext } from '../command-context.ts'
import { requireColumn } from '../alter-table/require-column.ts'
import { attributeRow } from '../constraint/add-default.ts'
import { CLASS } from '../support/class-ids.ts'
import { checkSystemColumnName } from '../support/define-relation.ts'
import { mentionsColumn, renameColumnInExpression } from './rename-in-sql.ts'

export function* renameColumn(
  context: CommandContext,
  relation: Relation,
  name: string,
  newName: string,
): Task<void> {
  const column = requireColumn(relation, name)
  if (relation.kind !== 'v' && relation.kind !== 'c') checkSystemColumnName(newName)
  if (relation.columns.some((other) => other.name === newName)) {
    throw new SqlError('42701', `column "${newName}" of relation "${relation.name}" already exists`)
  }
  refuseInViews(context, relation, column)
  yield* context.writer.update('pg_attribute', attributeRow(context, relation.oid, column.number), {
    attname: newName,
  })
  yield* renameInIndexes(context, relation, column, newName)
  yield* renameInExpressions(context, relation.oid, name, newName)
}

/** LIMIT: views keep their text as written, and the names in it are not resolved here. */
function refuseInViews(context: CommandContext, relation: Relation, column: Column): void {
  const { writer } = context
  for (const row of writer.rows('pg_depend').where('refobjid', relation.oid)) {
    if (row.classid !== CLASS.rewrite || row.refclassid !== CLASS.relation || row.deptype === 'i')
      continue
    const rule = writer.rows('pg_rewrite').find('oid', row.objid)
    if (rule !== undefined && mentionsColumn(rule.ev_action, column.name)) {
      throw unsupported('renaming a column that a view uses')
    }
  }
}

/** An index column called as its table column goes along. */
function* renameInIndexes(
  context: CommandContext,
  relation: Relation,
  column: Column,
  newName: string,
): Task<void> {
  for (const index of relation.indexes) {
    const at = index.keys.findIndex((key) => key.column === column.number)
    if (at < 0) continue
    const row = attributeRow(context, index.oid, at + 1)
    if (row.attname === column.name)
      yield* context.writer.update('pg_attribute', row, { attname: newName })
  }
}

function* renameInExpressions(
  context: CommandContext,
  table: Oid,
  from: string,
  to: string,
): Task<void> {
  const { writer } = context
  for (const row of [...writer.rows('pg_constraint').where('conrelid', table)]) {
    if (row.conbin === null) continue
    yield* writer.update('pg_constraint', row, {
      conbin: renameColumnInExpression(row.conbin, from, to),
    })
  }
  for (const row of [...writer.rows('pg_attrdef').where('adrelid', table)]) {
    const generated = attributeRow(context, table, row.adnum).attgenerated === 's'
    if (!generated) continue
    yield* writer.update('pg_attrdef', row, {
      adbin: renameColumnInExpression(row.adbin, from, to),
    })
  }
  for (const row of [...writer.rows('pg_index').where('indrelid', table)]) {
    if (row.indexprs === null && row.indpred === null) continue
    const expressions = row.indexprs === null ? null : (JSON.parse(row.indexprs) as string[]) // as CREATE INDEX wrote it
    const renamed = expressions?.map((text) => renameColumnInExpression(text, from, to))
    yield* writer.update('pg_index', row, {
      indexprs: renamed === undefined ? null : JSON.stringify(renamed),
      indpred: row.indpred === null ? null : renameColumnInExpression(row.indpred, from, to),
    })
  }
}
