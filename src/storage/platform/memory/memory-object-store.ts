import { LIST_LIMIT } from '../object-store.ts'
import type { ListOptions, ObjectListing, ObjectStore } from '../object-store.ts'

/** A bucket in memory, for tests and the in-process engine. Copies bytes in and out, as a real one does. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array>()

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.slice()
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#objects.get(key)?.slice(offset, offset + length)
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, bytes.slice())
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    if (this.#objects.has(key)) return false
    this.#objects.set(key, bytes.slice())
    return true
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#objects.delete(key)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ObjectListing> {
    const after = options.startAfter
    const limit = Math.min(options.limit ?? LIST_LIMIT, LIST_LIMIT)
    const keys = [...this.#objects.keys()]
      .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort()
    const objects = keys.slice(0, limit).map((key) => {
      return { key, sizeBytes: this.#objects.get(key)?.length ?? 0 }
    })
    return { objects, truncated: keys.length > limit }
  }
}
