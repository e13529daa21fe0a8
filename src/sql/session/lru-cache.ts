/** A bounded map that forgets what was used longest ago. A Map iterates in insertion order: re-inserting on use is all it takes. */
export class LruCache<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #capacity: number
  /** Used last: needs no re-inserting. */
  #newest: K | undefined

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined || key === this.#newest) return value
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#newest = key
    return value
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    this.#newest = key
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys()
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#newest = undefined
  }
}
