/** EXPLAIN: options, text, JSON, counted rows. The plans themselves are in test/plan/rules.golden.txt. */
import { beforeAll, expect, test } from 'vitest'
import type { TestClient } from './memory-branch.ts'
import { openTestClient } from './memory-branch.ts'

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.script(`
    CREATE TABLE t (id int PRIMARY KEY, b int);
    INSERT INTO t SELECT i, i % 10 FROM generate_series(1, 1000) i;
  `)
})

async function explain(sql: string): Promise<string> {
  return (await client.rows(sql)).map(([line]) => line).join('\n')
}

test('text', async () => {
  expect(await explain('EXPLAIN SELECT b FROM t WHERE id = 5')).toBe(
    'Index Scan using t_pkey on t  (rows=1)\n  Index Cond: (id = 5)',
  )
  expect(await explain('EXPLAIN (COSTS off) SELECT b, count(*) FROM t GROUP BY b')).toBe(
    'HashAggregate\n  Group Key: b\n  ->  Seq Scan on t',
  )
})

test('ANALYZE runs the statement and counts', async () => {
  const text = await explain('EXPLAIN (ANALYZE, COSTS off) DELETE FROM t WHERE id > 990')
  expect(text).toMatch(/^Delete on t {2}\(actual rows=0 loops=1\)\n/)
  expect(text).toMatch(/Index Scan using t_pkey on t {2}\(actual rows=10 loops=1\)/)
  expect(text).toMatch(/\nExecution Time: [0-9.]+ ms$/)
  expect(await client.rows('SELECT count(*) FROM t')).toEqual([['990']])
})

test('EXECUTE', async () => {
  await client.script('PREPARE by_id (int) AS SELECT b FROM t WHERE id = $1')
  expect(await explain('EXPLAIN EXECUTE by_id(5)')).toBe(
    'Index Scan using t_pkey on t  (rows=1)\n  Index Cond: (id = $1)',
  )
  expect(await explain('EXPLAIN (ANALYZE, COSTS off, SUMMARY off) EXECUTE by_id(5)')).toBe(
    'Index Scan using t_pkey on t  (actual rows=1 loops=1)\n  Index Cond: (id = $1)',
  )
  await client.script('PREPARE cut AS DELETE FROM t WHERE id = 3')
  await client.script('BEGIN')
  await explain('EXPLAIN (ANALYZE) EXECUTE cut')
  expect(await client.rows('SELECT b FROM t WHERE id = 3')).toEqual([])
  await client.script('ROLLBACK')
  await expect(client.script('EXPLAIN EXECUTE missing')).rejects.toThrow(
    'prepared statement "missing" does not exist',
  )
})

test('JSON', async () => {
  const [found] = JSON.parse(
    await explain('EXPLAIN (FORMAT json) SELECT b FROM t WHERE id = 5'),
  ) as object[]
  expect(found).toEqual({
    Plan: {
      'Node Type': 'Index Scan',
      'Scan Direction': 'Forward',
      'Index Name': 't_pkey',
      'Relation Name': 't',
      Alias: 't',
      'Plan Rows': 1,
      'Index Cond': '(id = 5)',
    },
  })
})

test.each([
  ['EXPLAIN (foo) SELECT 1', '42601', 'unrecognized EXPLAIN option "foo"'],
  [
    'EXPLAIN (format foo) SELECT 1',
    '22023',
    'unrecognized value for EXPLAIN option "format": "foo"',
  ],
  ['EXPLAIN (analyze maybe) SELECT 1', '42601', 'analyze requires a Boolean value'],
  ['EXPLAIN (buffers) SELECT 1', '0A000', 'EXPLAIN option BUFFERS is not supported yet'],
  ['EXPLAIN (format yaml) SELECT 1', '0A000', 'EXPLAIN format YAML is not supported yet'],
])('%s', async (sql, code, message) => {
  await expect(client.query(sql)).rejects.toMatchObject({ code, message })
})

test('FILTER keeps rows from arguments that would fail', async () => {
  expect(
    await client.rows('SELECT sum(10 / b) FILTER (WHERE b <> 0) FROM t WHERE id <= 10'),
  ).toEqual([['26']])
})
