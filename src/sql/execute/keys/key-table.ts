/**
 * Numbers for distinct rows of key columns. Each column is interned by itself; then the columns' numbers are combined
 * from left to right, a pair at a time, so that several columns cost a few integer look-ups and never a string.
 */
import type { ColumnKind, Vector } from '../../../storage/vector.ts'
import type { Catalog, Oid } from '../../catalog/catalog.ts'
import { type Interner, makeInterner } from './interner.ts'
import { keyEncoder } from './key-encoding.ts'
import { NumberTable } from './number-table.ts'

export interface KeyColumn {
  readonly type: Oid
  readonly kind: ColumnKind
}

export function keyColumn(type: Oid, catalog: Catalog): KeyColumn {
  return { type, kind: catalog.type(type).kind }
}

/** A number for each pair, small for small numbers (Szudzik), and exact in a double while both stay below 2^26. */
function pair(a: number, b: number): number {
  return a >= b ? a * a + a + b : b * b + a
}

export class KeyTable {
  readonly #columns: readonly Interner[]
  /** pairs[k] combines the number of columns 0…k with that of column k+1. */
  readonly #pairs: readonly NumberTable[]
  #scratch = new Int32Array(0)
  #combined = new Float64Array(0)
  #isTouched = false

  constructor(columns: readonly KeyColumn[], catalog: Catalog) {
    this.#columns = columns.map(({ type, kind }) => makeInterner(kind, keyEncoder(type, catalog)))
    this.#pairs = columns.slice(1).map(() => new NumberTable())
  }

  /** Distinct keys so far. */
  get size(): number {
    if (this.#columns.length === 0) return this.#isTouched ? 1 : 0
    return this.#pairs.length === 0
      ? this.#columns[0].size
      : this.#pairs[this.#pairs.length - 1].count
  }

  /** Number of each row's key; unknown keys get the next numbers, in row order. */
  intern(columns: readonly Vector[], n: number, out: Int32Array): void {
    if (n > 0) this.#isTouched = true
    if (this.#columns.length === 0) {
      out.fill(0, 0, n)
      return
    }
    this.#columns[0].intern(columns[0], n, out)
    this.#reserve(n)
    for (let k = 1; k < this.#columns.length; k++) {
      const scratch = this.#scratch
      this.#columns[k].intern(columns[k], n, scratch)
      const combined = this.#combined
      for (let i = 0; i < n; i++) combined[i] = pair(out[i], scratch[i])
      this.#pairs[k - 1].internAll(combined, n, out)
    }
  }

  /** As intern; -1 for keys that are not there. */
  find(columns: readonly Vector[], n: number, out: Int32Array): void {
    if (this.#columns.length === 0) {
      out.fill(this.#isTouched ? 0 : -1, 0, n)
      return
    }
    this.#columns[0].find(columns[0], n, out)
    this.#reserve(n)
    for (let k = 1; k < this.#columns.length; k++) {
      this.#columns[k].find(columns[k], n, this.#scratch)
      for (let i = 0; i < n; i++) {
        const missing = out[i] < 0 || this.#scratch[i] < 0
        out[i] = missing ? -1 : this.#pairs[k - 1].find(pair(out[i], this.#scratch[i]))
      }
    }
  }

  /** The last use: gives the memory back. */
  release(): void {
    for (const column of this.#columns) column.release?.()
    for (const pairs of this.#pairs) pairs.release()
  }

  #reserve(n: number): void {
    if (this.#columns.length < 2 || n <= this.#scratch.length) return
    this.#scratch = new Int32Array(n)
    this.#combined = new Float64Array(n)
  }
}
