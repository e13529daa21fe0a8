/**
 * Tells a sort below a LIMIT how many rows are wanted, so that it keeps only those (top-N).
 *
 *   Limit 10 offset 5 over Sort   →   Limit 10 offset 5 over Sort keeping 15
 */
import type { Expression } from '../expression.ts'
import type { LimitNode, PlanNode } from '../plan-node.ts'
import { rewritePlan } from '../plan-tree.ts'
import type { Rule } from './rule.ts'

export const pushDownLimits: Rule = {
  name: 'push-down-limits',
  apply: (plan) => rewritePlan(plan, (node) => (node.kind === 'limit' ? pushLimit(node) : node)),
}

type Wanted = Pick<Extract<PlanNode, { kind: 'sort' }>, 'limit' | 'skipped'>

function pushLimit(node: LimitNode): PlanNode {
  const wanted = wantedRows(node)
  return wanted === undefined ? node : { ...node, input: limitSort(node.input, wanted) }
}

/** LIMIT and OFFSET that are known before the first row: as one number where they are constants. */
function wantedRows({ limit, offset, tiesBy }: LimitNode): Wanted | undefined {
  if (limit === undefined || tiesBy !== undefined || !isFixed(limit)) return undefined
  if (offset === undefined) return { limit }
  if (limit.kind === 'constant' && offset.kind === 'constant') {
    if (typeof limit.value !== 'number' || typeof offset.value !== 'number') return undefined
    return { limit: { ...limit, value: limit.value + offset.value } }
  }
  return isFixed(offset) ? { limit, skipped: offset } : undefined
}

function isFixed(expression: Expression): boolean {
  return expression.kind === 'constant' || expression.kind === 'parameter'
}

function limitSort(node: PlanNode, wanted: Wanted): PlanNode {
  if (node.kind === 'project') return { ...node, input: limitSort(node.input, wanted) }
  return node.kind === 'sort' ? { ...node, ...wanted } : node
}
