/**
 * Reads a table through an index: evaluates the range, seeks the entries, fetches the rows by id, applies the residual condition.
 * A full equality on a unique index is one look-up.
 */
import type { KeyBound, SeekRequest } from '../../../../storage/access.ts'
import { type BatchStream, PAUSE, type Suspension, type Task } from '../../../../storage/task.ts'
import { type Batch, type Datum, datumAt } from '../../../../storage/vector.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { IndexScanNode } from '../../../plan/plan-node.ts'
import { PgArray } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import { compareValues } from '../../../types/compare/compare-values.ts'
import { datumKey } from '../../keys/key-encoding.ts'
import {
  compileFree,
  layoutOf,
  makeOperator,
  type Operator,
  type Preparation,
} from '../operator.ts'
import { keepTrue } from '../row/filter.ts'
import { rowIdColumn, type ScanColumns, scanColumns, withColumns } from './scan-columns.ts'

type Free = (context: ExecutionContext) => Datum | null

interface CompiledBound {
  readonly value: Free
  readonly inclusive: boolean
}

interface CompiledRange {
  readonly equal: readonly Free[]
  readonly lower: CompiledBound | undefined
  readonly upper: CompiledBound | undefined
  readonly anyOf: Free | undefined
  readonly notNull: boolean
}

interface IndexReader {
  readonly node: IndexScanNode
  readonly range: CompiledRange
  readonly columns: ScanColumns
  readonly condition: Kernel | undefined
  readonly rowIds: ColumnId | undefined
}

/** Rows fetched at first; then more and more, so that a LIMIT above pays for little. */
const FIRST_FETCH = 16
const FETCH_GROWTH = 4

export function prepareIndexScan(node: IndexScanNode, preparation: Preparation): Operator {
  const { equal, lower, upper, anyOf } = node.range
  const bound = (side: typeof lower): CompiledBound | undefined =>
    side && { value: compileFree(side.value, preparation), inclusive: side.inclusive }
  const reader: IndexReader = {
    node,
    range: {
      equal: equal.map((value) => compileFree(value, preparation)),
      lower: bound(lower),
      upper: bound(upper),
      anyOf: anyOf && compileFree(anyOf, preparation),
      notNull: node.range.notNull === true,
    },
    columns: scanColumns(node.sources, node.output, node.relation),
    condition:
      node.filter && compileExpression(node.filter, layoutOf(node.output), preparation.compilation),
    rowIds: rowIdColumn(node),
  }
  return makeOperator(node.output, preparation.catalog, (context) =>
    reader.range.anyOf === undefined
      ? indexScan(reader, context)
      : scanAnyOf(reader, reader.range.anyOf, context),
  )
}

function* indexScan(reader: IndexReader, context: ExecutionContext): BatchStream {
  const equal: Datum[] = []
  for (const part of reader.range.equal) {
    const value = part(context)
    if (value === null) return
    equal.push(value)
  }
  yield* scanKeys(reader, equal, context)
}

/** One look-up per distinct key, in the order of the index. */
function* scanAnyOf(reader: IndexReader, anyOf: Free, context: ExecutionContext): BatchStream {
  const list = anyOf(context)
  if (!(list instanceof PgArray)) return
  const distinct = new Map(
    list.elements.flatMap((element) => (element === null ? [] : [[datumKey(element), element]])),
  )
  const [first] = reader.node.index.keys
  const locale =
    first.collation === 0 ? undefined : context.catalog.collationLocale(first.collation)
  const direction = first.descending !== reader.node.reverse ? -1 : 1
  const keys = [...distinct.values()].sort((a, b) => direction * compareValues(a, b, locale))
  for (const key of keys) yield* scanKeys(reader, [key], context)
}

function* scanKeys(
  reader: IndexReader,
  equal: readonly Datum[],
  context: ExecutionContext,
): BatchStream {
  const { node, range } = reader
  const reads = context.readsOf(reader.rowIds)
  // Of a deferrable key several rows may have the same for a while.
  const { isUnique, deferrable, keys } = node.index
  const isPoint = isUnique && !deferrable && equal.length === keys.length
  if (isPoint) {
    const rowId = yield* reads.firstMatch(node.index.tree, equal)
    if (rowId !== undefined) yield* fetchRows(reader, [rowId], context)
    return
  }
  const request = seekRequest(reader, equal, context)
  if (request === undefined) return
  let chunk = range.lower === undefined && range.upper === undefined ? FIRST_FETCH : FIRST_FETCH * 4
  for (const item of reads.seek(node.index.tree, request)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const ids = rowIdsOf(item)
    for (let start = 0; start < ids.length;) {
      const end = Math.min(ids.length, start + chunk)
      yield* fetchRows(reader, ids.subarray(start, end), context)
      start = end
      chunk = Math.min(chunk * FETCH_GROWTH, 1024)
    }
    if (context.isPauseDue(ids.length)) yield PAUSE
  }
}

function rowIdsOf(entries: Batch): Float64Array {
  const ids = entries.columns[entries.columns.length - 1]
  if (ids.kind === 'int64' && ids.values instanceof Float64Array) {
    return ids.values.subarray(0, entries.length)
  }
  return Float64Array.from({ length: entries.length }, (_, i) => Number(datumAt(ids, i)))
}

function* fetchRows(
  reader: IndexReader,
  rowIds: ArrayLike<number>,
  context: ExecutionContext,
): BatchStream {
  const { node, columns, condition } = reader
  const fetching: Task<Batch> = context
    .readsOf(reader.rowIds)
    .fetch(node.tree, rowIds, columns.positions)
  const found = yield* fetching as Generator<Suspension, Batch, void>
  if (found.length === 0) return
  const rows = withColumns(found, columns.arrange(found.columns))
  const kept = condition === undefined ? rows : keepTrue(rows, condition, context)
  if (kept !== undefined) yield kept
}

/** Bounds in the order of the index; undefined when nothing can match. Nulls never satisfy a bound, so they are fenced off. */
function seekRequest(
  { node, range }: IndexReader,
  equal: readonly Datum[],
  context: ExecutionContext,
): SeekRequest | undefined {
  const prefix: KeyBound | undefined =
    equal.length === 0 ? undefined : { values: equal, inclusive: true }
  let lower = prefix
  let upper = prefix
  if (range.lower !== undefined || range.upper !== undefined || range.notNull) {
    const key = node.index.keys[equal.length]
    const atStart = key.descending ? range.upper : range.lower
    const atEnd = key.descending ? range.lower : range.upper
    const startValue = atStart?.value(context)
    const endValue = atEnd?.value(context)
    if (startValue === null || endValue === null) return undefined
    const nulls: KeyBound = { values: [...equal, null], inclusive: false }
    if (atStart !== undefined && startValue !== undefined) {
      lower = { values: [...equal, startValue], inclusive: atStart.inclusive }
    } else if (key.nullsFirst) lower = nulls
    if (atEnd !== undefined && endValue !== undefined) {
      upper = { values: [...equal, endValue], inclusive: atEnd.inclusive }
    } else if (!key.nullsFirst) upper = nulls
  }
  return {
    columns: [],
    ...(lower && { lower }),
    ...(upper && { upper }),
    ...(node.reverse && { reverse: true }),
  }
}
