/**
 * SERIALIZABLE on the store alone: two or three transactions side by side over a table (id, value) with a unique index on id
 * and an index on value. Each test says who must commit and who must not.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import type { KeyBound, TreeId, ZoneFilter } from '../../src/storage/access.ts'
import { SqlError } from '../../src/errors/sql-error.ts'
import { ManualClock } from '../../src/storage/platform/memory/manual-clock.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import type { StoreTransaction } from '../../src/storage/store/store-transaction.ts'
import { Store } from '../../src/storage/store/store.ts'
import { batch, datumAt, vectorOf } from '../../src/storage/vector.ts'
import type { Batch } from '../../src/storage/vector.ts'
import { JSON_DATUM_CODEC } from './json-datum-codec.ts'

const [TABLE, BY_ID, BY_VALUE] = [1 as TreeId, 2 as TreeId, 3 as TreeId] // brands
const ORDER = [{ descending: false, nullsFirst: false }]

let store: Store
let other: StoreTransaction
let one: StoreTransaction

beforeEach(async () => {
  const platform = {
    objects: new MemoryObjectStore(),
    local: new MemoryLocalStore(),
    clock: new ManualClock(),
    random: new SeededRandom(7),
  }
  store = await Store.open(platform, {
    prefix: 'p/',
    codec: JSON_DATUM_CODEC,
    transactionLimitBytes: 64 * 1024,
  })
  const setup = store.begin()
  setup.createTree(TABLE, { kind: 'table', columns: ['int64', 'int64'] })
  setup.createTree(BY_ID, { kind: 'index', columns: ['int64'], order: ORDER, unique: true })
  setup.createTree(BY_VALUE, { kind: 'index', columns: ['int64'], order: ORDER })
  for (const [id, value] of [
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 40],
  ] as const) {
    await insert(setup, id, value)
  }
  await store.run(store.commit(setup))
  one = begin()
  other = begin()
})

function begin(): StoreTransaction {
  const transaction = store.begin()
  // Waits for nothing.
  transaction.serialize({ isReadOnly: false, isDeferrable: false }).next()
  return transaction
}

function ints(...values: readonly number[]): Batch {
  return batch([vectorOf('int64', values)], values.length)
}

function pair(id: number, value: number): Batch {
  return batch([vectorOf('int64', [id]), vectorOf('int64', [value])], 1)
}

async function insert(transaction: StoreTransaction, id: number, value: number): Promise<void> {
  const ids = await store.run(transaction.insert(TABLE, pair(id, value)))
  await store.run(transaction.insertKeys(BY_ID, ints(id), ids))
  await store.run(transaction.insertKeys(BY_VALUE, ints(value), ids))
}

/** By its id, as a query with `id = …` reads. */
async function read(transaction: StoreTransaction, id: number): Promise<number | undefined> {
  const rowId = await store.run(transaction.firstMatch(BY_ID, [id]))
  if (rowId === undefined) return undefined
  const rows = await store.run(transaction.fetch(TABLE, [rowId], [1]))
  return Number(datumAt(rows.columns[0]!, 0))
}

async function write(transaction: StoreTransaction, id: number, value: number): Promise<void> {
  const old = await readQuietly(transaction, id)
  await store.run(transaction.update(TABLE, [old.rowId], pair(id, value)))
  await store.run(transaction.deleteKeys(BY_VALUE, ints(old.value), [old.rowId]))
  await store.run(transaction.insertKeys(BY_VALUE, ints(value), [old.rowId]))
}

async function remove(transaction: StoreTransaction, id: number): Promise<void> {
  const old = await readQuietly(transaction, id)
  await store.run(transaction.delete(TABLE, [old.rowId]))
  await store.run(transaction.deleteKeys(BY_ID, ints(id), [old.rowId]))
  await store.run(transaction.deleteKeys(BY_VALUE, ints(old.value), [old.rowId]))
}

/** Where the row is, without having read it: a blind write. */
async function readQuietly(transaction: StoreTransaction, id: number) {
  const { reads } = transaction
  transaction.reads = undefined
  const rowId = await store.run(transaction.firstMatch(BY_ID, [id]))
  const value = await read(transaction, id)
  transaction.reads = reads
  return { rowId: rowId!, value: value! }
}

async function valuesBetween(
  transaction: StoreTransaction,
  low: number,
  high: number,
): Promise<number[]> {
  const bound = (value: number): KeyBound => ({ values: [value], inclusive: true })
  const request = { columns: [0], lower: bound(low), upper: bound(high) }
  return await drain(transaction.seek(BY_VALUE, request))
}

function scan(transaction: StoreTransaction, zoneFilters?: ZoneFilter[]): Promise<number[]> {
  return drain(transaction.scan(TABLE, { columns: [1], ...(zoneFilters && { zoneFilters }) }))
}

async function drain(stream: ReturnType<StoreTransaction['scan']>): Promise<number[]> {
  const found: number[] = []
  for (const item of stream) {
    if (item.kind !== 'batch') await store.serve(item)
    else for (let i = 0; i < item.length; i++) found.push(Number(datumAt(item.columns[0]!, i)))
  }
  return found
}

/** 'ok', or the SQLSTATE. */
async function commit(transaction: StoreTransaction): Promise<string> {
  try {
    await store.run(store.commit(transaction))
    return 'ok'
  } catch (error) {
    store.rollback(transaction)
    if (error instanceof SqlError) return error.code
    throw error
  }
}

describe('write skew', () => {
  test('over two rows', async () => {
    await read(one, 1)
    await read(other, 2)
    await write(one, 2, 0)
    await write(other, 1, 0)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('over what both have scanned', async () => {
    await scan(one)
    await scan(other)
    await insert(one, 5, 50)
    await insert(other, 6, 60)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('over what both have counted; an update is no count', async () => {
    expect([one.countRows(TABLE), other.countRows(TABLE)]).toEqual([4, 4])
    await insert(one, 5, 50)
    await remove(other, 1)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
    const [third, fourth] = [begin(), begin()]
    third.countRows(TABLE)
    fourth.countRows(TABLE)
    await write(third, 2, 21)
    await write(fourth, 3, 31)
    expect([await commit(third), await commit(fourth)]).toEqual(['ok', 'ok'])
  })

  test('over phantoms in a range of keys', async () => {
    expect(await valuesBetween(one, 100, 200)).toEqual([])
    expect(await valuesBetween(other, 100, 200)).toEqual([])
    await insert(one, 5, 150)
    await insert(other, 6, 160)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('over a row that moves into the range, and one that leaves it', async () => {
    expect(await valuesBetween(one, 15, 25)).toEqual([20])
    expect(await valuesBetween(other, 35, 45)).toEqual([40])
    await write(one, 4, 99)
    await write(other, 3, 22)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('over keys that are absent', async () => {
    expect([await read(one, 7), await read(other, 8)]).toEqual([undefined, undefined])
    await insert(one, 8, 80)
    await insert(other, 7, 70)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('over what a frozen view has read', async () => {
    await store.run(one.frozen().firstMatch(BY_ID, [9]))
    await store.run(other.frozen().firstMatch(BY_ID, [8]))
    await insert(one, 8, 80)
    await insert(other, 9, 90)
    expect([await commit(one), await commit(other)]).toEqual(['ok', '40001'])
  })

  test('of three in a ring', async () => {
    const third = begin()
    await read(one, 1)
    await read(other, 2)
    await read(third, 3)
    await write(one, 2, 0)
    await write(other, 3, 0)
    await write(third, 1, 0)
    expect([await commit(one), await commit(other), await commit(third)]).toContain('40001')
  })
})

describe('a reader', () => {
  // Fekete, O'Neil and O'Neil, "A Read-Only Transaction Anomaly Under Snapshot Isolation", 2004.
  test('fails when it has seen the second of two writers, not the first, and the first comes before', async () => {
    await read(one, 1)
    await read(one, 2)
    await read(other, 2)
    await write(other, 2, 25)
    expect(await commit(other)).toBe('ok')
    const reader = begin()
    expect([await read(reader, 1), await read(reader, 2)]).toEqual([10, 25])
    await write(one, 1, 5)
    expect([await commit(reader), await commit(one)]).toEqual(['ok', '40001'])
  })

  test('is the one to fail when the writers have committed', async () => {
    await read(one, 1)
    await read(one, 2)
    await write(other, 2, 25)
    expect(await commit(other)).toBe('ok')
    const reader = begin()
    await read(reader, 1)
    await read(reader, 2)
    await write(one, 1, 5)
    expect([await commit(one), await commit(reader)]).toEqual(['ok', '40001'])
  })

  test('whose snapshot is older than both writers commits', async () => {
    const reader = begin()
    await read(one, 1)
    await read(one, 2)
    await write(other, 2, 25)
    await write(one, 1, 5)
    await read(reader, 1)
    await read(reader, 2)
    expect([await commit(other), await commit(one), await commit(reader)]).toEqual([
      'ok',
      'ok',
      'ok',
    ])
  })

  test('of what changed meanwhile comes before the writer: both commit', async () => {
    await read(one, 1)
    await write(other, 1, 11)
    expect(await commit(other)).toBe('ok')
    await write(one, 2, 22)
    expect(await commit(one)).toBe('ok')
  })
})

describe('a transaction that is declared READ ONLY', () => {
  test('notes nothing when nobody could become a pivot', async () => {
    store.rollback(one)
    store.rollback(other)
    const reader = store.begin()
    reader.serialize({ isReadOnly: true, isDeferrable: false }).next()
    expect(reader.reads).toBeUndefined()
    const second = store.begin()
    second.serialize({ isReadOnly: true, isDeferrable: true }).next()
    expect(second.reads).toBeUndefined()
  })

  test('and DEFERRABLE waits for those who could, and is safe then', async () => {
    const reader = store.begin()
    const waiting = store.run(reader.serialize({ isReadOnly: true, isDeferrable: true }))
    await read(one, 1)
    await write(one, 2, 0)
    expect(await commit(one)).toBe('ok')
    store.rollback(other)
    expect(await waiting).toBe(true)
    expect(reader.reads).toBeUndefined()
  })

  test('and DEFERRABLE needs another snapshot when one of them was a pivot', async () => {
    await read(one, 1)
    await read(one, 2)
    await write(other, 2, 25)
    expect(await commit(other)).toBe('ok')
    const reader = store.begin()
    const waiting = store.run(reader.serialize({ isReadOnly: true, isDeferrable: true }))
    await write(one, 1, 5)
    expect(await commit(one)).toBe('ok')
    expect(await waiting).toBe(false)
  })
})

describe('no false alarm', () => {
  test('for disjoint ranges of keys', async () => {
    await valuesBetween(one, 0, 19)
    await valuesBetween(other, 20, 50)
    await insert(one, 5, 15)
    await insert(other, 6, 45)
    expect([await commit(one), await commit(other)]).toEqual(['ok', 'ok'])
  })

  test('for bounds that exclude what the other writes', async () => {
    const upTo = { values: [20], inclusive: false }
    await drain(one.seek(BY_VALUE, { columns: [0], upper: upTo }))
    await drain(other.seek(BY_VALUE, { columns: [0], lower: { values: [20], inclusive: true } }))
    await insert(one, 5, 15)
    await insert(other, 6, 20)
    expect([await commit(one), await commit(other)]).toEqual(['ok', 'ok'])
  })

  test('for scans whose conditions no row of the other meets', async () => {
    await scan(one, [{ column: 1, operator: '<', value: 100 }])
    await scan(other, [{ column: 1, operator: '>=', value: 100 }])
    await insert(one, 5, 50)
    await insert(other, 6, 150)
    expect([await commit(one), await commit(other)]).toEqual(['ok', 'ok'])
  })

  test('for writers of other levels, and those that rolled back', async () => {
    await scan(one)
    const plain = store.begin()
    await insert(plain, 5, 50)
    await insert(other, 6, 60)
    store.rollback(other)
    expect(await commit(plain)).toBe('ok')
    await insert(one, 7, 70)
    expect(await commit(one)).toBe('ok')
  })

  test('for those that come one after the other', async () => {
    await scan(one)
    await insert(one, 5, 50)
    expect(await commit(one)).toBe('ok')
    store.rollback(other)
    const next = begin()
    await scan(next)
    await insert(next, 6, 60)
    expect(await commit(next)).toBe('ok')
  })
})

describe('what is kept', () => {
  test('goes with the last that needs it', async () => {
    await insert(one, 5, 50)
    await commit(one)
    expect(store.serializable.kept.transactions).toBe(1)
    store.rollback(other)
    expect(store.serializable.kept).toEqual({ transactions: 0, sizeBytes: 0 })
  })

  test('is bounded, and still enough', async () => {
    await scan(other)
    await read(one, 1)
    await write(one, 2, 21)
    expect(await commit(one)).toBe('ok')
    for (let round = 0; round < 1500; round++) {
      const next = begin()
      await read(next, 3)
      await insert(next, 100 + round, round)
      expect(await commit(next)).toBe('ok')
    }
    const { transactions, sizeBytes } = store.serializable.kept
    expect(transactions).toBeLessThanOrEqual(1000)
    expect(sizeBytes).toBeLessThan(8 * 1024 * 1024)
    await write(other, 1, 11)
    expect(await commit(other)).toBe('40001')
  })

  test('of a transaction whose operations have left the memory: its trees', async () => {
    await read(one, 1)
    await read(other, 5)
    const values = Array.from({ length: 5000 }, (_, i) => 1000 + i)
    const rows = batch([vectorOf('int64', values), vectorOf('int64', values)], values.length)
    const ids = await store.run(other.insert(TABLE, rows))
    await store.run(other.insertKeys(BY_ID, ints(...values), ids))
    expect(other.pieces.length).toBeGreaterThan(0)
    expect(await commit(other)).toBe('ok')
    await insert(one, 5, 50)
    expect(await commit(one)).toBe('40001')
  })

  test('of many single keys: their index', async () => {
    for (let id = 0; id < 10_100; id++) await store.run(one.firstMatch(BY_ID, [100_000 + id]))
    await read(other, 1)
    await insert(other, 6, 60)
    expect(await commit(other)).toBe('ok')
    await write(one, 1, 11)
    expect(await commit(one)).toBe('40001')
  })
})
