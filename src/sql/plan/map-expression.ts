/**
 * Walks expressions through the plans of their sub-queries as well, which `expression-tree.ts` does not: while binding, what
 * a sub-query says about outer columns is part of the expression around it.
 */
import type { Expression } from './expression.ts'
import { mapChildren as mapOwnChildren } from './expression-tree.ts'
import type { PlanNode } from './plan-node.ts'
import { mapExpressions, mapInputs } from './plan-tree.ts'

export type Mapper = (expression: Expression) => Expression

/** The same node over mapped operands; expressions inside a sub-query's plan included. */
export function mapChildren(node: Expression, map: Mapper): Expression {
  const mapped = mapOwnChildren(node, map)
  if (mapped.kind !== 'subquery') return mapped
  return { ...mapped, plan: mapPlan(mapped.plan, map) }
}

function mapPlan(node: PlanNode, map: Mapper): PlanNode {
  return mapExpressions(
    mapInputs(node, (input) => mapPlan(input, map)),
    map,
  )
}

/** Calls `visit` on the node and everything under it. Returning false skips the children. */
export function visitExpression(
  node: Expression,
  visit: (expression: Expression) => boolean | void,
): void {
  const walk: Mapper = (one) => {
    if (visit(one) !== false) mapChildren(one, walk)
    return one
  }
  walk(node)
}

export function someExpression(
  node: Expression,
  test: (expression: Expression) => boolean,
): boolean {
  let found = false
  visitExpression(node, (one) => {
    if (found) return false
    found = test(one)
    return !found
  })
  return found
}

/** Rebuilds bottom-up: `replace` sees nodes whose operands are already replaced. */
export function transformExpression(node: Expression, replace: Mapper): Expression {
  return replace(mapChildren(node, (child) => transformExpression(child, replace)))
}
