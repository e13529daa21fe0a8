/**
 * The rewrite rules in their order: the whole optimizer. Each takes a plan and gives back an equivalent one;
 * golden tests print the plan after every rule that changed it.
 */
import type { PlanNode } from './plan-node.ts'
import { decorrelate } from './rules/subquery/decorrelate.ts'
import { extractJoinKeys } from './rules/join/extract-join-keys.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { hoistWaitingCalls } from './rules/subquery/hoist-waiting-calls.ts'
import { hoistSubqueries } from './rules/subquery/hoist-subqueries.ts'
import { chooseIndexes } from './rules/index/choose-indexes.ts'
import { extremesByIndex } from './rules/index/extremes-by-index.ts'
import { joinByIndex } from './rules/index/join-by-index.ts'
import { sortByIndex } from './rules/index/sort-by-index.ts'
import { inlineCtes } from './rules/subquery/inline-ctes.ts'
import { listAlternatives } from './rules/list-alternatives.ts'
import { mergeProjects } from './rules/projection/merge-projects.ts'
import { orderJoins } from './rules/join/order-joins.ts'
import { dropIdentityProjects } from './rules/projection/drop-identity-projects.ts'
import { pruneColumns } from './rules/projection/prune-columns.ts'
import { pushDownFilters } from './rules/push-down-filters.ts'
import { pushDownLimits } from './rules/push-down-limits.ts'
import { shareExpressions } from './rules/projection/share-expressions.ts'
import type { Rule, RuleContext } from './rules/rule.ts'

export const RULES: readonly Rule[] = [
  hoistWaitingCalls,
  hoistSubqueries,
  listAlternatives,
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
  shareExpressions,
  pruneColumns,
  pushDownLimits,
  extremesByIndex,
  sortByIndex,
  dropIdentityProjects,
]

/** What tests want to know or to change. */
export interface OptimizeOptions {
  /** Sees each plan that a rule made of another one. */
  readonly onRule?: (rule: string, plan: PlanNode) => void
  readonly rules?: readonly Rule[]
}

/** Without it no plan can run; tests compare the other rules with this one alone. */
export const INDISPENSABLE_RULES: readonly Rule[] = [hoistWaitingCalls, hoistSubqueries]

export function optimize(
  plan: PlanNode,
  context: RuleContext,
  { onRule, rules = RULES }: OptimizeOptions = {},
): PlanNode {
  let current = plan
  for (const rule of rules) {
    const next = rule.apply(current, context)
    if (next !== current) onRule?.(rule.name, next)
    current = next
  }
  return current
}
