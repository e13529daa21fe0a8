/** The workload of the engine benchmark: one table of 100,000 rows, point and bulk work, aggregates, joins, sorts. */
import type { Peer } from './peers/peer.ts'

export const ROWS = 100_000
const DIMENSION_ROWS = 10_000
const ROWS_PER_INSERT = 500
const GROUPS = 1000

/** Microseconds per operation, or milliseconds per query. */
export interface Measurement {
  readonly name: string
  readonly unit: 'µs' | 'ms'
  readonly value: number
}

function kvRow(id: number): string {
  const b = (id * 7919) % GROUPS
  return `(${id},'value ${id % 5000}',${b},${(id % 1000) / 8},'2026-01-01 00:00:${String(id % 60).padStart(2, '0')}+00')`
}

async function insertAll(
  peer: Peer,
  table: string,
  count: number,
  row: (id: number) => string,
): Promise<void> {
  for (let start = 0; start < count; start += ROWS_PER_INSERT) {
    const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - start) }, (_, i) =>
      row(start + i),
    )
    await peer.run(`INSERT INTO ${table} VALUES ${rows.join(',')}`)
  }
}

/** Parts that a run of operations is timed in. */
const CHUNKS = 20

/** The median over equal parts of the run, after a warm-up of half its length: what a busy server sees, collections included. */
async function perOperation(
  name: string,
  count: number,
  operation: (i: number) => Promise<unknown> | unknown,
): Promise<Measurement> {
  let done = 0
  const repeat = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await operation(done++)
  }
  await repeat(Math.ceil(count / 2))
  const size = Math.max(1, Math.floor(count / CHUNKS))
  const times: number[] = []
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const start = performance.now()
    await repeat(size)
    times.push(((performance.now() - start) * 1000) / size)
  }
  return { name, unit: 'µs', value: median(times) }
}

const QUERY_RUNS = 15
const WARM_UP_RUNS = 10
/** Slow peers are warm after fewer runs. */
const WARM_UP_MAX_MS = 1000

/** The median of several runs after a warm-up. */
async function perQuery(peer: Peer, name: string, text: string): Promise<Measurement> {
  const query = await peer.prepare(text)
  const timed = async (): Promise<number> => {
    const start = performance.now()
    await query()
    return performance.now() - start
  }
  let warmUpMs = 0
  for (let run = 0; run < WARM_UP_RUNS && warmUpMs < WARM_UP_MAX_MS; run++)
    warmUpMs += await timed()
  const times: number[] = []
  for (let run = 0; run < QUERY_RUNS; run++) times.push(await timed())
  return { name, unit: 'ms', value: median(times) }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}

/** `scale` < 1 makes the per-operation parts shorter, for slow peers. */
export async function runWorkload(peer: Peer, scale = 1): Promise<readonly Measurement[]> {
  const results: Measurement[] = []
  await peer.run(
    'CREATE TABLE kv (id int PRIMARY KEY, a text, b int, c double precision, ts timestamptz)',
  )
  await peer.run('CREATE TABLE d (id int PRIMARY KEY, g int)')
  const start = performance.now()
  await insertAll(peer, 'kv', ROWS, kvRow)
  results.push({
    name: 'bulk insert of 100,000 rows',
    unit: 'ms',
    value: performance.now() - start,
  })
  await insertAll(peer, 'd', DIMENSION_ROWS, (id) => `(${id},${id % 100})`)
  await peer.run('CREATE INDEX kv_b ON kv (b)')

  const point = await peer.prepare('SELECT a, b, c FROM kv WHERE id = $1')
  results.push(await perOperation('point select', 20_000 * scale, (i) => point((i * 7919) % ROWS)))
  const insert = await peer.prepare('INSERT INTO kv VALUES ($1, $2, $3, 1.5, NULL)')
  results.push(
    await perOperation('single-row insert', 5000 * scale, (i) =>
      insert(ROWS + i, 'new', i % GROUPS),
    ),
  )
  const update = await peer.prepare('UPDATE kv SET c = c + 1 WHERE id = $1')
  results.push(await perOperation('update by key', 5000 * scale, (i) => update((i * 31) % ROWS)))
  const range = await peer.prepare('SELECT id, a FROM kv WHERE b = $1')
  results.push(await perOperation('100 rows by index', 2000 * scale, (i) => range(i % GROUPS)))

  results.push(await perQuery(peer, 'count(*)', 'SELECT count(*) FROM kv'))
  results.push(
    await perQuery(
      peer,
      'group by',
      'SELECT b, count(*), sum(c), avg(c), max(id) FROM kv GROUP BY b',
    ),
  )
  results.push(
    await perQuery(
      peer,
      'hash join',
      'SELECT d.g, count(*), sum(kv.c) FROM kv JOIN d ON kv.b = d.id GROUP BY d.g',
    ),
  )
  results.push(
    await perQuery(
      peer,
      'filter and sum',
      'SELECT sum(c) FROM kv WHERE b BETWEEN 100 AND 300 AND c > 50',
    ),
  )
  results.push(
    await perQuery(peer, 'top 100', 'SELECT id, c FROM kv ORDER BY c DESC, id LIMIT 100'),
  )
  return results
}
