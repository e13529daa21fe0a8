/** Applies a run of changes to one leaf and returns the entries that take its place in the parent. */
import { assert } from '../../errors/sql-error.ts'
import type { ChildEntry, LeafNode } from '../page/node.ts'
import {
  EDITED_ROWS_MAX,
  LEAF_ROWS_MAX,
  editableLeaf,
  insertRowAt,
  mergedLeaf,
  removeRowsAt,
  replaceRowAt,
  sourceBytes,
} from './leaf-edit.ts'
import { cutLeaf, entryFor, leafEntry, leafIsOversized, leafZone, splitLeaf } from './leaf-split.ts'
import { compareLeafKey, leafPosition } from './key-search.ts'
import { appendPacked } from './packed-append.ts'
import type { Run, TreeEdit, TreeEditor } from './tree-edit.ts'
import { extendZone } from './zone.ts'

/** Up to this many rows are edited one by one; more are merged in one pass. */
const SINGLE_EDITS_MAX = 4

export function insertIntoLeaf(
  entry: ChildEntry,
  leaf: LeafNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): ChildEntry[] {
  if (comesAfter(leaf, edit, run.from, editor)) {
    return appendPacked({ ...entry, pointer: leaf }, edit.rows, run.from, run.to, editor)
  }
  if (isWorthHalving(leaf, run, editor)) return editInHalves(leaf, edit, run, editor)
  const count = run.to - run.from
  const bytes = sourceBytes(edit.rows, run.from, run.to, editor.context.codec)
  let edited: LeafNode
  if (count <= SINGLE_EDITS_MAX && leaf.length + count <= LEAF_ROWS_MAX) {
    edited = editableLeaf(leaf, editor.epoch, count)
    for (let row = run.from; row < run.to; row++) {
      insertRowAt(edited, newPosition(edited, edit, row, editor), edit.rows, row)
    }
    edited.variableBytes += bytes
  } else {
    const positions = new Int32Array(count)
    for (let i = 0; i < count; i++) positions[i] = newPosition(leaf, edit, run.from + i, editor)
    edited = mergedLeaf(leaf, edit.rows, run.from, positions, editor.epoch)
    edited.variableBytes = leaf.variableBytes + bytes
  }
  return entriesOf(entry, edited, edit, run, editor)
}

function comesAfter(leaf: LeafNode, edit: TreeEdit, row: number, editor: TreeEditor): boolean {
  const last = leaf.length - 1
  if (editor.orders.length > 0) {
    const order = compareLeafKey(leaf, last, editor.orders, edit.keyAt(row))
    if (order !== 0) return order < 0
  }
  return leaf.rowIds[last]! < edit.rows.rowIds[row]!
}

function newPosition(leaf: LeafNode, edit: TreeEdit, row: number, editor: TreeEditor): number {
  const rowId = edit.rows.rowIds[row]!
  const key = edit.keyAt(row)
  const at = leafPosition(leaf, editor.orders, key, rowId)
  assert(
    at === leaf.length ||
      leaf.rowIds[at] !== rowId ||
      (editor.orders.length > 0 && compareLeafKey(leaf, at, editor.orders, key) !== 0),
    `row ${rowId} is in the tree already`,
  )
  return at
}

function existingPosition(leaf: LeafNode, edit: TreeEdit, row: number, editor: TreeEditor): number {
  const rowId = edit.rows.rowIds[row]!
  const at = leafPosition(leaf, editor.orders, edit.keyAt(row), rowId)
  assert(at < leaf.length && leaf.rowIds[at] === rowId, `row ${rowId} is not in the tree`)
  return at
}

export function replaceInLeaf(
  entry: ChildEntry,
  leaf: LeafNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): ChildEntry[] {
  if (isWorthHalving(leaf, run, editor)) return editInHalves(leaf, edit, run, editor)
  const edited = editableLeaf(leaf, editor.epoch, 0)
  for (let row = run.from; row < run.to; row++) {
    const at = existingPosition(edited, edit, row, editor)
    replaceRowAt(edited, at, edit.rows, row, editor.context.codec)
  }
  return entriesOf(entry, edited, edit, run, editor)
}

function isWorthHalving(leaf: LeafNode, run: Run, editor: TreeEditor): boolean {
  const mustCopy = leaf.owner !== editor.epoch || leaf.shared
  return mustCopy && leaf.length > EDITED_ROWS_MAX && run.to - run.from <= SINGLE_EDITS_MAX
}

/** Both halves are copies, and each is edited in place. */
function editInHalves(leaf: LeafNode, edit: TreeEdit, run: Run, editor: TreeEditor): ChildEntry[] {
  const [first, second] = cutLeaf(leaf, 2, editor) as [LeafNode, LeafNode] // two, as asked
  let middle = run.from
  while (middle < run.to && !comesAfter(first, edit, middle, editor)) middle++
  return [
    ...editHalf(first, edit, { from: run.from, to: middle }, editor),
    ...editHalf(second, edit, { from: middle, to: run.to }, editor),
  ]
}

function editHalf(half: LeafNode, edit: TreeEdit, run: Run, editor: TreeEditor): ChildEntry[] {
  const entry = entryFor(half, editor)
  if (run.from === run.to) return [entry]
  const apply = edit.kind === 'insert' ? insertIntoLeaf : replaceInLeaf
  return apply(entry, half, edit, run, editor)
}

export function deleteFromLeaf(
  entry: ChildEntry,
  leaf: LeafNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): ChildEntry[] {
  const positions = new Int32Array(run.to - run.from)
  for (let i = 0; i < positions.length; i++) {
    positions[i] = existingPosition(leaf, edit, run.from + i, editor)
    assert(i === 0 || positions[i]! > positions[i - 1]!, 'no row is deleted twice')
  }
  if (positions.length === leaf.length) return []
  const edited = editableLeaf(leaf, editor.epoch, 0)
  removeRowsAt(edited, positions, editor.context.codec)
  return [leafEntry(edited, entry.zone, editor.orders.length)]
}

function entriesOf(
  entry: ChildEntry,
  leaf: LeafNode,
  edit: TreeEdit,
  run: Run,
  editor: TreeEditor,
): ChildEntry[] {
  const keys = editor.orders.length
  if (!leafIsOversized(leaf)) {
    const zone = keys > 0 ? entry.zone : extendZone(entry.zone, edit.rows.columns, run.from, run.to)
    return [leafEntry(leaf, zone, keys)]
  }
  return splitLeaf(leaf, editor).map((part) => leafEntry(part, leafZone(part, editor), keys))
}
