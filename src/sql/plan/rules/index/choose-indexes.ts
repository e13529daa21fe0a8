/**
 * Replaces a filtered scan by an index scan where an index narrows it enough.
 *
 *   Scan(t filter id = $1 AND x > 2)   →   IndexScan(t using t_pkey, id = $1; filter x > 2)
 */
import type { PlanNode, ScanNode } from '../../plan-node.ts'
import { rewritePlan } from '../../plan-tree.ts'
import type { Rule, RuleContext } from '../rule.ts'
import {
  INDEX_ROW_COST,
  type IndexMatch,
  indexScan,
  isSearchable,
  matchIndex,
} from './index-range.ts'

export const chooseIndexes: Rule = {
  name: 'choose-indexes',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'scan' ? bestIndexScan(node, context) : node)),
}

function bestIndexScan(node: ScanNode, context: RuleContext): PlanNode {
  if (node.filter === undefined || node.sample !== undefined) return node
  let best: IndexMatch | undefined
  for (const index of node.relation.indexes) {
    if (!isSearchable(index)) continue
    const match = matchIndex(node, index, context)
    if (best === undefined || match.selectivity < best.selectivity) best = match
  }
  if (best === undefined || best.selectivity * INDEX_ROW_COST > 1) return node
  return indexScan(node, best)
}
