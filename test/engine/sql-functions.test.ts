/** Functions written in SQL: defined, called wherever an expression or a table may stand, refused where they are wrong. */
import { beforeAll, expect, test } from 'vitest'
import { type TestClient, openTestClient } from './memory-branch.ts'

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.script(`
    CREATE TABLE t (a int, b text);
    INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z');
    CREATE FUNCTION add1(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
    CREATE FUNCTION addn(a int, b int DEFAULT 10) RETURNS int LANGUAGE sql STRICT RETURN a + b;
    CREATE FUNCTION named(k int) RETURNS text LANGUAGE sql STABLE AS $$ SELECT b FROM t WHERE a = k $$;
    CREATE FUNCTION rows() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t';
    CREATE FUNCTION squares(n int) RETURNS TABLE (i int, square int) LANGUAGE sql
      AS 'SELECT g, g * g FROM generate_series(1, n) g';
    CREATE FUNCTION two(IN a int, OUT x int, OUT y text) LANGUAGE sql AS 'SELECT a * 2, a::text || ''!''';
    CREATE FUNCTION same(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION twice(float8) RETURNS bool LANGUAGE sql AS 'SELECT $1 = $1';
    CREATE FUNCTION strict_rows(int) RETURNS SETOF int LANGUAGE sql STRICT AS 'SELECT a FROM t';
    CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE checked (a int CHECK (add1(a) > 0), b int DEFAULT add1(5));
    CREATE INDEX ON t (add1(a));
  `)
})

test.each([
  ['SELECT add1(41), add1(NULL), add1(x) FROM generate_series(1, 1) x', [['42', null, '2']]],
  ['SELECT addn(1), addn(1, b => 3), addn(NULL, 3)', [['11', '4', null]]],
  [
    'SELECT named(a), named(9) FROM t',
    [
      ['x', null],
      ['y', null],
      ['z', null],
    ],
  ],
  [
    'SELECT * FROM rows() WHERE a > 1',
    [
      ['2', 'y'],
      ['3', 'z'],
    ],
  ],
  ['SELECT rows()', [['(1,x)'], ['(2,y)'], ['(3,z)']]],
  [
    'SELECT * FROM squares(3)',
    [
      ['1', '1'],
      ['2', '4'],
      ['3', '9'],
    ],
  ],
  [
    'SELECT t.a, s.i FROM t, LATERAL squares(t.a) s WHERE s.i > 1 ORDER BY 1, 2',
    [
      ['2', '2'],
      ['3', '2'],
      ['3', '3'],
    ],
  ],
  ['SELECT * FROM two(4)', [['8', '4!']]],
  ['SELECT two(4), (two(5)).y', [['(8,4!)', '5!']]],
  ["SELECT same(5), same('x'::text), same(ARRAY[1, 2])", [['5', 'x', '{1,2}']]],
  ['SELECT twice(random())', [['t']]],
  ['SELECT * FROM strict_rows(NULL)', []],
  ['SELECT nothing() IS NULL', [['t']]],
  ['SELECT b FROM t WHERE add1(a) = 3', [['y']]],
] as const)('%s', async (sql, rows) => {
  expect(await client.rows(sql)).toEqual(rows)
})

test('a table may use them in checks and defaults', async () => {
  await client.query('INSERT INTO checked (a) VALUES (1)')
  expect(await client.rows('SELECT * FROM checked')).toEqual([['1', '6']])
  await expect(client.query('INSERT INTO checked (a) VALUES (-5)')).rejects.toMatchObject({
    code: '23514',
  })
  await expect(client.query('DROP FUNCTION add1(int)')).rejects.toMatchObject({ code: '2BP01' })
})

test.each([
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT ''x'''", '42P13'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1, 2'", '42P13'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $2'", '42P02'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'not even SQL'", '42601'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'a', 'b'", '42P13'],
  ["CREATE FUNCTION f(a int, a int) RETURNS int LANGUAGE sql AS 'SELECT 1'", '42P13'],
  ["CREATE FUNCTION f() RETURNS anyelement LANGUAGE sql AS 'SELECT 1'", '42P13'],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE nowhere AS 'SELECT 1'", '42704'],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'", '0A000'],
  ["CREATE FUNCTION add1(int) RETURNS int LANGUAGE sql AS 'SELECT 1'", '42723'],
  ["CREATE OR REPLACE FUNCTION add1(int) RETURNS text LANGUAGE sql AS 'SELECT ''x'''", '42P13'],
])('%s', async (sql, code) => {
  await expect(client.query(sql)).rejects.toMatchObject({ code })
})

test('pg_get_functiondef writes them again', async () => {
  await client.query(
    "CREATE FUNCTION defined(a int, b text DEFAULT 'x') RETURNS SETOF int LANGUAGE sql STABLE STRICT COST 10 ROWS 5 AS 'SELECT 1'",
  )
  const [[text]] = (await client.rows("SELECT pg_get_functiondef('defined'::regproc)")) as [
    [string],
  ] // one row of one column
  expect(text).toBe(
    [
      "CREATE OR REPLACE FUNCTION public.defined(a integer, b text DEFAULT 'x'::text)",
      ' RETURNS SETOF integer',
      ' LANGUAGE sql',
      ' STABLE STRICT COST 10 ROWS 5',
      'AS $function$SELECT 1$function$',
      '',
    ].join('\n'),
  )
})
