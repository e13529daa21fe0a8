/** UPDATE t SET … [FROM …] [WHERE …] [RETURNING …]; its assignments also serve ON CONFLICT DO UPDATE. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column } from '../../catalog/catalog.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type {
  Assignment,
  AssignmentTarget,
  MultipleAssignment,
  UpdateStatement,
} from '../../parse/ast/modify.ts'
import type { Expression } from '../../plan/expression.ts'
import type { PlanNode, UpdateNode } from '../../plan/plan-node.ts'
import { Scope, inKind } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { type BoundSelect, bindSelectQuery } from '../query/bind-query-node.ts'
import { assignPart, assignToColumn } from './values/assignment.ts'
import { bindReturning } from './returning.ts'
import { columnDefault, nullValue, rowItem, tableRules } from './table-rules.ts'
import { bindTargetScan, bindTargetWhere, oldRowOf } from './target/target-scan.ts'
import {
  type TargetTable,
  findTargetColumn,
  noteWrite,
  openTarget,
  rulesThroughView,
  shownItem,
} from './target/target-table.ts'

export interface BoundAssignment {
  readonly column: Column
  readonly value: Expression
}

export function bindUpdate(binder: Binder, statement: UpdateStatement): BoundSelect {
  const { context } = binder
  const target = openTarget(binder, statement.table, 'UPDATE')
  const { relation, tree } = target
  const scan = bindTargetScan(binder, target, statement.from)
  const where = bindTargetWhere(binder, statement.where)
  const rules = rulesThroughView(target, tableRules(context, relation))
  const returning = bindReturning(binder, statement.returning, [
    shownItem(target, rowItem(relation, rules.row, target.alias)),
    ...scan.others,
  ])
  const assignments = bindAssignments(binder, target, statement.assignments, (index) =>
    scan.item.column(index),
  )
  const old = oldRowOf(binder, scan)
  const source = scan.build(where)
  const changed = assignments.map(({ column, value }) => ({
    position: column.position,
    value,
    output: context.newColumn(column.name, value),
  }))
  const known = new Set(old.output.map((column) => column.id))
  const rest = source.output.filter((column) => !known.has(column.id))
  const input: PlanNode = {
    kind: 'project',
    input: source,
    expressions: [
      ...old.expressions,
      ...changed.map((one) => one.value),
      ...rest.map((column) => columnReference(column)),
    ],
    output: [...old.output, ...changed.map((one) => one.output), ...rest],
  }
  const plan: UpdateNode = {
    kind: 'update',
    relation,
    tree,
    input,
    rowId: old.rowId,
    oldRow: old.oldRow,
    pins: binder.scope.pins,
    assignments: changed.map(({ position, output }) => ({ position, column: output.id })),
    rules,
    ...(returning.expressions === undefined ? {} : { returning: returning.expressions }),
    output: returning.output,
  }
  return { plan, origins: returning.origins }
}

/** `current(i)` is the value column i has before. Assignments to parts of one column are chained. */
export function bindAssignments(
  binder: Binder,
  target: TargetTable,
  list: readonly Assignment[],
  current: (columnIndex: number) => Expression,
): readonly BoundAssignment[] {
  const result = new Map<Column, { value: Expression; partial: boolean }>()
  const assign = (to: AssignmentTarget, value: Expression | 'default'): void => {
    const column = findUpdateColumn(target, to)
    noteWrite(target, column, to.column, 'w')
    const before = result.get(column)
    const partial = to.steps.length > 0
    if (before !== undefined && !(before.partial && partial)) {
      throw new SqlError('42601', `multiple assignments to same column "${column.name}"`)
    }
    checkAssignable(column, value === 'default')
    if (value === 'default') {
      const known = columnDefault(binder.context, target.relation, column)
      result.set(column, { value: known ?? nullValue(binder.context, column), partial })
      return
    }
    const index = target.relation.columns.indexOf(column)
    const assigned = partial
      ? assignPart(binder, { column, target: to, current: before?.value ?? current(index), value })
      : assignToColumn(binder, column, value)
    result.set(column, { value: assigned, partial })
  }
  inKind(binder.scope, 'update', () => {
    for (const one of list) {
      if (one.kind === 'single') assign(one.target, bindSource(binder, one.value))
      else assignMultiple(binder, one, assign)
    }
  })
  // A generated column cannot be set, even to what it is: DEFAULT is accepted and means nothing.
  return [...result]
    .filter(([column]) => column.generated === undefined)
    .map(([column, { value }]) => ({ column, value }))
}

function findUpdateColumn(target: TargetTable, to: AssignmentTarget): Column {
  const qualified = to.column === target.alias && to.steps[0]?.kind === 'field'
  const hint = qualified
    ? 'SET target columns cannot be qualified with the relation name.'
    : undefined
  return findTargetColumn(target, to.column, to.position, hint)
}

function checkAssignable(column: Column, isDefault: boolean): void {
  if (isDefault) return
  if (column.identity === 'a') {
    throw new SqlError('428C9', `column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    })
  }
  if (column.generated !== undefined) {
    throw new SqlError('428C9', `column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is a generated column.`,
    })
  }
}

function bindSource(binder: Binder, ast: Ast): Expression | 'default' {
  return ast.kind === 'default' ? 'default' : bindExpression(binder, ast)
}

/** SET (a, b) = (1, DEFAULT), = ROW(…), = (SELECT …) */
function assignMultiple(
  binder: Binder,
  one: MultipleAssignment,
  assign: (to: AssignmentTarget, value: Expression | 'default') => void,
): void {
  const { source, targets } = one
  if (source.kind === 'row') {
    checkCount(source.fields.length, one)
    targets.forEach((to, i) => {
      const field = source.fields[i]
      if (field !== undefined) assign(to, bindSource(binder, field))
    })
    return
  }
  if (source.kind !== 'subquery' || source.form !== 'scalar') {
    throw new SqlError(
      '0A000',
      'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression',
      { position: source.position },
    )
  }
  // One scalar sub-query a column: each is a plan of its own.
  targets.forEach((to, i) => {
    const { plan } = bindSelectQuery(binder.context, source.query, new Scope(binder.scope))
    checkCount(plan.output.length, one)
    const column = plan.output[i]
    if (column === undefined) return
    const value = columnReference(column)
    const output = [binder.context.newColumn(column.name, column)]
    const single: PlanNode = { kind: 'project', input: plan, expressions: [value], output }
    const { type, typmod, collation } = column
    const { position } = source
    assign(to, {
      kind: 'subquery',
      form: 'scalar',
      plan: single,
      type,
      typmod,
      collation,
      position,
    })
  })
}

function checkCount(found: number, one: MultipleAssignment): void {
  if (found === one.targets.length) return
  throw new SqlError('42601', 'number of columns does not match number of values', {
    position: one.source.position,
  })
}
