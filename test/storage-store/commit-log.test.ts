import { describe, expect, test } from 'vitest'
import type { Lsn } from '../../src/storage/access.ts'
import { CommitLog, type StoredRecord } from '../../src/storage/log/commit-log.ts'
import {
  decodeSegment,
  encodeSegment,
  readArchive,
  segmentKey,
} from '../../src/storage/log/log-segment.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'

const lsn = (value: number): Lsn => value as Lsn // brand

function record(at: number, length = 10): StoredRecord {
  return { lsn: lsn(at), bytes: new Uint8Array(length).fill(at) }
}

describe('commit log', () => {
  test('gives back what was appended, in one row or many', () => {
    const local = new MemoryLocalStore()
    const log = new CommitLog(local, lsn(0))
    const sizes = [10, 0, 3_500_000, 1 << 20, 7]
    sizes.forEach((size, index) => log.append(lsn(index + 1), record(index + 1, size).bytes))
    expect([...local.readLog(0)]).toHaveLength(1 + 1 + 4 + 1 + 1)
    const read = [...log.read(lsn(1))]
    expect(read.map(({ bytes }) => bytes.length)).toEqual(sizes.slice(1))
    expect(log.tailBytes).toBe(sizes.reduce((sum, size) => sum + size))
    log.trim(lsn(3))
    expect([...log.read(lsn(0))].map((one) => one.lsn)).toEqual([4, 5])
    expect(log.tailBytes).toBe((1 << 20) + 7)
  })

  test('refuses a gap', () => {
    const log = new CommitLog(new MemoryLocalStore(), lsn(4))
    expect(() => log.append(lsn(6), new Uint8Array(1))).toThrow('log record 6 after 4')
  })

  test('ignores an incomplete record at recovery and goes on in its place', () => {
    const local = new MemoryLocalStore()
    new CommitLog(local, lsn(0)).append(lsn(1), record(1).bytes)
    local.appendLog({ lsn: 2, part: 0, final: false, bytes: new Uint8Array(5) })
    const log = new CommitLog(local, lsn(0))
    expect([...log.recover()].map((one) => one.lsn)).toEqual([1])
    log.append(lsn(2), record(2).bytes)
    expect([...log.read(lsn(0))].map((one) => one.lsn)).toEqual([1, 2])
  })

  test('notices a missing record at recovery', () => {
    const local = new MemoryLocalStore()
    local.appendLog({ lsn: 2, part: 0, final: true, bytes: new Uint8Array(5) })
    expect(() => [...new CommitLog(local, lsn(0)).recover()]).toThrow('log record 1 is missing')
  })
})

describe('log segments', () => {
  test('round trip, and show damage', () => {
    const records = [record(5), record(6, 0), record(7, 1000)]
    const bytes = encodeSegment(records)
    expect(decodeSegment(bytes, 'k')).toEqual(records)
    for (const at of [0, 9, 13, 17, 30, bytes.length - 1]) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1
      expect(() => decodeSegment(damaged, 'k')).toThrow()
    }
    expect(() => decodeSegment(bytes.subarray(0, bytes.length - 3), 'k')).toThrow()
  })

  test('overlapping segments give each record once', async () => {
    const objects = new MemoryObjectStore()
    const random = new SeededRandom(3)
    const put = async (...numbers: number[]): Promise<void> => {
      const first = lsn(numbers[0] ?? 0)
      const key = segmentKey('b/', first, lsn(numbers.at(-1) ?? 0), random)
      await objects.put(key, encodeSegment(numbers.map((number) => record(number))))
    }
    await put(1, 2, 3)
    await put(1, 2, 3, 4, 5)
    await put(4, 5)
    await put(6, 7)
    const found: number[] = []
    for await (const one of readArchive(objects, 'b/', lsn(1), lsn(6))) found.push(one.lsn)
    expect(found).toEqual([2, 3, 4, 5, 6])
    await put(9)
    const gap = (async () => {
      for await (const one of readArchive(objects, 'b/', lsn(0), lsn(9))) found.push(one.lsn)
    })()
    await expect(gap).rejects.toMatchObject({ code: 'XX001' })
  })
})
