/** Branches that go to sleep, are thrown out in the middle of work, or lose their object: what was acknowledged stays. */
import { fileURLToPath } from 'node:url'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WorkerdLakelet } from './workerd-lakelet.ts'

const ENTRY = fileURLToPath(new URL('evictable-worker.ts', import.meta.url))
/** A little more than the branch waits before it checkpoints. */
const IDLE_MS = 6_500

let folder: string
let server: WorkerdLakelet

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lakelet-eviction-'))
  server = await WorkerdLakelet.start({ entry: ENTRY, dataFolder: folder })
  await sql('CREATE TABLE item (id int PRIMARY KEY, label text)')
})
afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function sql(query: string): Promise<unknown> {
  const { status, body } = await server.post({ query, arrayMode: true })
  if (status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`)
  return (body as { rows: unknown }).rows
}

async function object(method: string): Promise<unknown> {
  return (await server.post('', {}, `/object/${method}`)).body
}

function insert(from: number, to: number): Promise<unknown> {
  return sql(`INSERT INTO item SELECT i, 'item ' || i FROM generate_series(${from}, ${to}) AS i`)
}

/** count, and as many different ids; the storage's own check finds nothing. */
async function expectItems(count: number): Promise<void> {
  expect(await sql('SELECT count(*)::int, count(DISTINCT id)::int FROM item')).toEqual([
    [count, count],
  ])
  const { body } = await server.post('', {}, '/check')
  expect(body).toMatchObject({ findings: [] })
}

test('an evicted branch comes back from its own storage, without a request to R2', async () => {
  await insert(1, 5000)
  await object('checkpoint')
  await insert(5001, 5100)
  await object('evict')
  await expectItems(5100)
  expect(await object('memory')).toMatchObject({ fetches: 0, tailRecords: 1 })
})

test('with an empty cache its pages come from R2', async () => {
  await insert(1, 5000)
  await object('checkpoint')
  await object('evictWithoutCache')
  await expectItems(5000)
  expect(await object('memory')).not.toMatchObject({ fetches: 0 })
})

test('an idle branch checkpoints', async () => {
  await insert(1, 100)
  expect(await object('memory')).not.toMatchObject({ tailRecords: 0 })
  await sleep(IDLE_MS)
  expect(await object('memory')).toMatchObject({ tailRecords: 0, dirtyBytes: 0 })
  await expectItems(100)
})

test('it does even when it was evicted before its time came', async () => {
  await insert(1, 100)
  await object('evict')
  await sleep(IDLE_MS * 2)
  expect(await object('memory')).toMatchObject({ tailRecords: 0 })
  await expectItems(100)
})

test('an object that is lost is rebuilt from R2 as of its last checkpoint', async () => {
  await insert(1, 3000)
  await object('checkpoint')
  await object('lose')
  await expectItems(3000)
  await insert(3001, 3010)
  await expectItems(3010)
})

test('evicted under a write load: what was acknowledged is there, what was not is whole or absent', async () => {
  let next = 1
  const acknowledged: number[] = []
  const over = new AbortController()
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const id = next++
      const { status } = await server.post({
        queries: [1, 2].map((part) => ({
          query: `INSERT INTO item VALUES (${id * 2 + part - 2})`,
        })),
      })
      if (status === 200) acknowledged.push(id)
    }
  }
  const clients = [client(), client(), client()]
  for (let round = 0; round < 8; round++) {
    await sleep(100 + round * 20)
    // Every other time while a checkpoint is under way.
    if (round % 2 === 1) void object('checkpoint')
    await object('evict')
  }
  over.abort()
  await Promise.all(clients)
  const ids = new Set(((await sql('SELECT id FROM item')) as number[][]).map(([id]) => id))
  for (const id of acknowledged)
    expect(ids.has(id * 2) && ids.has(id * 2 - 1), `pair ${id}`).toBe(true)
  for (let id = 1; id < next; id++) expect(ids.has(id * 2), `pair ${id}`).toBe(ids.has(id * 2 - 1))
  expect(acknowledged.length).toBeGreaterThan(0)
  await expectItems(ids.size)
})

test('a checkpoint that is due runs beside the requests', async () => {
  for (let slice = 0; slice < 8; slice++) await insert(slice * 10_000 + 1, (slice + 1) * 10_000)
  const { tailBytes } = (await object('memory')) as { tailBytes: number }
  expect(tailBytes).toBeLessThan(8 * 1024 * 1024)
  await server.stop()
  server = await WorkerdLakelet.start({ entry: ENTRY, dataFolder: folder })
  await expectItems(80_000)
})
