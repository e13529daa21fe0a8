/**
 * Pairs of a left row (of the current batch) and a right row (of the collected right side) that may join: by equal hash
 * keys, or all of them. Pairs come in pieces, so that no batch grows large.
 */
export interface PairSource {
  /**
   * Writes the next pairs, at most as many as fit; how many. 0 = no more for this batch.
   * A right row of -1 pads a left row that has no partner, where the source was told to.
   */
  fill(left: Int32Array, right: Int32Array): number
}

/** Rows of the right side by key number: chains through `next`, in row order. */
export interface Chains {
  /** First row per key number, -1 = none. */
  readonly head: Int32Array
  readonly next: Int32Array
}

/** `ids[i]` is the key number of each right row; -1 rows (null keys) are in no chain. */
export function makeChains(ids: Int32Array, keys: number): Chains {
  const head = new Int32Array(keys).fill(-1)
  const next = new Int32Array(ids.length)
  for (let row = ids.length - 1; row >= 0; row--) {
    const id = ids[row]
    if (id < 0) continue
    next[row] = head[id]
    head[id] = row
  }
  return { head, next }
}

export class HashPairs implements PairSource {
  readonly #chains: Chains
  readonly #ids: Int32Array
  readonly #n: number
  readonly #pads: boolean
  readonly #firstOnly: boolean
  #row = 0
  /** Next right row to pair with `#row`; -2 = look it up. */
  #partner = -2

  constructor(
    chains: Chains,
    ids: Int32Array,
    n: number,
    options: { readonly pads: boolean; readonly firstOnly: boolean },
  ) {
    this.#chains = chains
    this.#ids = ids
    this.#n = n
    this.#pads = options.pads
    this.#firstOnly = options.firstOnly
  }

  fill(left: Int32Array, right: Int32Array): number {
    const { head, next } = this.#chains
    const ids = this.#ids
    const capacity = left.length
    let count = 0
    let row = this.#row
    let partner = this.#partner
    while (row < this.#n && count < capacity) {
      if (partner === -2) {
        const id = ids[row]
        partner = id < 0 ? -1 : head[id]
        if (partner < 0 && this.#pads) {
          left[count] = row
          right[count++] = -1
        }
      }
      while (partner >= 0 && count < capacity) {
        left[count] = row
        right[count++] = partner
        partner = this.#firstOnly ? -1 : next[partner]
      }
      if (partner >= 0) break
      partner = -2
      row++
    }
    this.#row = row
    this.#partner = partner
    return count
  }
}

export class CrossPairs implements PairSource {
  readonly #n: number
  readonly #rightRows: number
  #row = 0
  #partner = 0

  constructor(n: number, rightRows: number) {
    this.#n = n
    this.#rightRows = rightRows
  }

  fill(left: Int32Array, right: Int32Array): number {
    let count = 0
    if (this.#rightRows === 0) return 0
    while (this.#row < this.#n && count < left.length) {
      left[count] = this.#row
      right[count++] = this.#partner++
      if (this.#partner < this.#rightRows) continue
      this.#partner = 0
      this.#row++
    }
    return count
  }
}
