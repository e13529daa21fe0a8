/** kill -9 of the whole process in the middle of 100 open transactions: what was committed is there, nothing else, and no lock. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { LocalLakelet } from './local-lakelet.ts'

const PORT = 8818
const CLIENTS = 100
/** Every client has rows of its own. */
const ROWS = 10

/** What one client knows. */
interface Ledger {
  /** Rounds whose COMMIT was answered. */
  acknowledged: number
  /** Rounds it has begun. */
  begun: number
}

function connectionUrl({ output }: LocalLakelet): string {
  const url = /postgres:\/\/lakelet:lakelet@\S+/.exec(output)?.[0]
  if (url === undefined) throw new Error(`no bridge:\n${output}`)
  return url
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Sets all its rows to the round's number, again and again, and in the end leaves a transaction open. */
async function work(
  client: pg.Client,
  i: number,
  ledger: Ledger,
  over: AbortSignal,
): Promise<void> {
  for (let round = 1; ; round++) {
    await client.query('BEGIN')
    ledger.begun = round
    await client.query('SELECT pg_advisory_xact_lock($1)', [i])
    await client.query('UPDATE held SET round = $2 WHERE client = $1', [i, round])
    await client.query('INSERT INTO written VALUES ($1, $2)', [i, round])
    if (over.aborted) return
    await client.query('COMMIT')
    ledger.acknowledged = round
  }
}

test(`kill -9 in the middle of ${CLIENTS} transactions`, { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lakelet-kill-'))
  const server = new LocalLakelet(PORT, folder)
  try {
    await server.start()
    const setup = await connect(connectionUrl(server))
    await setup.query(
      'CREATE TABLE held (client int, row int, round int, PRIMARY KEY (client, row))',
    )
    await setup.query('CREATE TABLE written (client int, round int, PRIMARY KEY (client, round))')
    await setup.query(
      `INSERT INTO held SELECT c, r, 0 FROM generate_series(1, ${CLIENTS}) AS c, generate_series(1, ${ROWS}) AS r`,
    )
    const ledgers = Array.from({ length: CLIENTS }, (): Ledger => ({ acknowledged: 0, begun: 0 }))
    const over = new AbortController()
    const url = connectionUrl(server)
    const clients = await Promise.all(ledgers.map(async () => connect(url)))
    const working = clients.map(async (client, i) =>
      work(client, i + 1, ledgers[i] ?? { acknowledged: 0, begun: 0 }, over.signal),
    )
    await sleep(3_000)
    over.abort()
    // All are open now, half of them with a statement under way.
    await Promise.all(working)
    for (const [i, client] of clients.entries()) {
      if (i % 2 === 0)
        void client
          .query('SELECT count(*) FROM generate_series(1, 100000000)')
          .catch(() => undefined)
    }
    await server.kill()
    for (const client of clients) void client.end().catch(() => undefined)

    await server.start()
    const after = await connect(connectionUrl(server))
    const { rows } = await after.query(
      'SELECT client, min(round) AS least, max(round) AS most, (SELECT max(round) FROM written w WHERE w.client = held.client) AS written, count(*)::int AS n FROM held GROUP BY client ORDER BY client',
    )
    expect(rows).toHaveLength(CLIENTS)
    for (const { client, least, most, written, n } of rows) {
      const { acknowledged = 0, begun = 0 } = ledgers[client - 1] ?? {}
      expect([least, most, written ?? 0, n], `client ${client}`).toEqual([
        acknowledged,
        acknowledged,
        acknowledged,
        ROWS,
      ])
      expect(begun).toBe(acknowledged + 1)
    }
    await after.query(`SET lock_timeout = '1s'`)
    const { rows: held } = await after.query(
      `SELECT pid, mode FROM pg_locks WHERE pid <> pg_backend_pid()`,
    )
    expect(held).toEqual([])
    await after.query('BEGIN')
    await after.query('UPDATE held SET round = -1')
    await after.query(`SELECT pg_advisory_xact_lock(i) FROM generate_series(1, ${CLIENTS}) AS i`)
    await after.query('COMMIT')
    await after.end()
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
})
