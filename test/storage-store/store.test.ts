/** A branch's life without accidents: reopening, forks, the past, transactions larger than memory, damage. */
import { describe, expect, test } from 'vitest'
import type { Lsn, TreeId } from '../../src/storage/access.ts'
import { PageCache } from '../../src/storage/cache/page-cache.ts'
import { ManualClock } from '../../src/storage/platform/memory/manual-clock.ts'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { listAll } from '../../src/storage/platform/object-store.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { installFork } from '../../src/storage/store/branch-image.ts'
import { Store } from '../../src/storage/store/store.ts'
import { batch, vectorOf } from '../../src/storage/vector.ts'
import { JSON_DATUM_CODEC } from './json-datum-codec.ts'

const TABLE = 1 as TreeId // brand

interface World {
  readonly objects: MemoryObjectStore
  readonly local: MemoryLocalStore
  readonly clock: ManualClock
  readonly random: SeededRandom
}

function newWorld(objects = new MemoryObjectStore()): World {
  const random = new SeededRandom(5)
  return { objects, local: new MemoryLocalStore(), clock: new ManualClock(), random }
}

function options(prefix = 'p/main/') {
  return { prefix, codec: JSON_DATUM_CODEC }
}

async function put(store: Store, ...values: number[]): Promise<Lsn> {
  const transaction = store.begin()
  if (!transaction.hasTree(TABLE)) {
    transaction.createTree(TABLE, { kind: 'table', columns: ['int64', 'text'] })
  }
  const texts = values.map((value) => `value ${value}`)
  const columns = [vectorOf('int64', values), vectorOf('text', texts)]
  await store.run(transaction.insert(TABLE, batch(columns, values.length)))
  return store.run(store.commit(transaction))
}

async function contents(
  store: Store,
  transaction = store.begin(),
  tree = TABLE,
): Promise<number[]> {
  if (!transaction.hasTree(tree)) return []
  const found: number[] = []
  const scan = transaction.scan(tree, { columns: [0] })
  for (let step = scan.next(); step.done !== true; step = scan.next()) {
    if (step.value.kind !== 'batch') {
      await store.serve(step.value)
      continue
    }
    const column = step.value.columns[0]
    if (column?.kind !== 'int64') throw new Error('int64 expected')
    for (let row = 0; row < step.value.length; row++) found.push(Number(column.values[row]))
  }
  return found
}

async function bucketBytes({ objects }: World): Promise<number> {
  return (await listAll(objects, '')).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

describe('a branch', () => {
  test('is found again after reopening, with and without a checkpoint', async () => {
    const world = newWorld()
    let store = await Store.open(world, options())
    expect(store.roots.lsn).toBe(0)
    await put(store, 1, 2)
    store = await Store.open(world, options())
    expect(await contents(store)).toEqual([1, 2])
    await store.checkpoint()
    await put(store, 3)
    store = await Store.open(world, options())
    expect(await contents(store)).toEqual([1, 2, 3])
    expect(store.roots.lsn).toBe(2)
    expect(store.memory().tailRecords).toBe(1)
  })

  test('clones trees: both go on by themselves, in the log as in memory', async () => {
    const CLONE = (2 ** 40 + 1) as TreeId // brand
    const world = newWorld()
    let store = await Store.open(world, options())
    await put(store, 1, 2)
    const cloning = store.begin()
    cloning.cloneTree(CLONE, TABLE)
    await store.run(store.commit(cloning))
    // Appended in place in one of them, copied in the other; edited in both.
    await put(store, 3)
    const editing = store.begin()
    const row = batch([vectorOf('int64', [4]), vectorOf('text', ['four'])], 1)
    await store.run(editing.insert(CLONE, row))
    await store.run(editing.delete(CLONE, [1]))
    await store.run(store.commit(editing))
    const expectBoth = async (opened: Store): Promise<void> => {
      await opened.run(opened.check())
      expect(await contents(opened)).toEqual([1, 2, 3])
      expect(await contents(opened, opened.begin(), CLONE)).toEqual([2, 4])
    }
    await expectBoth(store)
    // Replayed with one epoch for all records.
    await expectBoth(await Store.open(world, options()))
    await store.checkpoint()
    store = await Store.open(world, options())
    await expectBoth(store)
    const dropping = store.begin()
    dropping.dropTree(CLONE)
    await store.run(store.commit(dropping))
    store = await Store.open(world, options())
    expect([store.roots.trees.size, await contents(store)]).toEqual([1, [1, 2, 3]])
  })

  test.each([
    ['a single leaf', 10],
    ['two levels', 5000],
    ['three levels', 400_000],
  ])('a clone may share pages that no layer holds: %s', async (_name, rows) => {
    const CLONE = (2 ** 40 + 1) as TreeId // brand
    const world = newWorld()
    const most = 2 ** 30
    const limits = { transactionLimitBytes: most, tailLimitBytes: most, dirtyLimitBytes: most }
    let store = await Store.open(world, { ...options(), ...limits, layerTargetBytes: most })
    await put(store, ...Array.from({ length: rows }, (_, i) => i))
    const cloning = store.begin()
    cloning.cloneTree(CLONE, TABLE)
    await store.run(store.commit(cloning))
    const growing = store.begin()
    const numbers = Array.from({ length: 5000 }, (_, i) => rows + i)
    const more = batch([vectorOf('int64', numbers), vectorOf('text', numbers.map(String))], 5000)
    await store.run(growing.insert(CLONE, more))
    await store.run(store.commit(growing))
    await store.checkpoint()
    store = await Store.open(world, options())
    await store.run(store.check())
    expect((await contents(store)).length).toBe(rows)
    expect((await contents(store, store.begin(), CLONE)).length).toBe(rows + 5000)
  })

  test('a clone is of the snapshot: its source must not change before the commit', async () => {
    const store = await Store.open(newWorld(), options())
    await put(store, 1)
    const cloning = store.begin()
    cloning.cloneTree(2 as TreeId, TABLE) // brand
    await put(store, 2)
    await expect(store.run(store.commit(cloning))).rejects.toMatchObject({ code: '40001' })
  })

  test('clones cost a checkpoint nothing', async () => {
    const world = newWorld()
    const store = await Store.open(world, options())
    await put(store, ...Array.from({ length: 20_000 }, (_, i) => i))
    await store.checkpoint()
    const before = await bucketBytes(world)
    const cloning = store.begin()
    for (let id = 1; id <= 10; id++) cloning.cloneTree((id * 2 ** 32 + 1) as TreeId, TABLE) // brand
    await store.run(store.commit(cloning))
    await store.checkpoint()
    expect((await bucketBytes(world)) - before).toBeLessThan(10_000)
  })

  test('is found again from the bucket alone, up to the last checkpoint', async () => {
    const world = newWorld()
    const store = await Store.open(world, options())
    await put(store, 1)
    await store.checkpoint()
    await put(store, 2)
    await store.checkpoint()
    await put(store, 3)
    const elsewhere = { ...newWorld(world.objects) }
    const again = await Store.open(elsewhere, options())
    expect(await contents(again)).toEqual([1, 2])
    await again.run(again.check())
  })

  test('logs nothing for what only reads, and keeps sequences that moved', async () => {
    const world = newWorld()
    let store = await Store.open(world, options())
    await store.run(store.commit(store.begin()))
    expect(store.roots.lsn).toBe(0)
    const transaction = store.begin()
    transaction.writeSequence(7 as TreeId, { lastValue: 2n ** 60n, isCalled: true })
    store.rollback(transaction)
    await put(store, 1)
    store = await Store.open(world, options())
    const expected = { lastValue: 2n ** 60n, isCalled: true }
    expect(store.begin().readSequence(7 as TreeId)).toEqual(expected)
    await store.checkpoint()
    store = await Store.open(world, options())
    expect(store.begin().readSequence(7 as TreeId)).toEqual(expected)
  })

  test('lets a reader keep its snapshot across commits and checkpoints', async () => {
    const store = await Store.open(newWorld(), options())
    await put(store, 1, 2)
    const reader = store.begin({ readOnly: true })
    await put(store, 3)
    await store.checkpoint()
    await put(store, 4)
    await store.checkpoint()
    expect(await contents(store, reader)).toEqual([1, 2])
    expect(await contents(store)).toEqual([1, 2, 3, 4])
  })

  test('commits go on while a checkpoint runs', async () => {
    const world = newWorld()
    const store = await Store.open(world, options())
    await put(store, 1)
    const checkpoint = store.checkpoint()
    await put(store, 2)
    await checkpoint
    await put(store, 3)
    expect(store.memory().tailRecords).toBe(2)
    expect(await contents(await Store.open(world, options()))).toEqual([1, 2, 3])
  })
})

describe('waking with nothing near', () => {
  const TREES = Array.from({ length: 30 }, (_, i) => (i + 1) as TreeId) // brand

  async function asleep(): Promise<World> {
    const world = newWorld()
    const store = await Store.open(world, options())
    const transaction = store.begin()
    for (const tree of TREES) {
      transaction.createTree(tree, { kind: 'table', columns: ['int64', 'text'] })
      const count = tree === 30 ? 40_000 : 3000
      const numbers = Array.from({ length: count }, (_, i) => i)
      const texts = numbers.map((value) => `value ${value} of ${tree}`)
      const rows = batch([vectorOf('int64', numbers), vectorOf('text', texts)], count)
      await store.run(transaction.insert(tree, rows))
    }
    await store.run(store.commit(transaction))
    await store.checkpoint()
    world.local.evictPages(world.local.pageBytes(), 0)
    return world
  }

  test('takes one request for the roots of all trees, whatever lies between them', async () => {
    const world = await asleep()
    const store = await Store.open(world, { ...options(), firstTrees: TREES.slice(0, 3) })
    const { fetches, fetchedBytes } = store.pages.statistics
    expect(fetches).toBe(1)
    expect(fetchedBytes).toBeLessThan(100_000)
    const bucket = await bucketBytes(world)
    expect(bucket).toBeGreaterThan(1_000_000)
    for (const tree of TREES) {
      const top = store.roots.trees.get(tree)?.top?.pointer
      if (top === undefined || !('layer' in top)) throw new Error('not written')
      expect(store.pages.isNear(top)).toBe(true)
    }
    expect((await contents(store, store.begin(), 30 as TreeId)).length).toBe(40_000)
  })

  test('fetches nothing ahead when nobody says what comes first', async () => {
    const store = await Store.open(await asleep(), options())
    expect(store.pages.statistics.fetches).toBe(0)
  })

  test('does not fail for a layer that only others need', async () => {
    const world = await asleep()
    for (const { key } of await listAll(world.objects, 'p/main/layer/')) {
      await world.objects.delete([key])
    }
    const store = await Store.open(world, { ...options(), firstTrees: [TABLE] })
    await expect(contents(store)).rejects.toMatchObject({ code: 'XX001' })
  })
})

test('a checkpoint is due after many records, small as they may be', async () => {
  const store = await Store.open(newWorld(), { ...options(), tailLimitRecords: 5 })
  for (const value of [1, 2, 3, 4]) await put(store, value)
  expect(store.needsCheckpoint).toBe(false)
  await put(store, 5)
  expect(store.needsCheckpoint).toBe(true)
  await store.checkpoint()
  expect(store.needsCheckpoint).toBe(false)
})

describe('a fork', () => {
  test('shares the past and nothing else', async () => {
    const world = newWorld()
    const parent = await Store.open(world, options())
    await put(parent, 1)
    await parent.checkpoint()
    await put(parent, 2)
    const child = newWorld(world.objects)
    const before = (await world.objects.list('')).objects.length
    installFork(child, options('p/dev/'), await parent.image())
    const fork = await Store.open(child, options('p/dev/'))
    expect((await world.objects.list('')).objects).toHaveLength(before)
    await put(fork, 10)
    await put(parent, 3)
    await fork.checkpoint()
    expect(await contents(fork)).toEqual([1, 2, 10])
    expect(await contents(parent)).toEqual([1, 2, 3])
    await fork.run(fork.check())
    const again = await Store.open(newWorld(world.objects), options('p/dev/'))
    expect(await contents(again)).toEqual([1, 2, 10])
  })

  test('reads pages that its parent has in a shared cache', async () => {
    const world = newWorld()
    const shared = { sharedCache: new PageCache() }
    const parent = await Store.open(world, { ...options(), ...shared })
    await put(parent, 1, 2, 3)
    await parent.checkpoint()
    const childWorld = newWorld(world.objects)
    installFork(childWorld, options('p/x/'), await parent.image())
    const child = await Store.open(childWorld, { ...options('p/x/'), ...shared })
    expect(await contents(child)).toEqual([1, 2, 3])
    expect(child.pages.statistics).toMatchObject({ fetches: 0, localHits: 0 })
    await parent.close()
    expect(await contents(child)).toEqual([1, 2, 3])
  })

  test('of a fork, at a moment, sees the history of all its ancestors', async () => {
    const world = newWorld()
    const parent = await Store.open(world, options())
    for (const value of [1, 2, 3]) await put(parent, value)
    await parent.checkpoint()
    for (const value of [4, 5]) await put(parent, value)
    await parent.checkpoint()
    const childWorld = newWorld(world.objects)
    installFork(childWorld, options('p/b/'), await parent.image({ lsn: 4 as Lsn }))
    const child = await Store.open(childWorld, options('p/b/'))
    expect(await contents(child)).toEqual([1, 2, 3, 4])
    await put(child, 50)
    await child.checkpoint()
    await put(child, 60)
    const grandWorld = newWorld(world.objects)
    installFork(grandWorld, options('p/c/'), await child.image())
    const grand = await Store.open(grandWorld, options('p/c/'))
    await put(grand, 600)
    await grand.checkpoint()
    for (const [lsn, expected] of [
      [0, []],
      [2, [1, 2]],
      [3, [1, 2, 3]],
      [4, [1, 2, 3, 4]],
      [5, [1, 2, 3, 4, 50]],
      [7, [1, 2, 3, 4, 50, 60, 600]],
      [99, [1, 2, 3, 4, 50, 60, 600]],
    ] as const) {
      const past = await grand.beginAt({ lsn: lsn as Lsn })
      expect(await contents(grand, past)).toEqual(expected)
    }
  })
})

test('a branch can be restored to the past, and its future stays readable', async () => {
  const world = newWorld()
  const store = await Store.open(world, options())
  for (const value of [1, 2, 3, 4]) {
    await put(store, value)
    if (value === 3) await store.checkpoint()
  }
  await store.checkpoint()
  const image = await store.image({ lsn: 2 as Lsn })
  const undo = await store.image()
  await store.close()
  installFork(world, options('p/main/1/'), image)
  const restored = await Store.open(world, options('p/main/1/'))
  expect(await contents(restored)).toEqual([1, 2])
  await put(restored, 30)
  await restored.checkpoint()
  expect(await contents(restored, await restored.beginAt({ lsn: 1 as Lsn }))).toEqual([1])
  const other = newWorld(world.objects)
  installFork(other, options('p/main/2/'), undo)
  expect(await contents(await Store.open(other, options('p/main/2/')))).toEqual([1, 2, 3, 4])
})

test('changes can be read from any commit on', async () => {
  const world = newWorld()
  const store = await Store.open(world, { ...options(), transactionLimitBytes: 20_000 })
  await put(store, 1)
  await put(store, 2)
  await store.checkpoint()
  const transaction = store.begin()
  await insertMuch(store, transaction, 3)
  await store.run(store.commit(transaction))
  const seen: [number, number][] = []
  for await (const { lsn, operations } of store.changes(1 as Lsn)) {
    let rows = 0
    for (const operation of operations)
      if (operation.kind === 'insert-rows') rows += operation.rowIds.length
    seen.push([lsn, rows])
  }
  expect(seen[0]).toEqual([2, 1])
  expect(seen.slice(1).every(([lsn]) => lsn === 3)).toBe(true)
  expect(seen.slice(1).reduce((sum, [, rows]) => sum + rows, 0)).toBe(3000)
})

test('the past can be read by time', async () => {
  const world = newWorld()
  const store = await Store.open(world, options())
  const times: number[] = []
  for (let value = 1; value <= 30; value++) {
    world.clock.advance(1000)
    await put(store, value)
    times.push(world.clock.nowMs())
    if (value % 7 === 0) await store.checkpoint()
  }
  for (const [index, timeMs] of times.entries()) {
    const past = await store.beginAt({ timeMs: timeMs + 500 })
    expect((await contents(store, past)).length).toBe(index + 1)
  }
  const past = await store.beginAt({ lsn: 3 as Lsn })
  const write = store.run(past.insert(TABLE, batch([vectorOf('int64', [1])], 1)))
  await expect(write).rejects.toMatchObject({ code: '25006' })
  expect(await contents(store, await store.beginAt({ timeMs: (times[0] ?? 0) - 1 }))).toEqual([])
})

/** Inserts and indexes so much that pages and write set do not stay in memory. */
async function insertMuch(
  store: Store,
  transaction: ReturnType<Store['begin']>,
  rounds: number,
): Promise<void> {
  const rows = 1000
  const texts = Array.from({ length: rows }, (_, row) => `text ${row} `.repeat(20))
  for (let round = 0; round < rounds; round++) {
    const numbers = Array.from({ length: rows }, (_, row) => round * rows + row)
    const columns = [vectorOf('int64', numbers), vectorOf('text', texts)]
    await store.run(transaction.insert(TABLE, batch(columns, rows)))
  }
}

describe('a transaction larger than memory', () => {
  test('writes pages and write set early, and is replayed from there', async () => {
    const world = newWorld()
    const store = await Store.open(world, { ...options(), memoryCacheBytes: 1 << 20 })
    const transaction = store.begin()
    transaction.createTree(TABLE, { kind: 'table', columns: ['int64', 'text'] })
    await insertMuch(store, transaction, 120)
    expect((await world.objects.list('p/main/layer/')).objects.length).toBeGreaterThan(0)
    expect(transaction.pieces.length).toBeGreaterThan(1)
    expect(transaction.writeSet.length).toBeLessThan(60)
    await store.run(store.commit(transaction))
    const again = await Store.open(world, options())
    expect(again.memory().dirtyBytes).toBeLessThan(24 << 20)
    expect((await contents(again)).length).toBe(120_000)
    await again.run(again.check())
    await again.checkpoint()
    expect(again.memory().dirtyBytes).toBe(0)
    const fromBucket = await Store.open(newWorld(world.objects), options())
    expect((await contents(fromBucket)).length).toBe(120_000)
  })

  test('merges with what others have committed, and can go back to a savepoint', async () => {
    const world = newWorld()
    const store = await Store.open(world, options())
    await put(store, -1)
    const transaction = store.begin()
    await insertMuch(store, transaction, 10)
    const savepoint = transaction.savepoint()
    await insertMuch(store, transaction, 60)
    expect(transaction.pieces.length).toBeGreaterThan(0)
    transaction.rollbackTo(savepoint)
    expect(transaction.pieces.length).toBeLessThan(2)
    await put(store, -2)
    await store.run(store.commit(transaction))
    expect((await contents(store)).length).toBe(10_002)
    const again = await Store.open(world, options())
    expect((await contents(again)).toSorted((a, b) => a - b).slice(0, 3)).toEqual([-2, -1, 0])
    await again.run(again.check())
  })
})

test('a table larger than the cache is scanned past it', async () => {
  const world = newWorld()
  const memory = { ...options(), memoryCacheBytes: 400_000, localCacheBytes: 300_000 }
  const store = await Store.open(world, memory)
  const all = Array.from({ length: 30_000 }, (_, i) => i * 7)
  for (let at = 0; at < all.length; at += 5000) await put(store, ...all.slice(at, at + 5000))
  await store.checkpoint()
  store.pages.memory.clear()
  for (let round = 0; round < 2; round++) {
    expect(await contents(store)).toEqual(all)
    const { cachePages, localCacheBytes } = store.memory()
    expect(cachePages).toBeLessThan(20)
    expect(localCacheBytes).toBeLessThanOrEqual(300_000)
  }
  // Again from the bucket alone, backwards.
  const far = await Store.open({ ...world, local: new MemoryLocalStore() }, memory)
  const found: number[] = []
  const scan = far.begin().scan(TABLE, { columns: [1, 0], reverse: true, withRowId: true })
  for (let step = scan.next(); step.done !== true; step = scan.next()) {
    if (step.value.kind !== 'batch') await far.serve(step.value)
    else {
      const [texts, values] = step.value.columns
      if (values?.kind !== 'int64' || texts?.kind !== 'text') throw new Error('int64 and text')
      for (let row = 0; row < step.value.length; row++) {
        expect(texts.values[row]).toBe(`value ${values.values[row]}`)
        found.push(Number(values.values[row]))
      }
    }
  }
  expect(found).toEqual(all.toReversed())
})

test('a damaged layer is reported as data_corrupted, a damaged local copy is fetched anew', async () => {
  const world = newWorld()
  const store = await Store.open(world, options())
  await put(store, ...Array.from({ length: 3000 }, (_, value) => value))
  await store.checkpoint()
  const layers = (await world.objects.list('p/main/layer/')).objects
  const name = layers[0]?.key ?? ''
  world.local.putPage(name, 16, new Uint8Array(100))
  let again = await Store.open(world, options())
  expect((await contents(again)).length).toBe(3000)
  const bytes = (await world.objects.get(name)) ?? new Uint8Array()
  bytes[200]! ^= 255
  await world.objects.put(name, bytes)
  const manifest = world.local.getValue('manifest') ?? new Uint8Array()
  const fresh = newWorld(world.objects)
  fresh.local.putValue('manifest', manifest)
  again = await Store.open(fresh, options())
  await expect(contents(again)).rejects.toMatchObject({ code: 'XX001' })
})
