/**
 * What part of an index the conditions of a scan ask for: equalities on its first columns, then bounds on the next, or a list of
 * keys. Shared by the rules that read tables through indexes.
 */
import type { Catalog, IndexInfo } from '../../../catalog/catalog.ts'
import { asComparison, withoutRelabel } from '../../comparison.ts'
import type { ComparisonOperator } from '../../comparison.ts'
import { isUniqueColumn, scanSelectivity } from '../../estimate.ts'
import type { ColumnId, Expression } from '../../expression.ts'
import { conjunction, conjuncts } from '../../expression-tree.ts'
import type { IndexRange, IndexScanNode, ScanNode } from '../../plan-node.ts'
import { outputIds, referencedColumns } from '../../plan-tree.ts'
import { isVolatile } from '../../volatility.ts'
import type { RuleContext } from '../rule.ts'
import { areComparableKeys } from '../../../types/compare/comparable-keys.ts'
import { prefixBounds } from './prefix-bounds.ts'

/** Fetching a row through an index costs about as much as scanning this many. */
export const INDEX_ROW_COST = 20

/** A conjunct that restricts one attribute of the scan. */
interface Restriction {
  readonly part: Expression
  /** The restriction says less than the conjunct, which must still be tested. */
  readonly isPartial: boolean
  readonly attribute: number
  readonly operator: ComparisonOperator | 'any'
  readonly value: Expression
  /** Collation of the comparison, for those that depend on order. */
  readonly locale: string | undefined
}

export interface IndexMatch {
  readonly index: IndexInfo
  readonly range: IndexRange
  /** Conjuncts the range makes good; the others stay as filter. */
  readonly used: ReadonlySet<Expression>
  /** Part of the table's rows in the range. */
  readonly selectivity: number
}

/** Whether the index has an entry for every row and its order is that of its columns. */
export function isSearchable(index: IndexInfo): boolean {
  return index.predicate === undefined && (index.method === 'btree' || index.method === 'hash')
}

/** The range of the index that the scan's filter asks for; the whole index when it asks for none. */
export function matchIndex(node: ScanNode, index: IndexInfo, context: RuleContext): IndexMatch {
  const restrictions = findRestrictions(node, context)
  const rows = context.statistics(node.tree)?.rowCount ?? 0
  const used = new Set<Restriction>()
  const equal: Expression[] = []
  for (let position = 0; position < index.keys.length; position++) {
    const restriction = restrictionOn(node, index, position, restrictions, ['='])
    if (restriction === undefined) break
    equal.push(restriction.value)
    used.add(restriction)
  }
  const any = equal.length === 0 ? restrictionOn(node, index, 0, restrictions, ['any']) : undefined
  const rest =
    any === undefined
      ? boundsAfter(node, index, equal.length, restrictions, used, context.catalog)
      : { anyOf: any.value }
  if (any !== undefined) used.add(any)
  const isPoint = index.isUnique && equal.length === index.keys.length
  return {
    index,
    range: { equal, ...rest },
    used: new Set([...used].filter(({ isPartial }) => !isPartial).map(({ part }) => part)),
    selectivity: isPoint ? 0 : selectivityOf(node, index, used, rows, context),
  }
}

export function indexScan(node: ScanNode, match: IndexMatch, reverse = false): IndexScanNode {
  const { filter: _, kind: __, ...rest } = node
  const filter = conjunction(conjuncts(node.filter).filter((part) => !match.used.has(part)))
  return {
    ...rest,
    kind: 'indexScan',
    index: match.index,
    range: match.range,
    reverse,
    ...(filter === undefined ? {} : { filter }),
  }
}

function findRestrictions(node: ScanNode, context: RuleContext): readonly Restriction[] {
  const own = outputIds(node)
  const isFree = (value: Expression): boolean =>
    ![...referencedColumns(value)].some((id) => own.has(id)) && !isVolatile(value, context.catalog)
  return conjuncts(node.filter).flatMap((part) =>
    asRestrictions(part, context).flatMap(({ column, ...found }): readonly Restriction[] => {
      if (!isFree(found.value)) return []
      const source = node.sources[node.output.findIndex(({ id }) => id === column)]
      return source?.kind === 'attribute' ? [{ ...found, part, attribute: source.position }] : []
    }),
  )
}

type Found = Omit<Restriction, 'part' | 'attribute'> & { readonly column: ColumnId }

function asRestrictions(part: Expression, context: RuleContext): readonly Found[] {
  const comparison = asComparison(part, context.catalog)
  if (comparison !== undefined) {
    if (!areComparableKeys(comparison.columnType, comparison.value.type)) return []
    return [{ ...comparison, isPartial: false, locale: localeOf(part, context.catalog) }]
  }
  if (part.kind === 'call') {
    return prefixBounds(part, context.catalog).map((bound) => ({
      ...bound,
      isPartial: true,
      locale: undefined,
    }))
  }
  if (part.kind !== 'arrayComparison' || part.quantifier !== 'any') return []
  const left = withoutRelabel(part.left)
  if (left.kind !== 'column' || context.catalog.operator(part.operator)?.name !== '=') return []
  const element = context.catalog.type(part.array.type).elementType
  if (!areComparableKeys(left.type, element)) return []
  return [
    {
      column: left.column,
      operator: 'any',
      value: part.array,
      isPartial: false,
      locale: undefined,
    },
  ]
}

function localeOf(part: Expression, catalog: Catalog): string | undefined {
  return part.kind === 'call' && part.inputCollation !== 0
    ? catalog.collationLocale(part.inputCollation)
    : undefined
}

function selectivityOf(
  node: ScanNode,
  index: IndexInfo,
  used: ReadonlySet<Restriction>,
  rows: number,
  context: RuleContext,
): number {
  let selectivity = 1
  const counted = new Set<Expression>()
  for (const { part, isPartial } of used) {
    if (counted.has(part)) continue
    counted.add(part)
    if (isPartial) selectivity *= PREFIX_SELECTIVITY
    else if (part.kind === 'arrayComparison')
      selectivity *= listSelectivity(part.array, index, node, rows)
    else selectivity *= scanSelectivity(part, node, rows, context)
  }
  return selectivity
}

/** LIKE 'prefix%': PostgreSQL's guess for a pattern. */
const PREFIX_SELECTIVITY = 0.01

function listSelectivity(
  array: Expression,
  index: IndexInfo,
  node: ScanNode,
  rows: number,
): number {
  const length = array.kind === 'array' ? array.elements.length : 10
  const column = node.relation.columns.find(({ number }) => number === index.keys[0]?.column)
  const isUnique = column !== undefined && isUniqueColumn(node.relation, column.position)
  return Math.min(1, length * (isUnique ? 1 / Math.max(1, rows) : 0.005))
}

function restrictionOn(
  node: ScanNode,
  index: IndexInfo,
  position: number,
  restrictions: readonly Restriction[],
  operators: readonly Restriction['operator'][],
): Restriction | undefined {
  const number = index.keys[position]?.column
  const column = node.relation.columns.find((candidate) => candidate.number === number)
  if (column === undefined) return undefined
  return restrictions.find(
    (restriction) =>
      restriction.attribute === column.position && operators.includes(restriction.operator),
  )
}

/** Lower and upper bound on the first key column that has no equality. The executor knows about descending keys: bounds are by value. */
function boundsAfter(
  node: ScanNode,
  index: IndexInfo,
  position: number,
  restrictions: readonly Restriction[],
  used: Set<Restriction>,
  catalog: Catalog,
): Pick<IndexRange, 'lower' | 'upper'> {
  const key = index.keys[position]
  if (index.method === 'hash' || key === undefined) return {}
  const order = key.collation === 0 ? undefined : catalog.collationLocale(key.collation)
  const ordered = restrictions.filter(({ locale }) => locale === order)
  const lower = restrictionOn(node, index, position, ordered, ['>', '>='])
  const upper = restrictionOn(node, index, position, ordered, ['<', '<='])
  if (lower !== undefined) used.add(lower)
  if (upper !== undefined) used.add(upper)
  return {
    ...(lower && { lower: { value: lower.value, inclusive: lower.operator === '>=' } }),
    ...(upper && { upper: { value: upper.value, inclusive: upper.operator === '<=' } }),
  }
}
