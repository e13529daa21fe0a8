/** UNION, INTERSECT, EXCEPT: arms bound on their own, columns brought to common types, names from the left. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Query, SetOperationQuery } from '../../parse/ast/select.ts'
import type { Expression } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { Scope, newQueryState } from '../context/scope.ts'
import type { Binder } from '../expression/binder.ts'
import { coerceToCommonType, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { deriveCollation } from '../resolve/collation.ts'
import { selectCommonType, selectCommonTypmod } from '../resolve/coercion/common-type.ts'
import { requireGroupable } from '../resolve/type-support.ts'
import { TYPE } from '../resolve/type-oids.ts'
import {
  type BoundSelect,
  NO_ORIGIN,
  type QueryOptions,
  bindSelectQuery,
} from './bind-query-node.ts'
import { bindOutputOrder } from './bind-values.ts'
import { coerceColumns, openColumns } from './coerce-columns.ts'
import { applyLimit, bindLimit } from './clause/limit.ts'
import { lockName } from './clause/locking.ts'

export function bindSetOperation(
  context: BindContext,
  ast: SetOperationQuery,
  scope: Scope,
  options: QueryOptions,
): BoundSelect {
  const [lock] = ast.locking
  if (lock !== undefined) {
    throw new SqlError('0A000', `${lockName(lock)} is not allowed with UNION/INTERSECT/EXCEPT`)
  }
  scope.query = newQueryState()
  const left = bindArm(context, ast.left, scope)
  const right = bindArm(context, ast.right, scope)
  const plan = combine(context, ast, left, right, options.keepUnknown === true)
  const binder: Binder = { context, scope }
  const keys = bindOutputOrder(binder, ast, plan, invalidOrder)
  const sorted: PlanNode =
    keys.length === 0 ? plan : { kind: 'sort', input: plan, keys, output: plan.output }
  return {
    plan: applyLimit(sorted, bindLimit(binder, ast), keys),
    origins: plan.output.map(() => NO_ORIGIN),
  }
}

function invalidOrder(position: number | undefined): SqlError {
  return new SqlError('0A000', 'invalid UNION/INTERSECT/EXCEPT ORDER BY clause', {
    detail: 'Only result column names can be used, not expressions or functions.',
    hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
    position,
  })
}

/** Arms see the outer levels and this query's WITH, but not each other. */
function bindArm(context: BindContext, query: Query, scope: Scope): PlanNode {
  return bindSelectQuery(context, query, new Scope(scope), { keepUnknown: true }).plan
}

export function combine(
  context: BindContext,
  ast: SetOperationQuery,
  left: PlanNode,
  right: PlanNode,
  keepUnknown: boolean,
): PlanNode {
  const name = ast.operation.toUpperCase()
  if (left.output.length !== right.output.length) {
    throw new SqlError('42601', `each ${name} query must have the same number of columns`, {
      position: firstPosition(right),
    })
  }
  const types = commonTypes(context, left, right, name, keepUnknown)
  const coerce = (value: Expression, i: number): Expression => {
    const type = types[i] ?? TYPE.text
    if (type === TYPE.unknown) return value
    return resolveUnknown(context, coerceToCommonType(context, value, type, name))
  }
  const l = coerceColumns(context, left, coerce)
  const r = coerceColumns(context, right, coerce)
  const output = l.output.map((column, i) => outputColumn(context, column, r.output[i] ?? column))
  if (!ast.all) {
    const { values } = openColumns(l)
    output.forEach((column, i) => requireGroupable(context, column.type, values[i]?.position))
  }
  const { operation, all } = ast
  return { kind: 'setOperation', operation, all, left: l, right: r, output }
}

function firstPosition(plan: PlanNode): number | undefined {
  return openColumns(plan).values[0]?.position
}

function commonTypes(
  context: BindContext,
  left: PlanNode,
  right: PlanNode,
  name: string,
  keepUnknown: boolean,
): readonly Expression['type'][] {
  const rightValues = columnValues(right)
  return columnValues(left).map((l, i) => {
    const r = rightValues[i] ?? l
    if (keepUnknown && l.type === TYPE.unknown && r.type === TYPE.unknown) return TYPE.unknown
    return selectCommonType(context, [l, r], name)
  })
}

function columnValues(plan: PlanNode): readonly Expression[] {
  const { values } = openColumns(plan)
  // The output's type counts: a parameter may have got its type after it was projected.
  return values.map((value, i) => {
    const column = plan.output[i]
    return column === undefined ? value : { ...value, type: column.type, typmod: column.typmod }
  })
}

function outputColumn(context: BindContext, left: OutputColumn, right: OutputColumn): OutputColumn {
  const pair = [asValue(left), asValue(right)]
  const { collation } = deriveCollation(context, left.type, pair)
  const typmod = selectCommonTypmod(pair, left.type)
  return context.newColumn(left.name, { type: left.type, typmod, collation })
}

function asValue(column: OutputColumn): Expression {
  const { id, name, type, typmod, collation } = column
  return { kind: 'column', column: id, name, type, typmod, collation }
}
