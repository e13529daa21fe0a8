/** Cursors among other sessions: what they lock, and what they see of what others commit. */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { MemoryServer } from './memory-server.ts'

let server: MemoryServer
let reader: pg.Client
let writer: pg.Client

beforeAll(async () => {
  server = await MemoryServer.start()
})
afterAll(() => server.stop())

beforeEach(async () => {
  reader = new pg.Client(server.url)
  writer = new pg.Client(server.url)
  await reader.connect()
  await writer.connect()
  await writer.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (a int PRIMARY KEY, b text)`)
  await writer.query(`INSERT INTO t SELECT g, 'old' FROM generate_series(1, 5) g`)
})
afterEach(async () => {
  await reader.end()
  await writer.end()
})

async function fetched(text: string): Promise<unknown[]> {
  const { rows } = await reader.query<{ a: number; b: string }>(text)
  return rows.map(({ a, b }) => `${a} ${b}`)
}

test('a cursor sees what was committed when it was declared', async () => {
  await reader.query('BEGIN')
  await reader.query('DECLARE c CURSOR FOR SELECT * FROM t')
  await writer.query(`UPDATE t SET b = 'new'; DELETE FROM t WHERE a = 2`)
  expect(await fetched('FETCH 2 FROM c')).toEqual(['1 old', '2 old'])
  expect(await fetched('SELECT * FROM t WHERE a < 3')).toEqual(['1 new'])
  await reader.query('COMMIT')
})

test('FOR UPDATE locks the rows that have been fetched, in their newest state', async () => {
  await reader.query('BEGIN')
  await reader.query('DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE')
  await writer.query(`UPDATE t SET b = 'new' WHERE a = 2`)
  expect(await fetched('FETCH 2 FROM c')).toEqual(['1 old', '2 new'])
  const locked = writer.query('SELECT * FROM t WHERE a = 1 FOR UPDATE NOWAIT')
  await expect(locked).rejects.toMatchObject({
    code: '55P03',
    message: 'could not obtain lock on row in relation "t"',
  })
  expect((await writer.query(`UPDATE t SET b = 'free' WHERE a = 3`)).rowCount).toBe(1)
  expect((await reader.query(`UPDATE t SET b = 'mine' WHERE CURRENT OF c`)).rowCount).toBe(1)
  expect(await fetched('FETCH 1 FROM c')).toEqual(['3 free'])
  await reader.query('COMMIT')
  expect(await fetched('SELECT * FROM t ORDER BY a LIMIT 3')).toEqual(['1 old', '2 mine', '3 free'])
})

test('WHERE CURRENT OF meets a row that another has changed', async () => {
  await reader.query('BEGIN')
  await reader.query('DECLARE c CURSOR FOR SELECT * FROM t')
  await fetched('FETCH 2 FROM c')
  await writer.query(`UPDATE t SET b = b || '!' WHERE a = 2`)
  await reader.query(`UPDATE t SET b = b || '?' WHERE CURRENT OF c`)
  await fetched('FETCH 1 FROM c')
  await writer.query('DELETE FROM t WHERE a = 3')
  expect((await reader.query('DELETE FROM t WHERE CURRENT OF c')).rowCount).toBe(0)
  await reader.query('COMMIT')
  expect(await fetched('SELECT * FROM t ORDER BY a')).toEqual([
    '1 old',
    '2 old!?',
    '4 old',
    '5 old',
  ])
})

test('a table that a cursor reads cannot be dropped by others until it is closed', async () => {
  await reader.query('BEGIN')
  await reader.query('DECLARE c CURSOR FOR SELECT * FROM t')
  await writer.query(`SET lock_timeout = '100ms'`)
  await expect(writer.query('DROP TABLE t')).rejects.toMatchObject({ code: '55P03' })
  await reader.query('COMMIT')
})

test('a held cursor outlives its transaction and what others do', async () => {
  await reader.query('BEGIN')
  await reader.query('DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT * FROM t')
  await fetched('FETCH 2 FROM c')
  await reader.query('COMMIT')
  await writer.query('DROP TABLE t')
  expect(await fetched('FETCH 1 FROM c')).toEqual(['3 old'])
  expect(await fetched('FETCH FIRST FROM c')).toEqual(['1 old'])
  await reader.query('CLOSE c')
})
