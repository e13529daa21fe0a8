/**
 * One text being searched: counts the steps of all searches in it, so that no text takes more than a bounded time,
 * and remembers what look-around found.
 */
import { tooComplex } from './regex-program.ts'

/** A second or two. */
const MAX_STEPS = 50_000_000

export class TextRun {
  readonly text: string
  /** By look-around program: a byte for each place of the text, its meaning is the matcher's. */
  readonly #places = new Map<object, Uint8Array>()
  #steps = 0

  constructor(text: string) {
    this.text = text
  }

  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > MAX_STEPS) throw tooComplex()
  }

  /** undefined the first time; then what `remember` was given. */
  placesOf(key: object): Uint8Array | undefined {
    return this.#places.get(key)
  }

  remember(key: object): Uint8Array {
    const places = new Uint8Array(this.text.length + 1)
    this.#places.set(key, places)
    return places
  }
}
