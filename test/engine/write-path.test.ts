/** Fast ways must come out as the slow ones: bulk rows as rows one by one, cached plans as fresh ones. */
import { beforeAll, describe, expect, test } from 'vitest'
import { TestClient, openMemoryBranch } from './memory-branch.ts'

const COLUMNS =
  'a text, b numeric(6,2), c float8, d bigint, e timestamptz, f date, g bool, h int2, v varchar(3), j jsonb'
const ROWS = [
  `('x', 1.5, 2.25, 5000000000, '2026-01-02 03:04:05.678+02', '2026-02-28', true, 7, 'abc', '{"a": 1}')`,
  `('it''s', -1.555, -0.0, -9223372036854775808, null, null, false, -32768, 'ab  ', '[1]')`,
  `(null, 7, 12, 12, '2026-01-02T03:04:05Z', 'Jan 5 2026', 'yes', '12', null, null)`,
  `('a text that is longer than a few characters', '12.5', 1e10, 0, '2026-01-02', '1999-12-31', 'f', -1, '', '"x"')`,
]

let client: TestClient

beforeAll(async () => {
  client = new TestClient(await openMemoryBranch())
})

async function failure(text: string): Promise<unknown> {
  return client.query(text).then(
    () => undefined,
    (error: { code: string; message: string; fields: { position?: number } }) => [
      error.code,
      error.message,
      error.fields.position,
    ],
  )
}

describe('rows of literals', () => {
  test('are stored as if they came one by one', async () => {
    await client.script(
      `create table many (id serial primary key, ${COLUMNS}); create table single (id serial primary key, ${COLUMNS})`,
    )
    const list = 'a, b, c, d, e, f, g, h, v, j'
    await client.query(`insert into many (${list}) values ${ROWS.join(', ')}`)
    for (const row of ROWS) await client.query(`insert into single (${list}) values ${row}`)
    expect(await client.rows('select * from many order by id')).toEqual(
      await client.rows('select * from single order by id'),
    )
  })

  test('take defaults, in any order of columns', async () => {
    await client.query(
      `create table t (id serial primary key, a text default 'none', b int, c int generated always as (b * 2) stored)`,
    )
    await client.query(`insert into t (b, id) values (1, 10), (2, 20), (null, 30)`)
    await client.query(`insert into t (b, a) values (1, default), (2, 'two')`)
    expect(await client.rows('select * from t order by id')).toEqual([
      ['1', 'none', '1', '2'],
      ['2', 'two', '2', '4'],
      ['10', 'none', '1', '2'],
      ['20', 'none', '2', '4'],
      ['30', 'none', null, null],
    ])
  })

  test('raise the errors of the long way', async () => {
    await client.query(
      'create table k (id int primary key, h int2, v varchar(3), c float8, d bigint)',
    )
    await client.query(`insert into k (id) values (1), (2)`)
    const cases: readonly (readonly [string, unknown])[] = [
      [
        `(id) values (3), (2)`,
        ['23505', 'duplicate key value violates unique constraint "k_pkey"', undefined],
      ],
      [
        `(id) values (3), (3)`,
        ['23505', 'duplicate key value violates unique constraint "k_pkey"', undefined],
      ],
      [`(id, h) values (3, 1), (4, 40000)`, ['22003', 'smallint out of range', undefined]],
      [
        `(id, h) values (3, 1), (4, 'z')`,
        ['22P02', 'invalid input syntax for type smallint: "z"', 42],
      ],
      [
        `(id, h) values (3, 1), (4, 5, 6)`,
        ['42601', 'VALUES lists must all be the same length', 39],
      ],
      [
        `(id, v) values (3, 'abc'), (4, 'abcd')`,
        ['22001', 'value too long for type character varying(3)', undefined],
      ],
      [
        `(id, d) values (3, 1), (4, 9223372036854775808)`,
        ['22003', 'bigint out of range', undefined],
      ],
      [
        `(id) values (3), (null)`,
        [
          '23502',
          'null value in column "id" of relation "k" violates not-null constraint',
          undefined,
        ],
      ],
    ]
    for (const [rest, expected] of cases)
      expect(await failure(`insert into k ${rest}`), rest).toEqual(expected)
    expect(await client.rows('select count(*) from k')).toEqual([['2']])
  })

  test('are not kept with their plans', async () => {
    await client.query('create table d (id int)')
    await client.query('insert into d values (1), (2), (3), (4), (5)')
    expect(
      client.database.statements.get('insert into d values (1), (2), (3), (4), (5)'),
    ).toBeUndefined()
    await client.query('insert into d values (1)')
    expect(client.database.statements.get('insert into d values (1)')).toBeDefined()
  })
})

describe('plans', () => {
  test('with a literal that means the time are made anew', async () => {
    const text = `select 'now'::timestamptz = now()`
    for (let i = 0; i < 3; i++) {
      expect(await client.rows(text)).toEqual([['t']])
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })

  test('follow the settings that literals are read under', async () => {
    const text = `select '01/02/2026'::date`
    expect(await client.rows(text)).toEqual([['2026-01-02']])
    await client.query('set datestyle to dmy')
    expect(await client.rows(text)).toEqual([['2026-02-01']])
    await client.query('reset datestyle')
    await client.script('begin; set local datestyle to dmy')
    expect(await client.rows(text)).toEqual([['2026-02-01']])
    await client.query('rollback')
    expect(await client.rows(text)).toEqual([['2026-01-02']])
  })
})

describe('updates', () => {
  test('touch just the indexes of what they assign', async () => {
    await client.script(
      `create table u (id int primary key, a int, b text); create index on u (a); create index on u (lower(b)) where a > 0`,
    )
    await client.query(`insert into u values (1, 1, 'X'), (2, -1, 'Y'), (3, 3, 'Z')`)
    await client.query(`update u set a = -a`)
    await client.query(`update u set b = b || '!' where id = 2`)
    await client.query(`update u set id = id + 1`).catch(() => undefined)
    expect(await client.rows(`select id, a, b from u where a = 1`)).toEqual([['2', '1', 'Y!']])
    expect(await client.rows(`select id from u where lower(b) = 'y!' and a > 0`)).toEqual([['2']])
    await client.branch.run(client.branch.store.check())
  })
})
