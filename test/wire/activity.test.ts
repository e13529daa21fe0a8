/** Sessions that see and end each other. */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoryServer } from './memory-server.ts'

let server: MemoryServer
let watcher: pg.Client
let other: pg.Client
let otherPid: number

beforeAll(async () => {
  server = await MemoryServer.start()
})
afterAll(() => server.stop())

beforeEach(async () => {
  watcher = await connect('watcher')
  other = await connect('other')
  const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  otherPid = rows[0]?.pid ?? 0
})
afterEach(async () => {
  await watcher.end()
  await other.end().catch(() => undefined)
})

async function connect(application: string, user = 'lakelet'): Promise<pg.Client> {
  const url = server.url.replace('lakelet:', `${user}:`)
  const client = new pg.Client({ connectionString: url, application_name: application })
  await client.connect()
  return client
}

async function activityOfOther(): Promise<Record<string, unknown>> {
  const { rows } = await watcher.query(
    `SELECT datname, usename, application_name, state, wait_event_type, wait_event, backend_type, query,
            xact_start IS NULL AS no_transaction, client_port
     FROM pg_stat_activity WHERE pid = $1`,
    [otherPid],
  )
  return rows[0] as Record<string, unknown> // a row of the query above
}

describe('pg_stat_activity', () => {
  test('what a session did last, and where it stands', async () => {
    expect(await activityOfOther()).toEqual({
      datname: 'lakelet',
      usename: 'lakelet',
      application_name: 'other',
      state: 'idle',
      wait_event_type: 'Client',
      wait_event: 'ClientRead',
      backend_type: 'client backend',
      query: 'SELECT pg_backend_pid() AS pid',
      no_transaction: true,
      client_port: -1,
    })
    await other.query('BEGIN')
    expect(await activityOfOther()).toMatchObject({
      state: 'idle in transaction',
      query: 'BEGIN',
      no_transaction: false,
    })
    await other.query('SELECT 1 / $1::int', [0]).catch(() => undefined)
    expect(await activityOfOther()).toMatchObject({
      state: 'idle in transaction (aborted)',
      query: 'SELECT 1 / $1::int',
    })
    await other.query('ROLLBACK')
    expect(await activityOfOther()).toMatchObject({ state: 'idle', no_transaction: true })
  })

  test('a statement that runs', async () => {
    const text = 'SELECT count(*) FROM generate_series(1, 30000000)'
    const running = other.query(text).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await activityOfOther()).toMatchObject({ state: 'active', query: text })
    await watcher.query('SELECT pg_cancel_backend($1)', [otherPid])
    expect(await running).toMatchObject({
      code: '57014',
      message: 'canceling statement due to user request',
    })
    expect((await other.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('a session that waits for a lock', async () => {
    await watcher.query('CREATE TABLE locked (a int); INSERT INTO locked VALUES (1)')
    await watcher.query('BEGIN; UPDATE locked SET a = 2')
    const waiting = other.query('UPDATE locked SET a = 3')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await activityOfOther()).toMatchObject({
      state: 'active',
      wait_event_type: 'Lock',
      wait_event: 'transactionid',
    })
    await watcher.query('COMMIT')
    await waiting
    expect(await activityOfOther()).toMatchObject({ state: 'idle', wait_event: 'ClientRead' })
  })

  test('an ended session is gone', async () => {
    await other.end()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await activityOfOther()).toBeUndefined()
  })

  test('roles see the texts of their own sessions only', async () => {
    await watcher.query(`CREATE ROLE curious LOGIN PASSWORD 'lakelet'`)
    const curious = await connect('curious', 'curious')
    const texts = async (): Promise<unknown[]> => {
      const { rows } = await curious.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE application_name = 'other'`,
      )
      return rows.map(({ query }) => query)
    }
    expect(await texts()).toEqual(['<insufficient privilege>'])
    await expect(
      curious.query('SELECT pg_terminate_backend($1)', [otherPid]),
    ).rejects.toMatchObject({
      code: '42501',
      message: 'permission denied to terminate process',
      detail:
        'Only roles with the SUPERUSER attribute may terminate processes of roles with the SUPERUSER attribute.',
    })
    await watcher.query('GRANT pg_read_all_stats TO curious')
    expect(await texts()).toEqual(['SELECT pg_backend_pid() AS pid'])
    await curious.end()
  })
})

test('pg_terminate_backend ends a session and rolls back what it has open', async () => {
  await watcher.query('CREATE TABLE kept (a int)')
  await other.query('BEGIN')
  await other.query('INSERT INTO kept VALUES (1)')
  const ended = new Promise<unknown>((resolve) => void other.on('error', resolve))
  const { rows } = await watcher.query('SELECT pg_terminate_backend($1) AS done', [otherPid])
  expect(rows).toEqual([{ done: true }])
  expect(await ended).toMatchObject({
    code: '57P01',
    message: 'terminating connection due to administrator command',
  })
  expect((await watcher.query('SELECT count(*)::int AS n FROM kept')).rows).toEqual([{ n: 0 }])
})

test('nobody of that number', async () => {
  const notices: string[] = []
  watcher.on('notice', ({ message }) => void notices.push(message ?? ''))
  const { rows } = await watcher.query('SELECT pg_cancel_backend(0) AS done')
  expect(rows).toEqual([{ done: false }])
  expect(notices).toEqual(['PID 0 is not a PostgreSQL backend process'])
})

test('what happened in a database', async () => {
  const counts = async (): Promise<Record<string, number>> => {
    const { rows } = await watcher.query(
      `SELECT numbackends::int, xact_rollback::int, tup_inserted::int, tup_deleted::int, sessions_killed::int
       FROM pg_stat_database WHERE datname = current_database()`,
    )
    return rows[0] as Record<string, number> // a row of the query above
  }
  await other.query('CREATE TABLE happened (a int)')
  const before = await counts()
  await other.query('INSERT INTO happened VALUES (1), (2), (3)')
  await other.query('BEGIN')
  await other.query('DELETE FROM happened')
  await other.query('ROLLBACK')
  expect(await counts()).toEqual({
    ...before,
    xact_rollback: (before['xact_rollback'] ?? 0) + 1,
    tup_inserted: (before['tup_inserted'] ?? 0) + 3,
    tup_deleted: (before['tup_deleted'] ?? 0) + 3,
  })
})
