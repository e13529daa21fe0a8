/** LIMIT, OFFSET, FETCH … WITH TIES: what comes last, for every form of query. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { Query } from '../../../parse/ast/select.ts'
import type { Expression, SortKey } from '../../../plan/expression.ts'
import { someDeep } from '../../../plan/plan-tree.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import { inKind } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { coerceToSpecificType } from '../../resolve/coercion/coerce.ts'
import { TYPE } from '../../resolve/type-oids.ts'

export interface BoundLimit {
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
  readonly withTies: boolean
}

export function bindLimit(binder: Binder, query: Query): BoundLimit {
  const offset = bindCount(binder, query.offset, 'offset')
  const limit = bindCount(binder, query.limit, 'limit')
  if (query.withTies && query.orderBy.length === 0) {
    throw new SqlError('42601', 'WITH TIES cannot be specified without ORDER BY clause')
  }
  return { limit, offset, withTies: query.withTies }
}

function bindCount(
  binder: Binder,
  ast: Ast | undefined,
  kind: 'limit' | 'offset',
): Expression | undefined {
  // LIMIT ALL and LIMIT NULL are no limit.
  if (ast === undefined || ast.kind === 'null') return undefined
  const clause = kind === 'limit' ? 'LIMIT' : 'OFFSET'
  const bound = inKind(binder.scope, kind, () => bindExpression(binder, ast))
  const count = coerceToSpecificType(binder.context, bound, TYPE.int8, clause)
  const own = binder.scope.ownColumns
  let position: number | undefined
  const hasColumn = someDeep(count, (one) => {
    if (one.kind !== 'column' || !own.has(one.column)) return false
    position = one.position
    return true
  })
  if (hasColumn) {
    throw new SqlError('42P10', `argument of ${clause} must not contain variables`, { position })
  }
  return count
}

export function applyLimit(
  plan: PlanNode,
  { limit, offset, withTies }: BoundLimit,
  keys: readonly SortKey[],
): PlanNode {
  if (limit === undefined && offset === undefined) return plan
  return {
    kind: 'limit',
    input: plan,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
    ...(withTies ? { tiesBy: keys } : {}),
    output: plan.output,
  }
}
