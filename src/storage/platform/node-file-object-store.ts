/** A bucket as a directory of files, under plain Node. */
import { link, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LIST_LIMIT } from './object-store.ts'
import type { ListOptions, ObjectListing, ObjectStore } from './object-store.ts'

export class NodeFileObjectStore implements ObjectStore {
  readonly #root: string
  #temporary = 0

  constructor(root: string) {
    this.#root = root
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return orMissing(async () => new Uint8Array(await readFile(this.#path(key))))
  }

  async getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return orMissing(async () => {
      const file = await open(this.#path(key))
      try {
        const bytes = new Uint8Array(length)
        const { bytesRead } = await file.read(bytes, 0, length, offset)
        return bytesRead === length ? bytes : bytes.slice(0, bytesRead)
      } finally {
        await file.close()
      }
    })
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await rename(await this.#write(key, bytes), this.#path(key))
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    const temporary = await this.#write(key, bytes)
    try {
      await link(temporary, this.#path(key))
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    } finally {
      await rm(temporary)
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) await rm(this.#path(key), { force: true })
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ObjectListing> {
    const after = options.startAfter
    const limit = Math.min(options.limit ?? LIST_LIMIT, LIST_LIMIT)
    const keys = (await this.#keys())
      .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
      .sort()
    const objects = await Promise.all(
      keys.slice(0, limit).map(async (key) => {
        return { key, sizeBytes: (await stat(this.#path(key))).size }
      }),
    )
    return { objects, truncated: keys.length > limit }
  }

  /** One flat directory: a key may be the prefix of another, which a file and a directory cannot. */
  #path(key: string): string {
    return join(this.#root, encodeURIComponent(key))
  }

  async #keys(): Promise<string[]> {
    const names = (await orMissing(() => readdir(this.#root))) ?? []
    return names.filter((name) => !name.endsWith('.tmp')).map(decodeURIComponent)
  }

  /** Writes beside the target, so that a crash leaves no half object under its name. */
  async #write(key: string, bytes: Uint8Array): Promise<string> {
    const path = this.#path(key)
    await mkdir(this.#root, { recursive: true })
    const temporary = `${path}.${this.#temporary++}.tmp`
    await writeFile(temporary, bytes)
    return temporary
  }
}

async function orMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
