import { describe, expect, test } from 'vitest'
import { PageCache } from '../../src/storage/cache/page-cache.ts'
import { planRanges, withReadAhead } from '../../src/storage/cache/range-plan.ts'
import { TieredPages } from '../../src/storage/cache/tiered-pages.ts'
import { LayerWriter } from '../../src/storage/layer/layer-writer.ts'
import type { LeafNode, OverflowNode } from '../../src/storage/page/node.ts'
import type { PageAddress } from '../../src/storage/page/page-address.ts'
import { encodePage } from '../../src/storage/page/page-codec.ts'
import { ManualClock } from '../../src/storage/platform/memory/manual-clock.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { JSON_DATUM_CODEC } from './json-datum-codec.ts'

function page(bytes: number): OverflowNode {
  return { kind: 'overflow', bytes: new Uint8Array(bytes) }
}

function at(offset: number, length = 100, layer = 'layer'): PageAddress {
  return { layer, offset, length, checksum: 0 }
}

describe('page cache', () => {
  test('stays within its bounds and keeps what is used', () => {
    const cache = new PageCache(100_000)
    for (let i = 0; i < 1000; i++) {
      cache.put(at(i * 8), page(1000))
      // The first page is looked at all the time.
      expect(cache.get(at(0))).toBeDefined()
      expect(cache.usedBytes).toBeLessThanOrEqual(100_000)
    }
    expect(cache.pages).toBeGreaterThan(50)
    expect(cache.get(at(999 * 8))).toBeDefined()
    expect(cache.get(at(8))).toBeUndefined()
  })

  test('holds a page larger than its bounds, alone', () => {
    const cache = new PageCache(1000)
    cache.put(at(0), page(10))
    cache.put(at(8), page(5000))
    expect(cache.get(at(8))).toBeDefined()
    expect(cache.pages).toBe(1)
  })

  test('counts columns that were decoded after the page came in', () => {
    const cache = new PageCache(1 << 20)
    const leaf = {
      kind: 'leaf' as const,
      owner: undefined,
      written: undefined,
      length: 100,
      rowIds: new Float64Array(100),
      columns: [
        {
          kind: 'text' as const,
          values: undefined as string[] | undefined,
          nulls: undefined,
          hasLarge: false,
          decode: undefined,
        },
      ],
      variableBytes: 50_000,
      tail: { used: 100 },
      shared: false,
    }
    cache.put(at(0, 1000), leaf)
    const before = cache.usedBytes
    leaf.columns[0]!.values = Array.from({ length: 100 }, () => 'x')
    cache.measure()
    expect(cache.usedBytes).toBeGreaterThanOrEqual(before + 49_000)
  })
})

describe('range plan', () => {
  test('coalesces neighbours, reads ahead, and splits what is far apart', () => {
    const ranges = planRanges([
      at(500_000),
      at(16),
      at(2_000_000),
      at(300),
      at(16, 100, 'other'),
    ]).map(withReadAhead)
    expect(
      ranges.map(({ layer, start, end, wanted }) => [layer, start, end, wanted.length]),
    ).toEqual([
      ['layer', 16, 16 + (32 << 10), 2],
      ['layer', 500_000, 500_000 + (32 << 10), 1],
      ['layer', 2_000_000, 2_000_000 + (32 << 10), 1],
      ['other', 16, 16 + (32 << 10), 1],
    ])
  })

  test('reads further ahead around larger pages, up to a bound', () => {
    const lengthOf = (bytes: number) => {
      const [range] = planRanges([at(0, bytes)]).map(withReadAhead)
      return range && range.end - range.start
    }
    expect(lengthOf(10_000)).toBe(80_000)
    expect(lengthOf(41_000)).toBe(128 << 10)
    expect(lengthOf(300_000)).toBe(300_000)
  })

  test('asks for at most about a megabyte at once, but for a whole page however large', () => {
    const many = Array.from({ length: 40 }, (_, i) => at(i * 65_536, 65_000))
    for (const range of planRanges(many))
      expect(range.end - range.start).toBeLessThanOrEqual(1 << 20)
    expect(planRanges([at(0, 5 << 20)])[0]?.end).toBe(5 << 20)
  })
})

describe('pages from the bucket', () => {
  /** A page of about 10 KB whose values start with `first`. */
  function leafPage(first: number): Uint8Array {
    const rows = 1200
    const values = Float64Array.from({ length: rows }, (_, row) => first + Math.sqrt(row))
    const column = { kind: 'float64' as const, values, nulls: undefined }
    const leaf: LeafNode = {
      kind: 'leaf',
      owner: undefined,
      written: undefined,
      length: rows,
      rowIds: Float64Array.from({ length: rows }, (_, row) => row),
      columns: [{ ...column, hasLarge: false, decode: undefined }],
      variableBytes: 0,
      tail: { used: rows },
      shared: false,
    }
    const noChildren = (): never => {
      throw new Error('a leaf has no children')
    }
    const writer = { codec: JSON_DATUM_CODEC, addressOf: noChildren, writeOverflow: noChildren }
    return encodePage(leaf, writer)
  }

  async function setUp(pages: number) {
    const objects = new MemoryObjectStore()
    const random = new SeededRandom(4)
    const writer = new LayerWriter({ objects, random, prefix: 'b/' })
    const addresses = Array.from({ length: pages }, (_, i) => writer.add(leafPage(i), 1))
    await writer.seal()
    const local = new MemoryLocalStore()
    const platform = { objects, local, clock: new ManualClock(), random }
    const tiered = new TieredPages({
      platform,
      codec: JSON_DATUM_CODEC,
      memory: new PageCache(),
      localBytes: 400_000,
    })
    return { addresses, tiered, local }
  }

  test('come with their neighbours, in one request for all who ask at the same time', async () => {
    const { addresses, tiered } = await setUp(20)
    const [first, second, third] = [addresses[0]!, addresses[1]!, addresses[2]!]
    expect(tiered.get(first)).toBeUndefined()
    await Promise.all([tiered.load([first]), tiered.load([second, third]), tiered.load([first])])
    expect(tiered.statistics.fetches).toBe(1)
    const end = first.offset + tiered.statistics.fetchedBytes
    const near = addresses.filter((address) => address.offset + address.length <= end)
    expect(near.length).toBeGreaterThan(3)
    for (const [index, address] of near.entries()) {
      const node = tiered.get(address)
      if (node?.kind !== 'leaf') throw new Error(`page ${index} is missing`)
      expect(node.columns[0]?.values?.[0]).toBe(index)
    }
  })

  test('pass the memory by when a scan asks for parts of them', async () => {
    const { addresses, tiered, local } = await setUp(20)
    const wanted = { positions: [0], rowIds: false }
    expect(tiered.readOnce(addresses[3]!, wanted)).toBeUndefined()
    await tiered.load(addresses.slice(3, 8), true)
    expect(tiered.memory.pages).toBe(0)
    expect(local.hasPage(addresses[3]!.layer, addresses[3]!.offset)).toBe(true)
    // Near already: no second request.
    await tiered.load(addresses.slice(3, 8), true)
    expect(tiered.statistics.fetches).toBe(1)
    for (let round = 0; round < 2; round++) {
      const node = tiered.readOnce(addresses[3]!, wanted)
      expect(node?.kind === 'leaf' && node.columns[0]?.values?.[0]).toBe(3)
    }
    expect(tiered.memory.pages).toBe(0)
    // What is in memory is taken from there.
    expect(tiered.get(addresses[3]!)).toBe(tiered.readOnce(addresses[3]!, wanted))
  })

  test('stay in the local store within its bounds', async () => {
    const { addresses, tiered, local } = await setUp(200)
    for (const address of addresses) {
      while (tiered.get(address) === undefined) await tiered.load([address])
      expect(local.pageBytes()).toBeLessThanOrEqual(400_000)
    }
    expect(local.pageBytes()).toBeGreaterThan(100_000)
  })
})
