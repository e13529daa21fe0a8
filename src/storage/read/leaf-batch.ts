/** Rows of a leaf as a batch: subarrays of its columns, without copying (a reverse scan copies). */
import { isLargeValue, valueAt, vectorOfRange } from '../page/column.ts'
import type { LeafNode, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import { batch } from '../vector.ts'
import type { Batch, Vector } from '../vector.ts'
import { resolveLargeValues } from './large-value.ts'

export interface BatchShape {
  /** Positions of the leaf's columns. */
  readonly columns: readonly number[]
  readonly withRowId: boolean
  readonly reverse: boolean
}

/** Rows [from, to). Large values stay unresolved: see `leafHasLarge`. */
export function leafBatch(leaf: LeafNode, shape: BatchShape, from: number, to: number): Batch {
  const vectors: Vector[] = []
  for (const position of shape.columns) {
    vectors.push(vectorOfRange(leaf.columns[position]!, from, to))
  }
  if (shape.withRowId) {
    const values =
      from === 0 && to === leaf.rowIds.length ? leaf.rowIds : leaf.rowIds.subarray(from, to)
    vectors.push({ kind: 'int64', values, nulls: undefined })
  }
  const length = to - from
  return batch(shape.reverse ? vectors.map((vector) => reversed(vector, length)) : vectors, length)
}

export function leafHasLarge(leaf: LeafNode, columns: readonly number[]): boolean {
  return columns.some((position) => leaf.columns[position]!.hasLarge)
}

export interface RowRange {
  readonly from: number
  readonly to: number
}

/** Bytes of large values that one batch of a scan may hold in memory (one row may hold more). */
const LARGE_BYTES_MAX = 4 * 1024 * 1024

/** Cuts a range of rows so that no piece has more than LARGE_BYTES_MAX of large values, or is a single row. */
export function largePieces(
  leaf: LeafNode,
  columns: readonly number[],
  range: RowRange,
): RowRange[] {
  const pieces: RowRange[] = []
  let from = range.from
  let bytes = 0
  for (let row = range.from; row < range.to; row++) {
    let size = 0
    for (const position of columns) {
      const column = leaf.columns[position]!
      const value = column.hasLarge ? valueAt(column, row) : null
      if (isLargeValue(value)) size += value.length
    }
    if (row > from && bytes + size > LARGE_BYTES_MAX) {
      pieces.push({ from, to: row })
      from = row
      bytes = 0
    }
    bytes += size
  }
  pieces.push({ from, to: range.to })
  return pieces
}

export function* resolveBatch(rows: Batch, context: StorageContext): Task<Batch> {
  const columns: Vector[] = []
  for (const vector of rows.columns) {
    columns.push(yield* resolveLargeValues(vector, rows.length, context))
  }
  return batch(columns, rows.length)
}

function reversed(vector: Vector, length: number): Vector {
  if (vector.kind === 'text' || vector.kind === 'datum') {
    // The kind stays what it was.
    return { kind: vector.kind, values: vector.values.slice(0, length).reverse() } as Vector
  }
  return {
    kind: vector.kind,
    values: vector.values.slice(0, length).reverse(),
    nulls: vector.nulls?.slice(0, length).reverse(),
  } as Vector
}
