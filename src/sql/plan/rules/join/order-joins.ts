/**
 * Chooses the order of inner joins: flattens each cluster into its relations and conditions, then joins greedily, always the
 * relation that keeps the intermediate result smallest. Also puts the smaller input on the right, where hash joins build.
 *
 * LIMIT: greedy, left-deep; outer joins are not reordered.
 */
import { estimateRows } from '../../estimate.ts'
import type { ColumnId, Expression } from '../../expression.ts'
import { conjunction, conjuncts } from '../../expression-tree.ts'
import type { JoinNode, PlanNode } from '../../plan-node.ts'
import { mapInputs, outputIds, projectTo, referencedColumns } from '../../plan-tree.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const orderJoins: Rule = {
  name: 'order-joins',
  apply: (plan, context) => orderPlan(plan, context),
}

function isInnerJoin(node: PlanNode): node is JoinNode {
  return node.kind === 'join' && node.type === 'inner' && node.mark === undefined
}

function orderPlan(node: PlanNode, context: RuleContext): PlanNode {
  if (isInnerJoin(node)) {
    const relations: Relation[] = []
    const conditions: Condition[] = []
    flatten(node, relations, conditions, context)
    return projectTo(node.output, joinGreedily(relations, conditions, context))
  }
  return mapInputs(node, (input) => orderPlan(input, context))
}

interface Relation {
  readonly plan: PlanNode
  readonly ids: ReadonlySet<ColumnId>
  readonly rows: number
}

interface Condition {
  readonly expression: Expression
  readonly columns: ReadonlySet<ColumnId>
}

function flatten(
  node: PlanNode,
  relations: Relation[],
  conditions: Condition[],
  context: RuleContext,
): void {
  if (isInnerJoin(node)) {
    flatten(node.left, relations, conditions, context)
    flatten(node.right, relations, conditions, context)
    for (const expression of conjuncts(node.condition)) {
      conditions.push({ expression, columns: referencedColumns(expression) })
    }
    return
  }
  const plan = orderPlan(node, context)
  relations.push({ plan, ids: outputIds(plan), rows: estimateRows(plan, context) })
}

function joinGreedily(
  relations: readonly Relation[],
  conditions: readonly Condition[],
  context: RuleContext,
): PlanNode {
  const all = new Set(relations.flatMap((relation) => [...relation.ids]))
  const remaining = [...relations]
  const pending = new Set(conditions)
  const start = pickStart(remaining, pending, all)
  remaining.splice(remaining.indexOf(start), 1)
  let joined: PlanNode = start.plan
  let ids = new Set(start.ids)
  while (remaining.length > 0) {
    const next = pickNext(joined, ids, remaining, pending, all, context)
    remaining.splice(remaining.indexOf(next), 1)
    ids = new Set([...ids, ...next.ids])
    const applicable = [...pending].filter((condition) => isCovered(condition, ids, all))
    for (const condition of applicable) pending.delete(condition)
    joined = joinPair(joined, next.plan, conjunction(applicable.map((c) => c.expression)), context)
  }
  return joined
}

function isCovered(
  condition: Condition,
  ids: ReadonlySet<ColumnId>,
  all: ReadonlySet<ColumnId>,
): boolean {
  for (const id of condition.columns) if (all.has(id) && !ids.has(id)) return false
  return true
}

/** The smallest relation that some condition connects to another. */
function pickStart(
  relations: readonly Relation[],
  conditions: ReadonlySet<Condition>,
  all: ReadonlySet<ColumnId>,
): Relation {
  const connected = relations.filter((relation) =>
    [...conditions].some((condition) =>
      [...condition.columns].some((id) => all.has(id) && relation.ids.has(id)),
    ),
  )
  const candidates = connected.length > 0 ? connected : relations
  return candidates.reduce((best, relation) => (relation.rows < best.rows ? relation : best))
}

function pickNext(
  joined: PlanNode,
  ids: ReadonlySet<ColumnId>,
  remaining: readonly Relation[],
  pending: ReadonlySet<Condition>,
  all: ReadonlySet<ColumnId>,
  context: RuleContext,
): Relation {
  let best = remaining[0]!
  let bestRows = Infinity
  for (const relation of remaining) {
    const together = new Set([...ids, ...relation.ids])
    const applicable = [...pending].filter(
      (condition) =>
        isCovered(condition, together, all) &&
        [...condition.columns].some((id) => relation.ids.has(id)),
    )
    const rows =
      applicable.length === 0
        ? 1e6 * relation.rows * estimateRows(joined, context) // a cross product only when nothing else is left
        : estimateRows(
            joinOf(joined, relation.plan, conjunction(applicable.map((c) => c.expression))),
            context,
          )
    if (rows < bestRows) {
      best = relation
      bestRows = rows
    }
  }
  return best
}

function joinOf(left: PlanNode, right: PlanNode, condition: Expression | undefined): JoinNode {
  return {
    kind: 'join',
    type: 'inner',
    left,
    right,
    ...(condition === undefined ? {} : { condition }),
    output: [...left.output, ...right.output],
  }
}

/** The smaller side on the right: there the hash table is built. */
function joinPair(
  left: PlanNode,
  right: PlanNode,
  condition: Expression | undefined,
  context: RuleContext,
): JoinNode {
  return estimateRows(left, context) < estimateRows(right, context)
    ? joinOf(right, left, condition)
    : joinOf(left, right, condition)
}
