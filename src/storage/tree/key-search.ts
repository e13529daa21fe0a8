/**
 * Finding keys: in a leaf by narrowing an equal range column by column, in an interior node by bisecting its
 * children's first keys. A key is the values of its columns (or a prefix of them) and then a row id.
 */
import { columnValues, valueAt } from '../page/column.ts'
import { compareInOrder } from './key-order.ts'
import type { ColumnOrder } from './key-order.ts'
import type { ChildEntry, Column, LeafNode } from '../page/node.ts'
import type { Datum } from '../vector.ts'

export type KeyValues = readonly (Datum | null)[]

/** Rows of the leaf whose key comes before `values`, or (`after`) does not come after it. */
export function leafBound(
  leaf: LeafNode,
  orders: readonly ColumnOrder[],
  values: KeyValues,
  after: boolean,
): number {
  let low = 0
  let high = leaf.length
  const last = values.length - 1
  for (let position = 0; position <= last && low < high; position++) {
    const column = leaf.columns[position]!
    const order = orders[position]!
    const value = values[position]!
    if (position === last) return columnBound(column, order, value, { low, high, after })
    const start = columnBound(column, order, value, { low, high, after: false })
    high = columnBound(column, order, value, { low: start, high, after: true })
    low = start
  }
  return after ? high : low
}

/** The first row whose full key is not before (values, rowId). */
export function leafPosition(
  leaf: LeafNode,
  orders: readonly ColumnOrder[],
  values: KeyValues,
  rowId: number,
): number {
  let low = 0
  let high = leaf.length
  if (orders.length > 0) {
    low = leafBound(leaf, orders, values, false)
    // Most keys are unique: look whether the equal range is one row before bisecting for its end.
    if (low < high && compareLeafKey(leaf, low, orders, values) !== 0) return low
    high = leafBound(leaf, orders, values, true)
  }
  return rowIdBound(leaf.rowIds, rowId, low, high)
}

/** The first position in [low, high) whose row id is at least `rowId`. */
export function rowIdBound(rowIds: Float64Array, rowId: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rowIds[middle]! < rowId) low = middle + 1
    else high = middle
  }
  return low
}

interface Range {
  readonly low: number
  readonly high: number
  readonly after: boolean
}

function columnBound(
  column: Column,
  order: ColumnOrder,
  value: Datum | null,
  range: Range,
): number {
  const values = columnValues(column)
  if (
    column.nulls === undefined &&
    typeof value === 'number' &&
    order.sign === 1 &&
    (values instanceof Int32Array || (column.kind === 'int64' && values instanceof Float64Array))
  ) {
    return numberBound(values, value, range)
  }
  let { low, high } = range
  while (low < high) {
    const middle = (low + high) >>> 1
    const order_ = compareInOrder(order, valueAt(column, middle) as Datum | null, value)
    if (order_ < 0 || (range.after && order_ === 0)) low = middle + 1
    else high = middle
  }
  return low
}

function numberBound(values: Int32Array | Float64Array, value: number, range: Range): number {
  let { low, high } = range
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = values[middle]!
    if (found < value || (range.after && found === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** The order of the leaf's key (or its prefix) at `row` against `values`, without the row id. */
export function compareLeafKey(
  leaf: LeafNode,
  row: number,
  orders: readonly ColumnOrder[],
  values: KeyValues,
): number {
  for (let position = 0; position < values.length; position++) {
    // Index keys never hold large values.
    const found = valueAt(leaf.columns[position]!, row) as Datum | null
    const result = compareInOrder(orders[position]!, found, values[position]!)
    if (result !== 0) return result
  }
  return 0
}

/** The order of an entry's first key against a key prefix. */
export function compareEntryKey(
  entry: ChildEntry,
  orders: readonly ColumnOrder[],
  values: KeyValues,
): number {
  return compareKeys(orders, entry.firstKey, values)
}

/** Of as many columns as both have. */
export function compareKeys(orders: readonly ColumnOrder[], a: KeyValues, b: KeyValues): number {
  const length = Math.min(a.length, b.length)
  for (let position = 0; position < length; position++) {
    const result = compareInOrder(orders[position]!, a[position]!, b[position]!)
    if (result !== 0) return result
  }
  return 0
}

/** The child in which (values, rowId) lies or would be inserted. */
export function childFor(
  children: readonly ChildEntry[],
  orders: readonly ColumnOrder[],
  values: KeyValues,
  rowId: number,
): number {
  let low = 1
  let high = children.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const child = children[middle]!
    const order = orders.length === 0 ? 0 : compareKeys(orders, child.firstKey, values)
    if (order < 0 || (order === 0 && child.firstRowId <= rowId)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The first child that can hold a key not before the prefix `values`, or (`after`) one that comes after it. */
export function childForPrefix(
  children: readonly ChildEntry[],
  orders: readonly ColumnOrder[],
  values: KeyValues,
  after: boolean,
): number {
  let low = 1
  let high = children.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareKeys(orders, children[middle]!.firstKey, values)
    if (order < 0 || (after && order === 0)) low = middle + 1
    else high = middle
  }
  return low - 1
}
