import { describe, expect, test } from 'vitest'
import { crc32c } from '../../src/storage/page/crc32c.ts'
import { LayerReader } from '../../src/storage/layer/layer-reader.ts'
import { LayerWriter } from '../../src/storage/layer/layer-writer.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'

function setUp(targetBytes: number): { objects: MemoryObjectStore; writer: LayerWriter } {
  const objects = new MemoryObjectStore()
  const random = new SeededRandom(1)
  const writer = new LayerWriter({
    objects,
    random,
    prefix: 'b/',
    targetBytes,
  })
  return { objects, writer }
}

describe('layers', () => {
  test('hold pages where their addresses say, and list them in the footer', async () => {
    const { objects, writer } = setUp(1 << 20)
    const random = new SeededRandom(2)
    const pages = Array.from({ length: 50 }, () => random.bytes(random.below(5000)))
    const addresses = pages.map((bytes, tree) => writer.add(bytes, tree))
    await writer.seal()
    expect(writer.sealedLayers).toHaveLength(1)
    const name = addresses[0]?.layer ?? ''
    const size = (await objects.get(name))?.length ?? 0
    const reader = await LayerReader.open(objects, name, size)
    expect(reader.pages.map((page) => page.tree)).toEqual([...pages.keys()])
    for (const [index, page] of reader.pages.entries()) {
      expect(page.offset % 8).toBe(0)
      expect(addresses[index]).toMatchObject({ offset: page.offset, length: page.length })
      expect(await reader.read(page)).toEqual(pages[index])
      expect(page.checksum).toBe(crc32c(pages[index] ?? new Uint8Array()))
    }
  })

  test('begin anew after each seal, under another name', async () => {
    const { objects, writer } = setUp(1000)
    const names = new Set<string>()
    for (let i = 0; i < 10; i++) {
      names.add(writer.add(new Uint8Array(1200), 1).layer)
      expect(writer.isFull).toBe(true)
      await writer.seal()
    }
    await writer.seal()
    expect(names.size).toBe(10)
    expect((await objects.list('b/')).objects).toHaveLength(10)
  })

  test('report damage as data_corrupted', async () => {
    const { objects, writer } = setUp(1000)
    const address = writer.add(new Uint8Array(100).fill(7), 1)
    await writer.seal()
    const bytes = (await objects.get(address.layer)) ?? new Uint8Array()
    bytes[address.offset + 5]! ^= 1
    await objects.put(address.layer, bytes)
    const reader = await LayerReader.open(objects, address.layer, bytes.length)
    const page = reader.pages[0]!
    await expect(reader.read(page)).rejects.toMatchObject({ code: 'XX001' })
    bytes[bytes.length - 30]! ^= 1
    await objects.put(address.layer, bytes)
    const open = LayerReader.open(objects, address.layer, bytes.length)
    await expect(open).rejects.toMatchObject({ code: 'XX001' })
  })
})
