/**
 * Inserting, replacing and deleting a sorted run of rows in one descent: each interior node deals the run out to its
 * children, each leaf edits itself, and on the way up entries are replaced, nodes split and underfull ones merge.
 * Nodes of the editor's epoch change in place, all others are copied first.
 *
 * May suspend between leaves. The caller must drop the root it started from only when the edit has ended; an edit that
 * is abandoned half-way leaves that root's epoch unusable (the transaction rolls back to a savepoint or ends).
 */
import { assert } from '../../errors/sql-error.ts'
import type { ChildEntry, Epoch, InteriorNode, LeafNode, StorageContext } from '../page/node.ts'
import type { ColumnKind } from '../vector.ts'
import type { Task } from '../task.ts'
import type { RowSource } from './leaf-edit.ts'
import type { ColumnOrder } from './key-order.ts'
import { columnOrders } from './key-order.ts'
import { isUnwritten } from '../page/node.ts'
import { childFor } from './key-search.ts'
import type { KeyValues } from './key-search.ts'
import { deleteFromLeaf, insertIntoLeaf, replaceInLeaf } from './leaf-apply.ts'
import { interiorEntry } from './leaf-split.ts'
import { mergeUnderfull } from './merge-underfull.ts'
import { appendPacked } from './packed-append.ts'
import { loadNode, nodeAt } from '../read/page-access.ts'
import { unionZone } from './zone.ts'
import type { Lsn, TreeSchema } from '../access.ts'
import type { TreeRoot } from './tree-root.ts'

export const INTERIOR_CHILDREN_MAX = 128
/** An entry itself is shared between copies of its node. */
const CHILD_BYTES = 8

/** What stays the same while one transaction edits one tree. */
export interface TreeEditor {
  readonly kinds: readonly ColumnKind[]
  /** Empty for a table: its key is the row id alone. */
  readonly orders: readonly ColumnOrder[]
  readonly epoch: Epoch
  readonly context: StorageContext
}

export function treeEditor(schema: TreeSchema, epoch: Epoch, context: StorageContext): TreeEditor {
  return { kinds: schema.columns, orders: columnOrders(schema, context.codec), epoch, context }
}

/** A run of changes, ascending by key. Table deletes need no columns. */
export interface TreeEdit {
  readonly kind: 'insert' | 'replace' | 'delete'
  readonly rows: RowSource
  readonly count: number
  /** The key columns' values of a row of the run; empty for tables. */
  readonly keyAt: (row: number) => KeyValues
}

/** The tree after the edit. */
export function* editTree(
  root: TreeRoot,
  edit: TreeEdit,
  editor: TreeEditor,
  lsn: Lsn,
): Task<TreeRoot> {
  if (edit.count === 0) return root
  let entries: ChildEntry[]
  if (root.top === undefined) {
    assert(edit.kind === 'insert', `tree ${root.id} has no row to ${edit.kind}`)
    entries = appendPacked(undefined, edit.rows, 0, edit.count, editor)
  } else {
    entries = yield* editEntry(root.top, edit, 0, edit.count, editor)
  }
  return yield* rootOf({ ...root, lsn }, entries, editor)
}

/** Puts levels on top while there are several entries, and takes off those that have one child. */
function* rootOf(root: TreeRoot, entries: ChildEntry[], editor: TreeEditor): Task<TreeRoot> {
  let height = root.height
  while (entries.length > 1) entries = interiorEntries(entries, ++height, editor)
  let top = entries[0]
  if (top === undefined) return { ...root, height: 0, top }
  while (height > 0) {
    const node = nodeAt(top, editor.context.source) ?? (yield* loadNode(top, editor.context.source))
    if (node.kind === 'leaf' || node.children.length > 1) break
    top = node.children[0]!
    height--
  }
  return { ...root, height, top }
}

/** Interior nodes over these children, evenly filled; a run that grew at the end only is packed to the left. */
export function interiorEntries(
  children: readonly ChildEntry[],
  level: number,
  editor: TreeEditor,
): ChildEntry[] {
  const count = Math.ceil(children.length / INTERIOR_CHILDREN_MAX)
  const entries: ChildEntry[] = []
  for (let piece = 0; piece < count; piece++) {
    const from = Math.floor((children.length * piece) / count)
    const to = Math.floor((children.length * (piece + 1)) / count)
    entries.push(
      interiorEntry({
        kind: 'interior',
        owner: editor.epoch,
        written: undefined,
        level,
        children: children.slice(from, to),
      }),
    )
  }
  return entries
}

function* editEntry(
  entry: ChildEntry,
  edit: TreeEdit,
  from: number,
  to: number,
  editor: TreeEditor,
): Task<ChildEntry[]> {
  const { source } = editor.context
  const node = nodeAt(entry, source) ?? (yield* loadNode(entry, source))
  if (node.kind === 'interior') return yield* editInterior(entry, node, edit, { from, to }, editor)
  return editLeaf(entry, node, edit, { from, to }, editor)
}

/** The entries that take the leaf's place in its parent. */
export function editLeaf(
  entry: ChildEntry,
  leaf: LeafNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): ChildEntry[] {
  switch (edit.kind) {
    case 'insert':
      return insertIntoLeaf(entry, leaf, edit, run, editor)
    case 'replace':
      return replaceInLeaf(entry, leaf, edit, run, editor)
    case 'delete':
      return deleteFromLeaf(entry, leaf, edit, run, editor)
  }
}

export interface Run {
  readonly from: number
  readonly to: number
}

function* editInterior(
  entry: ChildEntry,
  original: InteriorNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): Task<ChildEntry[]> {
  const node = editableInterior(original, editor.epoch)
  const { children } = node
  let zone = entry.zone
  for (let from = run.from; from < run.to;) {
    const index = childFor(children, editor.orders, edit.keyAt(from), edit.rows.rowIds[from]!)
    const to = endOfChildRun(children, index, edit, { from: from + 1, to: run.to }, editor)
    const changed = yield* editEntry(children[index]!, edit, from, to, editor)
    if (changed.length === 1) children[index] = changed[0]!
    else children.splice(index, 1, ...changed)
    for (const child of changed) zone = unionZone(zone, child.zone)
    if (edit.kind === 'delete') yield* mergeUnderfull(children, index, editor)
    from = to
  }
  if (children.length === 0) return []
  if (children.length <= INTERIOR_CHILDREN_MAX) return [interiorEntry(node, zone)]
  return splitInterior(node, run, edit, editor)
}

/** An append leaves full nodes behind; anything else splits evenly. */
export function splitInterior(
  node: InteriorNode,
  run: Run,
  edit: TreeEdit,
  editor: TreeEditor,
): ChildEntry[] {
  const { children, level } = node
  const last = children[children.length - 1]!
  const appended = edit.kind === 'insert' && last.firstRowId === edit.rows.rowIds[run.to - 1]
  if (!appended) return interiorEntries(children, level, editor)
  const entries: ChildEntry[] = []
  for (let from = 0; from < children.length; from += INTERIOR_CHILDREN_MAX) {
    const part = children.slice(from, from + INTERIOR_CHILDREN_MAX)
    entries.push(...interiorEntries(part, level, editor))
  }
  return entries
}

export function editableInterior(node: InteriorNode, epoch: Epoch): InteriorNode {
  if (node.owner === epoch) return node
  const copied = CHILD_BYTES * node.children.length
  epoch.madeBytes += copied
  if (isUnwritten(node)) epoch.replacedBytes += copied
  const { level } = node
  return {
    kind: 'interior',
    owner: epoch,
    written: undefined,
    level,
    children: node.children.slice(),
  }
}

/** Where in the run the keys leave child `index`: bisected, since most runs fall into one child. */
function endOfChildRun(
  children: readonly ChildEntry[],
  index: number,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): number {
  if (index === children.length - 1) return run.to
  let { from, to } = run
  while (from < to) {
    const middle = (from + to) >>> 1
    const rowId = edit.rows.rowIds[middle]!
    if (childFor(children, editor.orders, edit.keyAt(middle), rowId) > index) to = middle
    else from = middle + 1
  }
  return from
}
