/**
 * The rewrite rules in their order: the whole optimizer. Each takes a plan and gives back an equivalent one;
 * golden tests print the plan after every rule that changed it.
 */
import type { PlanNode } from './plan-node.ts'
import { chooseIndexes } from './rules/choose-indexes.ts'
import { decorrelate } from './rules/decorrelate.ts'
import { extractJoinKeys } from './rules/extract-join-keys.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { hoistSubqueries } from './rules/hoist-subqueries.ts'
import { inlineCtes } from './rules/inline-ctes.ts'
import { joinByIndex } from './rules/join-by-index.ts'
import { mergeProjects } from './rules/merge-projects.ts'
import { orderJoins } from './rules/order-joins.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushDownFilters } from './rules/push-down-filters.ts'
import { pushDownLimits } from './rules/push-down-limits.ts'
import type { Rule, RuleContext } from './rules/rule.ts'

export const RULES: readonly Rule[] = [
  hoistSubqueries,
  foldConstants,
  inlineCtes,
  pushDownFilters,
  decorrelate,
  { ...pushDownFilters, name: 'push-down-filters-again' }, // decorrelation makes new joins with movable conditions
  orderJoins,
  extractJoinKeys,
  joinByIndex,
  chooseIndexes,
  mergeProjects,
  pruneColumns,
  pushDownLimits,
]

/** Applies every rule; `onRule` sees each plan a rule changed. */
export function optimize(
  plan: PlanNode,
  context: RuleContext,
  onRule?: (rule: string, plan: PlanNode) => void,
): PlanNode {
  let current = plan
  for (const rule of RULES) {
    const next = rule.apply(current, context)
    if (next !== current) onRule?.(rule.name, next)
    current = next
  }
  return current
}
