/** The append path: ascending keys fill each leaf to the brim before the next begins. */
import type { ChildEntry, LeafNode } from '../page/node.ts'
import {
  LEAF_BYTES_MAX,
  LEAF_ROWS_MAX,
  appendRows,
  appendableLeaf,
  leafBytes,
  fixedRowBytes,
  newLeaf,
  sourceBytes,
} from './leaf-edit.ts'
import type { RowSource } from './leaf-edit.ts'
import { leafEntry } from './leaf-split.ts'
import { EMPTY_ZONE, extendZone } from './zone.ts'
import type { TreeEditor } from './tree-edit.ts'

/** Appends rows [from, to) after the rows of `last` (undefined: no leaf yet); returns the entries in place of it. */
export function appendPacked(
  last: ChildEntry | undefined,
  source: RowSource,
  from: number,
  to: number,
  editor: TreeEditor,
): ChildEntry[] {
  const entries: ChildEntry[] = []
  const rowBytes = fixedRowBytes(editor.kinds)
  let leaf = last?.pointer as LeafNode | undefined // the caller has loaded it
  let zone = last?.zone ?? EMPTY_ZONE
  for (let at = from; at < to;) {
    const fit = rowsThatFit(leaf, source, { from: at, to }, rowBytes, editor)
    if (fit.rows === 0) {
      entries.push(leafEntry(leaf!, zone, editor.orders.length)) // a missing leaf fits a row
      leaf = undefined
      zone = EMPTY_ZONE
      continue
    }
    leaf =
      leaf === undefined
        ? newLeaf(editor.kinds, editor.epoch, firstCapacity(fit.rows))
        : appendableLeaf(leaf, editor.epoch, fit.rows)
    appendRows(leaf, source, at, at + fit.rows, fit.bytes)
    if (editor.orders.length === 0) zone = extendZone(zone, source.columns, at, at + fit.rows)
    at += fit.rows
  }
  if (leaf !== undefined) entries.push(leafEntry(leaf, zone, editor.orders.length))
  return entries
}

/** A leaf that begins with one row is likely to get more. */
function firstCapacity(rows: number): number {
  return Math.min(LEAF_ROWS_MAX, rows + Math.min(rows, 64) + 7)
}

interface Fit {
  readonly rows: number
  readonly bytes: number
}

function rowsThatFit(
  leaf: LeafNode | undefined,
  source: RowSource,
  run: { readonly from: number; readonly to: number },
  rowBytes: number,
  editor: TreeEditor,
): Fit {
  const { codec } = editor.context
  const room = LEAF_BYTES_MAX - (leaf === undefined ? 0 : leafBytes(leaf))
  let rows = Math.min(run.to - run.from, LEAF_ROWS_MAX - (leaf?.length ?? 0))
  rows = Math.min(rows, Math.floor(room / rowBytes))
  if (leaf === undefined) rows = Math.max(1, rows)
  while (rows > 0) {
    const bytes = sourceBytes(source, run.from, run.from + rows, codec)
    if (bytes + rows * rowBytes <= room || (leaf === undefined && rows === 1))
      return { rows, bytes }
    rows >>>= 1
  }
  return { rows: 0, bytes: 0 }
}
