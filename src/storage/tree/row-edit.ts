/**
 * The edit of a single row, which is what most statements make: `editTree` without its generators. Done only when every
 * page on the row's path is at hand and no two nodes are to merge; otherwise nothing was touched, and the caller takes
 * the general way.
 */
import type { Lsn } from '../access.ts'
import type { ChildEntry, InteriorNode, LeafNode } from '../page/node.ts'
import { nodeAt } from '../read/page-access.ts'
import { childFor } from './key-search.ts'
import { mayBecomeUnderfull } from './merge-underfull.ts'
import {
  INTERIOR_CHILDREN_MAX,
  editLeaf,
  editableInterior,
  interiorEntries,
  splitInterior,
} from './tree-edit.ts'
import type { Run, TreeEdit, TreeEditor } from './tree-edit.ts'
import type { TreeRoot } from './tree-root.ts'
import { unionZone } from './zone.ts'

const ONE_ROW: Run = { from: 0, to: 1 }

/** How many rows the edit adds to every node on its path. */
const ADDED_ROWS: Readonly<Record<TreeEdit['kind'], number>> = { insert: 1, replace: 0, delete: -1 }

/** The tree after an edit of one row; undefined when it needs more than this. */
export function editRow(
  root: TreeRoot,
  edit: TreeEdit,
  editor: TreeEditor,
  lsn: Lsn,
): TreeRoot | undefined {
  const { id, schema, nextRowId, top } = root
  if (top === undefined || (edit.kind === 'delete' && top.rowCount === 1)) return undefined
  let entries = editedEntries(top, edit, editor)
  if (entries === undefined) return undefined
  let { height } = root
  while (entries.length > 1) entries = interiorEntries(entries, ++height, editor)
  return { id, schema, height, top: entries[0], nextRowId, lsn }
}

/** Everything is read on the way down and changed on the way up. */
function editedEntries(
  entry: ChildEntry,
  edit: TreeEdit,
  editor: TreeEditor,
): ChildEntry[] | undefined {
  const node = nodeAt(entry, editor.context.source)
  if (node === undefined) return undefined
  if (node.kind === 'leaf') return editLeaf(entry, node, edit, ONE_ROW, editor)
  const index = childFor(node.children, editor.orders, edit.keyAt(0), edit.rows.rowIds[0]!)
  const child = node.children[index]!
  if (edit.kind === 'delete' && mayMerge(child, editor)) return undefined
  const changed = editedEntries(child, edit, editor)
  return changed && withChanged(entry, node, { index, changed }, edit, editor)
}

function mayMerge(child: ChildEntry, editor: TreeEditor): boolean {
  const node: LeafNode | InteriorNode | undefined = nodeAt(child, editor.context.source)
  return node === undefined || mayBecomeUnderfull(node)
}

interface ChangedChild {
  readonly index: number
  readonly changed: readonly ChildEntry[]
}

function withChanged(
  entry: ChildEntry,
  original: InteriorNode,
  { index, changed }: ChangedChild,
  edit: TreeEdit,
  editor: TreeEditor,
): ChildEntry[] {
  const node = editableInterior(original, editor.epoch)
  const { children } = node
  const before = children[index]!.zone
  if (changed.length === 1) children[index] = changed[0]!
  else children.splice(index, 1, ...changed)
  if (children.length > INTERIOR_CHILDREN_MAX) return splitInterior(node, ONE_ROW, edit, editor)
  let { zone } = entry
  for (const child of changed) if (child.zone !== before) zone = unionZone(zone, child.zone)
  const { firstKey, firstRowId } = children[0]!
  const rowCount = entry.rowCount + ADDED_ROWS[edit.kind]
  return [{ firstKey, firstRowId, rowCount, zone, pointer: node }]
}
