/** The bucket in production: Cloudflare R2. */
import type { R2Bucket } from '@cloudflare/workers-types'
import { LIST_LIMIT } from './object-store.ts'
import type { ListOptions, ObjectListing, ObjectStore } from './object-store.ts'

/** R2 deletes at most this many keys in one call. */
const DELETE_LIMIT = 1000

export class R2ObjectStore implements ObjectStore {
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const object = await this.#bucket.get(key)
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    const object = await this.#bucket.get(key, { range: { offset, length } })
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer())
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#bucket.put(key, bytes)
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    const written = await this.#bucket.put(key, bytes, { onlyIf: { etagDoesNotMatch: '*' } })
    return written !== null
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_LIMIT) {
      await this.#bucket.delete(keys.slice(at, at + DELETE_LIMIT))
    }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ObjectListing> {
    const { startAfter } = options
    const listing = await this.#bucket.list({
      prefix,
      limit: Math.min(options.limit ?? LIST_LIMIT, LIST_LIMIT),
      ...(startAfter === undefined ? {} : { startAfter }),
    })
    const objects = listing.objects.map(({ key, size }) => ({ key, sizeBytes: size }))
    return { objects, truncated: listing.truncated }
  }
}
