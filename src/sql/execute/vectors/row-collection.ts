/** All rows of a stream by column, addressable by row number: the build side of a join, the input of a sort. */
import type { Batch, ColumnKind, Vector } from '../../../storage/vector.ts'
import { BATCH_ROWS } from '../../../storage/vector.ts'
import { gather, gatherOrNull, type RowIndexes, sliceVector } from './gather.ts'
import { VectorBuilder } from './vector-builder.ts'

export class RowCollection {
  readonly #builders: readonly VectorBuilder[]
  #length = 0
  #columns: readonly Vector[] | undefined

  constructor(kinds: readonly ColumnKind[]) {
    this.#builders = kinds.map((kind) => new VectorBuilder(kind))
  }

  get length(): number {
    return this.#length
  }

  append(columns: readonly Vector[], n: number): void {
    for (let i = 0; i < this.#builders.length; i++) this.#builders[i].append(columns[i], n)
    this.#length += n
    this.#columns = undefined
  }

  get columns(): readonly Vector[] {
    return (this.#columns ??= this.#builders.map((builder) => builder.finish()))
  }

  /** Begins anew with the same memory. Nobody may look any more at columns or batches; rows that were taken are copies. */
  clear(): void {
    for (const builder of this.#builders) builder.clear()
    this.#length = 0
    this.#columns = undefined
  }

  /** As `clear`, and the last use: gives the memory back. */
  release(): void {
    this.clear()
    for (const builder of this.#builders) builder.release()
  }

  /** The rows as one batch, however long: for kernels over everything at once. */
  asBatch(): Batch {
    return { kind: 'batch', length: this.#length, columns: this.columns }
  }

  take(indexes: RowIndexes, count: number): Vector[] {
    return this.columns.map((column) => gather(column, indexes, count))
  }

  /** As take, only the first `width` columns. */
  takeSome(width: number, indexes: RowIndexes, count: number): Vector[] {
    return this.columns.slice(0, width).map((column) => gather(column, indexes, count))
  }

  takeOrNull(indexes: RowIndexes, count: number): Vector[] {
    return this.columns.map((column) => gatherOrNull(column, indexes, count))
  }

  /** In order of arrival, in batches. */
  *batches(): Generator<Batch, void, void> {
    for (let start = 0; start < this.#length; start += BATCH_ROWS) {
      const end = Math.min(this.#length, start + BATCH_ROWS)
      yield {
        kind: 'batch',
        length: end - start,
        columns: this.columns.map((column) => sliceVector(column, start, end)),
      }
    }
  }

  /** In the order of `indexes`, in batches. */
  *batchesBy(
    indexes: RowIndexes,
    count: number,
    batchRows: number = BATCH_ROWS,
  ): Generator<Batch, void, void> {
    for (let start = 0; start < count; start += batchRows) {
      const end = Math.min(count, start + batchRows)
      const part = indexes.subarray(start, end)
      yield { kind: 'batch', length: end - start, columns: this.take(part, end - start) }
    }
  }
}
