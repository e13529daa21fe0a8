/** What applications do with `@neondatabase/serverless` over HTTP, unmodified. */
import { neon } from '@neondatabase/serverless'
import type { Scenarios } from './scenario.ts'

const SCHEMA = [
  'DROP SCHEMA IF EXISTS neon_test CASCADE',
  'CREATE SCHEMA neon_test',
  "CREATE TYPE neon_test.mood AS ENUM ('sad', 'ok', 'happy')",
  `CREATE TABLE neon_test.every_type (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bool bool, int2 int2, int4 int4, int8 int8, float4 float4, float8 float8, numeric numeric(30, 10),
    text text, varchar varchar(20), char char(5), bytea bytea, date date, time time, timetz timetz,
    timestamp timestamp, timestamptz timestamptz, interval interval, uuid uuid, json json, jsonb jsonb,
    ints int[], texts text[], matrix int[][], mood neon_test.mood
  )`,
  `CREATE TABLE neon_test.account (
    id int PRIMARY KEY, email text NOT NULL UNIQUE, balance int NOT NULL CONSTRAINT solvent CHECK (balance >= 0)
  )`,
]

/** A value per type, as applications pass them; what PostgreSQL makes of each is recorded. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ['bool', true],
  ['int2', -32768],
  ['int4', 2147483647],
  ['int8', 9007199254740993n],
  ['int8', '-9223372036854775808'],
  ['float4', 1.25],
  ['float8', 1e300],
  ['float8', Number.NaN],
  ['numeric', '12345678901234567890.0123456789'],
  ['text', 'O’Reilly "quoted" \\ back\nline 🚀'],
  ['varchar', 'short'],
  ['char', 'ab'],
  ['bytea', new Uint8Array([0, 1, 127, 128, 255])],
  ['date', '2024-02-29'],
  ['date', new Date(Date.UTC(2024, 1, 29, 12))],
  ['time', '23:59:59.999999'],
  ['timetz', '12:00:00+05:30'],
  ['timestamp', '1999-12-31 23:59:59.5'],
  ['timestamptz', new Date(Date.UTC(2026, 10, 22, 13, 14, 15, 678))],
  ['timestamptz', '2026-11-22 13:14:15.678901+02'],
  ['interval', '1 year 2 months 3 days 04:05:06.7'],
  ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'],
  ['json', { b: 1, a: [true, null, 'x'] }],
  ['jsonb', { b: 1, a: [true, null, 'x'], b2: 1.5 }],
  ['jsonb', JSON.stringify([1, 2])],
  ['int4[]', [1, null, 3]],
  ['text[]', ['a', 'b "c"', null, 'NULL', '{x}', '']],
  [
    'int4[][]',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['neon_test.mood', 'ok'],
  ['text', null],
  ['text', undefined],
]

export function neonScenarios(connection: string): Scenarios {
  const sql = neon(connection)
  const full = neon(connection, { fullResults: true, arrayMode: true })
  return {
    'set up': async () => {
      for (const text of SCHEMA) await sql.query(text)
    },
    ...valueScenarios(sql, full),
    'tagged template with nested pieces': () => {
      const column = sql.unsafe('n')
      const even = sql`${column} % ${2} = 0`
      return sql`SELECT n, n * ${10}::int AS tens FROM generate_series(1, ${6}::int) AS n WHERE ${even}`
    },
    'a row of every type': async () => {
      const names =
        'bool int2 int4 int8 float4 float8 numeric text varchar char bytea date time timetz timestamp timestamptz interval uuid json jsonb ints texts matrix mood'
      const values = [
        false,
        1,
        2,
        3n,
        0.5,
        -0.25,
        '1.5',
        'text',
        'varchar',
        'char',
        new Uint8Array([1, 2]),
        '2020-01-02',
        '01:02:03',
        '01:02:03+01',
        '2020-01-02 03:04:05',
        '2020-01-02 03:04:05Z',
        '3 days',
        '00000000-0000-0000-0000-000000000001',
        { a: 1 },
        { b: [2] },
        [1, 2],
        ['a', 'b'],
        [[1], [2]],
        'happy',
      ]
      const columns = names.split(' ')
      const places = columns.map((_, index) => `$${index + 1}`).join(', ')
      const insert = `INSERT INTO neon_test.every_type (${columns.join(', ')}) VALUES (${places}) RETURNING *`
      return [
        await sql.query(insert, values),
        await full.query('SELECT * FROM neon_test.every_type'),
      ]
    },
    'full results': () =>
      sql.query('SELECT 1 AS a, 2 AS a, $1::text AS "b c"', ['x'], { fullResults: true }),
    'array mode': () => sql.query('SELECT 1 AS a, 2 AS a', [], { arrayMode: true }),
    'own type parsers': () =>
      sql.query('SELECT 5::int8 AS n, now() IS NOT NULL AS b', [], {
        types: { getTypeParser: () => (value: string) => `<${value}>` },
      }),
    'no rows': () => full`SELECT 1 AS a WHERE false`,
    'command without rows': () => full`CREATE TABLE neon_test.temporary (a int)`,
    'several rows changed': () =>
      full`INSERT INTO neon_test.account VALUES (1, 'a@x', 100), (2, 'b@x', 100), (3, 'c@x', 0)`,
    transaction: () =>
      sql.transaction([
        sql`UPDATE neon_test.account SET balance = balance - ${30} WHERE id = ${1}`,
        sql`UPDATE neon_test.account SET balance = balance + ${30} WHERE id = ${2}`,
        sql`SELECT id, balance FROM neon_test.account ORDER BY id`,
      ]),
    'transaction with options': () =>
      sql.transaction(
        (tx) => [
          tx`SHOW transaction_isolation`,
          tx`SHOW transaction_read_only`,
          tx`SHOW transaction_deferrable`,
        ],
        {
          isolationLevel: 'Serializable',
          readOnly: true,
          deferrable: true,
          arrayMode: true,
          fullResults: true,
        },
      ),
    'transaction that fails leaves nothing': async () => {
      const failed = await sql
        .transaction([
          sql`UPDATE neon_test.account SET balance = balance + 50 WHERE id = 3`,
          sql`UPDATE neon_test.account SET balance = balance - 500 WHERE id = 1`,
        ])
        .catch((error: unknown) => error)
      return [failed, await sql`SELECT id, balance FROM neon_test.account ORDER BY id`]
    },
    'writing in a read-only transaction': () =>
      sql.transaction([sql`DELETE FROM neon_test.account`], { readOnly: true }),
    'empty transaction': () => sql.transaction([]),
    'unique violation': () => sql`INSERT INTO neon_test.account VALUES (9, 'a@x', 1)`,
    'not null violation': () => sql`INSERT INTO neon_test.account (id, balance) VALUES (9, 1)`,
    'check violation': () => sql`INSERT INTO neon_test.account VALUES (9, 'z@x', -1)`,
    'value of a parameter that does not fit': () => sql`SELECT ${'abc'}::int`,
    'value out of range': () => sql`SELECT ${'40000'}::int2`,
    'enum value that does not exist': () => sql`SELECT ${'angry'}::neon_test.mood`,
    'unknown column': () => sql`SELECT nope FROM neon_test.account`,
    'unknown function with a hint': () => sql`SELECT lenght('x')`,
    'syntax error': () => sql`SELECT FROM WHERE`,
    'division by zero': () => sql`SELECT 1 / ${0}::int`,
    'too few parameters': () => sql.query('SELECT $1::int + $2::int', [1]),
    'two statements': () => sql.query('SELECT 1; SELECT 2'),
    upsert: () =>
      full`INSERT INTO neon_test.account VALUES (1, 'a@x', 5), (4, 'd@x', 5)
        ON CONFLICT (id) DO UPDATE SET balance = neon_test.account.balance + excluded.balance RETURNING *`,
    'list of values as an array': () =>
      sql`SELECT id FROM neon_test.account WHERE id = ANY(${[1, 3, 9]}) ORDER BY id`,
    'rows as JSON': () =>
      sql`SELECT json_agg(account ORDER BY id) AS all, jsonb_object_agg(id, email) AS emails FROM neon_test.account`,
  }
}

type Sql = ReturnType<typeof neon<false, false>>
type FullSql = ReturnType<typeof neon<true, true>>

/** Each value there and back, alone and in comparison with itself. */
function valueScenarios(sql: Sql, full: FullSql): Scenarios {
  const scenarios: Record<string, () => Promise<unknown>> = {}
  for (const [index, [type, value]] of VALUES.entries()) {
    scenarios[`${type} (${index})`] = async () => [
      await sql.query(`SELECT $1::${type} AS value`, [value]),
      await full.query(`SELECT $1::${type} AS value, pg_typeof($1::${type})::text AS type`, [
        value,
      ]),
    ]
  }
  return scenarios
}
