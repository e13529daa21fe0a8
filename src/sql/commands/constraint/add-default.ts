/** DEFAULT and GENERATED expressions: pg_attrdef rows. */
import { assert } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { AttributeRow } from '../../catalog/rows/relation-rows.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { scopeColumns } from '../support/define-relation.ts'
import { address, recordDependencies, recordDependency } from '../support/dependencies.ts'
import { currentRelation } from '../support/lookup.ts'
import { SqlError } from '../../../errors/sql-error.ts'

export function attributeRow(context: CommandContext, relation: Oid, number: number): AttributeRow {
  const row = context.writer
    .rows('pg_attribute')
    .where('attrelid', relation)
    .find((attribute) => attribute.attnum === number)
  assert(row !== undefined, `relation ${relation} has no column ${number}`)
  return row
}

/** Analyses and stores the expression; it replaces an older one. */
export function* addDefault(
  context: CommandContext,
  relation: Oid,
  column: number,
  expression: Expression | string,
  purpose: 'default' | 'generated' = 'default',
): Task<AnalyzedExpression> {
  const table = currentRelation(context, relation)
  const info = table.columns.find((candidate) => candidate.number === column)
  assert(info !== undefined, `relation ${relation} has no column ${column}`)
  const analyzed = context.services.analyzeExpression(expression, {
    catalog: context.catalog,
    purpose,
    relationName: table.name,
    columns: purpose === 'generated' ? scopeColumns(table) : [],
    target: { type: info.type, typmod: info.typmod, columnName: info.name },
  })
  if (purpose === 'generated' && !analyzed.isImmutable) {
    throw new SqlError('42P17', 'generation expression is not immutable')
  }
  yield* storeDefault(context, relation, column, analyzed, purpose)
  return analyzed
}

export function* storeDefault(
  context: CommandContext,
  relation: Oid,
  column: number,
  analyzed: Pick<AnalyzedExpression, 'text' | 'references' | 'columns'>,
  purpose: 'default' | 'generated' = 'default',
): Task<void> {
  const { writer } = context
  yield* dropDefault(context, relation, column)
  const oid = writer.nextOid()
  yield* writer.insert('pg_attrdef', {
    oid,
    adrelid: relation,
    adnum: column,
    adbin: analyzed.text,
  })
  yield* writer.update('pg_attribute', attributeRow(context, relation, column), { atthasdef: true })
  const self = address(CLASS.attrdef, oid)
  // A generated column is nothing without its expression: they come and go together.
  const type = purpose === 'generated' ? 'i' : 'a'
  yield* recordDependency(context, self, address(CLASS.relation, relation, column), type)
  const columns = analyzed.columns.map((number) => address(CLASS.relation, relation, number))
  yield* recordDependencies(context, self, [...columns, ...analyzed.references], 'n')
}

export function* dropDefault(context: CommandContext, relation: Oid, column: number): Task<void> {
  const { writer } = context
  const row = writer
    .rows('pg_attrdef')
    .where('adrelid', relation)
    .find((entry) => entry.adnum === column)
  if (row === undefined) return
  yield* writer.deleteWhere('pg_depend', 'objid', row.oid)
  yield* writer.delete('pg_attrdef', row)
  yield* writer.update('pg_attribute', attributeRow(context, relation, column), {
    atthasdef: false,
  })
}
