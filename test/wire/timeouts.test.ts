/** Connections that take too long: each timeout ends them with PostgreSQL's own words. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serialize } from 'pg-protocol'
import { MemoryServer } from './memory-server.ts'
import { RawClient } from './raw-client.ts'

let server: MemoryServer

beforeAll(async () => {
  server = await MemoryServer.start()
})
afterAll(async () => server.stop())

interface Doomed {
  readonly client: pg.Client
  /** What it is told at its end. */
  readonly end: Promise<Error>
}

async function connect(): Promise<Doomed> {
  const client = new pg.Client(server.url)
  await client.connect()
  return { client, end: new Promise((resolve) => void client.on('error', resolve)) }
}

const TRANSACTION = {
  code: '25P04',
  severity: 'FATAL',
  message: 'terminating connection due to transaction timeout',
}
const IDLE_IN_TRANSACTION = {
  code: '25P03',
  severity: 'FATAL',
  message: 'terminating connection due to idle-in-transaction timeout',
}
const ENDLESS = 'SELECT count(*) FROM generate_series(1, 1000000000)'

describe('idle_in_transaction_session_timeout', () => {
  test('in a block, failed or not', async () => {
    for (const statements of ['BEGIN', 'BEGIN; SELECT 1/0']) {
      const { client, end } = await connect()
      await client.query('SET idle_in_transaction_session_timeout = 50')
      await client.query(statements).catch(() => undefined)
      expect(await end).toMatchObject(IDLE_IN_TRANSACTION)
    }
  })

  test('its locks and rows are gone with it', async () => {
    const { client, end } = await connect()
    await client.query('CREATE TABLE left_open (id int PRIMARY KEY)')
    await client.query('SET idle_in_transaction_session_timeout = 50')
    await client.query('BEGIN')
    await client.query('INSERT INTO left_open VALUES (1)')
    await end
    const { client: other } = await connect()
    await other.query('INSERT INTO left_open VALUES (1)')
    await other.end()
  })

  test('not while it works, and not outside of a block', async () => {
    const { client } = await connect()
    await client.query('SET idle_in_transaction_session_timeout = 300')
    await client.query('BEGIN')
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => void setTimeout(resolve, 100))
      await client.query('SELECT count(*) FROM generate_series(1, 10000)')
    }
    await client.query('COMMIT')
    await new Promise((resolve) => void setTimeout(resolve, 400))
    await client.query('SELECT 1')
    await client.end()
  })
})

describe('transaction_timeout', () => {
  test('a block that is left open', async () => {
    const { client, end } = await connect()
    await client.query('SET transaction_timeout = 50')
    await client.query('BEGIN')
    expect(await end).toMatchObject(TRANSACTION)
  })

  test('set in the middle of the block', async () => {
    const { client, end } = await connect()
    await client.query('BEGIN')
    await client.query('SET LOCAL transaction_timeout = 50')
    expect(await end).toMatchObject(TRANSACTION)
  })

  test('a statement of its own', async () => {
    const { client, end } = await connect()
    await client.query('SET transaction_timeout = 50')
    await expect(client.query(ENDLESS)).rejects.toMatchObject(TRANSACTION)
    await end
  })

  test('while it waits for a lock: nothing of it is left', async () => {
    const [{ client: holder }, { client: waiter }, { client: third }] = await Promise.all([
      connect(),
      connect(),
      connect(),
    ])
    await holder.query('CREATE TABLE locked (id int PRIMARY KEY, n int)')
    await holder.query('INSERT INTO locked VALUES (1, 0)')
    await holder.query('BEGIN')
    await holder.query('UPDATE locked SET n = 1')
    await waiter.query('SET transaction_timeout = 100')
    await expect(waiter.query('UPDATE locked SET n = 2')).rejects.toMatchObject(TRANSACTION)
    const queued = third.query('UPDATE locked SET n = n + 10')
    await holder.query('COMMIT')
    await queued
    expect((await third.query('SELECT n FROM locked')).rows).toEqual([{ n: 11 }])
    await Promise.all([holder.end(), third.end()])
  })

  test('each transaction has its own time', async () => {
    const { client } = await connect()
    await client.query('SET transaction_timeout = 400')
    for (let i = 0; i < 5; i++) {
      await client.query('BEGIN')
      await new Promise((resolve) => void setTimeout(resolve, 120))
      await client.query('COMMIT')
    }
    await client.end()
  })
})

test('idle_session_timeout', async () => {
  const { client, end } = await connect()
  await client.query('SET idle_session_timeout = 100')
  await client.query('BEGIN')
  await new Promise((resolve) => void setTimeout(resolve, 200))
  await client.query('COMMIT')
  expect(await end).toMatchObject({
    code: '57P05',
    severity: 'FATAL',
    message: 'terminating connection due to idle-session timeout',
  })
})

describe('authentication_timeout', () => {
  const LIMIT_MS = 500
  let strict: MemoryServer

  beforeAll(async () => {
    strict = await MemoryServer.start('scram-sha-256', 0, { authenticationTimeoutMs: LIMIT_MS })
  })
  afterAll(async () => strict.stop())

  test('a client that says nothing', async () => {
    const client = await RawClient.open(strict.port)
    const message = await client.next()
    expect(message?.body.toString()).toContain('canceling authentication due to timeout')
    expect(await client.next()).toBeUndefined()
  })

  test('a client that knows no password', async () => {
    const client = await RawClient.open(strict.port)
    client.send(serialize.startup({ user: 'lakelet', database: 'lakelet' }))
    expect((await client.next())?.tag).toBe('R')
    expect((await client.next())?.body.toString()).toContain('57014')
    expect(await client.next()).toBeUndefined()
  })

  test('a client that is known in time is left alone', async () => {
    const client = new pg.Client(strict.url)
    await client.connect()
    await new Promise((resolve) => void setTimeout(resolve, LIMIT_MS * 1.5))
    await client.query('SELECT 1')
    await client.end()
  })
})
