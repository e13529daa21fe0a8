/**
 * Replaces a filtered scan by an index scan where an index narrows it enough.
 *
 *   Scan(t filter id = $1 AND x > 2)   →   IndexScan(t using t_pkey, id = $1; filter x > 2)
 */
import { asComparison, withoutRelabel } from '../comparison.ts'
import type { ComparisonOperator } from '../comparison.ts'
import { isUniqueColumn, scanSelectivity } from '../estimate.ts'
import type { Expression } from '../expression.ts'
import { conjunction, conjuncts } from '../expression-tree.ts'
import type { IndexInfo } from '../../catalog/catalog.ts'
import type { IndexRange, IndexScanNode, PlanNode, ScanNode } from '../plan-node.ts'
import { outputIds, referencedColumns, rewritePlan } from '../plan-tree.ts'
import { areComparableKeys } from './index-keys.ts'
import type { Rule, RuleContext } from './rule.ts'

/** Fetching a row through an index costs about as much as scanning this many. */
const INDEX_ROW_COST = 20

export const chooseIndexes: Rule = {
  name: 'choose-indexes',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'scan' ? bestIndexScan(node, context) : node)),
}

/** A conjunct that restricts one attribute of the scan. */
interface Restriction {
  readonly part: Expression
  readonly attribute: number
  readonly operator: ComparisonOperator | 'any'
  readonly value: Expression
}

interface Candidate {
  readonly index: IndexInfo
  readonly range: IndexRange
  readonly used: ReadonlySet<Expression>
  readonly selectivity: number
}

function bestIndexScan(node: ScanNode, context: RuleContext): PlanNode {
  if (node.filter === undefined || node.sample !== undefined || node.relation.indexes.length === 0)
    return node
  const rows = context.statistics(node.tree)?.rowCount ?? 0
  const restrictions = findRestrictions(node, context)
  let best: Candidate | undefined
  for (const index of node.relation.indexes) {
    const candidate = matchIndex(node, index, restrictions, rows, context)
    if (candidate !== undefined && (best === undefined || candidate.selectivity < best.selectivity))
      best = candidate
  }
  if (best === undefined || best.selectivity * INDEX_ROW_COST > 1) return node
  return indexScan(node, best)
}

function indexScan(node: ScanNode, { index, range, used }: Candidate): IndexScanNode {
  const { filter: _, kind: __, ...rest } = node
  const filter = conjunction(conjuncts(node.filter).filter((part) => !used.has(part)))
  return {
    ...rest,
    kind: 'indexScan',
    index,
    range,
    reverse: false,
    ...(filter === undefined ? {} : { filter }),
  }
}

function findRestrictions(node: ScanNode, context: RuleContext): readonly Restriction[] {
  const own = outputIds(node)
  const isFree = (value: Expression): boolean =>
    ![...referencedColumns(value)].some((id) => own.has(id))
  return conjuncts(node.filter).flatMap((part): readonly Restriction[] => {
    const found = asRestriction(part, context)
    if (found === undefined || !isFree(found.value)) return []
    const source = node.sources[node.output.findIndex((column) => column.id === found.column)]
    if (source?.kind !== 'attribute') return []
    return [{ part, attribute: source.position, operator: found.operator, value: found.value }]
  })
}

function asRestriction(part: Expression, context: RuleContext) {
  const comparison = asComparison(part, context.catalog)
  if (comparison !== undefined) {
    return areComparableKeys(comparison.columnType, comparison.value.type) ? comparison : undefined
  }
  if (part.kind !== 'arrayComparison' || part.quantifier !== 'any') return undefined
  const left = withoutRelabel(part.left)
  if (left.kind !== 'column' || context.catalog.operator(part.operator)?.name !== '=')
    return undefined
  const element = context.catalog.type(part.array.type).elementType
  if (!areComparableKeys(left.type, element)) return undefined
  return { column: left.column, operator: 'any' as const, value: part.array }
}

function matchIndex(
  node: ScanNode,
  index: IndexInfo,
  restrictions: readonly Restriction[],
  rows: number,
  context: RuleContext,
): Candidate | undefined {
  if (index.predicate !== undefined || (index.method !== 'btree' && index.method !== 'hash'))
    return undefined
  const used = new Set<Expression>()
  const equal: Expression[] = []
  let position = 0
  for (; position < index.keys.length; position++) {
    const restriction = restrictionOn(node, index, position, restrictions, '=')
    if (restriction === undefined) break
    equal.push(restriction.value)
    used.add(restriction.part)
  }
  const any = position === 0 ? restrictionOn(node, index, 0, restrictions, 'any') : undefined
  const range =
    any === undefined
      ? boundsAfter(node, index, position, restrictions, used)
      : { anyOf: any.value }
  if (any !== undefined) used.add(any.part)
  if (used.size === 0) return undefined
  return {
    index,
    range: { equal, ...range },
    used,
    selectivity: selectivityOf(node, index, equal.length, used, rows, context),
  }
}

function selectivityOf(
  node: ScanNode,
  index: IndexInfo,
  equalColumns: number,
  used: ReadonlySet<Expression>,
  rows: number,
  context: RuleContext,
): number {
  if (index.isUnique && equalColumns === index.keys.length) return 0
  let selectivity = 1
  for (const part of used) {
    const single = scanSelectivity(part, node, rows, context)
    selectivity *=
      part.kind === 'arrayComparison' ? listSelectivity(part.array, index, node, rows) : single
  }
  return selectivity
}

function listSelectivity(
  array: Expression,
  index: IndexInfo,
  node: ScanNode,
  rows: number,
): number {
  const length = array.kind === 'array' ? array.elements.length : 10
  const column = node.relation.columns.find(
    (candidate) => candidate.number === index.keys[0]?.column,
  )
  const isUnique = column !== undefined && isUniqueColumn(node.relation, column.position)
  return Math.min(1, length * (isUnique ? 1 / Math.max(1, rows) : 0.005))
}

function restrictionOn(
  node: ScanNode,
  index: IndexInfo,
  position: number,
  restrictions: readonly Restriction[],
  ...operators: readonly Restriction['operator'][]
): Restriction | undefined {
  const number = index.keys[position]?.column
  const column = node.relation.columns.find((candidate) => candidate.number === number)
  if (column === undefined) return undefined
  return restrictions.find(
    (restriction) =>
      restriction.attribute === column.position && operators.includes(restriction.operator),
  )
}

/** Lower and upper bound on the first key column that has no equality. A descending key column swaps nothing: bounds are by value. */
function boundsAfter(
  node: ScanNode,
  index: IndexInfo,
  position: number,
  restrictions: readonly Restriction[],
  used: Set<Expression>,
): Pick<IndexRange, 'lower' | 'upper'> {
  if (
    index.method === 'hash' ||
    index.keys[position] === undefined ||
    index.keys[position].descending
  )
    return {}
  const lower = restrictionOn(node, index, position, restrictions, '>', '>=')
  const upper = restrictionOn(node, index, position, restrictions, '<', '<=')
  if (lower !== undefined) used.add(lower.part)
  if (upper !== undefined) used.add(upper.part)
  return {
    ...(lower === undefined
      ? {}
      : { lower: { value: lower.value, inclusive: lower.operator === '>=' } }),
    ...(upper === undefined
      ? {}
      : { upper: { value: upper.value, inclusive: upper.operator === '<=' } }),
  }
}
