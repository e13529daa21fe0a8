/** Is there an entry with this key? Point look-ups and the probes of unique indexes, one key or a batch at a time. */
import type { KeyBound, RowId } from '../access.ts'
import type { ChildEntry, LeafNode, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import { columnOrders } from '../tree/key-order.ts'
import type { ColumnOrder } from '../tree/key-order.ts'
import { compareLeafKey, leafBound } from '../tree/key-search.ts'
import type { KeyValues } from '../tree/key-search.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { nodeAt } from './page-access.ts'
import { indexCursor, leafAt } from './seek-index.ts'

/** The row id of the first entry whose key starts with `key`. */
export function* firstMatch(
  root: TreeRoot,
  key: KeyValues,
  context: StorageContext,
): Task<RowId | undefined> {
  const orders = columnOrders(root.schema, context.codec)
  if (root.top === undefined) return undefined
  const bound: KeyBound = { values: key, inclusive: true }
  const first = leafAt(root.top, bound, orders, context)
  if (first !== undefined) {
    const at = leafBound(first, orders, key, false)
    if (at < first.length) return matchAt(first, at, key, orders)
    if (isLastLeaf(root.top, first, context)) return undefined
  }
  const request = { columns: [], lower: bound, upper: bound }
  const cursor = indexCursor(root, request, orders, context)
  for (;;) {
    const leaf = cursor.next()
    if (leaf === undefined) return undefined
    if ('missing' in leaf) {
      yield { kind: 'pages', addresses: leaf.missing.slice(0, 1) }
      continue
    }
    const at = leafBound(leaf, orders, key, false)
    if (at < leaf.length) return matchAt(leaf, at, key, orders)
  }
}

/** For each key the row id of an entry that has it, or NO_MATCH. Keys in order find most of their neighbours in one leaf. */
export function* firstMatches(
  root: TreeRoot,
  keyAt: (row: number) => KeyValues,
  count: number,
  context: StorageContext,
): Task<Float64Array> {
  const orders = columnOrders(root.schema, context.codec)
  const found = new Float64Array(count).fill(NO_MATCH)
  if (root.top === undefined) return found
  let leaf: LeafNode | undefined
  let isLast = false
  for (let row = 0; row < count; row++) {
    const key = keyAt(row)
    if (leaf === undefined || !covers(leaf, isLast, orders, key)) {
      leaf = leafAt(root.top, { values: key, inclusive: true }, orders, context)
      isLast = leaf !== undefined && isLastLeaf(root.top, leaf, context)
    }
    const at = leaf === undefined ? 0 : leafBound(leaf, orders, key, false)
    if (leaf !== undefined && at < leaf.length) {
      found[row] = matchAt(leaf, at, key, orders) ?? NO_MATCH
    } else if (!isLast) found[row] = (yield* firstMatch(root, key, context)) ?? NO_MATCH
  }
  return found
}

/** No row has this id. */
export const NO_MATCH = -1

/** Whether an entry with this key, if there is one, is in the leaf. */
function covers(
  leaf: LeafNode,
  isLast: boolean,
  orders: readonly ColumnOrder[],
  key: KeyValues,
): boolean {
  if (compareLeafKey(leaf, 0, orders, key) > 0) return false
  return isLast || compareLeafKey(leaf, leaf.length - 1, orders, key) >= 0
}

function isLastLeaf(top: ChildEntry, leaf: LeafNode, { source }: StorageContext): boolean {
  let node = nodeAt(top, source)
  while (node !== undefined && node.kind === 'interior') {
    node = nodeAt(node.children[node.children.length - 1]!, source)
  }
  return node === leaf
}

function matchAt(
  leaf: LeafNode,
  at: number,
  key: KeyValues,
  orders: readonly ColumnOrder[],
): RowId | undefined {
  if (compareLeafKey(leaf, at, orders, key) !== 0) return undefined
  return leaf.rowIds[at] as RowId // brand
}
