/**
 * The workload of the engine benchmark: one table of 100,000 rows, point and bulk work, aggregates, joins, sorts. The peers take turns
 * at each part of it, so that a machine that is faster now than in a minute is so for all of them.
 */
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
const QUERY_TURNS = 5
const RUNS_A_TURN = 5
const WARM_UP_RUNS = 10
/** Slow peers are warm after fewer runs. */
const WARM_UP_MAX_MS = 1000

export interface Contender {
  readonly peer: Peer
  /** Below 1: fewer operations, for slow peers. */
  readonly scale: number
}

type Operation = (i: number) => Promise<unknown> | unknown

/** One run of the workload, its peers in turns. */
export class Workload {
  readonly #contenders: readonly Contender[]
  readonly #results: ReadonlyMap<string, Measurement[]>

  constructor(contenders: readonly Contender[]) {
    this.#contenders = contenders
    this.#results = new Map(contenders.map(({ peer }) => [peer.name, []]))
  }

  async run(): Promise<ReadonlyMap<string, readonly Measurement[]>> {
    await this.#load()
    await this.#points()
    await this.#query('count(*)', 'SELECT count(*) FROM kv')
    await this.#query('group by', 'SELECT b, count(*), sum(c), avg(c), max(id) FROM kv GROUP BY b')
    await this.#query(
      'hash join',
      'SELECT d.g, count(*), sum(kv.c) FROM kv JOIN d ON kv.b = d.id GROUP BY d.g',
    )
    await this.#query(
      'filter and sum',
      'SELECT sum(c) FROM kv WHERE b BETWEEN 100 AND 300 AND c > 50',
    )
    await this.#query('top 100', 'SELECT id, c FROM kv ORDER BY c DESC, id LIMIT 100')
    return this.#results
  }

  async #load(): Promise<void> {
    for (const { peer } of this.#contenders) {
      await peer.run(
        'CREATE TABLE kv (id int PRIMARY KEY, a text, b int, c double precision, ts timestamptz)',
      )
      await peer.run('CREATE TABLE d (id int PRIMARY KEY, g int)')
      const ms = await timed(() => insertAll(peer, 'kv', ROWS, kvRow))
      this.#note(peer, { name: 'bulk insert of 100,000 rows', unit: 'ms', value: ms })
      await insertAll(peer, 'd', DIMENSION_ROWS, (id) => `(${id},${id % 100})`)
      await peer.run('CREATE INDEX kv_b ON kv (b)')
    }
  }

  async #points(): Promise<void> {
    await this.#operations('point select', 20_000, async (peer) => {
      const point = await peer.prepare('SELECT a, b, c FROM kv WHERE id = $1')
      return (i) => point((i * 7919) % ROWS)
    })
    await this.#operations('single-row insert', 5000, async (peer) => {
      const insert = await peer.prepare('INSERT INTO kv VALUES ($1, $2, $3, 1.5, NULL)')
      return (i) => insert(ROWS + i, 'new', i % GROUPS)
    })
    await this.#operations('update by key', 5000, async (peer) => {
      const update = await peer.prepare('UPDATE kv SET c = c + 1 WHERE id = $1')
      return (i) => update((i * 31) % ROWS)
    })
    await this.#operations('100 rows by index', 2000, async (peer) => {
      const range = await peer.prepare('SELECT id, a FROM kv WHERE b = $1')
      return (i) => range(i % GROUPS)
    })
  }

  /** The median over equal parts of each run, after a warm-up of half its length: what a busy server sees, collections included. */
  async #operations(
    name: string,
    count: number,
    prepare: (peer: Peer) => Promise<Operation>,
  ): Promise<void> {
    const runs = []
    for (const { peer, scale } of this.#contenders) {
      const size = Math.max(1, Math.floor((count * scale) / CHUNKS))
      const run = { peer, size, operation: await prepare(peer), done: 0, times: [] as number[] }
      for (; run.done < size * (CHUNKS / 2); run.done++) await run.operation(run.done)
      runs.push(run)
    }
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      for (const run of runs) {
        const end = run.done + run.size
        const ms = await timed(async () => {
          for (; run.done < end; run.done++) await run.operation(run.done)
        })
        run.times.push((ms * 1000) / run.size)
      }
    }
    for (const { peer, times } of runs) {
      this.#note(peer, { name, unit: 'µs', value: median(times) })
    }
  }

  /** The median of several runs after a warm-up. */
  async #query(name: string, text: string): Promise<void> {
    const runs = []
    for (const { peer } of this.#contenders) {
      const run = { peer, query: await peer.prepare(text), times: [] as number[] }
      let warmUpMs = 0
      for (let i = 0; i < WARM_UP_RUNS && warmUpMs < WARM_UP_MAX_MS; i++) {
        warmUpMs += await timed(run.query)
      }
      runs.push(run)
    }
    for (let turn = 0; turn < QUERY_TURNS; turn++) {
      for (const { query, times } of runs) {
        for (let i = 0; i < RUNS_A_TURN; i++) times.push(await timed(query))
      }
    }
    for (const { peer, times } of runs) {
      this.#note(peer, { name, unit: 'ms', value: median(times) })
    }
  }

  #note(peer: Peer, measurement: Measurement): void {
    this.#results.get(peer.name)?.push(measurement)
  }
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
