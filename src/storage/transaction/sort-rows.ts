/** Brings a batch into key order before it is dealt out over a tree. Batches that are in order stay as they are. */
import { newColumn, vectorOfRange, writeRange } from '../page/column.ts'
import { compareInOrder } from '../tree/key-order.ts'
import type { ColumnOrder } from '../tree/key-order.ts'
import { batch, datumAt } from '../vector.ts'
import type { Batch, Datum, Vector } from '../vector.ts'

export interface SortedRows {
  readonly rows: Batch
  readonly rowIds: Float64Array
}

export function sortRows(
  rows: Batch,
  rowIds: ArrayLike<number>,
  orders: readonly ColumnOrder[],
): SortedRows {
  const compare = rowComparison(rows, rowIds, orders)
  const ids = rowIds instanceof Float64Array ? rowIds : Float64Array.from(rowIds)
  if (isAscending(ids.length, compare)) return { rows, rowIds: ids }
  const order = new Int32Array(ids.length)
  for (let row = 0; row < order.length; row++) order[row] = row
  order.sort(compare)
  return { rows: gather(rows, order), rowIds: Float64Array.from(order, (row) => ids[row]!) }
}

function isAscending(count: number, compare: (a: number, b: number) => number): boolean {
  for (let row = 1; row < count; row++) if (compare(row - 1, row) > 0) return false
  return true
}

function rowComparison(
  rows: Batch,
  rowIds: ArrayLike<number>,
  orders: readonly ColumnOrder[],
): (a: number, b: number) => number {
  const [order, second] = orders
  if (order === undefined) return (a, b) => rowIds[a]! - rowIds[b]!
  const first = rows.columns[0]!
  if (second === undefined && isPlainNumbers(first) && order.sign === 1) {
    const { values } = first
    return (a, b) => values[a]! - values[b]! || rowIds[a]! - rowIds[b]!
  }
  return (a, b) => {
    for (let position = 0; position < orders.length; position++) {
      const column = rows.columns[position]!
      const result = compareInOrder(orders[position]!, datumAt(column, a), datumAt(column, b))
      if (result !== 0) return result
    }
    return rowIds[a]! - rowIds[b]!
  }
}

/** Whole numbers without nulls: their difference is their order. */
function isPlainNumbers(
  vector: Vector,
): vector is Vector & { readonly values: Int32Array | Float64Array } {
  return (
    (vector.kind === 'int32' || vector.kind === 'int64') &&
    vector.nulls === undefined &&
    !(vector.values instanceof BigInt64Array)
  )
}

export function gather(rows: Batch, positions: ArrayLike<number>): Batch {
  const count = positions.length
  const columns = rows.columns.map((source) => {
    const target = newColumn(source.kind, count)
    for (let i = 0; i < count; i++) {
      const row = positions[i]!
      writeRange(target, i, source, row, row + 1)
    }
    return vectorOfRange(target, 0, count)
  })
  return batch(columns, count)
}

/** The key values of row after row, for searches. */
export function keyReader(
  rows: Batch,
  keyColumns: number,
): (row: number) => readonly (Datum | null)[] {
  if (keyColumns === 0) return () => NO_KEY
  const first = rows.columns[0]!
  if (keyColumns === 1) return (row) => [datumAt(first, row)]
  return (row) => rows.columns.map((column) => datumAt(column, row))
}

const NO_KEY: readonly never[] = []
