/** Sub-queries in expressions: scalar, EXISTS, ARRAY, IN / ANY / ALL, and rows compared with them. */
import { columnReference } from '../../plan/plan-tree.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import type { QualifiedName } from '../../parse/ast/common.ts'
import type { Row, SubqueryExpression } from '../../parse/ast/expression.ts'
import type { Expression, Subquery } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import { Scope } from '../context/scope.ts'
import { bindSelectQuery } from '../query/bind-query-node.ts'
import { formatType } from '../resolve/format-type.ts'
import { arrayTypeOf, isArrayType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindExpression } from './bind-expression.ts'
import type { Binder } from './binder.ts'
import { booleanResult, makeOperator } from './make-operator.ts'
import { compareRows } from './row-comparison.ts'

export function bindSubquery(binder: Binder, node: SubqueryExpression): Expression {
  const { position } = node
  const plan = (): PlanNode => bindPlan(binder, node)
  switch (node.form) {
    case 'exists':
      return { kind: 'subquery', form: 'exists', plan: plan(), ...booleanResult(position) }
    case 'scalar': {
      const bound = plan()
      const { type, typmod, collation } = onlyColumn(bound, position)
      return { kind: 'subquery', form: 'scalar', plan: bound, type, typmod, collation, position }
    }
    case 'array':
      return bindArraySubquery(binder, plan(), position)
    default:
      return bindQuantifiedSubquery(binder, node)
  }
}

function bindPlan(binder: Binder, node: SubqueryExpression): PlanNode {
  return bindSelectQuery(binder.context, node.query, new Scope(binder.scope)).plan
}

function onlyColumn(plan: PlanNode, position: number | undefined): OutputColumn {
  const [column] = plan.output
  if (column === undefined || plan.output.length !== 1) {
    throw new SqlError('42601', 'subquery must return only one column', { position })
  }
  return column
}

function bindArraySubquery(binder: Binder, plan: PlanNode, position: number | undefined): Subquery {
  const { context } = binder
  const column = onlyColumn(plan, position)
  const type = isArrayType(context.catalog, column.type)
    ? column.type
    : arrayTypeOf(context.catalog, column.type)
  if (type === NO_OID) {
    throw new SqlError(
      '42704',
      `could not find array type for data type ${formatType(context, column.type)}`,
      { position },
    )
  }
  const { collation } = column
  return { kind: 'subquery', form: 'array', plan, type, typmod: -1, collation, position }
}

function bindQuantifiedSubquery(binder: Binder, node: SubqueryExpression): Expression {
  const { position } = node
  const testAst = node.test
  if (testAst === undefined) throw new SqlError('42601', 'syntax error', { position })
  const left = bindExpression(binder, testAst)
  const plan = bindPlan(binder, node)
  const name = node.operator ?? { name: '=' }
  const fields = left.kind === 'row' ? left.fields : [left]
  checkWidth(fields.length, plan, position)
  const columns = plan.output.map((column) => columnReference(column))
  const test = compareWithRow(binder, fields, columns, name, position)
  return {
    kind: 'subquery',
    form: node.form === 'all' ? 'all' : 'any',
    plan,
    test,
    ...booleanResult(position),
  }
}

function checkWidth(wanted: number, plan: PlanNode, position: number | undefined): void {
  if (plan.output.length === wanted) return
  const size = plan.output.length > wanted ? 'many' : 'few'
  throw new SqlError('42601', `subquery has too ${size} columns`, { position })
}

function compareWithRow(
  binder: Binder,
  left: readonly Expression[],
  right: readonly Expression[],
  name: QualifiedName,
  position: number | undefined,
): Expression {
  const [l, r] = [left[0], right[0]]
  if (left.length !== 1 || l === undefined || r === undefined) {
    return compareRows(binder.context, name, left, right, position)
  }
  const test = makeOperator(binder.context, l, r, { name, position })
  if (test.type === TYPE.bool) return test
  throw new SqlError(
    '42804',
    `row comparison operator must yield type boolean, not type ${formatType(binder.context, test.type)}`,
    { position },
  )
}

/** (a, b) = (SELECT c, d …): one boolean computed inside the sub-query, null when it has no row. */
export function bindRowSubqueryComparison(
  binder: Binder,
  left: Row,
  right: SubqueryExpression,
  operator: QualifiedName,
  position: number | undefined,
): Expression {
  const row = bindExpression(binder, left)
  const fields = row.kind === 'row' ? row.fields : [row]
  const plan = bindPlan(binder, right)
  checkWidth(fields.length, plan, position)
  const columns = plan.output.map((column) => columnReference(column))
  const test = compareWithRow(binder, fields, columns, operator, position)
  const output = [binder.context.newColumn('test', test)]
  const projected: PlanNode = { kind: 'project', input: plan, expressions: [test], output }
  return { kind: 'subquery', form: 'scalar', plan: projected, ...booleanResult(position) }
}
