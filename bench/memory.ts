/**
 * Two million rows through SQL in bounded memory: load, count, scan, aggregate, join, sort, point reads; then the branch is
 * opened again with nothing in memory, and once more with an empty local store, all from the bucket. Bucket and local store
 * are files. Prints time and the highest JS heap + array buffers of every step.
 *
 *   node --expose-gc bench/memory.ts          garbage is collected before each sample: what is held
 *   node bench/memory.ts                      as it comes; with --max-old-space-size=… to see what it survives
 *   ROWS=200000, ONE_STATEMENT=1              smaller; the load in one statement
 */
import '../src/sql/parse/libpg-query/load-in-node.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Branch } from '../src/durable/branch.ts'
import type { Session } from '../src/sql/session/session.ts'
import { CountingSink } from './counting-sink.ts'
import { SystemClock } from '../src/storage/platform/clock.ts'
import { SeededRandom } from '../src/storage/platform/memory/seeded-random.ts'
import { NodeFileObjectStore } from '../src/storage/platform/node-file-object-store.ts'
import { NodeSqliteDatabase } from '../src/storage/platform/node-sqlite-database.ts'
import type { ListOptions, ObjectStore } from '../src/storage/platform/object-store.ts'
import { SqliteLocalStore } from '../src/storage/platform/sqlite-local-store.ts'

const ROWS = Number(process.env['ROWS'] ?? 2_000_000)
const SLICE = process.env['ONE_STATEMENT'] === undefined ? 50_000 : ROWS
const ONLY = process.env['ONLY']
const MEMORY_CACHE_BYTES = 24 << 20

const CREATE = `CREATE TABLE big (
  id int PRIMARY KEY, b int, big bigint, f double precision, amount numeric(12,2), t text, ts timestamptz, flag bool)`

function insertSlice(from: number, to: number): string {
  return `INSERT INTO big SELECT i, i % 1000, i::bigint * 1000003, i * 0.25, (i % 100000) / 100.0, 'customer ' || (i::bigint * 7919 % 100003),
    timestamptz '2026-01-01' + i * interval '1 second', i % 3 = 0 FROM generate_series(${from}, ${to}) AS i`
}

const QUERIES: readonly (readonly [string, string])[] = [
  ['count(*)', 'SELECT count(*) FROM big'],
  ['scan of all columns', 'SELECT * FROM big'],
  [
    'aggregate of all columns',
    'SELECT count(b), sum(big), avg(f), sum(amount), max(t), min(ts), bool_or(flag) FROM big',
  ],
  ['1,000 groups', 'SELECT b, count(*), sum(f), sum(amount), max(t) FROM big GROUP BY b'],
  ['100,003 groups', 'SELECT t, count(*), sum(amount) FROM big GROUP BY t'],
  [
    '2,000,000 groups',
    'SELECT count(*), max(n) FROM (SELECT id, count(*) AS n FROM big GROUP BY id) AS g',
  ],
  ['distinct of 2,000,000', 'SELECT count(DISTINCT big) FROM big'],
  [
    'join with 10,000 rows',
    'SELECT d.name, count(*), sum(big.f) FROM big JOIN d ON big.b = d.id GROUP BY d.name',
  ],
  [
    'join with itself',
    'SELECT count(*), sum(x.f) FROM big AS x JOIN big AS y ON x.id = y.big / 1000003',
  ],
  ['sort of all columns', 'SELECT * FROM big ORDER BY t, id DESC'],
  [
    'window',
    'SELECT max(n) FROM (SELECT row_number() OVER (PARTITION BY b ORDER BY f DESC) AS n FROM big) AS w',
  ],
  [
    'CTE read twice',
    'WITH c AS MATERIALIZED (SELECT id, t FROM big) SELECT (SELECT count(*) FROM c), (SELECT max(t) FROM c)',
  ],
  ['top 100', 'SELECT * FROM big ORDER BY amount DESC, id LIMIT 100'],
]

/** A bucket that counts what is read from it. */
class CountingObjects implements ObjectStore {
  readonly #inner: ObjectStore
  reads = 0
  constructor(inner: ObjectStore) {
    this.#inner = inner
  }
  get(key: string) {
    this.reads++
    return this.#inner.get(key)
  }
  getRange(key: string, offset: number, length: number) {
    this.reads++
    return this.#inner.getRange(key, offset, length)
  }
  list(prefix: string, options?: ListOptions) {
    this.reads++
    return this.#inner.list(prefix, options)
  }
  put(key: string, bytes: Uint8Array) {
    return this.#inner.put(key, bytes)
  }
  putIfAbsent(key: string, bytes: Uint8Array) {
    return this.#inner.putIfAbsent(key, bytes)
  }
  delete(keys: readonly string[]) {
    return this.#inner.delete(keys)
  }
}

const peak = { heap: 0, buffers: 0, total: 0 }

function sample(): void {
  globalThis.gc?.()
  // Buffers are freed beside the collection; the next one waits for it.
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  if (heapUsed + arrayBuffers <= peak.total) return
  Object.assign(peak, { heap: heapUsed, buffers: arrayBuffers, total: heapUsed + arrayBuffers })
}

/** Steps of the engine between two samples: a full collection takes some ten milliseconds. */
const SAMPLE_EVERY = globalThis.gc === undefined ? 1 : 100
let steps = 0

async function measured(
  name: string,
  work: () => Promise<number>,
  objects: CountingObjects,
): Promise<void> {
  if (ONLY !== undefined && !name.includes(ONLY) && !/^(load|open)/.test(name)) return
  Object.assign(peak, { heap: 0, buffers: 0, total: 0 })
  sample()
  const reads = objects.reads
  const start = performance.now()
  const outcome = await work().then(String, (error: unknown) => `FAILED ${String(error)}`)
  const ms = performance.now() - start
  sample()
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(6)
  console.log(
    `${name.padEnd(40)} ${ms.toFixed(0).padStart(7)} ms  peak ${mb(peak.total)} MB (heap ${mb(peak.heap)}, buffers ${mb(peak.buffers)})  ${objects.reads - reads} reads  ${outcome}`,
  )
}

async function run(branch: Branch, session: Session, text: string): Promise<number> {
  const sink = new CountingSink()
  const task = session.execute(text, [], sink)
  for (let step = task.next(); step.done !== true;) {
    if (steps++ % SAMPLE_EVERY === 0) sample()
    try {
      await branch.store.serve(step.value)
    } catch (error) {
      step = task.throw(error)
      continue
    }
    step = task.next()
  }
  if (branch.store.needsCheckpoint) await branch.store.checkpoint()
  return sink.count
}

const directory = mkdtempSync(join(tmpdir(), 'lakelet-memory-'))

function world(local: string) {
  const database = new NodeSqliteDatabase(join(directory, local))
  const objects = new CountingObjects(new NodeFileObjectStore(join(directory, 'bucket')))
  const platform = {
    objects,
    local: new SqliteLocalStore(database),
    clock: new SystemClock(),
    random: new SeededRandom(1),
  }
  const open = () =>
    Branch.open(platform, {
      databaseName: 'lakelet',
      superuser: 'lakelet',
      storage: { prefix: 'local/main/', memoryCacheBytes: MEMORY_CACHE_BYTES },
    })
  return { database, objects, open }
}

async function load(branch: Branch, objects: CountingObjects): Promise<void> {
  const session = branch.newSession({ user: 'lakelet' })
  await run(branch, session, CREATE)
  await run(branch, session, 'CREATE TABLE d (id int PRIMARY KEY, name text)')
  await run(
    branch,
    session,
    `INSERT INTO d SELECT i, 'name ' || i % 100 FROM generate_series(0, 9999) AS i`,
  )
  const slices = async (): Promise<number> => {
    for (let from = 1; from <= ROWS; from += SLICE) {
      await run(branch, session, insertSlice(from, Math.min(ROWS, from + SLICE - 1)))
    }
    return ROWS
  }
  await measured(`load in ${Math.ceil(ROWS / SLICE)} statements`, slices, objects)
  await measured('load: checkpoint', async () => (await branch.store.checkpoint(), 0), objects)
}

async function queries(branch: Branch, objects: CountingObjects): Promise<void> {
  const session = branch.newSession({ user: 'lakelet' })
  const point = async (): Promise<number> => {
    let rows = 0
    for (let i = 0; i < 2000; i++)
      rows += await run(branch, session, `SELECT * FROM big WHERE id = ${1 + ((i * 7919) % ROWS)}`)
    return rows
  }
  await measured('2,000 point reads', point, objects)
  for (const [name, text] of QUERIES)
    await measured(name, () => run(branch, session, text), objects)
  console.log(branch.store.memory(), branch.store.pages.statistics)
}

async function wake(
  name: string,
  local: string,
  keep: (branch: Branch, objects: CountingObjects) => Promise<void>,
): Promise<void> {
  const { database, objects, open } = world(local)
  const start = performance.now()
  const branch = await open()
  const openMs = performance.now() - start
  const openReads = objects.reads
  const session = branch.newSession({ user: 'lakelet' })
  const rows = await run(branch, session, `SELECT * FROM big WHERE id = ${ROWS >> 1}`)
  const ms = performance.now() - start
  console.log(
    `\n${name}: open ${openMs.toFixed(1)} ms, ${openReads} reads; first point query after ${ms.toFixed(1)} ms, ${objects.reads} reads, ${rows} row`,
  )
  await keep(branch, objects)
  await branch.store.close()
  database.close()
}

try {
  const first = world('local.sqlite')
  const branch = await first.open()
  await load(branch, first.objects)
  await queries(branch, first.objects)
  await branch.store.close()
  first.database.close()
  await wake('memory empty', 'local.sqlite', async () => undefined)
  await wake('memory and local store empty', 'other.sqlite', queries)
} finally {
  rmSync(directory, { recursive: true })
}
