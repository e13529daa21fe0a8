/** The whole way: TCP client, bridge, WebSocket, Worker, branch object in workerd; and the Neon driver's own WebSockets. */
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client as NeonClient, Pool as NeonPool, neonConfig } from '@neondatabase/serverless'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBridge } from '../../src/cli/bridge.ts'
import type { Bridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import { CONNECTION, WorkerdLakelet } from '../runtime/workerd-lakelet.ts'

const ENTRY = fileURLToPath(new URL('identified-worker.ts', import.meta.url))
/** The platform puts an object to sleep after ten seconds, here after the checkpoint's alarm. */
const ASLEEP_MS = 20_000

const run = promisify(execFile)
const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)

let server: WorkerdLakelet
let bridge: Bridge
let url: string

beforeAll(async () => {
  server = await WorkerdLakelet.start({ entry: ENTRY })
  bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(server.url) })
  url = `postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet`
})
afterAll(async () => {
  await bridge.close()
  await server.stop()
})

async function connect(database = 'lakelet'): Promise<pg.Client> {
  const client = new pg.Client(url.replace(/lakelet$/, database))
  await client.connect()
  return client
}

async function life(): Promise<unknown> {
  return (await server.post('', {}, '/object/life')).body
}

describe('over the bridge', () => {
  test.skipIf(!hasPsql)('psql', async () => {
    const { stdout } = await run('psql', ['-X', '-A', '-t', '-c', 'SELECT 1, version()', url])
    expect(stdout).toMatch(/^1\|PostgreSQL 17/)
  })

  test('pg: a transaction seen by others once it is committed', async () => {
    const [one, other] = await Promise.all([connect(), connect()])
    const count = async (): Promise<unknown> =>
      (await other.query('SELECT * FROM seen')).rows.length
    await one.query('CREATE TABLE seen (id int PRIMARY KEY)')
    await one.query('BEGIN')
    await one.query('INSERT INTO seen VALUES ($1)', [1])
    expect(await count()).toBe(0)
    await one.query('COMMIT')
    expect(await count()).toBe(1)
    await Promise.all([one.end(), other.end()])
  })

  test('postgres.js: pipelines and cancelling', async () => {
    const sql = postgres(url, { max: 2 })
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => sql`SELECT ${i}::int AS i`),
    )
    expect(results.map(([row]) => row?.['i'])).toEqual(Array.from({ length: 10 }, (_, i) => i))
    const endless = sql`SELECT count(*) FROM generate_series(1, 1000000000)`
    setTimeout(() => endless.cancel(), 100)
    await expect(endless).rejects.toMatchObject({ code: '57014' })
    await sql.end()
  })

  test('results of many megabytes', async () => {
    const client = await connect()
    const text = `SELECT i, repeat('x', 1000) AS x FROM generate_series(1, 10000) AS i`
    expect((await client.query(text)).rows).toHaveLength(10_000)
    await client.end()
  })

  test('a wrong password, a branch that is not there, a server that is not there', async () => {
    const wrong = new pg.Client(url.replace('lakelet@', 'wrong@'))
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })
    for (const target of [`${server.url}/v2?address=nope--local.localhost`, 'http://127.0.0.1:9']) {
      const lost = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(target) })
      const client = new pg.Client(url.replace(String(bridge.port), String(lost.port)))
      await expect(client.connect(), target).rejects.toMatchObject({
        code: expect.stringMatching('08006|3D000'),
      })
      await lost.close()
    }
  })
})

describe('the Neon driver over WebSockets', () => {
  beforeAll(() => {
    neonConfig.wsProxy = (host, port) => `${new URL(server.url).host}/v2?address=${host}:${port}`
    neonConfig.useSecureWebSocket = false
  })

  test('a pool with a transaction', async () => {
    const pool = new NeonPool({ connectionString: CONNECTION })
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('CREATE TABLE pooled (id int)')
    await client.query('INSERT INTO pooled VALUES ($1)', [5])
    await client.query('COMMIT')
    client.release()
    expect((await pool.query('SELECT * FROM pooled')).rows).toEqual([{ id: 5 }])
    await pool.end()
  })

  test.each(['password', false] as const)('pipelined start: %s', async (pipelineConnect) => {
    const client = new NeonClient(CONNECTION)
    client.neonConfig.pipelineConnect = pipelineConnect
    await client.connect()
    expect((await client.query('SELECT $1::int AS x', [1])).rows).toEqual([{ x: 1 }])
    await client.end()
  })
})

describe('hibernation', () => {
  test('an idle connection goes on as if nothing had happened; an open transaction stays', async () => {
    const client = await connect()
    const named = (x: number): pg.QueryConfig => ({
      name: 'p',
      text: 'SELECT $1::int + 1 AS x',
      values: [x],
    })
    await client.query('CREATE SEQUENCE drawn')
    await client.query(`SELECT nextval('drawn')`)
    await client.query(`SET TimeZone = 'Asia/Tokyo'`)
    await client.query('PREPARE q AS SELECT 5 AS five')
    await client.query('CREATE TEMP TABLE mine AS SELECT 7 AS a')
    await client.query(named(1))
    await client.query('CREATE EXTENSION pg_stat_statements')
    for (const value of [1, 2, 3]) await client.query(`SELECT ${value} AS counted`)
    const sleeper = await connect()
    const ended = new Promise<unknown>((resolve) => void sleeper.on('error', resolve))
    await sleeper.query(`SET application_name = 'sleeper'`)
    await sleeper.query(`SELECT 'last words'`)
    await client.query('CREATE DATABASE elsewhere')
    const elsewhere = await connect('elsewhere')
    await elsewhere.query('CREATE TEMP TABLE mine AS SELECT 8 AS b')
    const before = await life()
    await sleep(ASLEEP_MS)
    expect(await life()).not.toBe(before)
    expect((await client.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'Asia/Tokyo' }])
    expect((await client.query(named(2))).rows).toEqual([{ x: 3 }])
    expect((await client.query('EXECUTE q')).rows).toEqual([{ five: 5 }])
    expect((await client.query('SELECT * FROM mine')).rows).toEqual([{ a: 7 }])
    expect((await client.query(`SELECT currval('drawn')`)).rows).toEqual([{ currval: '1' }])

    const counts = `SELECT query, calls, rows FROM pg_stat_statements WHERE query LIKE '%counted'`
    expect((await client.query(counts)).rows).toEqual([
      { query: 'SELECT $1 AS counted', calls: '3', rows: '3' },
    ])

    // Each is in its database again; while it is asleep it is there too.
    await expect(client.query('DROP DATABASE elsewhere')).rejects.toMatchObject({ code: '55006' })
    expect((await elsewhere.query('SELECT current_database(), b FROM mine')).rows).toEqual([
      { current_database: 'elsewhere', b: 8 },
    ])
    await elsewhere.end()
    await client.query('DROP DATABASE elsewhere')

    // One that sleeps is seen, and can be ended.
    const { rows } = await client.query(
      `SELECT pid, state, wait_event, query, backend_start < now() - interval '10 s' AS is_old
       FROM pg_stat_activity WHERE application_name = 'sleeper'`,
    )
    expect(rows).toEqual([
      {
        pid: expect.any(Number),
        state: 'idle',
        wait_event: 'ClientRead',
        query: `SELECT 'last words'`,
        is_old: true,
      },
    ])
    await client.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    expect(await ended).toMatchObject({ code: '57P01' })

    await client.query('BEGIN')
    await client.query('CREATE TABLE pinned (a int)')
    const pinned = await life()
    await sleep(ASLEEP_MS)
    expect(await life()).toBe(pinned)
    await client.query('COMMIT')
    await client.end()
  })

  test('a connection whose object is lost is told so', async () => {
    const client = await connect()
    const ended = new Promise<unknown>((resolve) => void client.on('error', resolve))
    await server.post('', {}, '/object/evict')
    expect(await ended).toMatchObject({ code: '57P01' })
  })
})
