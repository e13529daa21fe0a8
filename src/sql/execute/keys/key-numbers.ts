/**
 * Consecutive numbers for keys: a Map, except that the runtime hashes very long strings by their length alone, so that a
 * Map would compare each with all the others. These are found by a hash of their own.
 */
import type { Key } from './key-encoding.ts'

/** Beyond some 16,000 characters V8 no longer looks at them. */
const LONG = 8192

interface LongText {
  readonly text: string
  readonly number: number
}

export class KeyNumbers {
  readonly #numbers = new Map<Key | null, number>()
  /** Long texts by hash. */
  readonly #long = new Map<number, LongText[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The key's number; a new key gets the next. */
  intern(key: Key | null): number {
    if (typeof key === 'string' && key.length > LONG) return this.#internLong(key)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#size)
    return this.#size++
  }

  /** -1 when unknown. */
  find(key: Key | null): number {
    if (typeof key === 'string' && key.length > LONG) {
      return this.#long.get(hashText(key))?.find((one) => one.text === key)?.number ?? -1
    }
    return this.#numbers.get(key) ?? -1
  }

  #internLong(text: string): number {
    const hash = hashText(text)
    const bucket = this.#long.get(hash)
    const known = bucket?.find((one) => one.text === text)
    if (known !== undefined) return known.number
    const entry = { text, number: this.#size++ }
    if (bucket === undefined) this.#long.set(hash, [entry])
    else bucket.push(entry)
    return entry.number
  }
}

/** FNV-1a over UTF-16 units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
