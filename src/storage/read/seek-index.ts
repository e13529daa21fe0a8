/** The entries of an index between two bounds, in key order or in reverse. */
import type { KeyBound, SeekRequest } from '../access.ts'
import type { ChildEntry, LeafNode, StorageContext } from '../page/node.ts'
import type { BatchStream } from '../task.ts'
import { columnOrders } from '../tree/key-order.ts'
import type { ColumnOrder } from '../tree/key-order.ts'
import { childForPrefix, compareEntryKey, leafBound } from '../tree/key-search.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { LeafCursor } from './leaf-cursor.ts'
import { leafBatch } from './leaf-batch.ts'
import type { BatchShape } from './leaf-batch.ts'
import { nodeAt } from './page-access.ts'
import { batches } from './scan-table.ts'

/** The root must be frozen: the caller has ended the epoch that made it. */
export function* seekIndex(
  root: TreeRoot,
  request: SeekRequest,
  context: StorageContext,
): BatchStream {
  const orders = columnOrders(root.schema, context.codec)
  const reverse = request.reverse === true
  const shape: BatchShape = { columns: request.columns, withRowId: true, reverse }
  const { lower, upper } = request
  if (lower !== undefined && upper !== undefined) {
    const leaf = leafAt(root.top, lower, orders, context)
    const to = leaf === undefined ? 0 : endOf(leaf, orders, upper)
    // The common case, a few entries in one leaf: no cursor.
    if (leaf !== undefined && to < leaf.length) {
      const from = startOf(leaf, orders, lower)
      if (from < to) yield leafBatch(leaf, shape, from, to)
      return
    }
  }
  const cursor = indexCursor(root, request, orders, context)
  for (;;) {
    const leaf = cursor.next()
    if (leaf === undefined) return
    if ('missing' in leaf) {
      yield { kind: 'pages', addresses: leaf.missing }
      continue
    }
    const from = startOf(leaf, orders, lower)
    const to = endOf(leaf, orders, upper)
    if (from < to) yield* batches(leaf, shape, { from, to }, context)
    if (reverse ? from > 0 : to < leaf.length) return
  }
}

/** The leaf in which the entries from `lower` on begin, if it has any; undefined when the tree is empty or a page is not at hand. */
export function leafAt(
  top: ChildEntry | undefined,
  lower: KeyBound,
  orders: readonly ColumnOrder[],
  context: StorageContext,
): LeafNode | undefined {
  if (top === undefined) return undefined
  let node = nodeAt(top, context.source)
  while (node !== undefined && node.kind === 'interior') {
    const index = childForPrefix(node.children, orders, lower.values, !lower.inclusive)
    node = nodeAt(node.children[index]!, context.source)
  }
  return node
}

function startOf(
  leaf: LeafNode,
  orders: readonly ColumnOrder[],
  lower: KeyBound | undefined,
): number {
  return lower === undefined ? 0 : leafBound(leaf, orders, lower.values, !lower.inclusive)
}

function endOf(
  leaf: LeafNode,
  orders: readonly ColumnOrder[],
  upper: KeyBound | undefined,
): number {
  return upper === undefined ? leaf.length : leafBound(leaf, orders, upper.values, upper.inclusive)
}

export function indexCursor(
  root: TreeRoot,
  request: SeekRequest,
  orders: readonly ColumnOrder[],
  context: StorageContext,
): LeafCursor {
  const { lower, upper } = request
  const reverse = request.reverse === true
  const start = reverse ? upper : lower
  // Forward: skip what lies before `lower`. Reverse: begin where `upper` ends.
  const after = start !== undefined && start.inclusive === reverse
  return new LeafCursor(root.top, {
    source: context.source,
    reverse,
    startChild: start && ((children) => childForPrefix(children, orders, start.values, after)),
    isPast: upper === undefined || reverse ? undefined : (entry) => liesPast(entry, orders, upper),
    zoneFilters: undefined,
  })
}

function liesPast(entry: ChildEntry, orders: readonly ColumnOrder[], upper: KeyBound): boolean {
  const order = compareEntryKey(entry, orders, upper.values)
  return order > 0 || (order === 0 && !upper.inclusive)
}
