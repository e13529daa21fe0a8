/** ON CONFLICT: which unique indexes arbitrate, and the DO UPDATE over the existing and the excluded row. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { ConflictTarget, OnConflictClause } from '../../parse/ast/modify.ts'
import type { Expression } from '../../plan/expression.ts'
import { someExpression } from '../../plan/expression-tree.ts'
import type { OnConflict, OutputColumn, PlanNode, TableRules } from '../../plan/plan-node.ts'
import { sameExpression } from '../../plan/same-expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { inKind } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { coerceToBoolean } from '../resolve/coercion/coerce.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindAssignments } from './bind-update.ts'
import { rowColumns, rowItem } from './table-rules.ts'
import { bindWhere } from './target/target-scan.ts'
import { type TargetTable, givenItem, shownItem } from './target/target-table.ts'

export function bindOnConflict(
  binder: Binder,
  table: TargetTable,
  clause: OnConflictClause,
  rules: TableRules,
): OnConflict {
  const { context, scope } = binder
  const { relation } = table
  const { target, action } = clause
  if (action === 'update' && target === undefined) {
    throw new SqlError(
      '42601',
      'ON CONFLICT DO UPDATE requires inference specification or constraint name',
      { hint: 'For example, ON CONFLICT (column_name).', position: clause.position },
    )
  }
  const arbiters = target === undefined ? [] : findArbiters(binder, table, target, rules)
  const excluded = rules.row
  const existing: readonly OutputColumn[] = rowColumns(relation, (column) =>
    context.newColumn(column.name, column),
  )
  const base = { action, arbiters, existing, excluded }
  if (action === 'nothing') return { ...base, assignments: [] }
  const outside = scope.items
  const current = rowItem(relation, existing, table.alias)
  scope.items = [
    shownItem(table, current),
    { ...givenItem(table, rowItem(relation, excluded, 'excluded')), alias: 'excluded' },
  ]
  try {
    const assignments = bindAssignments(binder, table, clause.assignments, (index) =>
      current.column(index),
    ).map(({ column, value }) => ({ position: column.position, value }))
    const condition = bindWhere(binder, clause.where)
    const update = { assignments, ...(condition === undefined ? {} : { condition }) }
    return { ...base, ...computedApart(context, update, [...existing, ...excluded]) }
  } finally {
    scope.items = outside
  }
}

type ConflictUpdate = Pick<OnConflict, 'assignments' | 'condition' | 'computed'>

/** Expressions with sub-queries need a plan to run in: over the rows that met others. */
function computedApart(
  context: BindContext,
  update: ConflictUpdate,
  given: readonly OutputColumn[],
): ConflictUpdate {
  const { assignments, condition } = update
  const values = [
    ...assignments.map((one) => one.value),
    ...(condition === undefined ? [] : [condition]),
  ]
  if (!values.some((value) => someExpression(value, (one) => one.kind === 'subquery')))
    return update
  const rows = context.shared.nextCte++
  const number = context.newColumn('number', { type: TYPE.int4, typmod: -1, collation: NO_OID })
  const source = [...given, number]
  const output = [...values, columnReference(number)].map((value) => context.newColumn('', value))
  const plan: PlanNode = {
    kind: 'project',
    input: {
      kind: 'cteScan',
      cte: rows,
      name: 'excluded',
      columns: source.map((column) => column.id),
      output: source,
    },
    expressions: [...values, columnReference(number)],
    output,
  }
  const computedValue = (index: number): Expression => columnReference(output[index]!) // one per value
  return {
    assignments: assignments.map(({ position }, i) => ({ position, value: computedValue(i) })),
    ...(condition === undefined ? {} : { condition: computedValue(assignments.length) }),
    computed: { rows, plan },
  }
}

function findArbiters(
  binder: Binder,
  table: TargetTable,
  target: ConflictTarget,
  rules: TableRules,
): readonly Oid[] {
  const { relation } = table
  if (target.constraint !== undefined) {
    const named = relation.indexes.find((index) => index.constraint === target.constraint)
    if (named !== undefined) return [named.oid]
    throw new SqlError(
      '42704',
      `constraint "${target.constraint}" for table "${relation.name}" does not exist`,
    )
  }
  const inferred = bindInference(binder, table, target, rules)
  const found = rules.indexes.filter((one) => matches(one, inferred))
  if (found.length > 0) return found.map((one) => one.index.oid)
  throw new SqlError(
    '42P10',
    'there is no unique or exclusion constraint matching the ON CONFLICT specification',
  )
}

interface Inference {
  readonly keys: readonly Expression[]
  readonly predicate: Expression | undefined
}

/** The conflict target over the same row the index keys are bound over. */
function bindInference(
  binder: Binder,
  table: TargetTable,
  target: ConflictTarget,
  rules: TableRules,
): Inference {
  const { scope, context } = binder
  const outside = scope.items
  scope.items = [shownItem(table, rowItem(table.relation, rules.row, table.alias))]
  try {
    const keys = target.elements.map((element) => {
      const { column, position } = element
      const ast = element.expression ?? {
        kind: 'column' as const,
        parts: [column ?? ''],
        star: false,
        position,
      }
      return inKind(scope, 'indexExpression', () => bindExpression(binder, ast))
    })
    const { where } = target
    const predicate =
      where === undefined
        ? undefined
        : inKind(scope, 'indexPredicate', () =>
            coerceToBoolean(context, bindExpression(binder, where), 'WHERE'),
          )
    return { keys, predicate }
  } finally {
    scope.items = outside
  }
}

function matches(one: TableRules['indexes'][number], inferred: Inference): boolean {
  const { index, keys, predicate } = one
  if (!index.isUnique) return false
  const covers = (list: readonly Expression[], by: readonly Expression[]): boolean =>
    list.every((key) => by.some((other) => sameExpression(key, other)))
  if (!covers(keys, inferred.keys) || !covers(inferred.keys, keys)) return false
  if (predicate === undefined) return true
  return inferred.predicate !== undefined && implies(inferred.predicate, predicate)
}

/** LIMIT: a partial index is inferred only if the condition names its predicate's conjuncts literally. */
function implies(condition: Expression, predicate: Expression): boolean {
  const given = conjuncts(condition)
  return conjuncts(predicate).every((one) => given.some((other) => sameExpression(one, other)))
}

function conjuncts(condition: Expression): readonly Expression[] {
  return condition.kind === 'and' ? condition.args.flatMap(conjuncts) : [condition]
}
