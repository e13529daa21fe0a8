/** After deletes: a child that has become too small joins a neighbour, so that trees shrink as well as grow. */
import type { ChildEntry, InteriorNode, LeafNode } from '../page/node.ts'
import type { Task } from '../task.ts'
import { leafEntry, interiorEntry } from './leaf-split.ts'
import {
  LEAF_BYTES_MAX,
  LEAF_FILL_MIN,
  LEAF_ROWS_MAX,
  appendRows,
  leafBytes,
  newLeaf,
  rowSourceOfLeaf,
} from './leaf-edit.ts'
import { INTERIOR_CHILDREN_MAX } from './tree-edit.ts'
import type { TreeEditor } from './tree-edit.ts'
import { loadNode, nodeAt } from '../read/page-access.ts'
import { unionZone } from './zone.ts'

/** Two nodes join when both together fill at most this part of one: room for inserts before it splits again. */
const MERGED_FILL_MAX = 0.75

export function* mergeUnderfull(
  children: ChildEntry[],
  index: number,
  editor: TreeEditor,
): Task<void> {
  const { source } = editor.context
  const entry = children[index]
  if (entry === undefined || children.length < 2) return
  const node = nodeAt(entry, source) ?? (yield* loadNode(entry, source))
  if (fill(node) >= LEAF_FILL_MIN) return
  const left = index > 0 ? index - 1 : index
  const a = yield* loadNode(children[left]!, source)
  const b = yield* loadNode(children[left + 1]!, source)
  if (fill(a) + fill(b) > MERGED_FILL_MAX) return
  const zone = unionZone(children[left]!.zone, children[left + 1]!.zone)
  const merged =
    a.kind === 'leaf'
      ? leafEntry(joinedLeaf(a, b as LeafNode, editor), zone, editor.orders.length) // same level
      : interiorEntry(joinedInterior(a, b as InteriorNode, editor), zone)
  children.splice(left, 2, merged)
}

/** Whether `mergeUnderfull` might have something to do once a row below the node is gone. */
export function mayBecomeUnderfull(node: LeafNode | InteriorNode): boolean {
  if (node.kind === 'interior') return fill(node) < LEAF_FILL_MIN
  return (node.length - 1) / LEAF_ROWS_MAX < LEAF_FILL_MIN
}

function fill(node: LeafNode | InteriorNode): number {
  if (node.kind === 'interior') return node.children.length / INTERIOR_CHILDREN_MAX
  return Math.max(node.length / LEAF_ROWS_MAX, leafBytes(node) / LEAF_BYTES_MAX)
}

function joinedLeaf(a: LeafNode, b: LeafNode, editor: TreeEditor): LeafNode {
  const leaf = newLeaf(editor.kinds, editor.epoch, a.length + b.length)
  appendRows(leaf, rowSourceOfLeaf(a), 0, a.length, a.variableBytes)
  appendRows(leaf, rowSourceOfLeaf(b), 0, b.length, b.variableBytes)
  return leaf
}

function joinedInterior(a: InteriorNode, b: InteriorNode, editor: TreeEditor): InteriorNode {
  return {
    kind: 'interior',
    owner: editor.epoch,
    written: undefined,
    level: a.level,
    children: [...a.children, ...b.children],
  }
}
