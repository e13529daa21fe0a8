/**
 * Removes columns nobody above needs, down to the scans, which then read fewer pages' columns.
 *
 * Positions matter to set operations, modify nodes, CTEs and the statement's result: their inputs keep exactly their columns.
 */
import type { ColumnId, Expression } from '../../expression.ts'
import type { OutputColumn, PlanNode } from '../../plan-node.ts'
import {
  freeColumns,
  mapExpressions,
  mapInputs,
  outputIds,
  projectTo,
  referencedColumns,
} from '../../plan-tree.ts'
import type { Rule } from '../rule.ts'

export const pruneColumns: Rule = {
  name: 'prune-columns',
  apply: (plan) => pruneExact(plan),
}

/** Prunes below, but the plan's own columns stay, in their order. */
function pruneExact(plan: PlanNode): PlanNode {
  return projectTo(plan.output, prune(plan, outputIds(plan)))
}

/** The plan with at least the columns in `needed`, and few others. */
function prune(node: PlanNode, needed: ReadonlySet<ColumnId>): PlanNode {
  switch (node.kind) {
    case 'scan':
    case 'systemScan':
    case 'indexScan':
      return pruneScan(node, needed)
    case 'project':
      return pruneProject(node, needed)
    case 'filter':
    case 'sort':
    case 'limit':
    case 'lockRows': {
      const input = prune(node.input, union(needed, ownColumns(node)))
      return { ...node, input, output: input.output }
    }
    case 'distinct': {
      if (node.on === undefined) return { ...node, input: pruneExact(node.input) }
      const input = prune(node.input, union(needed, ownColumns(node)))
      return { ...node, input, output: input.output }
    }
    case 'join':
      return pruneJoin(node, needed)
    case 'apply':
      return pruneApply(node, needed)
    case 'aggregate':
      return pruneAggregate(node, needed)
    case 'window':
      return pruneWindow(node, needed)
    case 'projectSet':
      return { ...node, input: prune(node.input, ownColumns(node)) }
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({ ...cte, plan: pruneExact(cte.plan) })),
        input: pruneExact(node.input),
      }
    default:
      return mapInputs(node, pruneExact)
  }
}

function union(a: ReadonlySet<ColumnId>, b: ReadonlySet<ColumnId>): Set<ColumnId> {
  return new Set([...a, ...b])
}

function ownColumns(node: PlanNode): Set<ColumnId> {
  const used = new Set<ColumnId>()
  mapExpressions(node, (expression: Expression) => {
    referencedColumns(expression, used)
    return expression
  })
  return used
}

function pruneScan(
  node: Extract<PlanNode, { kind: 'scan' | 'systemScan' | 'indexScan' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const used = union(needed, ownColumns(node))
  const kept = node.output.map((column) => used.has(column.id))
  return {
    ...node,
    output: node.output.filter((_, index) => kept[index]),
    sources: node.sources.filter((_, index) => kept[index]),
  }
}

function pruneProject(
  node: Extract<PlanNode, { kind: 'project' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const kept = node.output.map((column) => needed.has(column.id))
  const expressions = node.expressions.filter((_, index) => kept[index])
  const used = new Set<ColumnId>()
  for (const expression of expressions) referencedColumns(expression, used)
  return {
    ...node,
    expressions,
    output: node.output.filter((_, index) => kept[index]),
    input: prune(node.input, used),
  }
}

function pruneJoin(
  node: Extract<PlanNode, { kind: 'join' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const used = union(needed, ownColumns(node))
  const left = prune(node.left, used)
  const right = prune(node.right, used)
  const isFiltering = node.type === 'semi' || node.type === 'anti'
  const mark: readonly OutputColumn[] = node.mark === undefined ? [] : [node.mark]
  return {
    ...node,
    left,
    right,
    // What only the condition reads ends here: the join need not copy it.
    output: [...left.output, ...(isFiltering ? mark : right.output)].filter(
      (column) => needed.has(column.id) || mark.includes(column),
    ),
  }
}

function pruneApply(
  node: Extract<PlanNode, { kind: 'apply' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const used = union(needed, ownColumns(node))
  const joins = node.form === 'inner' || node.form === 'left'
  const right = joins ? prune(node.right, used) : pruneExact(node.right)
  const left = prune(node.left, union(union(used, new Set(node.correlation)), freeColumns(right)))
  const below = outputIds(node.left)
  const appended = node.output.filter((column) => !below.has(column.id))
  return {
    ...node,
    left,
    right,
    output: joins ? [...left.output, ...right.output] : [...left.output, ...appended],
  }
}

/** Unused aggregates go; groups stay, they decide what rows there are. */
function pruneAggregate(
  node: Extract<PlanNode, { kind: 'aggregate' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const first = node.groups.length
  const kept = node.aggregates.map((_, index) => needed.has(node.output[first + index]!.id))
  const pruned: PlanNode = {
    ...node,
    aggregates: node.aggregates.filter((_, index) => kept[index]),
    output: node.output.filter((_, index) => index < first || (kept[index - first] ?? true)),
  }
  return { ...pruned, input: prune(node.input, ownColumns(pruned)) }
}

function pruneWindow(
  node: Extract<PlanNode, { kind: 'window' }>,
  needed: ReadonlySet<ColumnId>,
): PlanNode {
  const appended = node.output.slice(node.output.length - node.functions.length)
  const kept = node.functions.map((_, index) => needed.has(appended[index]!.id))
  const pruned = { ...node, functions: node.functions.filter((_, index) => kept[index]) }
  const input = prune(node.input, union(needed, ownColumns(pruned)))
  return {
    ...pruned,
    input,
    output: [...input.output, ...appended.filter((_, index) => kept[index])],
  }
}
