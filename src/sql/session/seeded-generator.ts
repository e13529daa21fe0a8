/** random() and setseed(): xoshiro128**, seeded from the platform until the session seeds it. */
export class SeededGenerator {
  readonly #state = new Uint32Array(4)

  constructor(seed: number) {
    this.seed(seed)
  }

  /** `seed` in [-1, 1], as setseed() takes it. */
  seed(seed: number): void {
    // SplitMix32 spreads one number over the state.
    let mix = Math.trunc(seed * 0x7fffffff) >>> 0
    for (let i = 0; i < 4; i++) {
      mix = (mix + 0x9e3779b9) >>> 0
      let word = mix
      word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
      word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
      this.#state[i] = (word ^ (word >>> 16)) >>> 0
    }
  }

  /** Uniform in [0, 1), 53 bits. */
  next(): number {
    return (this.#word() * 0x200000 + (this.#word() >>> 11)) / 0x20000000000000
  }

  #word(): number {
    const state = this.#state
    const rotated = Math.imul(state[1]!, 5)
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0
    const shifted = state[1]! << 9
    state[2]! ^= state[0]!
    state[3]! ^= state[1]!
    state[1]! ^= state[2]!
    state[0]! ^= state[3]!
    state[2]! ^= shifted
    state[3] = (state[3]! << 11) | (state[3]! >>> 21)
    return result
  }
}
