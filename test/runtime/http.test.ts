/**
 * `POST /sql` in the Neon serverless protocol, over real workerd: every header, both value formats, batches, error bodies,
 * limits, and that whatever came in, the next statement works.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WorkerdLakelet } from './workerd-lakelet.ts'
import type { Answer } from './workerd-lakelet.ts'

const RAW = { 'Neon-Raw-Text-Output': 'true', 'Neon-Array-Mode': 'true' }
const ERROR_KEYS = [
  'message',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'severity',
  'where',
  'table',
  'column',
  'schema',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
]
const MIB = 1024 * 1024

let server: WorkerdLakelet

beforeAll(async () => {
  server = await WorkerdLakelet.start()
})
afterAll(() => server.stop())

/** Bar of the protocol: nothing that a client sends may spoil what comes after it. */
afterEach(async () => {
  expect(await query('SELECT 1 AS one')).toMatchObject({ status: 200, body: { rows: [['1']] } })
})

function query(
  text: string,
  params: readonly unknown[] = [],
  headers: object = {},
): Promise<Answer> {
  return server.post({ query: text, params }, { ...RAW, ...headers })
}

function connection(
  user: string,
  password: string,
  rest = 'main--local.localhost/lakelet',
): object {
  return { 'Neon-Connection-String': `postgresql://${user}:${password}@${rest}` }
}

function expectError(answer: Answer, status: number, fields: object): void {
  expect(answer.body).toMatchObject(fields)
  expect(Object.keys(answer.body as object)).toEqual(ERROR_KEYS)
  expect(answer.status).toBe(status)
}

describe('one query', () => {
  test('fields, rows, command and count, in the order of the protocol', async () => {
    const { status, headers, body } = await query('SELECT $1::int4 AS x, NULL::text AS y', ['7'])
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('neon-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const rest = { tableID: 0, columnID: 0, dataTypeModifier: -1, format: 'text' }
    expect(body).toEqual({
      fields: [
        { name: 'x', dataTypeID: 23, dataTypeSize: 4, ...rest },
        { name: 'y', dataTypeID: 25, dataTypeSize: -1, ...rest },
      ],
      rows: [['7', null]],
      command: 'SELECT',
      rowCount: 1,
      rowAsArray: true,
    })
    expect(Object.keys(body as object)).toEqual([
      'fields',
      'rows',
      'command',
      'rowCount',
      'rowAsArray',
    ])
  })

  test('a column of a table names its table, its number and its modifier', async () => {
    await query('CREATE TABLE named (id int, label varchar(10))')
    const { body } = await query('SELECT label FROM named')
    expect(body).toMatchObject({
      fields: [{ columnID: 2, dataTypeModifier: 14, dataTypeID: 1043 }],
    })
    const { fields } = body as { fields: { tableID: number }[] }
    expect(fields[0]?.tableID).toBeGreaterThanOrEqual(16384)
  })

  test('command tags', async () => {
    const tags: readonly (readonly [string, string, number | null])[] = [
      ['CREATE TABLE tags (id int PRIMARY KEY)', 'CREATE', null],
      ['INSERT INTO tags VALUES (1), (2), (3)', 'INSERT', 3],
      ['UPDATE tags SET id = id + 10 WHERE id > 1', 'UPDATE', 2],
      ['DELETE FROM tags', 'DELETE', 2 + 1],
      ['SET application_name = $$x$$', 'SET', null],
      ['DROP TABLE tags', 'DROP', null],
      ['', '', null],
      ['-- nothing', '', null],
    ]
    for (const [text, command, rowCount] of tags) {
      expect(await query(text), text).toMatchObject({ status: 200, body: { command, rowCount } })
    }
  })

  test('rows as objects unless arrays are asked for; the body overrides the header', async () => {
    const text = 'SELECT 1 AS a, $$b$$ AS b'
    const asObjects = await server.post({ query: text }, { 'Neon-Raw-Text-Output': 'true' })
    expect(asObjects.body).toMatchObject({ rows: [{ a: '1', b: 'b' }], rowAsArray: false })
    const overridden = await server.post({ query: text, arrayMode: false }, RAW)
    expect(overridden.body).toMatchObject({ rows: [{ a: '1', b: 'b' }], rowAsArray: false })
    const arrays = await server.post({ query: text, arrayMode: true })
    expect(arrays.body).toMatchObject({ rows: [[1, 'b']], rowAsArray: true })
    const notTrue = await server.post({ query: text }, { 'Neon-Array-Mode': 'TRUE' })
    expect(notTrue.body).toMatchObject({ rowAsArray: false })
  })

  test('typed JSON unless raw text is asked for', async () => {
    const { body } = await server.post({
      query: `SELECT true AS bool, 1::int2 AS int2, 2 AS int4, 3::int8 AS int8, 1.5::float4 AS float4, 2.5::float8 AS float8,
        'NaN'::float8 AS nan, '-Infinity'::float4 AS infinite, 1.10::numeric AS numeric, 'x'::text AS text,
        '{"a": [1, null]}'::json AS json, '{"b": true}'::jsonb AS jsonb, '{1,NULL,3}'::int4[] AS ints,
        '{{a,"b \\"c"},{NULL,"NULL"}}'::text[] AS texts, '{t,f}'::bool[] AS bools, '{1.5,NaN}'::float8[] AS floats,
        '[2:3]={5,6}'::int4[] AS bounded, '{9007199254740993}'::int8[] AS longs, '\\x6869'::bytea AS bytea,
        '2020-01-02'::date AS date, NULL::int4 AS missing`,
    })
    expect((body as { rows: unknown }).rows).toEqual([
      {
        bool: true,
        int2: 1,
        int4: 2,
        int8: '3',
        float4: 1.5,
        float8: 2.5,
        nan: 'NaN',
        infinite: '-Infinity',
        numeric: '1.10',
        text: 'x',
        json: { a: [1, null] },
        jsonb: { b: true },
        ints: [1, null, 3],
        texts: [
          ['a', 'b "c'],
          [null, 'NULL'],
        ],
        bools: [true, false],
        floats: [1.5, 'NaN'],
        bounded: [5, 6],
        longs: ['9007199254740993'],
        bytea: '\\x6869',
        date: '2020-01-02',
        missing: null,
      },
    ])
  })

  test('parameters that are not strings', async () => {
    const text = 'SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text[]::text'
    const params = [null, true, 1.5, { a: 'b' }, 'text', ['a', null, 'NULL', 'say "x"']]
    expect(await query(text, params)).toMatchObject({
      body: { rows: [[null, 'true', '1.5', '{"a":"b"}', 'text', '{a,NULL,"NULL","say \\"x\\""}']] },
    })
  })

  test('an uncast parameter is text', async () => {
    expect(await query('SELECT $1 AS p', ['5'])).toMatchObject({
      body: { fields: [{ dataTypeID: 25 }], rows: [['5']] },
    })
  })

  test('the content type does not matter', async () => {
    const answer = await query('SELECT 1', [], { 'Content-Type': 'text/plain;charset=UTF-8' })
    expect(answer.status).toBe(200)
  })

  test('settings of the connection string hold for the request alone', async () => {
    const rest =
      'main--local.localhost/lakelet?application_name=mine&options=-c%20TimeZone%3DAsia/Tokyo'
    const inside = await query('SHOW timezone', [], connection('lakelet', 'lakelet', rest))
    expect(inside.body).toMatchObject({ rows: [['Asia/Tokyo']] })
    await query("SET timezone = 'Asia/Tokyo'")
    const after = await query('SHOW timezone')
    expect(after.body).not.toMatchObject({ rows: [['Asia/Tokyo']] })
  })

  test('every way to name the branch', async () => {
    for (const host of ['localhost', '127.0.0.1:5432', 'main--local.example.com', 'main--local']) {
      const target = connection('lakelet', 'lakelet', `${host}/lakelet`)
      expect(await query('SELECT current_database()', [], target), host).toMatchObject({
        status: 200,
        body: { rows: [['lakelet']] },
      })
    }
  })
})

describe('a batch', () => {
  function batch(queries: readonly object[], headers: object = {}): Promise<Answer> {
    return server.post({ queries }, { ...RAW, ...headers })
  }

  test('is one transaction, and echoes its headers', async () => {
    await query('CREATE TABLE batched (id int PRIMARY KEY)')
    const options = {
      'Neon-Batch-Isolation-Level': 'RepeatableRead',
      'Neon-Batch-Read-Only': 'false',
      'Neon-Batch-Deferrable': 'true',
    }
    const answer = await batch(
      [
        { query: 'INSERT INTO batched VALUES ($1)', params: ['1'] },
        { query: 'SELECT id FROM batched', arrayMode: false },
        { query: 'SHOW transaction_isolation' },
      ],
      options,
    )
    expect(answer.status).toBe(200)
    for (const [name, value] of Object.entries(options))
      expect(answer.headers.get(name)).toBe(value)
    expect(answer.body).toMatchObject({
      results: [
        { command: 'INSERT', rowCount: 1, rows: [] },
        { rows: [{ id: '1' }], rowAsArray: false },
        { rows: [['repeatable read']], rowAsArray: true },
      ],
    })
  })

  test('every isolation level', async () => {
    const levels = {
      ReadUncommitted: 'read uncommitted',
      ReadCommitted: 'read committed',
      RepeatableRead: 'repeatable read',
      Serializable: 'serializable',
    }
    for (const [header, level] of Object.entries(levels)) {
      const answer = await batch([{ query: 'SHOW transaction_isolation' }], {
        'Neon-Batch-Isolation-Level': header,
      })
      expect(answer.body, header).toMatchObject({ results: [{ rows: [[level]] }] })
    }
    const unknown = await batch([], { 'Neon-Batch-Isolation-Level': 'Chaos' })
    expectError(unknown, 400, { message: 'invalid isolation level' })
  })

  test('read only', async () => {
    await query('CREATE TABLE untouched (id int)')
    const answer = await batch([{ query: 'INSERT INTO untouched VALUES (1)' }], {
      'Neon-Batch-Read-Only': 'true',
    })
    expectError(answer, 400, {
      code: '25006',
      message: 'cannot execute INSERT in a read-only transaction',
    })
  })

  test('the first error undoes all and is the whole answer', async () => {
    await query('CREATE TABLE undone (id int PRIMARY KEY)')
    const answer = await batch([
      { query: 'INSERT INTO undone VALUES (1)' },
      { query: 'INSERT INTO undone VALUES (1)' },
      { query: 'SELECT 1' },
    ])
    expectError(answer, 400, {
      code: '23505',
      message: 'duplicate key value violates unique constraint "undone_pkey"',
      detail: 'Key (id)=(1) already exists.',
      schema: 'public',
      table: 'undone',
      constraint: 'undone_pkey',
      severity: 'ERROR',
    })
    expect(await query('SELECT count(*) FROM undone')).toMatchObject({ body: { rows: [['0']] } })
  })

  test('an empty one', async () => {
    expect(await batch([])).toMatchObject({ status: 200, body: { results: [] } })
  })
})

describe('errors of SQL', () => {
  const errors: readonly { text: string; params?: unknown[]; fields: object }[] = [
    {
      text: 'SELECT * FROM nope',
      fields: { code: '42P01', message: 'relation "nope" does not exist', position: '15' },
    },
    {
      text: 'SELEC 1',
      fields: { code: '42601', message: 'syntax error at or near "SELEC"', position: '1' },
    },
    { text: 'SELECT 1/0', fields: { code: '22012', message: 'division by zero' } },
    {
      text: 'SELECT 1; SELECT 2',
      fields: {
        code: '42601',
        message: 'cannot insert multiple commands into a prepared statement',
      },
    },
    {
      text: 'SELECT $1::int',
      fields: {
        code: '08P01',
        message: 'bind message supplies 0 parameters, but prepared statement "" requires 1',
      },
    },
    {
      text: 'SELECT 1',
      params: ['1', '2'],
      fields: {
        code: '08P01',
        message: 'bind message supplies 2 parameters, but prepared statement "" requires 0',
      },
    },
    {
      text: 'SELECT $1::int',
      params: ['x'],
      fields: { code: '22P02', message: 'invalid input syntax for type integer: "x"' },
    },
    {
      text: 'INSERT INTO ruled (id, age) VALUES (2, -1)',
      fields: {
        code: '23514',
        message: 'new row for relation "ruled" violates check constraint "ruled_age_check"',
        detail: 'Failing row contains (2, -1, null).',
        constraint: 'ruled_age_check',
      },
    },
    {
      text: 'INSERT INTO ruled (age) VALUES (1)',
      fields: {
        code: '23502',
        message: 'null value in column "id" of relation "ruled" violates not-null constraint',
        column: 'id',
        table: 'ruled',
      },
    },
    {
      text: 'INSERT INTO ruled VALUES (3, 1, 99)',
      fields: {
        code: '23503',
        message:
          'insert or update on table "ruled" violates foreign key constraint "ruled_parent_fkey"',
        detail: 'Key (parent)=(99) is not present in table "ruled".',
      },
    },
    {
      text: 'SELECT $1::text',
      params: ['a\0b'],
      fields: { code: '22021', message: 'invalid byte sequence for encoding "UTF8": 0x00' },
    },
    {
      text: 'SELECT\0 1',
      fields: { code: '22021', message: 'invalid byte sequence for encoding "UTF8": 0x00' },
    },
    {
      text: `SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`,
      fields: { code: '54001' },
    },
    { text: `SELECT ${'1+'.repeat(50_000)}1`, fields: { code: '54001' } },
    { text: `SELECT '${'[['.repeat(100_000)}'::json`, fields: {} },
    { text: `SELECT '${'x'.repeat(1_100_000)}'`, fields: { code: '54000' } },
  ]

  beforeAll(async () => {
    await query(
      'CREATE TABLE ruled (id int PRIMARY KEY, age int CHECK (age >= 0), parent int REFERENCES ruled)',
    )
  })

  test.each(errors.map((error) => ({ name: error.text.slice(0, 60), ...error })))(
    '$name',
    async ({ text, params = [], fields }) => {
      expectError(await query(text, params), 400, { severity: 'ERROR', ...fields })
    },
  )
})

test('each request is in the database that its connection string names', async () => {
  const inShop = connection('lakelet', 'lakelet', 'main--local.localhost/shop%20%C3%BC')
  expect(await query('CREATE DATABASE "shop ü"')).toMatchObject({ status: 200 })
  await query('CREATE TABLE in_shop AS SELECT 7 AS seven', [], inShop)
  expect(await query('SELECT current_database(), seven FROM in_shop', [], inShop)).toMatchObject({
    body: { rows: [['shop ü', '7']] },
  })
  expectError(await query('SELECT * FROM in_shop'), 400, { code: '42P01' })
  expectError(
    await server.post({ queries: [{ query: 'CREATE DATABASE x' }, { query: 'SELECT 1' }] }),
    400,
    { code: '25001', message: 'CREATE DATABASE cannot run inside a transaction block' },
  )
  expect(await query('DROP DATABASE "shop ü"')).toMatchObject({ status: 200 })
  expectError(await query('SELECT 1', [], inShop), 400, { severity: 'FATAL', code: '3D000' })
})

describe('who may come in', () => {
  const cases: readonly { name: string; headers: object; fields: object }[] = [
    {
      name: 'wrong password',
      headers: connection('lakelet', 'wrong'),
      fields: { code: '28P01', message: "password authentication failed for user 'lakelet'" },
    },
    {
      name: 'no password',
      headers: connection('lakelet', ''),
      fields: { code: '28P01', message: "password authentication failed for user 'lakelet'" },
    },
    {
      name: 'unknown role',
      headers: connection('stranger', 'lakelet'),
      fields: { code: '28P01', message: "password authentication failed for user 'stranger'" },
    },
    {
      name: 'built-in role without password',
      headers: connection('pg_read_all_data', ''),
      fields: { code: '28P01' },
    },
    {
      name: 'unknown database',
      headers: connection('lakelet', 'lakelet', 'main--local.localhost/nope'),
      fields: { code: '3D000', message: 'database "nope" does not exist' },
    },
    {
      name: 'unknown branch',
      headers: connection('lakelet', 'lakelet', 'dev--local.localhost/lakelet'),
      fields: { code: '3D000', message: 'branch "dev" of project "local" does not exist' },
    },
    {
      name: 'host without a branch',
      headers: connection('lakelet', 'lakelet', 'example.com/lakelet'),
      fields: { code: '3D000', message: 'host "example.com" names no branch' },
    },
    {
      name: 'not a connection string',
      headers: { 'Neon-Connection-String': 'mysql://a:b@c/d' },
      fields: { code: '08P01' },
    },
    {
      name: 'bad percent encoding',
      headers: connection('lake%zz', 'x'),
      fields: { code: '08P01' },
    },
  ]

  test.each(cases)('$name', async ({ headers, fields }) => {
    expectError(await query('SELECT 1', [], headers), 400, { severity: 'FATAL', ...fields })
  })

  test('no connection string', async () => {
    const answer = await query('SELECT 1', [], { 'Neon-Connection-String': undefined })
    expectError(answer, 400, { message: 'missing header: Neon-Connection-String', code: '' })
  })
})

describe('malformed requests', () => {
  const bodies: readonly { name: string; body: unknown; fields: object; status?: number }[] = [
    { name: 'not JSON', body: '{"query": ', fields: { code: '08P01' } },
    { name: 'empty', body: '', fields: { code: '08P01' } },
    { name: 'no object', body: [1], fields: { code: '08P01' } },
    { name: 'no query', body: {}, fields: { code: '08P01' } },
    { name: 'query of another type', body: { query: 1 }, fields: { code: '08P01' } },
    {
      name: 'params of another type',
      body: { query: 'SELECT 1', params: {} },
      fields: { code: '08P01' },
    },
    { name: 'queries of another type', body: { queries: 'SELECT 1' }, fields: { code: '08P01' } },
    {
      name: 'half a surrogate pair',
      body: '{"query": "SELECT \'\\ud800\'"}',
      fields: { code: '22021' },
    },
    {
      name: 'invalid UTF-8',
      body: new Uint8Array([
        ...Buffer.from('{"query": "SELECT \''),
        0xff,
        0xfe,
        ...Buffer.from('\'"}'),
      ]),
      fields: { message: 'the request body is not valid UTF-8' },
    },
    { name: 'deeply nested JSON', body: '['.repeat(200_000), fields: { code: '08P01' } },
    {
      name: 'deeply nested parameter',
      body: `{"query": "SELECT $1", "params": [${'['.repeat(3000)}${']'.repeat(3000)}]}`,
      fields: { code: '08P01' },
    },
    {
      name: 'too many parameters',
      body: { query: 'SELECT 1', params: Array.from({ length: 70_000 }, () => '') },
      fields: { code: '08P01' },
    },
    {
      name: 'too large',
      body: { query: 'SELECT $1', params: ['x'.repeat(11 * MIB)] },
      status: 413,
      fields: { message: `request is too large (max is ${10 * MIB} bytes)` },
    },
  ]

  test.each(bodies)('$name', async ({ body, fields, status = 400 }) => {
    expectError(await server.post(body, RAW), status, fields)
  })

  test('a result that is too large', async () => {
    const answer = await query("SELECT repeat('x', 1000) FROM generate_series(1, 20000)")
    expectError(answer, 507, { message: `response is too large (max is ${10 * MIB} bytes)` })
  })

  test('another path', async () => {
    expectError(await server.post({ query: 'SELECT 1' }, RAW, '/nope'), 400, {
      message: 'query is not supported',
    })
  })
})

describe('beside queries', () => {
  test('preflight', async () => {
    const { status, headers } = await fetch(server.sqlUrl, { method: 'OPTIONS' })
    expect(status).toBe(200)
    expect(headers.get('allow')).toBe('OPTIONS, POST')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-max-age')).toBe('86400')
    const allowed = headers.get('access-control-allow-headers') ?? ''
    for (const name of ['Neon-Connection-String', 'Neon-Batch-Deferrable', 'Authorization']) {
      expect(allowed).toContain(name)
    }
  })

  test('health', async () => {
    const response = await fetch(`${server.url}/health`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ok' })
  })

  test('check finds nothing wrong, and asks who wants to know', async () => {
    const answer = await server.post('', {}, '/check')
    expect(answer).toMatchObject({ status: 200, body: { findings: [] } })
    expectError(await server.post('', connection('lakelet', 'wrong'), '/check'), 400, {
      code: '28P01',
    })
  })
})
