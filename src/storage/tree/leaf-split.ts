/** Cutting leaves that have grown too big, and entries for the pieces. */
import type { LeafNode, ChildEntry, TreeNode, InteriorNode, Zone } from '../page/node.ts'
import { rangeOfColumn, valueAt } from '../page/column.ts'
import {
  LEAF_BYTES_MAX,
  LEAF_ROWS_MAX,
  appendRows,
  leafBytes,
  newLeaf,
  rowSourceOfLeaf,
  sourceBytes,
} from './leaf-edit.ts'
import { EMPTY_ZONE, extendZone, unionZone } from './zone.ts'
import type { Datum } from '../vector.ts'
import type { TreeEditor } from './tree-edit.ts'

const NO_VALUES: readonly (Datum | null)[] = []

export function leafIsOversized(leaf: LeafNode): boolean {
  return leaf.length > 1 && (leaf.length > LEAF_ROWS_MAX || leafBytes(leaf) > LEAF_BYTES_MAX)
}

/** Even pieces, each within bounds (or a single row). */
export function splitLeaf(leaf: LeafNode, editor: TreeEditor): LeafNode[] {
  if (!leafIsOversized(leaf)) return [leaf]
  const byRows = Math.ceil(leaf.length / LEAF_ROWS_MAX)
  const byBytes = Math.ceil(leafBytes(leaf) / LEAF_BYTES_MAX)
  const count = Math.min(leaf.length, Math.max(2, byRows, byBytes))
  return cutLeaf(leaf, count, editor).flatMap((piece) => splitLeaf(piece, editor))
}

/** `count` pieces of about equal length. */
export function cutLeaf(leaf: LeafNode, count: number, editor: TreeEditor): LeafNode[] {
  const source = rowSourceOfLeaf(leaf)
  const pieces: LeafNode[] = []
  for (let piece = 0; piece < count; piece++) {
    const from = Math.floor((leaf.length * piece) / count)
    const to = Math.floor((leaf.length * (piece + 1)) / count)
    const part = newLeaf(editor.kinds, editor.epoch, to - from)
    appendRows(part, source, from, to, sourceBytes(source, from, to, editor.context.codec))
    pieces.push(part)
  }
  return pieces
}

export function leafZone(leaf: LeafNode, editor: TreeEditor): Zone {
  if (editor.orders.length > 0) return EMPTY_ZONE
  return extendZone(EMPTY_ZONE, leaf.columns.map(rangeOfColumn), 0, leaf.length)
}

export function leafEntry(leaf: LeafNode, zone: Zone, keyColumns: number): ChildEntry {
  let firstKey = NO_VALUES
  if (keyColumns > 0) {
    const values: (Datum | null)[] = []
    // Index keys never hold large values.
    for (const column of leaf.columns) values.push(valueAt(column, 0) as Datum | null)
    firstKey = values
  }
  return { firstKey, firstRowId: leaf.rowIds[0]!, rowCount: leaf.length, zone, pointer: leaf }
}

export function interiorEntry(node: InteriorNode, zone?: Zone): ChildEntry {
  const first = node.children[0]!
  let rowCount = 0
  for (const child of node.children) rowCount += child.rowCount
  return {
    firstKey: first.firstKey,
    firstRowId: first.firstRowId,
    rowCount,
    zone: zone ?? node.children.reduce((all, child) => unionZone(all, child.zone), EMPTY_ZONE),
    pointer: node,
  }
}

/** The same child in new words. */
export function entryFor(node: TreeNode, editor: TreeEditor): ChildEntry {
  if (node.kind === 'interior') return interiorEntry(node)
  return leafEntry(node, leafZone(node, editor), editor.orders.length)
}
