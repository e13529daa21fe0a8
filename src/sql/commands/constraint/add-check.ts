/** CHECK constraints of tables. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type { CheckConstraint } from '../../parse/ast/table.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression, ExpressionScope } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { scopeColumns, treeKinds } from '../support/define-relation.ts'
import { address, recordDependencies } from '../support/dependencies.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { chooseConstraintName } from '../support/object-names.ts'

export interface CheckDraft {
  readonly name?: string | undefined
  readonly expression: Expression | string
  readonly noInherit: boolean
  readonly notValid: boolean
}

export function checkDraft(constraint: CheckConstraint): CheckDraft {
  const { name, expression, noInherit, notValid } = constraint
  return { name, expression, noInherit, notValid }
}

/** `validate`: rows that exist already must satisfy it. */
export function* addCheck(
  context: CommandContext,
  relation: Oid,
  draft: CheckDraft,
  validate: boolean,
): Task<void> {
  const { writer } = context
  const table = currentRelation(context, relation)
  const analyzed = context.services.analyzeExpression(draft.expression, checkScope(context, table))
  const name = constraintName(context, table, draft, analyzed)
  const oid = writer.nextOid()
  const row = classRow(context, relation)
  yield* writer.insert('pg_constraint', {
    oid,
    conname: name,
    connamespace: row.relnamespace,
    contype: 'c',
    convalidated: !draft.notValid,
    conrelid: relation,
    confupdtype: ' ',
    confdeltype: ' ',
    confmatchtype: ' ',
    conislocal: true,
    connoinherit: draft.noInherit,
    conkey: analyzed.columns.length === 0 ? null : `{${analyzed.columns.join(',')}}`,
    conbin: analyzed.text,
  })
  yield* writer.update('pg_class', row, { relchecks: row.relchecks + 1 })
  const self = address(CLASS.constraint, oid)
  const columns = analyzed.columns.map((number) => address(CLASS.relation, relation, number))
  if (columns.length === 0) columns.push(address(CLASS.relation, relation))
  yield* recordDependencies(context, self, columns, 'a')
  yield* recordDependencies(context, self, analyzed.references, 'n')
  if (validate && !draft.notValid) yield* validateCheck(context, relation, name, analyzed.text)
}

function checkScope(context: CommandContext, table: Relation): ExpressionScope {
  return {
    catalog: context.catalog,
    purpose: 'check',
    relationName: table.name,
    columns: scopeColumns(table),
  }
}

function constraintName(
  context: CommandContext,
  table: Relation,
  draft: CheckDraft,
  analyzed: AnalyzedExpression,
): string {
  const taken = tableConstraintNames(context, table.oid)
  if (draft.name !== undefined) {
    if (!taken.includes(draft.name)) return draft.name
    throw constraintTaken(draft.name, table)
  }
  // One column: t_a_check; several or none: t_check.
  const [first, ...more] = analyzed.columns
  const single =
    more.length === 0 ? table.columns.find((column) => column.number === first) : undefined
  const namespace = classRow(context, table.oid).relnamespace
  const parts = { name1: table.name, name2: single?.name, label: 'check' }
  return chooseConstraintName(context.catalog, namespace, parts, [])
}

export function tableConstraintNames(context: CommandContext, table: Oid): readonly string[] {
  return context.writer
    .rows('pg_constraint')
    .where('conrelid', table)
    .map((row) => row.conname)
}

export function constraintTaken(name: string, table: Relation): SqlError {
  return new SqlError('42710', `constraint "${name}" for relation "${table.name}" already exists`)
}

/** 23514 when a row of the table violates the check. */
export function* validateCheck(
  context: CommandContext,
  relation: Oid,
  name: string,
  text: string,
): Task<void> {
  const table = currentRelation(context, relation)
  if (table.tree === undefined || context.access.rowCount(table.tree) === 0) return
  const evaluate = context.services.evaluator([text], checkScope(context, table))
  const columns = treeKinds(context, relation).map((_, position) => position)
  for (const step of context.access.scan(table.tree, { columns })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    const [results] = evaluate(step)
    if (results === undefined) continue
    for (let i = 0; i < step.length; i++) {
      if (datumAt(results, i) === false) throw checkViolation(table, name)
    }
  }
}

function checkViolation(table: Relation, name: string): SqlError {
  const message = `check constraint "${name}" of relation "${table.name}" is violated by some row`
  return new SqlError('23514', message, {
    schema: table.schema,
    table: table.name,
    constraint: name,
  })
}
