/**
 * Removes sorts that an index makes unnecessary:
 *
 *   Sort(b) over IndexScan(t using t_b_idx, b > 5)             →   the index scan, forwards or backwards
 *   Sort(b limit 10) over Scan(t filter b > 5 AND c = 1)       →   IndexScan(t using t_b_idx, b > 5; filter c = 1)
 *
 * The second only for the first few rows of many: whoever wants all of them is better served by a scan and a sort.
 */
import type { IndexInfo } from '../../../catalog/catalog.ts'
import { withoutRelabel } from '../../comparison.ts'
import { estimateRows } from '../../estimate.ts'
import type { SortKey } from '../../expression.ts'
import type { IndexScanNode, PlanNode, ScanNode, SortNode } from '../../plan-node.ts'
import { rewritePlan } from '../../plan-tree.ts'
import type { Rule, RuleContext } from '../rule.ts'
import { INDEX_ROW_COST, indexScan, matchIndex } from './index-range.ts'

/** Tables below this many rows may be read through an index whatever it costs. */
const SMALL_TABLE_ROWS = 2000
/** What a LIMIT that is a parameter is taken for. */
const USUAL_LIMIT = 100

export const sortByIndex: Rule = {
  name: 'sort-by-index',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => {
      if (node.kind !== 'sort') return node
      return readInOrder(node.keys, node.input, wantedRows(node), context) ?? node
    }),
}

/** How many rows will be read; undefined = all. */
function wantedRows({ limit }: SortNode): number | undefined {
  if (limit === undefined) return undefined
  return limit.kind === 'constant' && typeof limit.value === 'number' ? limit.value : USUAL_LIMIT
}

/** The input in the order of the keys; undefined when no index gives it cheaply. */
function readInOrder(
  keys: readonly SortKey[],
  input: PlanNode,
  wanted: number | undefined,
  context: RuleContext,
): PlanNode | undefined {
  switch (input.kind) {
    case 'project': {
      const lowered = throughProject(keys, input)
      const ordered = lowered && readInOrder(lowered, input.input, wanted, context)
      return ordered && { ...input, input: ordered }
    }
    case 'indexScan': {
      const reverse = directionOf(keys, input, input.index, input.range.equal.length, context)
      return reverse === undefined ? undefined : { ...input, reverse }
    }
    case 'scan':
      return wanted === undefined ? undefined : scanInOrder(keys, input, wanted, context)
    default:
      return undefined
  }
}

/** The keys over the projection's input; undefined when one of them is computed. */
function throughProject(
  keys: readonly SortKey[],
  project: Extract<PlanNode, { kind: 'project' }>,
): readonly SortKey[] | undefined {
  const definitions = new Map(
    project.output.map((column, i) => [column.id, project.expressions[i]]),
  )
  const lowered: SortKey[] = []
  for (const key of keys) {
    const expression = withoutRelabel(key.expression)
    if (expression.kind !== 'column') return undefined
    lowered.push({ ...key, expression: definitions.get(expression.column) ?? expression })
  }
  return lowered
}

function scanInOrder(
  keys: readonly SortKey[],
  scan: ScanNode,
  wanted: number,
  context: RuleContext,
): IndexScanNode | undefined {
  if (scan.sample !== undefined) return undefined
  const rows = context.statistics(scan.tree)?.rowCount ?? 0
  const kept = Math.max(estimateRows(scan, context), 1) / Math.max(rows, 1)
  for (const index of scan.relation.indexes) {
    if (index.method !== 'btree' || index.predicate !== undefined) continue
    const match = matchIndex(scan, index, context)
    const reverse = directionOf(keys, scan, index, match.range.equal.length, context)
    if (reverse === undefined) continue
    // Rows of the range that are looked at until enough of them satisfy the rest of the filter.
    const inRange = Math.max(match.selectivity, kept) * rows
    const read = Math.min(inRange, (wanted * Math.max(match.selectivity, kept)) / kept)
    if (read * INDEX_ROW_COST > Math.max(rows, SMALL_TABLE_ROWS)) continue
    return indexScan(scan, match, reverse)
  }
  return undefined
}

/**
 * false = the index forwards has the order of the keys, true = backwards, undefined = neither. Columns that an equality pins to one
 * value, the first `pinned` ones of the index, may be left out.
 */
function directionOf(
  keys: readonly SortKey[],
  scan: ScanNode | IndexScanNode,
  index: IndexInfo,
  pinned: number,
  context: RuleContext,
): boolean | undefined {
  if (index.method !== 'btree' || index.predicate !== undefined) return undefined
  let position = 0
  let reverse: boolean | undefined
  for (const key of keys) {
    while (position < pinned && !isKeyOn(key, scan, index, position)) position++
    const part = index.keys[position]
    if (part === undefined || !isKeyOn(key, scan, index, position)) return undefined
    const isPinned = position < pinned
    position++
    if (isPinned) continue
    const locale =
      part.collation === 0 ? undefined : context.catalog.collationLocale(part.collation)
    if (key.locale !== locale) return undefined
    const flipped = key.descending !== part.descending
    if ((key.nullsFirst !== part.nullsFirst) !== flipped) return undefined
    if (reverse !== undefined && reverse !== flipped) return undefined
    reverse = flipped
  }
  return reverse ?? false
}

function isKeyOn(
  key: SortKey,
  scan: ScanNode | IndexScanNode,
  index: IndexInfo,
  position: number,
): boolean {
  const expression = withoutRelabel(key.expression)
  const number = index.keys[position]?.column
  const column = scan.relation.columns.find((candidate) => candidate.number === number)
  if (expression.kind !== 'column' || column === undefined) return false
  const source = scan.sources[scan.output.findIndex(({ id }) => id === expression.column)]
  return source?.kind === 'attribute' && source.position === column.position
}
