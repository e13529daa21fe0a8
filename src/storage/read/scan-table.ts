/** The rows of a table in row id order or in reverse, a batch a leaf, skipping what zone filters rule out. */
import { BATCH_ROWS } from '../vector.ts'
import type { Batch } from '../vector.ts'
import type { ScanRequest } from '../access.ts'
import type { LeafNode, StorageContext } from '../page/node.ts'
import type { BatchStream } from '../task.ts'
import { childFor, rowIdBound } from '../tree/key-search.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { LeafCursor } from './leaf-cursor.ts'
import { BatchGatherer, GATHER_BELOW_ROWS } from './batch-gatherer.ts'
import { largePieces, leafBatch, leafHasLarge, resolveBatch } from './leaf-batch.ts'
import type { BatchShape, RowRange } from './leaf-batch.ts'

/** The root must be frozen: the caller has ended the epoch that made it. */
export function* scanTable(
  root: TreeRoot,
  request: ScanRequest,
  context: StorageContext,
): BatchStream {
  const reverse = request.reverse === true
  const shape: BatchShape = {
    columns: request.columns,
    withRowId: request.withRowId === true,
    reverse,
  }
  const first = request.fromRowId ?? 0
  const last = request.toRowId ?? Infinity
  const cursor = tableCursor(root, request, context)
  const gatherer = new BatchGatherer()
  let isFirst = true
  for (;;) {
    const leaf = cursor.next()
    if (leaf === undefined) break
    if ('missing' in leaf) {
      yield { kind: 'pages', addresses: leaf.missing, isPassing: leaf.isPassing }
      continue
    }
    const from = first === 0 ? 0 : rowIdBound(leaf.rowIds, first, 0, leaf.length)
    const to = last === Infinity ? leaf.length : rowIdBound(leaf.rowIds, last + 1, 0, leaf.length)
    if (from < to) {
      // The first leaf goes out at once: a LIMIT may want no more.
      const isSmall = to - from < GATHER_BELOW_ROWS && !isFirst
      isFirst = false
      if (isSmall && !leafHasLarge(leaf, shape.columns)) {
        yield* gathered(gatherer, leafBatch(leaf, shape, from, to))
      } else {
        yield* rest(gatherer)
        yield* batches(leaf, shape, { from, to }, context)
      }
    }
    if (reverse ? from > 0 : to < leaf.length) break
  }
  yield* rest(gatherer)
}

function* gathered(gatherer: BatchGatherer, rows: Batch): BatchStream {
  if (!gatherer.fits(rows)) yield* rest(gatherer)
  gatherer.add(rows)
}

function* rest(gatherer: BatchGatherer): BatchStream {
  const rows = gatherer.take()
  if (rows !== undefined) yield rows
}

function tableCursor(root: TreeRoot, request: ScanRequest, context: StorageContext): LeafCursor {
  const { fromRowId, toRowId, zoneFilters } = request
  const reverse = request.reverse === true
  const start = reverse ? toRowId : fromRowId
  return new LeafCursor(root.top, {
    source: context.source,
    reverse,
    zoneFilters: zoneFilters?.length === 0 ? undefined : zoneFilters,
    wanted: { positions: request.columns, rowIds: needsRowIds(request) },
    startChild: start === undefined ? undefined : (children) => childFor(children, [], [], start),
    isPast: toRowId === undefined || reverse ? undefined : (entry) => entry.firstRowId > toRowId,
  })
}

/** Also to find where a range begins and ends. */
function needsRowIds({ withRowId, fromRowId, toRowId }: ScanRequest): boolean {
  return withRowId === true || fromRowId !== undefined || toRowId !== undefined
}

/** Rows [from, to) of a leaf, in batches of at most BATCH_ROWS; fewer where large values are read. */
export function* batches(
  leaf: LeafNode,
  shape: BatchShape,
  range: RowRange,
  context: StorageContext,
): BatchStream {
  if (leafHasLarge(leaf, shape.columns)) {
    const pieces = largePieces(leaf, shape.columns, range)
    if (shape.reverse) pieces.reverse()
    for (const { from, to } of pieces) {
      yield yield* resolveBatch(leafBatch(leaf, shape, from, to), context)
    }
    return
  }
  const count = Math.ceil((range.to - range.from) / BATCH_ROWS)
  for (let piece = 0; piece < count; piece++) {
    const index = shape.reverse ? count - 1 - piece : piece
    const from = range.from + index * BATCH_ROWS
    yield leafBatch(leaf, shape, from, Math.min(range.to, from + BATCH_ROWS))
  }
}
