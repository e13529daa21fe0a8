/** Collects rows of datums into a batch: for sources that make rows one by one. */
import { type Batch, type ColumnKind, type Datum, vectorOf } from '../../../storage/vector.ts'

export class RowBuilder {
  readonly #kinds: readonly ColumnKind[]
  readonly #columns: (Datum | null)[][]
  #length = 0

  constructor(kinds: readonly ColumnKind[]) {
    this.#kinds = kinds
    this.#columns = kinds.map(() => [])
  }

  get length(): number {
    return this.#length
  }

  push(row: readonly (Datum | null)[]): void {
    for (let k = 0; k < this.#columns.length; k++) this.#columns[k].push(row[k] ?? null)
    this.#length++
  }

  /** The builder must not be used afterwards. */
  finish(): Batch {
    const columns = this.#columns.map((data, k) => vectorOf(this.#kinds[k], data))
    return { kind: 'batch', length: this.#length, columns }
  }
}
