/** Clients choose a database by its name; what PostgreSQL says to those who may not go there. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryServer } from './memory-server.ts'

let server: MemoryServer
const clients: pg.Client[] = []

beforeAll(async () => {
  server = await MemoryServer.start()
})

afterAll(async () => {
  for (const client of clients) await client.end().catch(() => undefined)
  await server.stop()
})

async function connect(database: string | undefined, user = 'lakelet'): Promise<pg.Client> {
  const { port } = server
  const client = new pg.Client({ host: '127.0.0.1', port, user, password: user, database })
  client.on('error', () => undefined)
  await client.connect()
  clients.push(client)
  return client
}

async function one(client: pg.Client, text: string): Promise<unknown> {
  const { rows } = await client.query<Record<string, unknown>>({ text })
  return Object.values(rows[0] ?? {})[0]
}

test('a client is in the database that it names', async () => {
  const main = await connect('lakelet')
  await main.query('CREATE DATABASE "Shop 1"')
  const shop = await connect('Shop 1')
  expect(await one(shop, 'SELECT current_database()')).toBe('Shop 1')
  await shop.query('CREATE TABLE t (id serial PRIMARY KEY)')
  await shop.query('INSERT INTO t DEFAULT VALUES')
  expect(await one(shop, 'SELECT count(*)::int FROM t')).toBe(1)
  expect(await one(main, `SELECT to_regclass('t')`)).toBeNull()
  expect(
    await one(main, `SELECT count(*)::int FROM pg_stat_activity WHERE datname = 'Shop 1'`),
  ).toBe(1)
  // Without a name it is that of the role.
  expect(await one(await connect(undefined), 'SELECT current_database()')).toBe('lakelet')
})

test('who may not come in is told why', async () => {
  const main = await connect('postgres')
  await main.query(`CREATE ROLE alice LOGIN PASSWORD 'alice' NOSUPERUSER`)
  await main.query('CREATE DATABASE narrow CONNECTION LIMIT 1')
  await main.query('CREATE DATABASE secret')
  await main.query('REVOKE CONNECT ON DATABASE secret FROM PUBLIC')
  await expect(connect('nosuch')).rejects.toMatchObject({
    severity: 'FATAL',
    code: '3D000',
    message: 'database "nosuch" does not exist',
  })
  await expect(connect('template0')).rejects.toMatchObject({
    severity: 'FATAL',
    code: '55000',
    message: 'database "template0" is not currently accepting connections',
  })
  await expect(connect('secret', 'alice')).rejects.toMatchObject({
    severity: 'FATAL',
    code: '42501',
    message: 'permission denied for database "secret"',
    detail: 'User does not have CONNECT privilege.',
  })
  await connect('narrow', 'alice')
  await expect(connect('narrow', 'alice')).rejects.toMatchObject({
    severity: 'FATAL',
    code: '53300',
    message: 'too many connections for database "narrow"',
  })
  // A wrong password comes first.
  const { port } = server
  const wrong = { host: '127.0.0.1', port, user: 'lakelet', password: 'x', database: 'nosuch' }
  await expect(new pg.Client(wrong).connect()).rejects.toMatchObject({ code: '28P01' })
})

test('DROP DATABASE waits for no one; WITH (FORCE) shows them out', async () => {
  const main = await connect('postgres')
  await main.query('CREATE DATABASE doomed')
  const guest = await connect('doomed')
  await expect(main.query('DROP DATABASE doomed')).rejects.toMatchObject({
    code: '55006',
    message: 'database "doomed" is being accessed by other users',
    detail: 'There is 1 other session using the database.',
  })
  const ended = new Promise<unknown>((told) => void guest.on('error', told))
  await main.query('DROP DATABASE doomed WITH (FORCE)')
  await expect(ended).resolves.toMatchObject({
    code: '57P01',
    message: 'terminating connection due to administrator command',
  })
  await expect(connect('doomed')).rejects.toMatchObject({ code: '3D000' })
  // One who has just left is in nobody's way.
  await main.query('CREATE DATABASE doomed')
  const visitor = await connect('doomed')
  void visitor.end()
  await main.query('DROP DATABASE doomed')
})

test('a notification stays in its database', async () => {
  const [here, there] = [await connect('lakelet'), await connect('postgres')]
  const heard: string[] = []
  for (const client of [here, there]) {
    client.on('notification', ({ payload = '' }) => void heard.push(payload))
    await client.query('LISTEN news')
  }
  await there.query(`NOTIFY news, 'there'`)
  await here.query(`NOTIFY news, 'here'`)
  expect(heard.sort()).toEqual(['here', 'there'])
})
