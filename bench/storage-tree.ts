/** Rows a second of the trees alone, all pages in memory: `node bench/storage-tree.ts`. */
import type { Lsn, TreeId } from '../src/storage/access.ts'
import type { DatumCodec, StorageContext } from '../src/storage/page/node.ts'
import { crc32c } from '../src/storage/page/crc32c.ts'
import { decodePage, encodePage } from '../src/storage/page/page-codec.ts'
import type { BatchStream, Task } from '../src/storage/task.ts'
import { BranchCounters } from '../src/storage/transaction/branch-counters.ts'
import {
  sealCommit,
  mergeOntoNewest,
  touchedTrees,
} from '../src/storage/transaction/commit-transaction.ts'
import { encodeLogRecord } from '../src/storage/transaction/log-record.ts'
import { Transaction } from '../src/storage/transaction/transaction.ts'
import { dirtyNodes } from '../src/storage/tree/checkpoint.ts'
import { EMPTY_ROOTS } from '../src/storage/tree/tree-root.ts'
import type { BranchRoots } from '../src/storage/tree/tree-root.ts'
import { batch } from '../src/storage/vector.ts'
import type { Batch } from '../src/storage/vector.ts'

const TABLE = 1 as TreeId
const INDEX = 2 as TreeId
const ROWS = 200_000
const BATCH = 500

const codec: DatumCodec = {
  encode: () => new Uint8Array(0),
  decode: () => ({}),
  compare: () => 0,
  sizeOf: () => 0,
}
const context: StorageContext = { source: { get: () => undefined }, codec }

function run<T>(task: Task<T>): T {
  const step = task.next()
  if (step.done !== true) throw new Error('suspended')
  return step.value
}

function rowsFrom(first: number, count: number): Batch {
  const ids = Float64Array.from({ length: count }, (_, i) => first + i)
  const shuffled = Int32Array.from(ids, (id) => (id * 7919) % ROWS)
  const names = Array.from(ids, (id) => `customer number ${id}`)
  const states = Array.from(ids, (id) => ['new', 'open', 'done'][id % 3]!)
  const prices = Float64Array.from(ids, (id) => id / 7)
  return batch(
    [
      { kind: 'int64', values: ids, nulls: undefined },
      { kind: 'int32', values: shuffled, nulls: undefined },
      { kind: 'text', values: names },
      { kind: 'text', values: states },
      { kind: 'float64', values: prices, nulls: undefined },
    ],
    count,
  )
}

const counters = new BranchCounters()
let roots: BranchRoots = EMPTY_ROOTS

function begin(): Transaction {
  return new Transaction(roots, context, counters)
}

function commit(transaction: Transaction): Uint8Array {
  const merged = run(mergeOntoNewest(transaction, () => roots, context))
  const lsn = (roots.lsn + 1) as Lsn
  roots = sealCommit(merged, touchedTrees(transaction.writeSet), lsn, [])
  const operations = transaction.writeSet
  return encodeLogRecord(
    { lsn, transactionId: lsn, commitTimeMs: 0, operations, sequences: [] },
    codec,
  )
}

function report(what: string, count: number, startMs: number, values = 1): void {
  const ms = performance.now() - startMs
  const perItem = ((ms * 1000) / count).toFixed(3)
  const rate = ((count * values) / ms / 1000).toFixed(2)
  console.log(`${what.padEnd(44)} ${perItem.padStart(9)} µs each ${rate.padStart(9)} M values/s`)
}

function drain(stream: BatchStream): number {
  let rows = 0
  for (const item of stream) if (item.kind === 'batch') rows += item.length
  return rows
}

function bulk(): void {
  const batches: Batch[] = []
  for (let at = 0; at < ROWS; at += BATCH) batches.push(rowsFrom(at, BATCH))
  for (const round of [1, 2]) {
    const transaction = begin()
    const tables = [TABLE + round * 10, INDEX + round * 10] as TreeId[]
    transaction.createTree(tables[0]!, {
      kind: 'table',
      columns: batches[0]!.columns.map((c) => c.kind),
    })
    transaction.createTree(tables[1]!, { kind: 'index', columns: ['int64'], unique: true })
    let start = performance.now()
    const rowIds = batches.map((rows) => run(transaction.insert(tables[0]!, rows)))
    report('append, 500-row batches × 5 columns', ROWS / BATCH, start, BATCH * 5)
    start = performance.now()
    batches.forEach((rows, i) => {
      run(transaction.insertKeys(tables[1]!, batch([rows.columns[0]!], BATCH), rowIds[i]!))
    })
    report('index append, ascending int8', ROWS, start)
    start = performance.now()
    const record = commit(transaction)
    report(`commit with log record of ${(record.length / 1e6).toFixed(1)} MB`, 1, start, ROWS * 5)
  }
}

const [T, I] = [21 as TreeId, 22 as TreeId]

function reads(): void {
  const transaction = begin()
  const picks = Int32Array.from({ length: 100_000 }, (_, i) => (i * 7919) % ROWS)
  for (let round = 0; round < 3; round++) {
    let start = performance.now()
    for (const pick of picks) run(transaction.firstMatch(I, [pick]))
    report('firstMatch, int8 key', picks.length, start)
    start = performance.now()
    for (const pick of picks) run(transaction.fetch(T, [pick + 1], [0, 1, 2, 3, 4]))
    report('fetch by row id, 5 columns', picks.length, start)
    start = performance.now()
    for (const pick of picks) {
      const bound = { values: [pick], inclusive: true }
      drain(transaction.seek(I, { columns: [0], lower: bound, upper: bound }))
    }
    report('seek of one entry', picks.length, start)
    start = performance.now()
    const rows = drain(transaction.scan(T, { columns: [0, 1, 2, 3, 4] }))
    report('full scan, 5 columns', rows, start, 5)
  }
  const start = performance.now()
  run(transaction.fetch(T, picks, [0, 1, 2]))
  report('fetch of 100k scattered ids at once', picks.length, start)
}

function writes(): void {
  for (let round = 0; round < 2; round++) {
    let start = performance.now()
    for (let i = 0; i < 5000; i++) {
      const transaction = begin()
      const rows = rowsFrom(ROWS + round * 5000 + i, 1)
      const ids = run(transaction.insert(T, rows))
      run(transaction.insertKeys(I, batch([rows.columns[0]!], 1), ids))
      commit(transaction)
    }
    report('transaction: insert one row + key, log', 5000, start)
    start = performance.now()
    for (let i = 0; i < 5000; i++) {
      const transaction = begin()
      const id = run(transaction.firstMatch(I, [(i * 7919) % ROWS]))!
      run(transaction.update(T, [id], rowsFrom(id - 1, 1)))
      commit(transaction)
    }
    report('transaction: find and update one row, log', 5000, start)
  }
  const transaction = begin()
  let start = performance.now()
  transaction.createTree(99 as TreeId, { kind: 'index', columns: ['int32'] })
  for (let at = 0; at < ROWS; at += 1000) {
    const rows = rowsFrom(at, 1000)
    const ids = Float64Array.from({ length: 1000 }, (_, i) => at + i + 1)
    run(transaction.insertKeys(99 as TreeId, batch([rows.columns[1]!], 1000), ids))
  }
  report('index insert, scattered int4, 1000-key batches', ROWS, start)
  start = performance.now()
  transaction.createTree(98 as TreeId, { kind: 'index', columns: ['text'] })
  for (let at = 0; at < ROWS; at += 1000) {
    const rows = rowsFrom((at * 37) % ROWS, 1000)
    const ids = Float64Array.from({ length: 1000 }, (_, i) => at + i + 1)
    run(transaction.insertKeys(98 as TreeId, batch([rows.columns[2]!], 1000), ids))
  }
  report('index insert, text, 1000-key batches', ROWS, start)
}

function codecs(): void {
  const pages: Uint8Array[] = []
  for (let round = 0; round < 2; round++) {
    pages.length = 0
    const addressOf = () => ({ layer: 'layer', offset: 0, length: 0, checksum: 0 })
    const writer = { codec, addressOf, writeOverflow: addressOf }
    let start = performance.now()
    for (const { tree, node } of dirtyNodes(roots)) {
      if (tree === T && node.kind === 'leaf') pages.push(encodePage(node, writer))
    }
    report('encode leaf', pages.length, start, 5 * 1024)
    start = performance.now()
    const nodes = pages.map((page) => decodePage(page, codec))
    report('decode leaf, no text touched', pages.length, start, 5 * 1024)
    start = performance.now()
    for (const node of nodes) {
      if (node.kind === 'leaf')
        for (const column of node.columns) column.values ??= column.decode!()
    }
    report('decode two text columns of it', pages.length, start, 2 * 1024)
    start = performance.now()
    for (const page of pages) crc32c(page)
    const bytes = pages.reduce((sum, page) => sum + page.length, 0)
    report(
      `checksum, ${Math.round(bytes / pages.length / 1024)} KB pages`,
      pages.length,
      start,
      bytes / pages.length,
    )
  }
}

bulk()
reads()
writes()
codecs()
