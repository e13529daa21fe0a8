/**
 * How many rows a plan will make: good enough to order joins and to choose between index and scan, no better.
 * Facts come from the trees' root pages (row counts, minima and maxima); the rest are PostgreSQL's default guesses.
 */
import type { TreeId, TreeStatistics } from '../../storage/access.ts'
import type { Catalog, Relation } from '../catalog/catalog.ts'
import { PgArray } from '../types/value-classes.ts'
import { asComparison } from './comparison.ts'
import type { ColumnId, Expression } from './expression.ts'
import { conjuncts } from './expression-tree.ts'
import type { PlanNode, ScanSource } from './plan-node.ts'

export interface EstimateContext {
  readonly catalog: Catalog
  statistics(tree: TreeId): TreeStatistics | undefined
}

const DEFAULT_EQUALITY = 0.01
const DEFAULT_RANGE = 1 / 3
const DEFAULT_OTHER = 0.5
const UNKNOWN_ROWS = 1000

type StoredScan = Extract<PlanNode, { kind: 'scan' | 'indexScan' }>

export function estimateRows(node: PlanNode, context: EstimateContext): number {
  switch (node.kind) {
    case 'empty':
      return 0
    case 'oneRow':
    case 'waitingCall':
      return 1
    case 'values':
    case 'constantRows':
      return node.rows.length
    case 'scan':
    case 'indexScan':
      return estimateScan(node, context)
    case 'systemScan':
      return node.filter === undefined ? UNKNOWN_ROWS : UNKNOWN_ROWS * DEFAULT_EQUALITY
    case 'functionScan':
      return 100
    case 'filter':
      return Math.max(
        1,
        estimateRows(node.input, context) * defaultSelectivity(node.condition, context.catalog),
      )
    case 'join':
      return estimateJoin(node, context)
    case 'apply':
      return node.form === 'inner' || node.form === 'left'
        ? estimateRows(node.left, context) * Math.max(1, estimateRows(node.right, context))
        : estimateRows(node.left, context)
    case 'aggregate':
      return node.groups.length === 0 ? 1 : Math.max(1, estimateRows(node.input, context) / 10)
    case 'limit':
      return Math.min(estimateRows(node.input, context), constantNumber(node.limit) ?? UNKNOWN_ROWS)
    case 'setOperation':
      return estimateRows(node.left, context) + estimateRows(node.right, context)
    case 'cteScan':
      return UNKNOWN_ROWS
    case 'recursiveUnion':
      return estimateRows(node.initial, context) * 10
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'with':
    case 'project':
    case 'projectSet':
    case 'window':
    case 'distinct':
    case 'sort':
    case 'lockRows':
      return estimateRows(node.input, context)
  }
}

function constantNumber(expression: Expression | undefined): number | undefined {
  return expression?.kind === 'constant' && typeof expression.value === 'number'
    ? expression.value
    : undefined
}

function estimateScan(node: StoredScan, context: EstimateContext): number {
  const rows = context.statistics(node.tree)?.rowCount ?? UNKNOWN_ROWS
  let selectivity = 1
  for (const part of conjuncts(node.filter))
    selectivity *= scanSelectivity(part, node, rows, context)
  if (node.kind === 'indexScan') selectivity *= indexSelectivity(node, rows, context)
  return Math.max(1, rows * selectivity)
}

function indexSelectivity(
  node: Extract<PlanNode, { kind: 'indexScan' }>,
  rows: number,
  context: EstimateContext,
): number {
  const { equal, lower, upper, anyOf } = node.range
  if (node.index.isUnique && equal.length === node.index.keys.length) return 1 / Math.max(1, rows)
  const rangeOf = (position: number) => {
    const number = node.index.keys[position]?.column
    const column = node.relation.columns.find((candidate) => candidate.number === number)
    return column && context.statistics(node.tree)?.columns[column.position]
  }
  const equality = (position: number): number => {
    const range = rangeOf(position)
    return range === undefined ? DEFAULT_EQUALITY : equalitySelectivity(range, rows)
  }
  let selectivity = 1
  for (let i = 0; i < equal.length; i++) selectivity *= equality(i)
  if (anyOf !== undefined) selectivity *= Math.min(1, equality(0) * listLength(anyOf))
  const range = rangeOf(equal.length)
  for (const [bound, operator] of [
    [lower, '>'],
    [upper, '<'],
  ] as const) {
    if (bound === undefined) continue
    selectivity *= (range && rangeFraction(range, operator, bound.value)) ?? DEFAULT_RANGE
  }
  return selectivity
}

/** What a list that is not known yet is taken for. */
const USUAL_LIST = 10

function listLength(list: Expression): number {
  if (list.kind === 'array') return list.elements.length
  return list.kind === 'constant' && list.value instanceof PgArray
    ? list.value.elements.length
    : USUAL_LIST
}

/** Selectivity of one conjunct on a stored table, from unique indexes and min/max where they help. */
export function scanSelectivity(
  condition: Expression,
  node: StoredScan,
  rows: number,
  context: EstimateContext,
): number {
  const comparison = asComparison(condition, context.catalog)
  if (comparison === undefined) return defaultSelectivity(condition, context.catalog)
  const attribute = sourceOf(node, comparison.column)
  if (attribute?.kind !== 'attribute') return defaultSelectivity(condition, context.catalog)
  const range = context.statistics(node.tree)?.columns[attribute.position]
  if (comparison.operator === '=') {
    if (isUniqueColumn(node.relation, attribute.position)) return 1 / Math.max(1, rows)
    return range === undefined ? DEFAULT_EQUALITY : equalitySelectivity(range, rows)
  }
  const fraction =
    range === undefined ? undefined : rangeFraction(range, comparison.operator, comparison.value)
  return fraction ?? DEFAULT_RANGE
}

/** At most one distinct value per integer between min and max. */
function equalitySelectivity(
  range: { readonly min: unknown; readonly max: unknown },
  rows: number,
): number {
  if (typeof range.min !== 'number' || typeof range.max !== 'number') return DEFAULT_EQUALITY
  const distinct = Math.min(rows, range.max - range.min + 1)
  return Math.max(1 / Math.max(1, rows), 1 / Math.max(1, distinct), 1 / 10000)
}

function rangeFraction(
  range: { readonly min: unknown; readonly max: unknown },
  operator: string,
  value: Expression,
): number | undefined {
  const { min, max } = range
  if (value.kind !== 'constant' || typeof value.value !== 'number') return undefined
  if (typeof min !== 'number' || typeof max !== 'number' || max <= min) return undefined
  const below = Math.min(1, Math.max(0, (value.value - min) / (max - min)))
  return Math.max(0.0001, operator.startsWith('<') ? below : 1 - below)
}

export function isUniqueColumn(relation: Relation, position: number): boolean {
  const column = relation.columns.find((candidate) => candidate.position === position)
  return relation.indexes.some(
    (index) =>
      index.isUnique &&
      index.keys.length === 1 &&
      index.predicate === undefined &&
      index.keys[0]?.column === column?.number,
  )
}

export function sourceOf(node: StoredScan, column: ColumnId): ScanSource | undefined {
  const index = node.output.findIndex((candidate) => candidate.id === column)
  return node.sources[index]
}

function defaultSelectivity(condition: Expression, catalog: Catalog): number {
  let selectivity = 1
  for (const part of conjuncts(condition)) {
    const comparison = asComparison(part, catalog)
    if (comparison !== undefined)
      selectivity *= comparison.operator === '=' ? DEFAULT_EQUALITY : DEFAULT_RANGE
    else if (part.kind === 'or')
      selectivity *= Math.min(
        1,
        part.args.reduce((sum, arg) => sum + defaultSelectivity(arg, catalog), 0),
      )
    else if (part.kind === 'arrayComparison') selectivity *= 0.05
    else selectivity *= DEFAULT_OTHER
  }
  return selectivity
}

function estimateJoin(node: Extract<PlanNode, { kind: 'join' }>, context: EstimateContext): number {
  const left = estimateRows(node.left, context)
  const right = estimateRows(node.right, context)
  if (node.type === 'semi' || node.type === 'anti')
    return node.mark === undefined ? Math.max(1, left / 2) : left
  const equalities =
    (node.keys?.length ?? 0) +
    conjuncts(node.condition).filter((part) => isEquality(part, context.catalog)).length
  // Equi-joins in practice follow foreign keys: the result is about as large as the larger side.
  const joined = equalities > 0 ? Math.max(left, right) : left * right
  if (node.type === 'left') return Math.max(joined, left)
  if (node.type === 'right') return Math.max(joined, right)
  return Math.max(1, joined)
}

function isEquality(condition: Expression, catalog: Catalog): boolean {
  return asComparison(condition, catalog)?.operator === '='
}
