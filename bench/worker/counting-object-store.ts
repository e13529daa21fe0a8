/** Counts what goes through an object store. */
import type {
  ListOptions,
  ObjectListing,
  ObjectStore,
} from '../../src/storage/platform/object-store.ts'

export interface ObjectCounts {
  reads: number
  readBytes: number
  writes: number
  writtenBytes: number
  lists: number
}

const NONE: ObjectCounts = { reads: 0, readBytes: 0, writes: 0, writtenBytes: 0, lists: 0 }

export class CountingObjectStore implements ObjectStore {
  readonly #inner: ObjectStore
  #counts = { ...NONE }

  constructor(inner: ObjectStore) {
    this.#inner = inner
  }

  counts(): ObjectCounts {
    return { ...this.#counts }
  }
  reset(): void {
    this.#counts = { ...NONE }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#read(await this.#inner.get(key))
  }
  async getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#read(await this.#inner.getRange(key, offset, length))
  }
  put(key: string, bytes: Uint8Array): Promise<void> {
    this.#written(bytes)
    return this.#inner.put(key, bytes)
  }
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    this.#written(bytes)
    return this.#inner.putIfAbsent(key, bytes)
  }
  delete(keys: readonly string[]): Promise<void> {
    return this.#inner.delete(keys)
  }
  list(prefix: string, options?: ListOptions): Promise<ObjectListing> {
    this.#counts.lists++
    return this.#inner.list(prefix, options)
  }

  #read(bytes: Uint8Array | undefined): Uint8Array | undefined {
    this.#counts.reads++
    this.#counts.readBytes += bytes?.length ?? 0
    return bytes
  }
  #written(bytes: Uint8Array): void {
    this.#counts.writes++
    this.#counts.writtenBytes += bytes.length
  }
}
