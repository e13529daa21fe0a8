/** Who comes in, how many, and how often they may try: refused with PostgreSQL's own words where it has some. */
import pg from 'pg'
import { serialize } from 'pg-protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AttemptLimiter } from '../../src/durable/auth/attempt-limiter.ts'
import { checkConnectionLimits, checkRoom } from '../../src/durable/auth/connection-limits.ts'
import type { Occupancy } from '../../src/durable/auth/connection-limits.ts'
import { roleLogin } from '../../src/durable/auth/role-login.ts'
import { InputBudget } from '../../src/durable/wire/flow/input-budget.ts'
import { MemoryServer } from './memory-server.ts'
import { RawClient } from './raw-client.ts'

let server: MemoryServer
let client: pg.Client

beforeAll(async () => {
  server = await MemoryServer.start('cleartext')
  client = new pg.Client(server.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await server.stop()
})

describe('attempts', () => {
  const burst = (limiter: AttemptLimiter, address: string | undefined, nowMs = 0): number => {
    for (let attempts = 0; ; attempts++) {
      try {
        limiter.admit({ role: 'lakelet', address }, nowMs)
        limiter.failed({ role: 'lakelet', address }, nowMs)
      } catch (error) {
        expect(error).toMatchObject({
          code: '28000',
          message: 'too many failed authentication attempts for role "lakelet"',
        })
        return attempts
      }
    }
  }

  test('wrong passwords from one address are refused after some, and again after a while', () => {
    const limiter = new AttemptLimiter()
    expect(burst(limiter, '1.1.1.1')).toBe(20)
    expect(burst(limiter, '1.1.1.1', 3_000)).toBe(1)
    expect(burst(limiter, '1.1.1.1', 3_600_000)).toBe(20)
  })

  test('many addresses cannot lock out one that knows the password', () => {
    const limiter = new AttemptLimiter()
    const owner = { role: 'lakelet', address: '9.9.9.9' }
    limiter.admit(owner, 0)
    limiter.succeeded(owner)
    let attempts = 0
    for (let i = 0; i < 100; i++) attempts += burst(limiter, `1.1.1.${i}`)
    expect(attempts).toBeLessThanOrEqual(200)
    expect(burst(limiter, 'a stranger')).toBe(0)
    limiter.admit(owner, 0)
  })

  test('right passwords cost nothing', () => {
    const limiter = new AttemptLimiter()
    for (let i = 0; i < 10_000; i++) {
      limiter.admit({ role: 'lakelet', address: '1.1.1.1' }, 0)
      limiter.succeeded({ role: 'lakelet', address: '1.1.1.1' })
    }
  })

  test('many at a time are let in, and their wrong passwords are remembered', () => {
    const limiter = new AttemptLimiter()
    const attempt = { role: 'lakelet', address: '1.1.1.1' }
    for (let i = 0; i < 30; i++) limiter.admit(attempt, 0)
    for (let i = 0; i < 30; i++) limiter.failed(attempt, 0)
    expect(burst(limiter, '1.1.1.1', 32_000)).toBe(0)
    expect(burst(limiter, '1.1.1.1', 34_000)).toBe(1)
  })

  test('an address cannot try one role after the other', () => {
    const limiter = new AttemptLimiter()
    let attempts = 0
    const tryAll = (): void => {
      for (; attempts < 1000; attempts++) {
        limiter.admit({ role: `role ${attempts}`, address: '1.1.1.1' }, 0)
        limiter.failed({ role: `role ${attempts}`, address: '1.1.1.1' }, 0)
      }
    }
    expect(tryAll).toThrow(/too many failed/)
    expect(attempts).toBe(100)
  })
})

describe('numbers', () => {
  const crowd = (total: number): Occupancy => ({
    total: () => total,
    ofRole: () => 0,
    ofDatabase: () => 0,
  })

  test('max_connections', async () => {
    const { rows } = await client.query('SHOW max_connections')
    const most = Number(rows[0].max_connections)
    checkRoom(crowd(most))
    expect(() => checkRoom(crowd(most + 1))).toThrow('sorry, too many clients already')
    const catalog = server.branch.main.newestCatalog
    const asking = (role: string): void =>
      checkConnectionLimits(crowd(most), catalog, {
        role,
        login: roleLogin(catalog, role),
        database: 'lakelet',
      })
    asking('lakelet')
    expect(() => asking('nobody')).toThrow(
      'remaining connection slots are reserved for roles with the SUPERUSER attribute',
    )
  })

  test('CONNECTION LIMIT of a role', async () => {
    await client.query(`CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 1`)
    const url = server.url.replace('lakelet:lakelet', 'few:few')
    const [one, other, third] = [new pg.Client(url), new pg.Client(url), new pg.Client(url)]
    await one.connect()
    await expect(other.connect()).rejects.toMatchObject({
      code: '53300',
      message: 'too many connections for role "few"',
    })
    await one.end()
    await expect.poll(async () => third.connect().then(() => true)).toBe(true)
    await third.end()
  })
})

describe('sizes', () => {
  const startup = serialize.startup({ user: 'lakelet', database: 'lakelet' })

  test('before the client is known', async () => {
    const giant = Buffer.alloc(20_000)
    giant.writeInt32BE(20_000)
    giant.writeInt32BE(196_608, 4)
    const longPassword = serialize.password('x'.repeat(100_000))
    for (const messages of [[giant], [startup, longPassword]]) {
      const raw = await RawClient.open(server.port)
      raw.send(...messages)
      expect((await raw.until('E')).at(-1)?.body.toString()).toContain('08P01')
      expect(await raw.next()).toBeUndefined()
    }
    const flood = await RawClient.open(server.port)
    flood.send(startup, serialize.query('x'.repeat(3 << 20)))
    expect((await flood.until('E')).at(-1)?.tag).toBe('E')
    expect(await flood.next()).toBeUndefined()
  })

  test('what waits is bounded for all connections together', () => {
    const budget = new InputBudget()
    const strangers = Array.from({ length: 5 }, () => budget.open())
    for (const stranger of strangers.slice(1)) stranger.note(2 << 20)
    expect(() => strangers[0]?.note(1)).toThrow('out of memory')
    strangers[1]?.close()
    strangers[2]?.note(1 << 20)
    const known = [budget.open(), budget.open()]
    for (const one of known) one.known()
    known[0]?.note(33 << 20)
    expect(() => known[1]?.note(33 << 20)).toThrow('out of memory')
  })

  test('prepared statements and portals', async () => {
    const text = `SELECT '${'x'.repeat(300_000)}' AS x`
    const kept = async (): Promise<void> => {
      for (let i = 0; ; i++) await client.query({ name: `long${i}`, text })
    }
    await expect(kept()).rejects.toMatchObject({ code: '53200' })
    await client.query('DEALLOCATE ALL')
    await client.query('BEGIN')
    const cursors = async (): Promise<void> => {
      for (let i = 0; ; i++) await client.query(`DECLARE c${i} CURSOR FOR SELECT 1`)
    }
    await expect(cursors()).rejects.toMatchObject({ code: '53200', message: /portals/ })
    await client.query('ROLLBACK')
    await client.query('SELECT 1')
  })
})
