/**
 * Row numbers in sorted order, stable. Many rows go through a radix sort by the first key, then runs of rows that it
 * leaves equal are compared by all keys; few rows are simply compared.
 */
import { releaseBytes } from '../../../storage/release-bytes.ts'
import type { Vector } from '../../../storage/vector.ts'
import { radixSort } from './radix-sort.ts'
import { columnComparer, type RowComparer, rowComparer, type SortColumn } from './sort-column.ts'
import { type RadixKeys, radixKeys } from './sort-keys.ts'
import { sortTexts } from './sort-texts.ts'

/** Below this many rows, comparing is cheaper than counting digits. */
const RADIX_MINIMUM = 512

export function sortRows(columns: readonly SortColumn[], n: number): Uint32Array {
  const rows = new Uint32Array(n)
  for (let i = 0; i < n; i++) rows[i] = i
  if (columns.length === 0 || n < 2) return rows
  if (n < RADIX_MINIMUM) return rows.sort(stable(rowComparer(columns)))
  const keys = columns.map((column) =>
    isNumeric(column.vector) ? radixKeys(column, n) : undefined,
  )
  if (keys.every((key) => key !== undefined)) {
    for (let k = columns.length - 1; k >= 0; k--) {
      sortByKey(rows, columns[k], keys[k])
      releaseKeys(keys[k])
    }
    return rows
  }
  const first = keys[0] ?? radixKeys(columns[0], n)
  if (first === undefined) return rows.sort(stable(rowComparer(columns)))
  const [column] = columns
  if (column.vector.kind === 'text' && first.low !== undefined) {
    sortTexts(rows, column, column.vector.values, { high: first.high, low: first.low })
    releaseKeys(first)
    if (columns.length > 1) settleEqual(rows, columns)
    return rows
  }
  sortByKey(rows, column, first)
  settleRuns(rows, columns, first)
  releaseKeys(first)
  return rows
}

function releaseKeys({ high, low }: RadixKeys): void {
  releaseBytes(high)
  if (low !== undefined) releaseBytes(low)
}

function isNumeric(vector: Vector): boolean {
  return vector.kind !== 'text' && vector.kind !== 'datum'
}

function stable(compare: RowComparer): RowComparer {
  return (a, b) => compare(a, b) || a - b
}

function sortByKey(rows: Uint32Array, column: SortColumn, keys: RadixKeys): void {
  radixSort(rows, keys.high, keys.low)
  moveNulls(rows, column)
}

/** Nulls to their end, everything else keeping its order. */
function moveNulls(rows: Uint32Array, { vector, nullsFirst }: SortColumn): void {
  const isNull = nullTest(vector)
  if (isNull === undefined) return
  const nulls: number[] = []
  let kept = 0
  for (const row of rows) {
    if (isNull(row)) nulls.push(row)
    else rows[kept++] = row
  }
  if (nulls.length === 0) return
  if (nullsFirst) {
    rows.copyWithin(nulls.length, 0, kept)
    rows.set(nulls, 0)
  } else rows.set(nulls, kept)
}

function nullTest(vector: Vector): ((row: number) => boolean) | undefined {
  if (vector.kind === 'text' || vector.kind === 'datum') {
    const { values } = vector
    return (row) => values[row] === null
  }
  const { nulls } = vector
  return nulls && ((row) => nulls[row] === 1)
}

/** Sorts each run of rows with equal first keys by all the columns. */
function settleRuns(rows: Uint32Array, columns: readonly SortColumn[], keys: RadixKeys): void {
  if (keys.isExact && columns.length === 1) return
  const { high, low } = keys
  const compare = stable(rowComparer(columns))
  let start = 0
  for (let i = 1; i <= rows.length; i++) {
    const isSame =
      i < rows.length &&
      high[rows[i]] === high[rows[start]] &&
      (low === undefined || low[rows[i]] === low[rows[start]])
    if (isSame) continue
    if (i - start > 1) rows.subarray(start, i).sort(compare)
    start = i
  }
}

/** Sorts each run of rows with equal first column by the others. */
function settleEqual(rows: Uint32Array, columns: readonly SortColumn[]): void {
  const isSame = equalityTest(columns[0])
  const compare = stable(rowComparer(columns.slice(1)))
  let start = 0
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && isSame(rows[i], rows[start])) continue
    if (i - start > 1) rows.subarray(start, i).sort(compare)
    start = i
  }
}

/** Texts are equal only if they are the same, in any order. */
function equalityTest(column: SortColumn): (a: number, b: number) => boolean {
  const { vector } = column
  if (vector.kind === 'text') return (a, b) => vector.values[a] === vector.values[b]
  const compare = columnComparer(column)
  return (a, b) => compare(a, b) === 0
}
