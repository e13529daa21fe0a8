/** Whether PostgreSQL would let a cursor that says neither SCROLL nor NO SCROLL go backwards: its plan decides. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import { visitNodeExpressions, walkPlan } from '../../plan/plan-tree.ts'
import { isVolatile } from '../../plan/volatility.ts'

export function canGoBackwards(plan: PlanNode): boolean {
  switch (plan.kind) {
    case 'scan':
      return plan.sample === undefined
    case 'indexScan':
    case 'systemScan':
    case 'values':
    case 'constantRows':
    case 'functionScan':
    case 'cteScan':
    case 'sort':
      return true
    case 'project':
    case 'filter':
    case 'limit':
      return canGoBackwards(plan.input)
    case 'setOperation':
      return (
        plan.operation === 'union' &&
        plan.all &&
        canGoBackwards(plan.left) &&
        canGoBackwards(plan.right)
      )
    default:
      return false
  }
}

/** Run a second time it might give other rows: those of the first run have to be kept. */
export function mayChangeWhenRepeated(plan: PlanNode, catalog: Catalog): boolean {
  let found = false
  walkPlan(plan, (node) => {
    found ||= node.kind === 'scan' && node.sample !== undefined
    visitNodeExpressions(node, (expression) => void (found ||= isVolatile(expression, catalog)))
  })
  return found
}
