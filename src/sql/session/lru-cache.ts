/** A bounded map that forgets what was used longest ago. A Map iterates in insertion order: re-inserting on use is all it takes. */

interface Entry<V> {
  readonly value: V
  readonly weight: number
}

export class LruCache<K, V> {
  readonly #entries = new Map<K, Entry<V>>()
  readonly #capacity: number
  #weight = 0
  /** Used last: needs no re-inserting. */
  #newest: K | undefined

  /** How much the entries may weigh together. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || key === this.#newest) return entry?.value
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#newest = key
    return entry.value
  }

  /** What weighs more than the whole cache may is not kept. */
  set(key: K, value: V, weight = 1): void {
    this.#delete(key)
    if (weight > this.#capacity) return
    this.#entries.set(key, { value, weight })
    this.#newest = key
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#capacity) return
      this.#delete(oldest)
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#weight = 0
    this.#newest = undefined
  }

  #delete(key: K): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#weight -= entry.weight
  }
}
