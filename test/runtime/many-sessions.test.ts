/** Hundreds of connections of one branch in workerd: asleep with their object, busy side by side, slow, and left behind. */
import { connect as connectTcp } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { serialize } from 'pg-protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBridge } from '../../src/cli/bridge.ts'
import type { Bridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import { WorkerdLakelet } from './workerd-lakelet.ts'

const ENTRY = fileURLToPath(new URL('../wire/identified-worker.ts', import.meta.url))
/** The platform puts an object to sleep after ten seconds, here after the checkpoint's alarm. */
const ASLEEP_MS = 20_000
const IDLE = 100
const BUSY = 100
const CONCURRENT = 50
const MANY = 200

let server: WorkerdLakelet
let bridge: Bridge
let url: string

beforeAll(async () => {
  server = await WorkerdLakelet.start({ entry: ENTRY })
  bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(server.url) })
  url = `postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet`
  await sql('CREATE TABLE account (id int PRIMARY KEY, balance int)')
  await sql('INSERT INTO account SELECT i, 100 FROM generate_series(1, 200) AS i')
})
afterAll(async () => {
  await bridge.close()
  await server.stop()
})

async function connect(count: number): Promise<readonly pg.Client[]> {
  const clients = Array.from({ length: count }, () => new pg.Client(url))
  // Some are cut off on purpose; what hurts is what they cannot do then.
  for (const client of clients) client.on('error', () => undefined)
  await Promise.all(clients.map(async (client) => client.connect()))
  return clients
}

async function end(clients: readonly pg.Client[]): Promise<void> {
  await Promise.all(clients.map(async (client) => client.end()))
}

async function sql(query: string): Promise<unknown[][]> {
  const { status, body } = await server.post({ query, arrayMode: true })
  if (status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`)
  return (body as { rows: unknown[][] }).rows
}

async function object(method: string): Promise<unknown> {
  return (await server.post('', {}, `/object/${method}`)).body
}

const named = (i: number, x: number): pg.QueryConfig => ({
  name: 'mine',
  text: `SELECT $1::int + ${i} AS x`,
  values: [x],
})

/** Together they are too large to stay with a socket. */
const many = (i: number): pg.QueryConfig => ({
  name: `many ${i}`,
  text: `SELECT ${i} AS x -- ${'x'.repeat(200)}`,
})

test(
  `${IDLE + BUSY} connections: ${IDLE} that idle go on after the object slept, and hear what was said`,
  { timeout: 150_000 },
  async () => {
    const [idle, busy] = await Promise.all([connect(IDLE), connect(BUSY)])
    const heard: string[][] = idle.map(() => [])
    await Promise.all(
      idle.map(async (client, i) => {
        client.on('notification', ({ channel, payload }) => heard[i]?.push(`${channel} ${payload}`))
        await client.query(`SET application_name = 'idle ${i}'`)
        await client.query(`LISTEN everybody; LISTEN only_${i}`)
        await client.query(`PREPARE q AS SELECT ${i} AS i`)
        await client.query(named(i, 0))
        await client.query(`SELECT pg_advisory_lock(${i})`)
        if (i % 10 === 0) await client.query(`CREATE TEMP TABLE own AS SELECT ${i} AS i`)
      }),
    )
    await Promise.all(busy.map(async (client) => client.query('SELECT count(*) FROM account')))
    const [, keeper] = idle
    for (let i = 0; i < MANY; i++) await keeper?.query(many(i))
    const expiring = busy[0]
    const expired = new Promise<unknown>((resolve) => void expiring?.on('error', resolve))
    await expiring?.query(`SET idle_session_timeout = '${ASLEEP_MS + 1_000}ms'`)
    const before = await object('life')
    await sleep(ASLEEP_MS)
    // Without waking any of the sessions.
    await sql(`SELECT pg_notify('everybody', 'hello'), pg_notify('only_7', 'seven')`)
    expect(await object('life')).not.toBe(before)
    expect(
      await sql(`SELECT pg_try_advisory_xact_lock(7), pg_try_advisory_xact_lock(${IDLE})`),
    ).toEqual([[false, true]])
    await expect.poll(() => heard.flat().length).toBe(IDLE + 1)
    expect(await object('storedPieces')).toBe(1)
    expect(heard[7]).toEqual(['everybody hello', 'only_7 seven'])
    expect(await expired).toMatchObject({ code: '57P05' })

    await Promise.all(
      idle.map(async (client, i) => {
        expect((await client.query('SHOW application_name')).rows[0].application_name).toBe(
          `idle ${i}`,
        )
        expect((await client.query(named(i, 5))).rows).toEqual([{ x: i + 5 }])
        expect((await client.query('EXECUTE q')).rows).toEqual([{ i }])
        if (i % 10 === 0) expect((await client.query('TABLE own')).rows).toEqual([{ i }])
        const unlock = await client.query(`SELECT pg_advisory_unlock(${i}) AS unlocked`)
        expect(unlock.rows).toEqual([{ unlocked: true }])
        await client.query(`SELECT pg_notify('everybody', '${i}')`)
      }),
    )
    await expect.poll(() => heard[7]?.length).toBe(2 + IDLE)
    for (let i = 0; i < MANY; i += 10)
      expect((await keeper?.query(many(i)))?.rows).toEqual([{ x: i }])
    await Promise.all(busy.slice(1).map(async (client) => client.query('SELECT 1')))
    expect(await sql('SELECT pg_try_advisory_xact_lock(7)')).toEqual([[true]])
    await end([...idle, ...busy.slice(1)])
    await expect.poll(() => object('storedPieces')).toBe(0)
    // Temporary tables went with their sessions.
    await expect
      .poll(() => sql(`SELECT count(*)::int FROM pg_namespace WHERE nspname LIKE 'pg_temp_%'`))
      .toEqual([[0]])
  },
)

test(`${CONCURRENT} transactions on different rows do not wait for each other`, async () => {
  const clients = await connect(CONCURRENT)
  const each = async (work: (client: pg.Client, i: number) => Promise<unknown>): Promise<void> =>
    void (await Promise.all(clients.map(work)))
  // Each step of all comes before the next of any: whoever waited for another's end would wait for ever.
  await each((client) => client.query('BEGIN'))
  await each((client, i) =>
    client.query('UPDATE account SET balance = balance - 1 WHERE id = $1', [i + 1]),
  )
  await each((client, i) =>
    client.query('UPDATE account SET balance = balance + 1 WHERE id = $1', [i + 101]),
  )
  await each(async (client, i) => {
    const { rows } = await client.query('SELECT balance FROM account WHERE id = $1', [i + 101])
    expect(rows).toEqual([{ balance: 101 }])
  })
  await each((client) => client.query('COMMIT'))
  expect(await sql('SELECT sum(balance)::int, max(balance), min(balance) FROM account')).toEqual([
    [20_000, 101, 99],
  ])
  await end(clients)
})

describe('left behind', () => {
  test('temporary tables of connections that a crash cut off are swept', async () => {
    const [client] = await connect(1)
    await client?.query('CREATE TEMP TABLE orphan (a int)')
    const count = `SELECT count(*)::int FROM pg_class WHERE relname = 'orphan'`
    expect(await sql(count)).toEqual([[1]])
    await object('evict')
    await expect.poll(async () => sql(count).catch(() => undefined)).toEqual([[0]])
  })

  test('a transaction that was open when the object was lost is gone, and its client is told so', async () => {
    const [client] = await connect(1)
    const told = new Promise<unknown>((resolve) => void client?.on('error', resolve))
    await client?.query('BEGIN')
    await client?.query('UPDATE account SET balance = 0')
    await object('evict')
    expect(await told).toMatchObject({ code: '57P01' })
    expect(await sql('SELECT count(*)::int FROM account WHERE balance = 0')).toEqual([[0]])
    await sql('UPDATE account SET balance = balance')
  })
})

test('a client that does not read is held back, and holds nobody else back', async () => {
  const { port, hostname } = new URL(server.url)
  const socket = connectTcp(Number(port), hostname)
  socket.write(
    'GET /v2 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await new Promise((resolve) => void socket.once('data', resolve))
  const rows = 100_000
  const query = `SELECT repeat('x', 1000) FROM generate_series(1, ${rows})`
  socket.write(frame(serialize.startup({ user: 'lakelet', database: 'lakelet' })))
  socket.write(frame(serialize.password('lakelet')))
  socket.pause()
  socket.write(frame(serialize.query(query)))
  await sleep(2_000)
  const unsent = (await object('unsentBytes')) as number
  expect(unsent).toBeGreaterThan(0)
  expect(unsent).toBeLessThan(4 << 20)
  expect(await sql('SELECT 1')).toEqual([[1]])
  let received = 0
  socket.on('data', (chunk) => (received += chunk.length)).resume()
  await expect.poll(() => received, { timeout: 20_000 }).toBeGreaterThan(rows * 1000)
  socket.destroy()
})

/** A masked binary frame, as clients send them. */
function frame(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 0x82
  header[1] = 0x80 | 126
  header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, payload])
}
