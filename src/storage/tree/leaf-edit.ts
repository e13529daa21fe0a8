/**
 * Editing leaves. Three ways, cheapest first: append in place (even to arrays that an older version shares, as long
 * as nobody else has appended there), edit an owned leaf in place, or copy it once per epoch and then edit the copy.
 */
import { assert } from '../../errors/sql-error.ts'
import type { Batch, ColumnKind } from '../vector.ts'
import { isUnwritten } from '../page/node.ts'
import type { DatumCodec, Epoch, LeafNode } from '../page/node.ts'
import {
  Arena,
  arenaBytes,
  copyColumn,
  isVariable,
  newColumn,
  openGap,
  rangeOfColumn,
  removeRows,
  shareColumn,
  squeeze,
  variableBytes,
  writeRange,
} from '../page/column.ts'
import type { ValueRange } from '../page/column.ts'

/** A full leaf is one full batch of a scan. */
export const LEAF_ROWS_MAX = 1024
/** A leaf longer than this is halved when single rows in it change: a change costs a copy of its leaf. */
export const EDITED_ROWS_MAX = 512
/** About the encoded size at which a leaf splits. */
export const LEAF_BYTES_MAX = 64 * 1024
/** Below a quarter of either bound a leaf looks for a neighbour to merge with. */
export const LEAF_FILL_MIN = 0.25

const CAPACITY_MIN = 16
/** The objects around a leaf's values. */
const LEAF_OVERHEAD = 1024

const FIXED_BYTES: Readonly<Record<ColumnKind, number>> = {
  bool: 1,
  int32: 4,
  int64: 8,
  float64: 8,
  text: 4,
  datum: 4,
}

/** Bytes of a row without what its text and datum values take. */
export function fixedRowBytes(kinds: readonly ColumnKind[]): number {
  let bytes = 6
  for (const kind of kinds) bytes += FIXED_BYTES[kind]
  return bytes
}

export function leafBytes(leaf: LeafNode): number {
  let bytes = 6
  for (const column of leaf.columns) bytes += FIXED_BYTES[column.kind]
  return bytes * leaf.length + leaf.variableBytes
}

export function newLeaf(kinds: readonly ColumnKind[], epoch: Epoch, capacity: number): LeafNode {
  epoch.madeBytes += LEAF_OVERHEAD + capacity * fixedRowBytes(kinds)
  return {
    kind: 'leaf',
    owner: epoch,
    written: undefined,
    length: 0,
    rowIds: new Float64Array(capacity),
    columns: kinds.map((kind) => newColumn(kind, capacity)),
    variableBytes: 0,
    tail: { used: 0 },
    shared: false,
  }
}

/** A version of the leaf that may be edited anywhere, with room for `room` more rows. */
export function editableLeaf(leaf: LeafNode, epoch: Epoch, room: number): LeafNode {
  const needed = leaf.length + room
  if (leaf.owner === epoch && !leaf.shared && needed <= leaf.rowIds.length) return leaf
  // The next commit copies the leaf again: room that it does not use is paid for by every one.
  return copyLeaf(leaf, epoch, needed + CAPACITY_MIN)
}

/** A version of the leaf to which `room` rows may be appended. */
export function appendableLeaf(leaf: LeafNode, epoch: Epoch, room: number): LeafNode {
  const needed = leaf.length + room
  if (needed > leaf.rowIds.length) return copyLeaf(leaf, epoch, grownCapacity(needed))
  if (leaf.owner === epoch) return leaf
  if (leaf.tail.used !== leaf.length) return copyLeaf(leaf, epoch, leaf.rowIds.length)
  return {
    kind: 'leaf',
    owner: epoch,
    written: undefined,
    length: leaf.length,
    rowIds: leaf.rowIds,
    columns: leaf.columns.map(shareColumn),
    variableBytes: leaf.variableBytes,
    tail: leaf.tail,
    shared: true,
  }
}

function grownCapacity(needed: number): number {
  if (needed > LEAF_ROWS_MAX) return needed
  return Math.min(LEAF_ROWS_MAX, Math.max(CAPACITY_MIN, needed * 2))
}

function copyLeaf(leaf: LeafNode, epoch: Epoch, capacity: number): LeafNode {
  const { length } = leaf
  let bytes = capacity * 8
  for (const column of leaf.columns) bytes += arenaBytes(column, capacity)
  const arena = new Arena(bytes)
  const copied = LEAF_OVERHEAD + bytes + leaf.variableBytes
  epoch.madeBytes += copied
  if (isUnwritten(leaf)) epoch.replacedBytes += copied
  const rowIds = arena.float64(capacity)
  rowIds.set(leaf.rowIds.length === length ? leaf.rowIds : leaf.rowIds.subarray(0, length))
  return {
    kind: 'leaf',
    owner: epoch,
    written: undefined,
    length,
    rowIds,
    columns: leaf.columns.map((column) => copyColumn(column, length, capacity, arena)),
    variableBytes: leaf.variableBytes,
    tail: { used: length },
    shared: false,
  }
}

/** Rows to write into leaves, ascending by key. */
export interface RowSource {
  readonly rowIds: ArrayLike<number>
  readonly columns: readonly ValueRange[]
}

export function rowSourceOf(rows: Batch, rowIds: ArrayLike<number>): RowSource {
  return { rowIds, columns: rows.columns }
}

export function rowSourceOfLeaf(leaf: LeafNode): RowSource {
  return { rowIds: leaf.rowIds, columns: leaf.columns.map(rangeOfColumn) }
}

export function sourceBytes(
  source: RowSource,
  from: number,
  to: number,
  codec: DatumCodec,
): number {
  let bytes = 0
  for (const column of source.columns) bytes += variableBytes(column, from, to, codec)
  return bytes
}

/** The leaf must come from `appendableLeaf` or `newLeaf`. `bytes` as `sourceBytes` counted them. */
export function appendRows(
  leaf: LeafNode,
  source: RowSource,
  from: number,
  to: number,
  bytes: number,
): void {
  const at = leaf.length
  for (let position = 0; position < leaf.columns.length; position++) {
    writeRange(leaf.columns[position]!, at, source.columns[position]!, from, to)
  }
  for (let row = from; row < to; row++) leaf.rowIds[at + row - from] = source.rowIds[row]!
  leaf.length = at + to - from
  leaf.variableBytes += bytes
  leaf.tail.used = leaf.length
  if (leaf.owner !== undefined) leaf.owner.madeBytes += bytes
}

/** The leaf must come from `editableLeaf`. */
export function insertRowAt(leaf: LeafNode, at: number, source: RowSource, row: number): void {
  const { length } = leaf
  for (let position = 0; position < leaf.columns.length; position++) {
    const column = leaf.columns[position]!
    openGap(column, length, at)
    writeRange(column, at, source.columns[position]!, row, row + 1)
  }
  leaf.rowIds.copyWithin(at + 1, at, length)
  leaf.rowIds[at] = source.rowIds[row]!
  leaf.length = length + 1
  leaf.tail.used = leaf.length
}

/** The leaf must come from `editableLeaf`. `positions` ascend. */
export function removeRowsAt(
  leaf: LeafNode,
  positions: ArrayLike<number>,
  codec: DatumCodec,
): void {
  const { length } = leaf
  for (const column of leaf.columns) {
    if (isVariable(column.kind)) {
      const range = rangeOfColumn(column)
      for (let i = 0; i < positions.length; i++) {
        const row = positions[i]!
        leaf.variableBytes -= variableBytes(range, row, row + 1, codec)
      }
    }
    removeRows(column, length, positions)
  }
  leaf.length = squeeze(leaf.rowIds, length, positions)
  leaf.tail.used = leaf.length
}

/** The leaf must come from `editableLeaf`. Overwrites row `at`. */
export function replaceRowAt(
  leaf: LeafNode,
  at: number,
  source: RowSource,
  row: number,
  codec: DatumCodec,
): void {
  for (let position = 0; position < leaf.columns.length; position++) {
    const column = leaf.columns[position]!
    const replacement = source.columns[position]!
    if (isVariable(column.kind)) {
      leaf.variableBytes -= variableBytes(rangeOfColumn(column), at, at + 1, codec)
      leaf.variableBytes += variableBytes(replacement, row, row + 1, codec)
    }
    writeRange(column, at, replacement, row, row + 1)
  }
}

/** A new leaf of the leaf's rows with source rows [from, to) merged in before `positions` (one each, ascending). */
export function mergedLeaf(
  leaf: LeafNode,
  source: RowSource,
  from: number,
  positions: ArrayLike<number>,
  epoch: Epoch,
): LeafNode {
  const added = positions.length
  const merged = newLeaf(
    leaf.columns.map((column) => column.kind),
    epoch,
    leaf.length + added,
  )
  const old = rowSourceOfLeaf(leaf)
  let taken = 0
  for (let next = 0; next < added;) {
    const at = positions[next]!
    appendRows(merged, old, taken, at, 0)
    taken = at
    let end = next + 1
    while (end < added && positions[end] === at) end++
    appendRows(merged, source, from + next, from + end, 0)
    next = end
  }
  appendRows(merged, old, taken, leaf.length, 0)
  assert(merged.length === leaf.length + added, 'a merged leaf has all rows')
  return merged
}
