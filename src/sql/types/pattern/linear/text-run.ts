/**
 * One text being searched: counts the steps of all searches in it, so that no text takes more than a bounded time,
 * and remembers what look-around found.
 */
import { tooComplex } from './regex-program.ts'

/** A second or two. */
const MAX_STEPS = 50_000_000

export class TextRun {
  readonly text: string
  /** By look-around program: 1 for each place of the text where it holds. */
  readonly #places = new Map<object, Uint8Array>()
  #steps = 0

  constructor(text: string) {
    this.text = text
  }

  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > MAX_STEPS) throw tooComplex()
  }

  /** The places where a look-around holds, found the first time they are asked for. */
  placesOf(program: object, find: (places: Uint8Array) => void): Uint8Array {
    let places = this.#places.get(program)
    if (places === undefined) {
      places = new Uint8Array(this.text.length + 1)
      find(places)
      this.#places.set(program, places)
    }
    return places
  }
}
