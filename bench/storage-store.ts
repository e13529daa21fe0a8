/**
 * The store in plain Node: what a commit costs, how fast rows load, how long recovery takes, and how much memory a
 * load of two million rows needs. `node --expose-gc bench/storage-store.ts`;
 * ONLY=load leaves the rest out, COMMIT_ROWS=Infinity loads in one transaction.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TreeId } from '../src/storage/access.ts'
import type { DatumCodec } from '../src/storage/page/node.ts'
import { SystemClock } from '../src/storage/platform/clock.ts'
import type { LocalStore } from '../src/storage/platform/local-store.ts'
import { MemoryLocalStore } from '../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../src/storage/platform/memory/memory-object-store.ts'
import { SeededRandom } from '../src/storage/platform/memory/seeded-random.ts'
import { NodeFileObjectStore } from '../src/storage/platform/node-file-object-store.ts'
import { NodeSqliteDatabase } from '../src/storage/platform/node-sqlite-database.ts'
import type { ObjectStore } from '../src/storage/platform/object-store.ts'
import { SqliteLocalStore } from '../src/storage/platform/sqlite-local-store.ts'
import { Store } from '../src/storage/store/store.ts'
import { batch, vectorOf, type Batch } from '../src/storage/vector.ts'

const TABLE = 1 as TreeId // brand
const INDEX = 2 as TreeId // brand
const LOAD_ROWS = Number(process.env['ROWS'] ?? 2_000_000)
const BATCH = 1000
/** Rows per transaction; Infinity = all in one. */
const COMMIT_ROWS = Number(process.env['COMMIT_ROWS'] ?? 20_000)

const codec: DatumCodec = {
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  sizeOf: (value) => JSON.stringify(value).length,
}

function platform(objects: ObjectStore, local: LocalStore) {
  return { objects, local, clock: new SystemClock(), random: new SeededRandom(1) }
}

function report(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(52)} ${value.toFixed(2).padStart(10)} ${unit}`)
}

async function singleRowCommits(name: string, local: LocalStore): Promise<void> {
  const world = platform(new MemoryObjectStore(), local)
  const store = await Store.open(world, { prefix: 'b/', codec })
  const setUp = store.begin()
  setUp.createTree(TABLE, { kind: 'table', columns: ['int32', 'text'] })
  const order = [{ descending: false, nullsFirst: false }]
  setUp.createTree(INDEX, { kind: 'index', columns: ['int32'], order, unique: true })
  await store.run(store.commit(setUp))
  const commits = 20_000
  let checkpointMs = 0
  const start = performance.now()
  for (let i = 0; i < commits; i++) {
    const transaction = store.begin()
    const key = vectorOf('int32', [i])
    const row = batch([key, vectorOf('text', [`row ${i}`])], 1)
    const rowIds = await store.run(transaction.insert(TABLE, row))
    await store.run(transaction.insertKeys(INDEX, batch([key], 1), rowIds))
    await store.run(store.commit(transaction))
    if (!store.needsCheckpoint) continue
    const before = performance.now()
    await store.checkpoint()
    checkpointMs += performance.now() - before
  }
  const perCommit = ((performance.now() - start - checkpointMs) * 1000) / commits
  report(`insert of a row with index + commit, ${name}`, perCommit, 'µs')
  await recovery(name, world)
  await pointReads(store, commits)
}

/** Look-ups by key through the index, all pages in layers: with a warm cache, and with none. */
async function pointReads(store: Store, rows: number): Promise<void> {
  await store.checkpoint()
  const random = new SeededRandom(3)
  for (const cold of [false, true]) {
    const reads = cold ? 2000 : 50_000
    const start = performance.now()
    for (let i = 0; i < reads; i++) {
      if (cold) store.pages.memory.clear()
      const reader = store.begin({ readOnly: true })
      const key = random.below(rows)
      const rowId = await store.run(reader.firstMatch(INDEX, [key]))
      if (rowId === undefined) throw new Error(`key ${key} is missing`)
      await store.run(reader.fetch(TABLE, [rowId], [0, 1]))
    }
    const us = ((performance.now() - start) * 1000) / reads
    report(`point read, ${cold ? 'every page from the local store' : 'pages cached'}`, us, 'µs')
  }
}

async function recovery(name: string, world: ReturnType<typeof platform>): Promise<void> {
  const start = performance.now()
  const store = await Store.open(world, { prefix: 'b/', codec })
  const ms = performance.now() - start
  const { tailBytes, tailRecords } = store.memory()
  report(`recovery, ${tailRecords} records, ${(tailBytes / 1e6).toFixed(1)} MB, ${name}`, ms, 'ms')
}

function rowsFrom(first: number): Batch {
  const at = <T>(value: (row: number) => T): T[] =>
    Array.from({ length: BATCH }, (_, row) => value(first + row))
  const columns = [
    vectorOf(
      'int64',
      at((row) => row),
    ),
    vectorOf(
      'int32',
      at((row) => row % 1000),
    ),
    vectorOf(
      'float64',
      at((row) => row * 1.25),
    ),
    vectorOf(
      'int64',
      at((row) => row * 1000),
    ),
    vectorOf(
      'bool',
      at((row) => row % 2 === 0),
    ),
    vectorOf(
      'int32',
      at((row) => (row * 7919) % 100_003),
    ),
    vectorOf(
      'text',
      at((row) => `customer ${row % 5000}`),
    ),
    vectorOf(
      'float64',
      at((row) => row / 3),
    ),
  ]
  return batch(columns, BATCH)
}

const peak = { bytes: 0, heap: 0, buffers: 0 }

function noteMemory(): void {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  if (heapUsed + arrayBuffers <= peak.bytes) return
  peak.bytes = heapUsed + arrayBuffers
  peak.heap = heapUsed
  peak.buffers = arrayBuffers
}

async function bulkLoad(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'lakelet-bench-'))
  const database = new NodeSqliteDatabase(join(directory, 'local.sqlite'))
  const world = platform(
    new NodeFileObjectStore(join(directory, 'bucket')),
    new SqliteLocalStore(database),
  )
  try {
    const store = await Store.open(world, { prefix: 'b/', codec })
    let transaction = store.begin()
    const columns = [
      'int64',
      'int32',
      'float64',
      'int64',
      'bool',
      'int32',
      'text',
      'float64',
    ] as const
    transaction.createTree(TABLE, { kind: 'table', columns })
    const start = performance.now()
    for (let row = 0; row < LOAD_ROWS; row += BATCH) {
      await store.run(transaction.insert(TABLE, rowsFrom(row)))
      if (row % COMMIT_ROWS === 0) {
        await store.run(store.commit(transaction))
        if (store.needsCheckpoint) await store.checkpoint()
        transaction = store.begin()
      }
      if (row % 50_000 === 0) noteMemory()
    }
    await store.run(store.commit(transaction))
    noteMemory()
    await store.checkpoint()
    noteMemory()
    const seconds = (performance.now() - start) / 1000
    report(`load of ${LOAD_ROWS} rows × 8, with checkpoints`, LOAD_ROWS / seconds / 1e6, 'M rows/s')
    report('  peak of heap + array buffers', peak.bytes / 1e6, 'MB')
    report('  of which heap', peak.heap / 1e6, 'MB')
    console.log(store.memory(), store.pages.statistics)
    await store.close()
    await scanAll(await Store.open(world, { prefix: 'b/', codec }))
  } finally {
    database.close()
    rmSync(directory, { recursive: true })
  }
}

async function scanAll(store: Store): Promise<void> {
  const start = performance.now()
  let rows = 0
  let sum = 0
  const scan = store.begin({ readOnly: true }).scan(TABLE, { columns: [0, 7] })
  for (let step = scan.next(); step.done !== true; step = scan.next()) {
    if (step.value.kind !== 'batch') {
      await store.serve(step.value)
      continue
    }
    const column = step.value.columns[0]
    if (column?.kind !== 'int64') throw new Error('int64 expected')
    for (let row = 0; row < step.value.length; row++) sum += Number(column.values[row])
    rows += step.value.length
    if (rows % 200_000 < 1024) noteMemory()
  }
  if (sum !== (LOAD_ROWS * (LOAD_ROWS - 1)) / 2) throw new Error('rows are missing')
  const seconds = (performance.now() - start) / 1000
  report('scan of two columns from the local cache', rows / seconds / 1e6, 'M rows/s')
  report('  peak of heap + array buffers', peak.bytes / 1e6, 'MB')
}

if (process.env['ONLY'] !== 'load') {
  await singleRowCommits('memory', new MemoryLocalStore())
  const database = new NodeSqliteDatabase(':memory:')
  await singleRowCommits('SQLite in memory', new SqliteLocalStore(database))
}
await bulkLoad()
