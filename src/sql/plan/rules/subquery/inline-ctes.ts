/**
 * Replaces a CTE that is read exactly once by its plan at the place of reading, as PostgreSQL does: conditions can then be
 * pushed into it. Recursive, data-modifying, volatile and MATERIALIZED ones stay.
 */
import type { CteDefinition, PlanNode } from '../../plan-node.ts'
import { columnReference, rewritePlan, visitNodeExpressions, walkPlan } from '../../plan-tree.ts'
import { isVolatile } from '../../volatility.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const inlineCtes: Rule = {
  name: 'inline-ctes',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'with' ? inlineWith(node, context) : node)),
}

function inlineWith(node: Extract<PlanNode, { kind: 'with' }>, context: RuleContext): PlanNode {
  let input = node.input
  let kept: readonly CteDefinition[] = node.ctes
  // Later CTEs may read earlier ones: go from the last to the first, so that a chain collapses.
  for (const cte of node.ctes.toReversed()) {
    if (!isInlinable(cte, context)) continue
    const others = kept.filter((other) => other !== cte)
    const reads =
      countReads(input, cte.id) +
      others.reduce((sum, other) => sum + countReads(other.plan, cte.id), 0)
    // NOT MATERIALIZED read twice would need fresh column ids for each copy; sharing one result is equivalent.
    if (reads !== 1) continue
    input = inlineInto(input, cte)
    kept = others.map((other) => ({ ...other, plan: inlineInto(other.plan, cte) }))
  }
  return kept.length === 0 ? input : { ...node, ctes: kept, input }
}

function isInlinable(cte: CteDefinition, context: RuleContext): boolean {
  if (cte.isModifying || cte.materialized === true || cte.plan.kind === 'recursiveUnion')
    return false
  let volatile = false
  walkPlan(cte.plan, (node) => {
    volatile ||= node.kind === 'lockRows'
    visitNodeExpressions(node, (expression) => {
      volatile ||=
        expression.kind === 'call' && isVolatile({ ...expression, args: [] }, context.catalog)
    })
  })
  return !volatile
}

function countReads(plan: PlanNode, cte: number): number {
  let reads = 0
  walkPlan(plan, (node) => {
    if (node.kind === 'cteScan' && node.cte === cte) reads++
  })
  return reads
}

function inlineInto(plan: PlanNode, cte: CteDefinition): PlanNode {
  return rewritePlan(plan, (node) => {
    if (node.kind !== 'cteScan' || node.cte !== cte.id) return node
    const sources = new Map(cte.plan.output.map((column) => [column.id, column]))
    return {
      kind: 'project',
      input: cte.plan,
      expressions: node.columns.map((id) => columnReference(sources.get(id)!)),
      output: node.output,
    }
  })
}
