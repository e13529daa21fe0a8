/** Which characters a leaf of the tree matches: JavaScript's answer, remembered for Latin-1. */

const REMEMBERED = 256

export class CharacterSet {
  readonly #expression: RegExp
  /** 0 = not asked yet, 1 = in, 2 = out. */
  readonly #known = new Uint8Array(REMEMBERED)

  constructor(source: string, ignoreCase: boolean) {
    this.#expression = new RegExp(`^${source}$`, ignoreCase ? 'ui' : 'u')
  }

  has(codePoint: number): boolean {
    if (codePoint >= REMEMBERED) return this.#ask(codePoint)
    const known = this.#known[codePoint]
    if (known !== 0) return known === 1
    const answer = this.#ask(codePoint)
    this.#known[codePoint] = answer ? 1 : 2
    return answer
  }

  #ask(codePoint: number): boolean {
    return this.#expression.test(String.fromCodePoint(codePoint))
  }
}
