/** A set of row ids that stays small when it grows: beyond some thousands they are bits in chunks of neighbours. */

const MOST_SINGLE_IDS = 4096
const CHUNK_BITS = 12
const CHUNK_ROWS = 1 << CHUNK_BITS
const WORD_BITS = 5

export class RowIdSet {
  #single: Set<number> | undefined = new Set()
  readonly #chunks = new Map<number, Uint32Array>()

  has(rowId: number): boolean {
    if (this.#single !== undefined) return this.#single.has(rowId)
    const chunk = this.#chunks.get(Math.floor(rowId / CHUNK_ROWS))
    if (chunk === undefined) return false
    const bit = rowId % CHUNK_ROWS
    return ((chunk[bit >>> WORD_BITS]! >>> (bit & 31)) & 1) === 1
  }

  add(rowId: number): void {
    if (this.#single === undefined) return this.#addBit(rowId)
    this.#single.add(rowId)
    if (this.#single.size <= MOST_SINGLE_IDS) return
    const ids = this.#single
    this.#single = undefined
    for (const id of ids) this.#addBit(id)
  }

  /** A mark for each row, ascending only within a chunk. */
  *values(): Generator<number, void, void> {
    if (this.#single !== undefined) return yield* this.#single
    for (const [number, chunk] of this.#chunks) {
      for (let bit = 0; bit < CHUNK_ROWS; bit++) {
        if ((chunk[bit >>> WORD_BITS]! >>> (bit & 31)) & 1) yield number * CHUNK_ROWS + bit
      }
    }
  }

  #addBit(rowId: number): void {
    const number = Math.floor(rowId / CHUNK_ROWS)
    let chunk = this.#chunks.get(number)
    if (chunk === undefined) {
      chunk = new Uint32Array(CHUNK_ROWS >>> WORD_BITS)
      this.#chunks.set(number, chunk)
    }
    const bit = rowId % CHUNK_ROWS
    chunk[bit >>> WORD_BITS]! |= 1 << (bit & 31)
  }
}
