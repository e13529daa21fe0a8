/**
 * The bucket: immutable objects by name, slow (tens of milliseconds) and unlimited. Layers, log segments and
 * manifests live here. No name is ever written twice, so there is nothing to keep coherent.
 *
 * Every operation may fail without saying whether it took effect; callers retry or leave an orphan behind. Bytes that
 * were read belong to whoever asked; bytes to write may be released once that has succeeded.
 */
export interface ObjectStore {
  get(key: string): Promise<Uint8Array | undefined>
  /** Fewer bytes than asked for when the object ends before; undefined when there is no such object. */
  getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined>
  put(key: string, bytes: Uint8Array): Promise<void>
  /** False when the key existed already; the object is then untouched. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>
  delete(keys: readonly string[]): Promise<void>
  /** Objects whose key starts with `prefix`, by key ascending (code units). Ask again after the last key for more. */
  list(prefix: string, options?: ListOptions): Promise<ObjectListing>
}

export interface ListOptions {
  /** Only keys greater than this one. */
  readonly startAfter?: string
  readonly limit?: number
}

export interface ObjectSummary {
  readonly key: string
  readonly sizeBytes: number
}

export interface ObjectListing {
  readonly objects: readonly ObjectSummary[]
  /** True when keys beyond the last one may exist. */
  readonly truncated: boolean
}

/** The most keys one `list` returns. */
export const LIST_LIMIT = 1000

/** All objects below a prefix. */
export async function listAll(store: ObjectStore, prefix: string): Promise<ObjectSummary[]> {
  const all: ObjectSummary[] = []
  let startAfter: string | undefined
  for (;;) {
    const page = await store.list(prefix, startAfter === undefined ? {} : { startAfter })
    all.push(...page.objects)
    startAfter = page.objects.at(-1)?.key
    if (!page.truncated || startAfter === undefined) return all
  }
}
