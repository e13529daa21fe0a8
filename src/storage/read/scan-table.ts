/** The rows of a table in row id order or in reverse, one leaf a batch, skipping what zone filters rule out. */
import { BATCH_ROWS } from '../vector.ts'
import type { ScanRequest } from '../access.ts'
import type { ChildEntry, LeafNode, StorageContext } from '../page/node.ts'
import type { BatchStream } from '../task.ts'
import { childFor, rowIdBound } from '../tree/key-search.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { LeafCursor } from './leaf-cursor.ts'
import { leafBatch, leafHasLarge, resolveBatch } from './leaf-batch.ts'
import type { BatchShape } from './leaf-batch.ts'

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
  for (;;) {
    const leaf = cursor.next()
    if (leaf === undefined) return
    if ('missing' in leaf) {
      yield { kind: 'pages', addresses: leaf.missing }
      continue
    }
    const from = first === 0 ? 0 : rowIdBound(leaf.rowIds, first, 0, leaf.length)
    const to = last === Infinity ? leaf.length : rowIdBound(leaf.rowIds, last + 1, 0, leaf.length)
    if (from < to) yield* batches(leaf, shape, { from, to }, context)
    if (reverse ? from > 0 : to < leaf.length) return
  }
}

function tableCursor(root: TreeRoot, request: ScanRequest, context: StorageContext): LeafCursor {
  const { fromRowId, toRowId, zoneFilters } = request
  const start = request.reverse === true ? toRowId : fromRowId
  return new LeafCursor(root.top, {
    source: context.source,
    reverse: request.reverse === true,
    ...(zoneFilters !== undefined && zoneFilters.length > 0 && { zoneFilters }),
    ...(start !== undefined && {
      startChild: (children: readonly ChildEntry[]) => childFor(children, [], [], start),
    }),
    ...(toRowId !== undefined && {
      isPast: (entry: ChildEntry) => request.reverse !== true && entry.firstRowId > toRowId,
    }),
  })
}

/** Rows [from, to) of a leaf, in batches of at most BATCH_ROWS. */
export function* batches(
  leaf: LeafNode,
  shape: BatchShape,
  range: { readonly from: number; readonly to: number },
  context: StorageContext,
): BatchStream {
  const large = leafHasLarge(leaf, shape.columns)
  const count = Math.ceil((range.to - range.from) / BATCH_ROWS)
  for (let piece = 0; piece < count; piece++) {
    const index = shape.reverse ? count - 1 - piece : piece
    const from = range.from + index * BATCH_ROWS
    const to = Math.min(range.to, from + BATCH_ROWS)
    const rows = leafBatch(leaf, shape, from, to)
    yield large ? yield* resolveBatch(rows, context) : rows
  }
}
