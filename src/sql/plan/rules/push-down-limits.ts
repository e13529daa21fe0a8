/**
 * Tells a sort below a LIMIT how many rows are wanted, so that it keeps only those (top-N); and replaces the sort by an index
 * scan where an index already has the order.
 */
import type { Expression } from '../expression.ts'
import type { IndexInfo } from '../../catalog/catalog.ts'
import { withoutRelabel } from '../comparison.ts'
import type { LimitNode, PlanNode, ScanNode, SortNode } from '../plan-node.ts'
import { rewritePlan } from '../plan-tree.ts'
import type { Rule, RuleContext } from './rule.ts'

/** A LIMIT beyond this many rows is better served by a scan and a sort. */
const INDEX_ORDER_LIMIT_MAX = 10_000

export const pushDownLimits: Rule = {
  name: 'push-down-limits',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'limit' ? pushLimit(node, context) : node)),
}

function pushLimit(node: LimitNode, context: RuleContext): PlanNode {
  if (node.limit === undefined || node.tiesBy !== undefined) return node
  const wanted = wantedRows(node)
  if (wanted === undefined) return node
  return { ...node, input: limitSort(node.input, wanted, context) }
}

/** LIMIT + OFFSET as one constant; other forms are not pushed. */
function wantedRows(node: LimitNode): Extract<Expression, { kind: 'constant' }> | undefined {
  const { limit, offset } = node
  if (limit?.kind !== 'constant' || typeof limit.value !== 'number') return undefined
  if (offset === undefined) return limit
  if (offset.kind !== 'constant' || typeof offset.value !== 'number') return undefined
  return { ...limit, value: limit.value + offset.value }
}

function limitSort(
  node: PlanNode,
  wanted: Extract<Expression, { kind: 'constant' }>,
  context: RuleContext,
): PlanNode {
  if (node.kind === 'project') return { ...node, input: limitSort(node.input, wanted, context) }
  if (node.kind !== 'sort') return node
  if (Number(wanted.value) <= INDEX_ORDER_LIMIT_MAX) {
    const ordered = readInOrder(node, node.input, context)
    if (ordered !== undefined) return ordered
  }
  return { ...node, limit: wanted }
}

/** The sort's input read through an index in the sort's order; undefined when no index has it. */
function readInOrder(sort: SortNode, input: PlanNode, context: RuleContext): PlanNode | undefined {
  if (input.kind === 'project') {
    const definitions = new Map(input.output.map((column, i) => [column.id, input.expressions[i]!]))
    const keys = sort.keys.map((key) => {
      const expression = withoutRelabel(key.expression)
      const below = expression.kind === 'column' ? definitions.get(expression.column) : undefined
      return below === undefined ? key : { ...key, expression: below }
    })
    const ordered = readInOrder({ ...sort, keys }, input.input, context)
    return ordered === undefined ? undefined : { ...input, input: ordered }
  }
  if (input.kind !== 'scan' || input.sample !== undefined || input.filter !== undefined)
    return undefined
  for (const index of input.relation.indexes) {
    const reverse = orderDirection(sort, input, index, context)
    if (reverse === undefined) continue
    const { kind: _, ...rest } = input
    return { ...rest, kind: 'indexScan', index, range: { equal: [] }, reverse }
  }
  return undefined
}

/** false = forwards, true = backwards, undefined = the index does not have this order. */
function orderDirection(
  sort: SortNode,
  scan: ScanNode,
  index: IndexInfo,
  context: RuleContext,
): boolean | undefined {
  if (
    index.method !== 'btree' ||
    index.predicate !== undefined ||
    sort.keys.length > index.keys.length
  )
    return undefined
  let reverse: boolean | undefined
  for (const [position, key] of sort.keys.entries()) {
    const part = index.keys[position]!
    const expression = withoutRelabel(key.expression)
    const column = scan.relation.columns.find((candidate) => candidate.number === part.column)
    if (expression.kind !== 'column' || column === undefined) return undefined
    const source =
      scan.sources[scan.output.findIndex((candidate) => candidate.id === expression.column)]
    if (source?.kind !== 'attribute' || source.position !== column.position) return undefined
    if (key.locale !== context.catalog.collationLocale(part.collation)) return undefined
    const flipped = key.descending !== part.descending
    if ((key.nullsFirst !== part.nullsFirst) !== flipped) return undefined
    if (reverse !== undefined && reverse !== flipped) return undefined
    reverse = flipped
  }
  return reverse
}
