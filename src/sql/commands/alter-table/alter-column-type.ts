/** ALTER TABLE … ALTER COLUMN … TYPE … [USING …]: rewrites the table, its indexes, the default. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Batch, Vector } from '../../../storage/vector.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { oidOf, vectorNumbers } from '../../catalog/store/catalog-tables.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { AlterTableAction } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { addDefault, attributeRow } from '../constraint/add-default.ts'
import type { AnalyzedExpression, ExpressionScope, ResolvedType } from '../ddl-services.ts'
import { resolveOpclass } from '../index/operator-class.ts'
import { CLASS } from '../support/class-ids.ts'
import { resolveCollation } from '../support/collation.ts'
import { attributeOfType, recordColumnType, scopeColumns } from '../support/define-relation.ts'
import { address, forgetDependencies } from '../support/dependencies.ts'
import { describeObject } from '../support/describe-object.ts'
import { currentRelation } from '../support/lookup.ts'
import { checkStorableType } from '../table/column-definition.ts'
import { requireColumn } from './require-column.ts'
import { rewriteTable } from './rewrite-table.ts'

type AlterTypeAction = Extract<AlterTableAction, { readonly kind: 'alterType' }>

export function* alterColumnType(
  context: CommandContext,
  table: Oid,
  action: AlterTypeAction,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  const target = context.services.resolveTypeName(action.type, context.catalog)
  checkStorableType(context, column.name, target.type)
  refuseDependents(context, relation, column)
  const scope: ExpressionScope = {
    catalog: context.catalog,
    purpose: 'alterUsing',
    relationName: relation.name,
    columns: scopeColumns(relation),
    target: { ...target, columnName: column.name },
  }
  const expression = using(context, column, action, scope)
  const evaluate =
    relation.tree === undefined ? undefined : context.services.evaluator([expression.text], scope)
  const collation = resolveCollation(
    context,
    action.collation,
    target.type,
    context.catalog.type(target.type).collation,
  )
  yield* retypeColumn(context, table, column, { ...target, collation })
  yield* retypeDefault(context, table, column, target)
  yield* retypeIndexes(context, relation, column, { ...target, collation })
  if (evaluate === undefined) return
  const replace = (rows: Batch): readonly Vector[] =>
    rows.columns.map((vector, position) =>
      position === column.position ? (evaluate(rows)[0] ?? vector) : vector,
    )
  yield* rewriteTable(context, table, replace, relation.treeWidth)
}

/** The USING expression, or the column itself cast by assignment. */
function using(
  context: CommandContext,
  column: Column,
  action: AlterTypeAction,
  scope: ExpressionScope,
): AnalyzedExpression {
  const itself: Expression = { kind: 'column', parts: [column.name], star: false }
  if (action.using !== undefined) return context.services.analyzeExpression(action.using, scope)
  try {
    return context.services.analyzeExpression(itself, scope)
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42804') throw error
    const type = formatTypeName(
      context.catalog,
      scope.target?.type ?? oidOf(0),
      scope.target?.typmod,
      context.searchPath,
    )
    const plain = formatTypeName(
      context.catalog,
      scope.target?.type ?? oidOf(0),
      -1,
      context.searchPath,
    )
    throw new SqlError(
      '42804',
      `column "${column.name}" cannot be cast automatically to type ${plain}`,
      {
        hint: `You might need to specify "USING ${column.name}::${type}".`,
      },
    )
  }
}

/** Views and generated columns are bound to the old type. */
function refuseDependents(context: CommandContext, relation: Relation, column: Column): void {
  const { writer } = context
  for (const row of writer.rows('pg_depend').where('refobjid', relation.oid)) {
    if (row.refclassid !== CLASS.relation || row.deptype !== 'n') continue
    if (
      row.classid === CLASS.rewrite &&
      (row.refobjsubid === 0 || row.refobjsubid === column.number)
    ) {
      const rule = describeObject(context, address(CLASS.rewrite, row.objid))
      throw new SqlError('0A000', 'cannot alter type of a column used by a view or rule', {
        detail: `${rule} depends on column "${column.name}"`,
      })
    }
    if (row.classid !== CLASS.attrdef || row.refobjsubid !== column.number) continue
    const value = writer.rows('pg_attrdef').find('oid', row.objid)
    const user = relation.columns.find((candidate) => candidate.number === value?.adnum)
    if (user?.generated === undefined) continue
    throw new SqlError('0A000', 'cannot alter type of a column used by a generated column', {
      detail: `Column "${column.name}" is used by generated column "${user.name}".`,
    })
  }
}

interface NewType extends ResolvedType {
  readonly collation: Oid
}

function* retypeColumn(
  context: CommandContext,
  table: Oid,
  column: Column,
  type: NewType,
): Task<void> {
  const self = address(CLASS.relation, table, column.number)
  yield* forgetDependencies(
    context,
    self,
    (referenced) => referenced.classId === CLASS.type || referenced.classId === CLASS.collation,
  )
  const changes = attributeOfType(context.catalog, { name: column.name, ...type })
  yield* context.writer.update('pg_attribute', attributeRow(context, table, column.number), changes)
  yield* recordColumnType(context, table, column.number, type)
}

function* retypeDefault(
  context: CommandContext,
  table: Oid,
  column: Column,
  type: ResolvedType,
): Task<void> {
  if (column.defaultText === undefined || column.identity !== undefined) return
  try {
    const purpose = column.generated === undefined ? 'default' : 'generated'
    yield* addDefault(context, table, column.number, column.defaultText, purpose)
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== '42804') throw error
    const name = formatTypeName(context.catalog, type.type, -1, context.searchPath)
    throw new SqlError(
      '42804',
      `default for column "${column.name}" cannot be cast automatically to type ${name}`,
    )
  }
}

function* retypeIndexes(
  context: CommandContext,
  relation: Relation,
  column: Column,
  type: NewType,
): Task<void> {
  const { writer } = context
  for (const index of relation.indexes) {
    const row = writer.rows('pg_index').find('indexrelid', index.oid)
    const at = index.keys.findIndex((key) => key.column === column.number)
    if (row === undefined || at < 0) continue
    const classes = vectorNumbers(row.indclass)
    const collations = vectorNumbers(row.indcollation)
    const method = writer.rows('pg_class').find('oid', index.oid)?.relam ?? oidOf(403)
    classes[at] = resolveOpclass(context.catalog, type.type, method, undefined).oid
    collations[at] = type.collation
    yield* writer.update('pg_index', row, {
      indclass: classes.join(' '),
      indcollation: collations.join(' '),
    })
    const attribute = attributeRow(context, index.oid, at + 1)
    const changes = attributeOfType(context.catalog, { name: attribute.attname, ...type })
    yield* writer.update('pg_attribute', attribute, changes)
  }
}
