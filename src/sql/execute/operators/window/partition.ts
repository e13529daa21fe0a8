/** One partition of a window: consecutive sorted rows, divided into groups of peers (rows that the ORDER BY does not tell apart). */
import { type RowComparer, rowComparer, type SortColumn } from '../../sort/sort-column.ts'

export class Partition {
  readonly start: number
  /** One past the last row. */
  readonly end: number
  /** First row of each peer group, and `end` at last. */
  readonly groupStarts: readonly number[]
  /** Peer group of each row, from `start`. */
  readonly #groupOf: Int32Array

  constructor(start: number, end: number, arePeers: (a: number, b: number) => boolean) {
    this.start = start
    this.end = end
    const starts: number[] = []
    this.#groupOf = new Int32Array(end - start)
    for (let row = start; row < end; row++) {
      if (row === start || !arePeers(row - 1, row)) starts.push(row)
      this.#groupOf[row - start] = starts.length - 1
    }
    this.groupStarts = [...starts, end]
  }

  get groupCount(): number {
    return this.groupStarts.length - 1
  }

  groupOf(row: number): number {
    return this.#groupOf[row - this.start]
  }

  peersStart(row: number): number {
    return this.groupStarts[this.groupOf(row)]
  }

  peersEnd(row: number): number {
    return this.groupStarts[this.groupOf(row) + 1]
  }
}

/** Divides sorted rows where the partition columns change. */
export function partitionsOf(
  n: number,
  partitionBy: readonly SortColumn[],
  orderBy: readonly SortColumn[],
): Partition[] {
  const same = equality(partitionBy)
  const peers = equality(orderBy)
  const partitions: Partition[] = []
  let start = 0
  for (let row = 1; row <= n; row++) {
    if (row < n && same(row - 1, row)) continue
    partitions.push(new Partition(start, row, peers))
    start = row
  }
  return partitions
}

function equality(columns: readonly SortColumn[]): (a: number, b: number) => boolean {
  if (columns.length === 0) return () => true
  const compare: RowComparer = rowComparer(columns)
  return (a, b) => compare(a, b) === 0
}
