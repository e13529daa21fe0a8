/** pg_stat_statements: texts that differ in constants are one statement (checked against PostgreSQL 17 with its extension). */
import { describe, expect, test } from 'vitest'
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { parse } from '../../src/sql/parse/parse.ts'
import { normalizeQuery } from '../../src/sql/session/statistics/normalize-query.ts'
import { StatementStatistics } from '../../src/sql/session/statistics/statement-statistics.ts'
import { openTestClient } from '../engine/memory-branch.ts'

function normalized(text: string): { query: string; id: bigint } {
  const [parsed] = parse(text)
  if (parsed === undefined) throw new Error('no statement')
  return normalizeQuery(parsed)
}

test.each([
  [
    "select * from t where a = -1 and b = 'x' or c > 1.5e3",
    'select * from t where a = $1 and b = $2 or c > $3',
  ],
  [
    'select * from t where a in (1,2,3) limit 5 offset 1',
    'select * from t where a in ($1,$2,$3) limit $4 offset $5',
  ],
  [
    `select * from t where d > date '2020-01-01' - interval '1 day' and true`,
    'select * from t where d > date $1 - interval $2 and $3',
  ],
  [
    `select 'a'::varchar(10), null, false, 1::int, cast('2' as int), array[1,2], x'ff'`,
    'select $1::varchar(10), $2, $3, $4::int, cast($5 as int), array[$6,$7], $8',
  ],
  [
    'select a, count(*) from t group by a having count(*) > 1 order by 1',
    'select a, count(*) from t group by a having count(*) > $1 order by 1',
  ],
  [
    `select $$dollar$$, E'esc\\n', U&'\\0061', 1.0, .5, 1e10, 0x1F, 1_000`,
    'select $1, $2, $3, $4, $5, $6, $7, $8',
  ],
  [`select $2::text || 'x'`, 'select $2::text || $3'],
  [`select 'it''s' /* 'no' */ || 'b' -- 'c'`, `select $1 /* 'no' */ || $2 -- 'c'`],
  ['savepoint one', 'savepoint $1'],
  [`set work_mem = '5MB'`, `set work_mem = '5MB'`],
  ['declare c cursor for select 1', 'declare c cursor for select $1'],
])('%s', (text, query) => {
  expect(normalized(text).query).toBe(query)
})

test('spaces, comments, the case of names and constants make no difference; names in quotes do', () => {
  const { id } = normalized('select a from t where b = 1')
  expect(normalized('SELECT  A /* x */ FROM t\n WHERE b = 22').id).toBe(id)
  expect(normalized('select "A" from t where b = 1').id).not.toBe(id)
})

describe('counting', () => {
  test('calls and rows by role and database, errors not at all', async () => {
    const client = await openTestClient()
    await client.script('CREATE EXTENSION pg_stat_statements; CREATE TABLE t (a int)')
    await client.query('INSERT INTO t VALUES (1), (2), (3)')
    for (const value of ['1', '2']) await client.query('SELECT * FROM t WHERE a > $1', [value])
    await client.query('SELECT 1 / $1::int', ['0']).catch(() => undefined)
    await client.query('PREPARE p AS SELECT a FROM t LIMIT 2')
    await client.query('EXECUTE p')
    expect(
      await client.rows(
        `SELECT query, calls, rows FROM pg_stat_statements WHERE query ~ ' t ' ORDER BY query`,
      ),
    ).toEqual([
      ['CREATE TABLE t (a int)', '1', '0'],
      ['INSERT INTO t VALUES ($1), ($2), ($3)', '1', '3'],
      ['PREPARE p AS SELECT a FROM t LIMIT $1', '1', '2'],
      ['SELECT * FROM t WHERE a > $1', '2', '3'],
    ])
    await client.query('SELECT pg_stat_statements_reset()')
    expect(await client.rows('SELECT query FROM pg_stat_statements')).toEqual([
      ['SELECT pg_stat_statements_reset()'],
    ])
    await client.query('DROP EXTENSION pg_stat_statements')
    await expect(client.query('SELECT * FROM pg_stat_statements')).rejects.toMatchObject({
      code: '42P01',
    })
  })

  test('times, and what survives being saved', () => {
    let now = 0
    const statistics = new StatementStatistics(() => now)
    const run = { user: 10, database: 5, rows: 1 }
    for (const elapsedMicros of [1000, 3000, 8000]) {
      now += elapsedMicros
      statistics.note({ id: -5n, query: 'select $1' }, { ...run, elapsedMicros })
    }
    const copy = new StatementStatistics(() => now)
    copy.restore(structuredClone(statistics.save()))
    const [facts] = [...copy.all()]
    expect(facts).toMatchObject({
      id: -5n,
      calls: 3,
      rows: 3,
      totalMs: 12,
      meanMs: 4,
      minMs: 1,
      maxMs: 8,
      squaresMs: 26,
    })
  })

  test('there is an end to what is kept', () => {
    const statistics = new StatementStatistics(() => 0)
    for (let i = 0; i < 5_000; i++) {
      const run = { user: 10, database: 5, elapsedMicros: 0, rows: 0 }
      statistics.note({ id: BigInt(i % 2 === 0 ? i : 1), query: `select ${i}` }, run)
    }
    const all = [...statistics.all()]
    expect(all.length).toBeLessThanOrEqual(1_000)
    expect(all.some(({ id, calls }) => id === 1n && calls === 2_500)).toBe(true)
    expect(statistics.evictions).toBeGreaterThan(0)
  })
})
