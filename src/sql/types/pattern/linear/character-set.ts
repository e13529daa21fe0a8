/** Which characters a leaf of the tree matches: JavaScript's answer, remembered. */

const REMEMBERED = 256

class CharacterSet {
  readonly #expression: RegExp
  /** 0 = not asked yet, 1 = in, 2 = out. */
  readonly #known = new Uint8Array(REMEMBERED)
  readonly #others = new Map<number, boolean>()

  constructor(source: string, ignoreCase: boolean) {
    this.#expression = new RegExp(`^${source}$`, ignoreCase ? 'ui' : 'u')
  }

  has(codePoint: number): boolean {
    if (codePoint >= REMEMBERED) return this.#hasOther(codePoint)
    const known = this.#known[codePoint]
    if (known !== 0) return known === 1
    const answer = this.#ask(codePoint)
    this.#known[codePoint] = answer ? 1 : 2
    return answer
  }

  #hasOther(codePoint: number): boolean {
    let answer = this.#others.get(codePoint)
    if (answer === undefined) {
      if (this.#others.size >= REMEMBERED) this.#others.clear()
      this.#others.set(codePoint, (answer = this.#ask(codePoint)))
    }
    return answer
  }

  #ask(codePoint: number): boolean {
    return this.#expression.test(String.fromCodePoint(codePoint))
  }
}

export type { CharacterSet }

const SHARED = new Map<string, CharacterSet>()
const MAX_SHARED = 500

/** The set of a leaf; patterns share theirs, for the same few come again and again. */
export function characterSet(source: string, ignoreCase: boolean): CharacterSet {
  const key = `${ignoreCase ? 'i' : 'c'}${source}`
  let set = SHARED.get(key)
  if (set === undefined) {
    if (SHARED.size >= MAX_SHARED) SHARED.clear()
    SHARED.set(key, (set = new CharacterSet(source, ignoreCase)))
  }
  return set
}
