import type { Clock } from './clock.ts'
import type { ListOptions, ObjectListing, ObjectStore } from './object-store.ts'

const ATTEMPTS = 5
const FIRST_PAUSE_MS = 20

/**
 * Tries operations on the bucket again when they fail: transient errors are normal there. Doing any of them twice is
 * harmless, except `putIfAbsent`, which then could not tell who was first.
 */
export class RetryingObjectStore implements ObjectStore {
  readonly #inner: ObjectStore
  readonly #clock: Clock

  constructor(inner: ObjectStore, clock: Clock) {
    this.#inner = inner
    this.#clock = clock
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#retry(() => this.#inner.get(key))
  }

  getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#retry(() => this.#inner.getRange(key, offset, length))
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#retry(() => this.#inner.put(key, bytes))
  }

  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.#inner.putIfAbsent(key, bytes)
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#retry(() => this.#inner.delete(keys))
  }

  list(prefix: string, options?: ListOptions): Promise<ObjectListing> {
    return this.#retry(() => this.#inner.list(prefix, options))
  }

  async #retry<T>(operation: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await operation()
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
        await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** attempt)
      }
    }
  }
}
