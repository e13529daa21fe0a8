/**
 * Where the engine's pages come from. `get` looks into memory, then into the local store: both synchronous.
 * `load` brings pages from the bucket into both, with their neighbours into the local store only.
 *
 * Invariant: a page that enters memory has been checked against the checksum in its address, wherever it came from.
 */
import { decodeLeafParts, decodePage } from '../page/page-codec.ts'
import type { DatumCodec, LeafParts, PageNode, PageSource } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import { checkPage, corrupt, paddedLength } from '../layer/layer-format.ts'
import { readFrameHeader } from '../layer/layer-format.ts'
import { crc32c } from '../page/crc32c.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import { releaseBytes } from '../release-bytes.ts'
import type { PageCache } from './page-cache.ts'
import { PARALLEL_FETCHES, planRanges, withReadAhead, type FetchRange } from './range-plan.ts'

export const DEFAULT_LOCAL_CACHE_BYTES = 1 << 30
/** A tree of more than this share of the memory cache passes it by; decoded, pages take about twice their bytes. */
const PASSING_SHARE = 1 / 2
/** Evict this share of the local cache beyond what is needed, so that it does not happen at every page. */
const EVICT_SHARE = 1 / 16

export interface TieredPagesOptions {
  readonly platform: StoragePlatform
  readonly codec: DatumCodec
  readonly memory: PageCache
  readonly localBytes?: number
}

interface Flight {
  readonly range: FetchRange
  readonly landed: Promise<void>
}

export interface PageStatistics {
  memoryHits: number
  localHits: number
  misses: number
  fetches: number
  fetchedBytes: number
}

export class TieredPages implements PageSource {
  readonly memory: PageCache
  readonly statistics: PageStatistics = {
    memoryHits: 0,
    localHits: 0,
    misses: 0,
    fetches: 0,
    fetchedBytes: 0,
  }
  readonly #platform: StoragePlatform
  readonly #codec: DatumCodec
  readonly #localBytes: number
  readonly #flights = new Set<Flight>()

  constructor(options: TieredPagesOptions) {
    this.#platform = options.platform
    this.#codec = options.codec
    this.memory = options.memory
    this.#localBytes = options.localBytes ?? DEFAULT_LOCAL_CACHE_BYTES
  }

  get(address: PageAddress): PageNode | undefined {
    const node = this.memory.get(address)
    if (node !== undefined) {
      this.statistics.memoryHits++
      return node
    }
    return this.#fromLocal(address)
  }

  #fromLocal(address: PageAddress): PageNode | undefined {
    const bytes = this.#localBytesOf(address)
    if (bytes === undefined) return undefined
    const node = decodePage(bytes, this.#codec)
    this.memory.put(address, node)
    return node
  }

  #localBytesOf(address: PageAddress): Uint8Array | undefined {
    const bytes = this.#platform.local.getPage(address.layer, address.offset)
    if (bytes === undefined || !isIntact(bytes, address)) {
      this.statistics.misses++
      // A damaged copy does no harm: the bucket has the original.
      if (bytes !== undefined) this.#platform.local.deletePage(address.layer, address.offset)
      return undefined
    }
    this.statistics.localHits++
    return bytes
  }

  get passingBytes(): number {
    return this.memory.limitBytes * PASSING_SHARE
  }

  readOnce(address: PageAddress, wanted: LeafParts): PageNode | undefined {
    const node = this.memory.get(address)
    if (node !== undefined) {
      this.statistics.memoryHits++
      return node
    }
    const bytes = this.#localBytesOf(address)
    if (bytes === undefined) return undefined
    const leaf = decodeLeafParts(bytes, wanted, this.#codec)
    // Never so for a leaf's address, and then there is a way.
    if (leaf === undefined) return this.get(address)
    releaseBytes(bytes)
    return leaf
  }

  /**
   * Resolves when the pages are worth looking for again. Rejects with XX001 when one is lost or damaged.
   * `isPassing`: they come into the local store only.
   */
  async load(addresses: readonly PageAddress[], isPassing = false): Promise<void> {
    const waits: Promise<void>[] = []
    const missing: PageAddress[] = []
    for (const address of addresses) {
      const flight = this.#flightWith(address)
      if (flight !== undefined) waits.push(flight.landed)
      else if (isPassing ? !this.isNear(address) : this.get(address) === undefined) {
        missing.push(address)
      }
    }
    await this.#flyAll(planRanges(missing).map(withReadAhead), isPassing)
    await Promise.all(waits)
  }

  /** Brings pages that are known to be missing into the local store, and nothing around them. Rejects like `load`. */
  prefetch(addresses: readonly PageAddress[]): Promise<void> {
    return this.#flyAll(planRanges(addresses), true)
  }

  async #flyAll(ranges: readonly FetchRange[], isPassing: boolean): Promise<void> {
    for (let at = 0; at < ranges.length; at += PARALLEL_FETCHES) {
      const some = ranges.slice(at, at + PARALLEL_FETCHES)
      await Promise.all(some.map((range) => this.#fly(range, isPassing)))
    }
  }

  /** Whether it would take no request to the bucket; a copy that has been damaged would. */
  isNear(address: PageAddress): boolean {
    if (this.memory.get(address) !== undefined) return true
    return this.#platform.local.hasPage(address.layer, address.offset)
  }

  /** A checkpoint wrote this page: keep a copy near. */
  keepLocally(address: PageAddress, bytes: Uint8Array): void {
    this.#platform.local.putPage(address.layer, address.offset, bytes)
  }

  /** Bounds the local cache. Call it after a batch of `keepLocally`. */
  trimLocal(): void {
    const { local, random } = this.#platform
    const excess = local.pageBytes() - this.#localBytes
    if (excess > 0) local.evictPages(excess + this.#localBytes * EVICT_SHARE, random.next())
  }

  #flightWith(address: PageAddress): Flight | undefined {
    for (const flight of this.#flights) {
      const { layer, start, end } = flight.range
      if (layer === address.layer && start <= address.offset && address.offset < end) {
        if (address.offset + address.length <= end) return flight
      }
    }
    return undefined
  }

  async #fly(range: FetchRange, isPassing: boolean): Promise<void> {
    const flight: Flight = { range, landed: this.#fetch(range, isPassing) }
    this.#flights.add(flight)
    try {
      await flight.landed
    } finally {
      this.#flights.delete(flight)
    }
  }

  async #fetch(range: FetchRange, isPassing: boolean): Promise<void> {
    const { objects } = this.#platform
    let error: unknown
    // A second look at the original before we call it damaged: the transfer may have been.
    for (let attempt = 0; attempt < 2; attempt++) {
      const bytes = await objects.getRange(range.layer, range.start, range.end - range.start)
      if (bytes === undefined) throw corrupt(`layer ${range.layer} is missing`)
      this.statistics.fetches++
      this.statistics.fetchedBytes += bytes.length
      try {
        if (isPassing) this.#landNear(range, bytes)
        else this.#land(range, bytes)
        releaseBytes(bytes)
        return
      } catch (caught) {
        error = caught
      }
    }
    throw error
  }

  /** Copies pages out of what was fetched, so that a small page does not hold on to a large buffer. */
  #land(range: FetchRange, fetched: Uint8Array): void {
    const nodes: [PageAddress, PageNode][] = []
    for (const address of range.wanted) {
      const at = address.offset - range.start
      const bytes = fetched.slice(at, at + address.length)
      checkPage(bytes, address)
      nodes.push([address, decodePage(bytes, this.#codec)])
    }
    this.#platform.local.transaction(() => this.#keepNeighbours(range, fetched))
    this.trimLocal()
    for (const [address, node] of nodes) this.memory.put(address, node)
  }

  #landNear(range: FetchRange, fetched: Uint8Array): void {
    for (const address of range.wanted) {
      const at = address.offset - range.start
      checkPage(fetched.subarray(at, at + address.length), address)
    }
    this.#platform.local.transaction(() => this.#keepNeighbours(range, fetched))
    this.trimLocal()
  }

  /** Walks the frames from the first wanted page on, as far as whole pages were fetched. */
  #keepNeighbours(range: FetchRange, fetched: Uint8Array): void {
    const view = new DataView(fetched.buffer, fetched.byteOffset, fetched.byteLength)
    for (const { offset, length } of range.wanted) {
      const at = offset - range.start
      this.#platform.local.putPage(range.layer, offset, fetched.subarray(at, at + length))
    }
    const wanted = new Set(range.wanted.map((address) => address.offset))
    let next = paddedLength(range.wanted[0]?.length ?? 0)
    for (;;) {
      const page = readFrameHeader(view, next)
      if (page === undefined || page.offset + page.length > fetched.length) return
      const offset = range.start + page.offset
      next = page.offset + paddedLength(page.length)
      if (wanted.has(offset)) continue
      const bytes = fetched.subarray(page.offset, page.offset + page.length)
      this.#platform.local.putPage(range.layer, offset, bytes)
    }
  }
}

function isIntact(bytes: Uint8Array, address: PageAddress): boolean {
  return bytes.length === address.length && crc32c(bytes) === address.checksum
}
