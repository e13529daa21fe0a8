/** LISTEN and NOTIFY between sessions, as clients see them. What PostgreSQL 17 does was looked up there. */
import pg from 'pg'
import type { Notification } from 'pg'
import { serialize } from 'pg-protocol'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../../src/durable/wire/connection.ts'
import { MemoryServer, memoryHost } from './memory-server.ts'

let server: MemoryServer
let listener: pg.Client
let sender: pg.Client
let heard: string[]

beforeAll(async () => {
  server = await MemoryServer.start()
})
afterAll(async () => server.stop())

beforeEach(async () => {
  heard = []
  ;[listener, sender] = await Promise.all([connect(), connect()])
  listener.on('notification', note)
})
afterEach(async () => {
  await Promise.all([listener.end(), sender.end()])
})

async function connect(): Promise<pg.Client> {
  const client = new pg.Client(server.url)
  await client.connect()
  return client
}

function note({ channel, payload = '' }: Notification): void {
  heard.push(`${channel}:${payload}`)
}

/** Runs each; then everything that was sent to the listener has come. */
async function say(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sender.query(statement)
  await listener.query('')
}

test('an idle session hears at once, without asking', async () => {
  await listener.query('LISTEN news')
  const first = new Promise<Notification>((resolve) => listener.once('notification', resolve))
  await sender.query(`NOTIFY news, 'hello'`)
  expect(await first).toMatchObject({ channel: 'news', payload: 'hello' })
  const { rows } = await sender.query('SELECT pg_backend_pid() AS pid')
  expect((await first).processId).toBe(rows[0].pid)
})

test('what a transaction says is heard when it commits, in its order, the same thing once', async () => {
  await listener.query('LISTEN a')
  await say('BEGIN', 'NOTIFY a', `NOTIFY a, 'x'`, `NOTIFY a, 'x'`, `SELECT pg_notify('a', 'y')`)
  expect(heard).toEqual([])
  await say('COMMIT')
  expect(heard).toEqual(['a:', 'a:x', 'a:y'])
})

test('a rollback takes back what was said, to a savepoint what was said since', async () => {
  await listener.query('LISTEN a')
  await say('BEGIN', `NOTIFY a, 'lost'`, 'ROLLBACK', `NOTIFY a, 'one'`)
  await say('BEGIN', `NOTIFY a, 'x'`, 'SAVEPOINT s', `NOTIFY a, 'y'`, `NOTIFY a, 'x'`)
  await say('ROLLBACK TO s', `NOTIFY a, 'y'`, `NOTIFY a, 'z'`, 'RELEASE s', 'COMMIT')
  expect(heard).toEqual(['a:one', 'a:x', 'a:y', 'a:z'])
})

test('a session in a transaction hears when that is over', async () => {
  await listener.query('LISTEN a')
  await listener.query('BEGIN')
  await say(`NOTIFY a, 'x'`, `NOTIFY a, 'y'`)
  expect(heard).toEqual([])
  await listener.query('ROLLBACK')
  expect(heard).toEqual(['a:x', 'a:y'])
})

test('a session hears itself', async () => {
  await listener.query(`BEGIN; LISTEN a; NOTIFY a, 'own'; LISTEN b; UNLISTEN b; NOTIFY b; COMMIT`)
  expect(heard).toEqual(['a:own'])
})

test('LISTEN and UNLISTEN take effect when they commit', async () => {
  await listener.query('BEGIN')
  await listener.query('LISTEN a')
  await say(`NOTIFY a, 'early'`)
  await listener.query('COMMIT')
  await say(`NOTIFY a, 'x'`)
  await listener.query('BEGIN')
  await listener.query('UNLISTEN a')
  await say(`NOTIFY a, 'late'`)
  await listener.query('ROLLBACK')
  expect(heard).toEqual(['a:x', 'a:late'])
  await listener.query('UNLISTEN *')
  await say('NOTIFY a')
  await listener.query('LISTEN a')
  await listener.query('DISCARD ALL')
  await say('NOTIFY a')
  expect(heard).toHaveLength(2)
})

test('what a session listens to', async () => {
  const channels = async (): Promise<unknown[]> =>
    (await listener.query({ text: 'SELECT pg_listening_channels()', rowMode: 'array' })).rows.flat()
  await listener.query('LISTEN c; LISTEN "B"; LISTEN c')
  expect(await channels()).toEqual(['c', 'B'])
  await listener.query('BEGIN; LISTEN d')
  expect(await channels()).toEqual(['c', 'B'])
  await listener.query('SAVEPOINT s; LISTEN e; ROLLBACK TO s; COMMIT')
  expect(await channels()).toEqual(['c', 'B', 'd'])
})

test.each([
  [`SELECT pg_notify('', 'x')`, 'channel name cannot be empty'],
  [`SELECT pg_notify(NULL, 'x')`, 'channel name cannot be empty'],
  [`SELECT pg_notify(repeat('x', 64), 'x')`, 'channel name too long'],
  [`SELECT pg_notify('a', repeat('x', 8000))`, 'payload string too long'],
  [`SELECT pg_notify('a', repeat('ä', 4000))`, 'payload string too long'],
])('%s', async (text, message) => {
  await expect(sender.query(text)).rejects.toMatchObject({ code: '22023', message })
})

test('the longest that may be said', async () => {
  const channel = 'c'.repeat(63)
  await listener.query(`LISTEN ${channel}`)
  await say(`SELECT pg_notify('${channel}', repeat('x', 7999))`, `SELECT pg_notify('a', NULL)`)
  expect(heard).toEqual([`${channel}:${'x'.repeat(7999)}`])
})

describe('when nobody reads', () => {
  test('the queue fills, and NOTIFY fails until it is read', async () => {
    const usage = async (): Promise<number> =>
      (await sender.query('SELECT pg_notification_queue_usage() AS usage')).rows[0].usage
    await listener.query('LISTEN a')
    await listener.query('BEGIN')
    expect(await usage()).toBe(0)
    const flood = `SELECT count(pg_notify('a', repeat('x', 7000) || i)) FROM generate_series(1, 1000) AS i`
    await sender.query(flood)
    expect(await usage()).toBeGreaterThan(0.3)
    await sender.query(flood)
    await sender.query(flood)
    await expect(sender.query('NOTIFY a')).rejects.toMatchObject({
      code: '54000',
      message: 'too many notifications in the NOTIFY queue',
    })
    await sender.query('SELECT 1')
    await listener.query('COMMIT')
    expect(heard).toHaveLength(3000)
    expect(await usage()).toBe(0)
  })

  test('what a client has not read is not added to without end', async () => {
    let unsent = 0
    const frames: Buffer[] = []
    const socket = {
      send: (bytes: Uint8Array) => {
        unsent += bytes.length
        frames.push(Buffer.from(bytes))
      },
      unsentBytes: () => unsent,
      close: () => undefined,
      changed: () => undefined,
    }
    const lazy = new Connection(memoryHost(server.branch), socket, 'cleartext')
    const startup = serialize.startup({ user: 'lakelet', database: 'lakelet' })
    await lazy.receive(Buffer.concat([startup, serialize.password('lakelet')]))
    await lazy.receive(serialize.query('LISTEN a'))
    await lazy.receive(serialize.query(`SELECT repeat('-', 1048000)`))
    await say(`SELECT pg_notify('a', repeat('-', 2000))`)
    frames.length = 0
    await say(`NOTIFY a, 'x'`, `NOTIFY a, 'y'`)
    expect(frames).toEqual([])
    unsent = 0
    await expect.poll(() => Buffer.concat(frames).toString()).toMatch(/a\0x\0.*a\0y\0/s)
    lazy.close()
    await lazy.ended
  })

  test('one transaction cannot say without end', async () => {
    const flood = `SELECT count(pg_notify('a', repeat('x', 7900) || i)) FROM generate_series(1, 2000) AS i`
    await expect(sender.query(flood)).rejects.toMatchObject({ code: '54000' })
  })
})

test('postgres.js', async () => {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  const said: string[] = []
  const { unlisten } = await sql.listen('jobs', (payload) => void said.push(payload))
  await sql.notify('jobs', 'one')
  await sql.begin(async (transaction) => {
    await transaction`SELECT pg_notify('jobs', ${'two'}), pg_notify('jobs', ${'two'})`
  })
  await expect.poll(() => said).toEqual(['one', 'two'])
  await unlisten()
  await sql.end()
})
