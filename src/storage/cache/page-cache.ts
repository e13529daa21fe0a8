/**
 * Decoded pages in memory, by address: the first level. Bounded by bytes; first in, first out, with a second chance
 * for what was used meanwhile, so a large scan passes through without pushing out what is hot. Pages are immutable:
 * there is nothing to write back or to invalidate.
 */
import type { PageNode } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import { isSettled, nodeSize } from './node-size.ts'

export const DEFAULT_CACHE_BYTES = 32 << 20

/** Columns decode lazily after a look-up, so sizes grow; the pages of so many look-ups are then measured again. */
const MEASURE_EVERY = 8

interface Entry {
  readonly address: PageAddress
  readonly node: PageNode
  size: number
  used: boolean
  /** Nothing is left to decode. */
  settled: boolean
}

export class PageCache {
  readonly limitBytes: number
  readonly #layers = new Map<string, Map<number, Entry>>()
  /** Oldest first. */
  readonly #queue = new Set<Entry>()
  #usedBytes = 0
  /** What may have grown since it was measured. */
  readonly #unmeasured: Entry[] = []

  constructor(limitBytes = DEFAULT_CACHE_BYTES) {
    this.limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get pages(): number {
    return this.#queue.size
  }

  get(address: PageAddress): PageNode | undefined {
    const entry = this.#layers.get(address.layer)?.get(address.offset)
    if (entry === undefined) return undefined
    entry.used = true
    if (!entry.settled) this.#measureLater(entry)
    return entry.node
  }

  put(address: PageAddress, node: PageNode): void {
    let layer = this.#layers.get(address.layer)
    if (layer === undefined) this.#layers.set(address.layer, (layer = new Map()))
    if (layer.has(address.offset)) return
    const size = nodeSize(node, address.length)
    const entry: Entry = { address, node, size, used: false, settled: isSettled(node) }
    layer.set(address.offset, entry)
    this.#queue.add(entry)
    this.#usedBytes += size
    this.#evict(entry)
    if (!entry.settled) this.#measureLater(entry)
  }

  #measureLater(entry: Entry): void {
    this.#unmeasured.push(entry)
    if (this.#unmeasured.length >= MEASURE_EVERY) this.measure()
  }

  /** Counts again what lazily decoded columns have added, and makes room for it. */
  measure(): void {
    for (const entry of this.#unmeasured) {
      // Evicted meanwhile, or settled as another look-up's entry.
      if (entry.settled || !this.#queue.has(entry)) continue
      const size = nodeSize(entry.node, entry.address.length)
      this.#usedBytes += size - entry.size
      entry.size = size
      entry.settled = isSettled(entry.node)
    }
    this.#unmeasured.length = 0
    this.#evict(undefined)
  }

  clear(): void {
    this.#layers.clear()
    this.#queue.clear()
    this.#unmeasured.length = 0
    this.#usedBytes = 0
  }

  #evict(keep: Entry | undefined): void {
    while (this.#usedBytes > this.limitBytes && this.#queue.size > 1) {
      const [oldest] = this.#queue
      if (oldest === undefined) return
      if (oldest.used || oldest === keep) {
        oldest.used = false
        this.#queue.delete(oldest)
        this.#queue.add(oldest)
      } else {
        this.#remove(oldest)
      }
    }
  }

  #remove(entry: Entry): void {
    const layer = this.#layers.get(entry.address.layer)
    layer?.delete(entry.address.offset)
    if (layer?.size === 0) this.#layers.delete(entry.address.layer)
    this.#usedBytes -= entry.size
    this.#queue.delete(entry)
  }
}
