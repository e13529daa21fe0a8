/** Values of types and functions that PostgreSQL 17 gave for these expressions, class by class. */
import { beforeAll, expect, test } from 'vitest'
import { type TestClient, openTestClient } from './memory-branch.ts'

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.script(`
    CREATE TYPE part AS (a int, b text);
    CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0);
    CREATE TYPE checked AS (p positive);
  `)
})

test.each([
  [
    'pg_size_pretty(10240::bigint), pg_size_pretty(20000000000000000), pg_size_pretty(10000000000.55)',
    ['10 kB', '18 PB', '9537 MB'],
  ],
  [
    "pg_size_bytes('1.5 GB'), pg_size_bytes('-1.5kb'), pg_size_bytes('1e6 MB')",
    ['1610612736', '-1536', '1048576000000'],
  ],
  [
    "interval '-2147483648 months', interval '-9223372036854775808 us'",
    ['-178956970 years -8 mons', '-2562047788:00:54.775808'],
  ],
  [
    "interval '2147483647 months 2147483647 days 9223372036854775807 us', interval 'P10.5e4Y'",
    ['infinity', '105000 years'],
  ],
  [
    'pg_typeof(-2147483648), pg_typeof(-9223372036854775808), -0x80000000',
    ['integer', 'bigint', '-2147483648'],
  ],
  [
    "interval '1 day' + timestamp '2020-01-01', 1 + date '2020-01-01'",
    ['2020-01-02 00:00:00', '2020-01-02'],
  ],
  [
    "(time '10:00', interval '1h') OVERLAPS (time '10:30', time '12:00'), date_part('year', date '2020-02-03')",
    ['t', '2020'],
  ],
  [
    "'FFFFFFFF/FFFFFFFE'::pg_lsn + 1, '0/16AE7F8'::pg_lsn - '0/16AE7F7'::pg_lsn, max(x) FROM (VALUES ('0/0'::pg_lsn), ('FFFFFFFF/FFFFFFFF')) v(x)",
    ['FFFFFFFF/FFFFFFFF', '1', 'FFFFFFFF/FFFFFFFF'],
  ],
  [
    `* FROM json_to_record('{"a": [1, [2]], "p": {"a": 1, "b": "x"}}') AS r(a json[], p part)`,
    ['{1,[2]}', '(1,x)'],
  ],
  [`* FROM jsonb_to_recordset('[{"a": [[1, 2], [3, 4]]}]') AS r(a int[])`, ['{{1,2},{3,4}}']],
  [
    `jsonb_populate_record_valid(NULL::checked, '{"p": 1}'), jsonb_populate_record_valid(NULL::checked, '{"p": -1}')`,
    ['t', 'f'],
  ],
  [
    "to_json(ARRAY[ROW(1, 'x')]), row_to_json(ROW(1, ARRAY[ROW(2)]))",
    ['[{"f1":1,"f2":"x"}]', '{"f1":1,"f2":[{"f1":2}]}'],
  ],
] as const)('%s', async (expressions, row) => {
  expect(await client.rows(`SELECT ${expressions}`)).toEqual([row])
})

test.each([
  [`SELECT * FROM json_populate_record(NULL::checked, '{"p": null}')`, '23502'],
  [`SELECT '(-5)'::text::checked`, '23514'],
  [`SELECT * FROM json_to_record('{"a": [[1], 2]}') AS r(a int[])`, '22P02'],
  [`SELECT * FROM json_populate_record(ROW(1, 2), '{"a": 1}') AS r(a text, b text)`, '42804'],
  ["SELECT repeat('[', 10000)::jsonb", '54001'],
  ["SELECT pg_size_bytes('1 AB')", '22023'],
])('%s', async (sql, code) => {
  await expect(client.query(sql)).rejects.toMatchObject({ code })
})
