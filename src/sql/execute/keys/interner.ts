/**
 * Gives every distinct value of a column a small number, in order of first appearance. Grouping, distinct and hash joins
 * work on these numbers, never on the values; several columns combine pairwise (see key-table.ts).
 */
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Key, KeyEncoder } from './key-encoding.ts'
import { KeyNumbers } from './key-numbers.ts'
import { NumberTable } from './number-table.ts'

export interface Interner {
  /** How many distinct values there are, null included. */
  readonly size: number
  /** Numbers for the first `n` values; new values get new numbers. */
  intern(vector: Vector, n: number, out: Int32Array): void
  /** As intern, but what is unknown gets -1. */
  find(vector: Vector, n: number, out: Int32Array): void
  /** The last use: gives memory back that the collector would find late. */
  release?(): void
}

export function makeInterner(kind: ColumnKind, encode: KeyEncoder | undefined): Interner {
  if (encode !== undefined || kind === 'text' || kind === 'datum') return new ObjectInterner(encode)
  return new NumberInterner()
}

/** Strings looked up lately, by a cheap hash: columns with few distinct values hardly ever reach the map. */
const RECENT = 64

class ObjectInterner implements Interner {
  readonly #ids = new KeyNumbers()
  readonly #encode: KeyEncoder | undefined
  readonly #recentTexts = new Array<string>(RECENT).fill('')
  readonly #recentIds = new Int32Array(RECENT).fill(-1)

  constructor(encode: KeyEncoder | undefined) {
    this.#encode = encode
  }

  get size(): number {
    return this.#ids.size
  }

  intern(vector: Vector, n: number, out: Int32Array): void {
    if (vector.kind === 'text' && this.#encode === undefined) {
      this.#internTexts(vector.values, n, out)
      return
    }
    for (let i = 0; i < n; i++) out[i] = this.#ids.intern(this.#keyAt(vector, i))
  }

  find(vector: Vector, n: number, out: Int32Array): void {
    for (let i = 0; i < n; i++) out[i] = this.#ids.find(this.#keyAt(vector, i))
  }

  #internTexts(values: readonly (string | null)[], n: number, out: Int32Array): void {
    const texts = this.#recentTexts
    const recent = this.#recentIds
    for (let i = 0; i < n; i++) {
      const text = values[i]
      if (text === null) {
        out[i] = this.#ids.intern(null)
        continue
      }
      const { length } = text
      const edge = length === 0 ? 0 : text.charCodeAt(0) * 31 + text.charCodeAt(length - 1)
      const slot = (edge + length * 7) & (RECENT - 1)
      if (recent[slot] < 0 || texts[slot] !== text) {
        recent[slot] = this.#ids.intern(text)
        texts[slot] = text
      }
      out[i] = recent[slot]
    }
  }

  #keyAt(vector: Vector, row: number): Key | null {
    const value: Datum | null =
      vector.kind === 'text' || vector.kind === 'datum' ? vector.values[row] : datumAt(vector, row)
    if (value === null || this.#encode === undefined) return value as Key | null // text is its own key
    return this.#encode(value)
  }
}

/** Numbers of any kind: int4 and int8 columns meet in one table. int8 beyond 2^53 go to a map beside it. */
class NumberInterner implements Interner {
  readonly #table = new NumberTable()
  /** Null, and int8 that no double holds. */
  readonly #others = new Map<bigint | null, number>()

  get size(): number {
    return this.#table.count
  }

  intern(vector: Vector, n: number, out: Int32Array): void {
    if (vector.kind === 'text' || vector.kind === 'datum') return
    const { values, nulls } = vector
    if (nulls === undefined && !(values instanceof BigInt64Array)) {
      this.#table.internAll(values, n, out)
      return
    }
    for (let i = 0; i < n; i++) {
      const value = datumAt(vector, i)
      if (value === null || typeof value === 'bigint') out[i] = this.#internOther(value)
      else out[i] = this.#table.intern(Number(value))
    }
  }

  find(vector: Vector, n: number, out: Int32Array): void {
    if (vector.kind === 'text' || vector.kind === 'datum') return
    const { values, nulls } = vector
    if (nulls === undefined && !(values instanceof BigInt64Array)) {
      this.#table.findAll(values, n, out)
      return
    }
    for (let i = 0; i < n; i++) {
      const value = datumAt(vector, i)
      if (value === null || typeof value === 'bigint') out[i] = this.#others.get(value) ?? -1
      else out[i] = this.#table.find(Number(value))
    }
  }

  release(): void {
    this.#table.release()
  }

  #internOther(value: bigint | null): number {
    let id = this.#others.get(value)
    if (id === undefined) {
      id = this.#table.reserve()
      this.#others.set(value, id)
    }
    return id
  }
}
