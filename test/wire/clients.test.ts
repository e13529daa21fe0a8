/** Unmodified TCP clients over the protocol, on a branch in memory: psql, pg and postgres.js. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import Cursor from 'pg-cursor'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MemoryServer } from './memory-server.ts'

const run = promisify(execFile)
const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)

let server: MemoryServer

beforeAll(async () => {
  server = await MemoryServer.start()
})
afterAll(() => server.stop())

describe.skipIf(!hasPsql)('psql', () => {
  async function psql(...commands: string[]): Promise<string> {
    const args = commands.flatMap((command) => ['-c', command])
    const { stdout, stderr } = await run('psql', ['-X', ...args, server.url])
    return stdout + stderr
  }

  test('queries, tags and notices', async () => {
    expect(await psql(`SELECT 1 AS one, 'ü' AS u, NULL AS n`)).toBe(
      ' one | u | n \n-----+---+---\n   1 | ü | \n(1 row)\n\n',
    )
    expect(await psql('CREATE TABLE p (id int)', 'INSERT INTO p VALUES (1), (2)')).toBe(
      'CREATE TABLE\nINSERT 0 2\n',
    )
    expect(await psql('DROP TABLE IF EXISTS nope')).toContain(
      'NOTICE:  table "nope" does not exist, skipping',
    )
  })

  test('errors point into the statement, and the next one works', async () => {
    const failed = run('psql', ['-X', '-c', 'SELECT nope', '-c', 'SELECT 1', server.url])
    await expect(failed).resolves.toMatchObject({
      stderr: 'ERROR:  column "nope" does not exist\nLINE 1: SELECT nope\n               ^\n',
      stdout: expect.stringContaining('(1 row)'),
    })
  })

  test('backslash commands', async () => {
    await psql('CREATE TABLE described (id int PRIMARY KEY, label text)')
    expect(await psql('\\d described')).toContain('"described_pkey" PRIMARY KEY, btree (id)')
    expect(await psql('\\dt described')).toContain('public | described | table | lakelet')
    expect(await psql('\\di described_pkey')).toContain('described_pkey | index')
    expect(await psql('\\du')).toContain('lakelet   | Superuser')
    expect(await psql('\\timing on', 'SELECT 1')).toMatch(/Time: [\d.]+ ms/)
  })

  test('a wrong password is refused', async () => {
    const url = server.url.replace('lakelet@', 'wrong@')
    await expect(run('psql', ['-X', '-c', 'SELECT 1', url])).rejects.toMatchObject({
      stderr: expect.stringContaining('FATAL:  password authentication failed'),
    })
  })

  test('an unknown database is refused', async () => {
    const url = server.url.replace(/lakelet$/, 'nope')
    await expect(run('psql', ['-X', '-c', 'SELECT 1', url])).rejects.toMatchObject({
      stderr: expect.stringContaining('FATAL:  database "nope" does not exist'),
    })
  })
})

describe('pg', () => {
  let client: pg.Client
  const notices: (string | undefined)[] = []

  beforeAll(async () => {
    client = new pg.Client(server.url)
    client.on('notice', ({ message }) => notices.push(message))
    await client.connect()
    await client.query('CREATE TABLE item (id int PRIMARY KEY, label text)')
  })
  afterAll(() => client.end())

  async function rows(text: string, values?: unknown[]): Promise<unknown[]> {
    return (await client.query(text, values)).rows
  }

  test('parameters of many types', async () => {
    const text =
      'SELECT $1::int AS i, $2::text AS t, $3 AS open, $4::timestamptz AS at, $5::bytea AS b, $6::int[] AS a, $7::jsonb AS j'
    const at = new Date(0)
    const values = [1, 'x', 'y', at, Buffer.from('hi'), [1, 2], { a: [1] }]
    expect(await rows(text, values)).toEqual([
      { i: 1, t: 'x', open: 'y', at, b: Buffer.from('hi'), a: [1, 2], j: { a: [1] } },
    ])
  })

  test('a type without a binary form says so', async () => {
    const text = `SELECT '(1,2)'::int4range WHERE $1`
    const query = { text, values: [true], binary: true } as pg.QueryConfig
    await expect(client.query(query)).rejects.toMatchObject({ code: '0A000' })
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('named statements are prepared once', async () => {
    for (let i = 0; i < 3; i++) {
      const query = { name: 'plus', text: 'SELECT $1::int + 1 AS x', values: [i] }
      expect((await client.query(query)).rows).toEqual([{ x: i + 1 }])
    }
    expect(await rows('EXECUTE plus(41)')).toEqual([{ x: 42 }])
    const listed = `SELECT name, parameter_types::text, from_sql, generic_plans FROM pg_prepared_statements`
    expect(await rows(listed)).toEqual([
      { name: 'plus', parameter_types: '{integer}', from_sql: false, generic_plans: '4' },
    ])
    await client.query('DEALLOCATE plus')
  })

  test('several statements in one text are one transaction', async () => {
    const results = await client.query('SELECT 1 AS a; SELECT 2 AS b')
    expect((results as unknown as pg.QueryResult[]).map(({ rows: found }) => found)).toEqual([
      [{ a: 1 }],
      [{ b: 2 }],
    ])
    await expect(
      client.query(`INSERT INTO item VALUES (100, 'x'); SELECT 1/0`),
    ).rejects.toMatchObject({ code: '22012' })
    expect(await rows('SELECT * FROM item WHERE id = 100')).toEqual([])
  })

  test('transactions', async () => {
    await client.query('BEGIN')
    await client.query('INSERT INTO item VALUES ($1, $2)', [1, 'one'])
    await expect(
      client.query('INSERT INTO item VALUES ($1, $2)', [1, 'two']),
    ).rejects.toMatchObject({
      code: '23505',
      severity: 'ERROR',
      detail: 'Key (id)=(1) already exists.',
      schema: 'public',
      table: 'item',
      constraint: 'item_pkey',
    })
    await expect(client.query('SELECT $1::int', [1])).rejects.toMatchObject({ code: '25P02' })
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK')
    expect(await rows('SELECT * FROM item')).toEqual([])
  })

  test('errors of the extended protocol', async () => {
    await expect(client.query('SELECT $1::int', ['x'])).rejects.toMatchObject({
      code: '22P02',
      where: `unnamed portal parameter $1 = '...'`,
    })
    await expect(client.query('SELECT nope WHERE $1', [true])).rejects.toMatchObject({
      code: '42703',
      position: '8',
    })
    await expect(client.query('SELECT $1::int', [])).rejects.toMatchObject({ code: '08P01' })
    await expect(client.query('SELECT 1; SELECT $1', [1])).rejects.toMatchObject({ code: '42601' })
    await expect(client.query('SELECT $1', [1, 2])).rejects.toMatchObject({ code: '08P01' })
    expect(await rows('SELECT $1::int AS x', [5])).toEqual([{ x: 5 }])
  })

  test('connections that update the same row one by one all succeed', async () => {
    await client.query('CREATE TABLE counter (id int PRIMARY KEY, n int)')
    await client.query('INSERT INTO counter VALUES (1, 0)')
    const pool = new pg.Pool({ connectionString: server.url, max: 6 })
    const update = {
      name: 'count',
      text: 'UPDATE counter SET n = n + $1 WHERE id = $2',
      values: [1, 1],
    }
    await Promise.all([
      ...Array.from({ length: 60 }, () => pool.query(update)),
      ...Array.from({ length: 20 }, () => pool.query('UPDATE counter SET n = n + 1')),
    ])
    expect(await rows('SELECT n FROM counter')).toEqual([{ n: 80 }])
    await pool.end()
  })

  test('a lost race inside of a block is reported', async () => {
    await client.query('CREATE TABLE raced (id int PRIMARY KEY, n int)')
    await client.query('INSERT INTO raced VALUES (1, 0)')
    const other = new pg.Client(server.url)
    await other.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query('SELECT n FROM raced')
    await other.query('UPDATE raced SET n = n + $1', [10])
    await expect(client.query('UPDATE raced SET n = n + $1', [1])).rejects.toMatchObject({
      code: '40001',
    })
    await client.query('ROLLBACK')
    expect(await rows('SELECT n FROM raced')).toEqual([{ n: 10 }])
    await other.end()
  })

  test('an empty query', async () => {
    expect((await client.query('')).rows).toEqual([])
    expect((await client.query('', [])).rows).toEqual([])
  })

  test('rows in portions; what is written meanwhile does not show', async () => {
    await client.query('BEGIN')
    await client.query(`INSERT INTO item SELECT i, 'n' FROM generate_series(1, 10) AS i`)
    const portions = { text: 'SELECT id FROM item ORDER BY id', values: [], rows: 3 }
    expect((await client.query(portions as pg.QueryConfig)).rows).toHaveLength(10)
    await client.query('ROLLBACK')
  })

  test('a Close sent right after a Sync does not hold back ReadyForQuery', async () => {
    const cursor = client.query(new Cursor('SELECT * FROM nope'))
    await expect(cursor.read(1)).rejects.toMatchObject({ code: '42P01' })
    await cursor.close()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('COPY FROM STDIN without data: the client gives up', async () => {
    await expect(client.query('COPY item FROM STDIN')).rejects.toMatchObject({ code: '57014' })
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('notices', async () => {
    await client.query('DROP TABLE IF EXISTS missing_one')
    expect(notices).toContain('table "missing_one" does not exist, skipping')
  })

  test('large results and parameters', async () => {
    const { rows: found } = await client.query(
      `SELECT repeat('x', 1000) AS x FROM generate_series(1, 3000)`,
    )
    expect(found).toHaveLength(3000)
    const long = 'ü'.repeat(1_000_000)
    expect(await rows('SELECT length($1) AS n', [long])).toEqual([{ n: 1_000_000 }])
  })

  test('a temporary table lives as long as its connection', async () => {
    const [one, other] = [new pg.Client(server.url), new pg.Client(server.url)]
    await Promise.all([one.connect(), other.connect()])
    await one.query('CREATE TEMP TABLE mine (a int)')
    await one.query('INSERT INTO mine VALUES (1)')
    expect((await one.query('SELECT * FROM mine')).rows).toEqual([{ a: 1 }])
    await expect(other.query('SELECT * FROM mine')).rejects.toMatchObject({ code: '42P01' })
    await one.end()
    const left = (): Promise<pg.QueryResult> =>
      other.query(`SELECT 1 FROM pg_class WHERE relname = 'mine'`)
    await expect.poll(async () => (await left()).rows).toEqual([])
    await other.end()
  })

  test('a pool', async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 4 })
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => pool.query('SELECT $1::int AS i', [i])),
    )
    expect(results.map(({ rows: [row] }) => row.i)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    await pool.end()
  })
})

describe('postgres.js', () => {
  let sql: postgres.Sql

  beforeAll(() => {
    sql = postgres(server.url, { max: 3, onnotice: () => undefined })
  })
  afterAll(() => sql.end())

  test('types come from the server', async () => {
    const at = new Date(0)
    expect([
      ...(await sql`SELECT ${1}::int AS i, ${'x'} AS t, ${[1, 2]}::int[] AS a, ${at}::timestamptz AS at,
        ${sql.json({ a: 1 })} AS j, array['a', 'b'] AS texts`),
    ]).toEqual([{ i: 1, t: 'x', a: [1, 2], at, j: { a: 1 }, texts: ['a', 'b'] }])
  })

  test('pipelined queries come back in order', async () => {
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, i) => sql`SELECT ${i}::int AS i`),
    )
    expect(results.map(([row]) => row?.['i'])).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })

  test('inserts, transactions, savepoints', async () => {
    await sql`CREATE TABLE thing (id int PRIMARY KEY, label text)`
    const rows = [
      { id: 1, label: 'a' },
      { id: 2, label: null },
    ]
    expect([...(await sql`INSERT INTO thing ${sql(rows)} RETURNING *`)]).toEqual(rows)
    await sql.begin(async (transaction) => {
      await transaction`INSERT INTO thing VALUES (3, 'c')`
      const failing = transaction.savepoint(async (inner) => {
        await inner`INSERT INTO thing VALUES (4, 'd')`
        await inner`INSERT INTO thing VALUES (1, 'again')`
      })
      await expect(failing).rejects.toMatchObject({ code: '23505' })
    })
    expect((await sql`SELECT id FROM thing ORDER BY id`).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  test('an error in a pipeline spoils nothing else', async () => {
    const results = await Promise.allSettled([
      sql`SELECT 1 AS x`,
      sql`SELECT * FROM nope`,
      sql`SELECT 2 AS x`,
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('a cursor', async () => {
    const sizes: number[] = []
    await sql`SELECT generate_series(1, 10) AS x`.cursor(4, (rows) => void sizes.push(rows.length))
    expect(sizes).toEqual([4, 4, 2])
  })

  test('describe', async () => {
    const { types, columns } = await sql`SELECT 1 AS a, 'b'::text AS b WHERE ${1} = 1`.describe()
    expect(types).toEqual([23])
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['a', 23],
      ['b', 25],
    ])
  })

  test('cancel', async () => {
    const query = sql`SELECT count(*) FROM generate_series(1, 1000000000)`
    setTimeout(() => query.cancel(), 100)
    await expect(query).rejects.toMatchObject({ code: '57014' })
  })
})
