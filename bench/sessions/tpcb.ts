/**
 * pgbench's "TPC-B (sort of)" over the `pg` driver, for machines without pgbench: the schema of `pgbench -i` at scale 1 and its
 * default script in its extended mode (PGlite has one session, where named statements of several clients collide). Source: PostgreSQL's documentation of pgbench.
 */
import pg from 'pg'

const ACCOUNTS = 100_000
const TELLERS = 10

export async function createTpcb(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  for (const statement of [
    'DROP TABLE IF EXISTS pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers',
    'CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88))',
    'CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84))',
    'CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84))',
    'CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))',
    `INSERT INTO pgbench_branches VALUES (1, 0, '')`,
    `INSERT INTO pgbench_tellers SELECT i, 1, 0, '' FROM generate_series(1, ${TELLERS}) AS i`,
    `INSERT INTO pgbench_accounts SELECT i, 1, 0, '' FROM generate_series(1, ${ACCOUNTS}) AS i`,
    'ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid)',
    'ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid)',
    'ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid)',
  ]) {
    await client.query(statement)
  }
  await client.end()
}

export interface TpcbRate {
  readonly perSecond: number
  readonly failed: number
}

/** Runs for so many milliseconds, each client in a connection of its own. */
export async function runTpcb(url: string, clients: number, ms: number): Promise<TpcbRate> {
  const connections = Array.from({ length: clients }, () => new pg.Client(url))
  await Promise.all(connections.map(async (client) => client.connect()))
  let [done, failed] = [0, 0]
  const end = performance.now() + ms
  const started = performance.now()
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() < end) {
        if (await transfer(client)) done++
        else failed++
      }
    }),
  )
  const seconds = (performance.now() - started) / 1000
  await Promise.all(connections.map(async (client) => client.end()))
  return { perSecond: done / seconds, failed }
}

const random = (most: number): number => 1 + Math.floor(Math.random() * most)

async function transfer(client: pg.Client): Promise<boolean> {
  const [aid, tid, delta] = [random(ACCOUNTS), random(TELLERS), random(10_001) - 5001]
  try {
    await client.query('BEGIN')
    await client.query('UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2', [
      delta,
      aid,
    ])
    await client.query('SELECT abalance FROM pgbench_accounts WHERE aid = $1', [aid])
    await client.query('UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2', [
      delta,
      tid,
    ])
    await client.query('UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2', [
      delta,
      1,
    ])
    await client.query(
      'INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP)',
      [tid, 1, aid, delta],
    )
    await client.query('COMMIT')
    return true
  } catch {
    await client.query('ROLLBACK')
    return false
  }
}

/** What must be equal afterwards. */
export async function tpcbSums(url: string): Promise<readonly number[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(
    `SELECT (SELECT sum(abalance) FROM pgbench_accounts)::int AS a, (SELECT sum(tbalance) FROM pgbench_tellers)::int AS t,
      (SELECT sum(bbalance) FROM pgbench_branches)::int AS b, (SELECT sum(delta) FROM pgbench_history)::int AS h`,
  )
  await client.end()
  return Object.values(rows[0] as Record<string, number>)
}
