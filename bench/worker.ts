/**
 * `npm run bench:worker`: Lakelet inside workerd (Miniflare): requests, wake time, and a table of two million rows through
 * HTTP in bounded memory, before and after eviction.
 *
 *   ROWS=200000 REQUESTS=100 node bench/worker.ts      a smaller table, fewer requests
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WorkerdLakelet } from '../test/runtime/workerd-lakelet.ts'
import type { InsideMeasurement } from './worker/measured-worker.ts'
import type { Memory, ProbeMode } from './worker/memory-probe.ts'
import { workerdProcessorMs } from './worker/processor-time.ts'

// workerd on a laptop has no memory limit, so V8 would let its heap grow; see README.md.
process.env['MINIFLARE_WORKERD_V8_FLAGS'] ??=
  '--max-old-space-size=48 --max-semi-space-size=2 --expose-statistics'

const ROWS = Number(process.env['ROWS'] ?? 2_000_000)
const ROWS_PER_INSERT = 50_000
const DIMENSION_ROWS = 1000
const REQUESTS = Number(process.env['REQUESTS'] ?? 1000)
const ENTRY = fileURLToPath(new URL('worker/measured-worker.ts', import.meta.url))
const RAW = { 'Neon-Raw-Text-Output': 'true', 'Neon-Array-Mode': 'true' }

const TABLES = [
  `CREATE TABLE measurement (
    id int PRIMARY KEY, device int NOT NULL, value double precision NOT NULL, amount numeric(12, 2) NOT NULL,
    at timestamptz NOT NULL, valid bool NOT NULL, code text NOT NULL, note text)`,
  'CREATE TABLE device (id int PRIMARY KEY, name text NOT NULL, region text NOT NULL)',
  `INSERT INTO device SELECT i, 'device ' || i, 'region ' || i % 10 FROM generate_series(0, ${DIMENSION_ROWS - 1}) AS i`,
]

function insertSlice(from: number, to: number): string {
  return `INSERT INTO measurement SELECT i, i % ${DIMENSION_ROWS}, (i::bigint * 7919 % 100003) / 8.0, (i % 100000) / 100.0,
    timestamptz '2026-01-01' + i * interval '1 second', i % 3 <> 0, 'code ' || i % 50,
    'note ' || (i::bigint * 7919 % 1000003) FROM generate_series(${from}, ${to}) AS i`
}

const POINT_QUERY = 'SELECT * FROM measurement WHERE id = $1'

const QUERIES: Readonly<Record<string, string>> = {
  'count(*)': 'SELECT count(*) FROM measurement',
  'scan with a filter':
    'SELECT count(*), max(note) FROM measurement WHERE note LIKE $$%999%$$ AND valid',
  'aggregate of all columns':
    'SELECT sum(id), avg(value), sum(amount), min(at), max(code), max(note), bool_and(valid) FROM measurement',
  'group by, 1000 groups':
    'SELECT device, count(*), sum(value) FROM measurement GROUP BY device ORDER BY device LIMIT 5',
  'group by, every row a group (spills)':
    'SELECT count(*), sum(n) FROM (SELECT id, count(*) AS n FROM measurement GROUP BY id) AS groups',
  'join with 1000 devices':
    'SELECT region, count(*), sum(amount) FROM measurement JOIN device ON device.id = device GROUP BY region ORDER BY region',
  'join with itself (spills)':
    'SELECT count(*), sum(b.value) FROM measurement a JOIN measurement b ON b.id = a.id + 1 WHERE a.valid',
  'sort (spills)': `SELECT id, note FROM measurement ORDER BY note DESC, id OFFSET ${Math.max(0, ROWS - 5)}`,
}

class Bench {
  readonly #folder: string
  #server: WorkerdLakelet | undefined
  #mode: ProbeMode = 'off'
  readonly #peaks = { off: 0, raw: 0, held: 0 }

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Highest memory of all steps in bytes. */
  get peaks(): { readonly raw: number; readonly held: number } {
    return this.#peaks
  }

  async start(): Promise<void> {
    this.#server = await WorkerdLakelet.start({ entry: ENTRY, dataFolder: this.#folder })
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  get server(): WorkerdLakelet {
    if (this.#server === undefined) throw new Error('not started')
    return this.#server
  }

  async sql(
    query: string,
    params: readonly string[] = [],
  ): Promise<readonly (readonly (string | null)[])[]> {
    const { status, body } = await this.server.post({ query, params }, RAW)
    if (status !== 200) throw new Error(`${query}: ${(body as { message: string }).message}`)
    return (body as { rows: (string | null)[][] }).rows
  }

  async call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    const response = await fetch(`${this.server.url}/bench/${method}`, {
      method: 'POST',
      body: JSON.stringify(args),
    })
    if (!response.ok) throw new Error(await response.text())
    return (await response.json()) as T
  }

  measure(query: string, runs: number): Promise<InsideMeasurement> {
    return this.call('measure', query, runs)
  }

  async evict(dropCache: boolean): Promise<void> {
    // The abort ends this very call too.
    await this.call('evict', dropCache).catch(() => undefined)
    await sleep(300)
  }

  /** Runs steps and looks at their memory, which takes time. */
  async measuring(mode: ProbeMode, work: () => Promise<void>): Promise<void> {
    this.#mode = mode
    await work()
    this.#mode = 'off'
  }

  /** Runs a step, prints its time, the isolate's peak of memory, and what else there is to say. */
  async step(name: string, work: () => Promise<string | void>): Promise<void> {
    const mode = this.#mode
    await this.call('probe', mode)
    const start = performance.now()
    const processorStart = workerdProcessorMs()
    const remark = await work().catch((error: unknown) => `FAILED: ${String(error)}`)
    const elapsedMs = performance.now() - start
    const processorMs = workerdProcessorMs() - processorStart
    const { heap, buffers } = await this.call<Memory>('probe', 'off')
    this.#peaks[mode] = Math.max(this.#peaks[mode], heap + buffers)
    const times = `${elapsedMs.toFixed(0).padStart(8)} ms${processorMs.toFixed(0).padStart(8)} ms`
    const memory = mode === 'off' ? '' : `${mode} ${megabytes(heap)} + ${megabytes(buffers)}`
    console.log(`${name.padEnd(38)}${times}${memory.padStart(15)}  ${remark ?? ''}`)
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function percentiles(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}

async function timed(count: number, work: (index: number) => Promise<unknown>): Promise<string> {
  for (let i = 0; i < count / 10; i++) await work(i)
  const milliseconds: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await work(i)
    milliseconds.push(performance.now() - start)
  }
  return percentiles(milliseconds)
}

async function requests(bench: Bench): Promise<void> {
  const { url } = bench.server
  const empty = async (): Promise<void> => void (await (await fetch(`${url}/bench/empty`)).text())
  await bench.step('empty request', () => timed(REQUESTS, empty))
  const point = (i: number): Promise<unknown> =>
    bench.sql(POINT_QUERY, [String(1 + ((i * 7919) % ROWS))])
  await bench.step('point select over HTTP', () => timed(REQUESTS, point))
  const update = (i: number): Promise<unknown> =>
    bench.sql('UPDATE device SET name = $1 WHERE id = $2', [
      `renamed ${i}`,
      String(i % DIMENSION_ROWS),
    ])
  await bench.step('update of one row over HTTP', () => timed(REQUESTS, update))
}

async function load(bench: Bench): Promise<void> {
  for (const text of TABLES) await bench.sql(text)
  await bench.step(`load ${ROWS} rows`, async () => {
    const start = performance.now()
    for (let from = 1; from <= ROWS; from += ROWS_PER_INSERT) {
      await bench.sql(insertSlice(from, Math.min(ROWS, from + ROWS_PER_INSERT - 1)))
    }
    return `${((ROWS / (performance.now() - start)) * 1000).toFixed(0)} rows/s`
  })
  await bench.step('checkpoint', async () => JSON.stringify(await bench.call('checkpoint')))
}

/** The first point query inside an object that has just been evicted. */
async function wake(bench: Bench, name: string): Promise<void> {
  await bench.step(name, async () => {
    const before = workerdProcessorMs()
    const first = await bench.measure(POINT_QUERY, 1)
    const processorMs = (workerdProcessorMs() - before).toFixed(1)
    const { reads, readBytes, lists } = first.counts
    const second = await bench.measure(POINT_QUERY, 200)
    const kib = (readBytes / 1024).toFixed(0)
    return `first ${first.milliseconds[0]} ms inside (processor ${processorMs} ms), ${reads} R2 reads (${kib} KiB), ${lists} lists; then ${percentiles(second.milliseconds)}`
  })
}

async function queries(bench: Bench): Promise<void> {
  for (const [name, text] of Object.entries(QUERIES)) {
    await bench.step(name, async () => JSON.stringify((await bench.sql(text))[0]))
  }
  await bench.step(`${REQUESTS} point reads`, () =>
    timed(REQUESTS, (i) => bench.sql(POINT_QUERY, [String(1 + ((i * 104_729) % ROWS))])),
  )
}

const folder = await mkdtemp(join(tmpdir(), 'lakelet-bench-'))
const bench = new Bench(folder)
console.log(
  `${'step'.padEnd(38)}${'elapsed'.padStart(11)}${'processor'.padStart(11)}${'heap + buffers'.padStart(15)} MB`,
)
try {
  await bench.start()
  await bench.measuring('raw', () => load(bench))
  await requests(bench)
  await queries(bench)
  for (const [name, dropCache] of [
    ['near', false],
    ['in R2 only', true],
  ] as const) {
    for (let round = 1; round <= 5; round++) {
      await bench.evict(dropCache)
      await wake(bench, `wake, pages ${name} (${round})`)
    }
  }
  for (const dropCache of [false, true]) {
    await bench.evict(dropCache)
    await bench.measuring('raw', () => queries(bench))
  }
  await bench.measuring('held', async () => {
    await bench.step(`load ${ROWS_PER_INSERT} rows more`, async () => {
      await bench.sql(insertSlice(ROWS + 1, ROWS + ROWS_PER_INSERT))
    })
    await queries(bench)
  })
  await bench.evict(true)
  await bench.stop()
  await bench.start()
  await wake(bench, 'wake in a new process, pages in R2')
  const { held, raw } = bench.peaks
  console.log(
    `highest peak of JS heap and array buffers: ${megabytes(raw)} MB with garbage, ${megabytes(held)} MB held`,
  )
} finally {
  await bench.stop()
  await rm(folder, { recursive: true, force: true })
}
