/** What a statement may take: work_mem and spill files, temp_file_limit, statement_timeout. The next statement always works. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { SqlError } from '../../src/errors/sql-error.ts'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'
import { processorTime } from '../processor-time.ts'

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
})

async function codeOf(text: string): Promise<string> {
  return client.query(text).then(
    () => 'no error',
    (error: SqlError) => error.code ?? String(error),
  )
}

describe('spill files', () => {
  test('several operators of a statement spill at once, and nothing is left of it', async () => {
    await client.query("SET work_mem = '64kB'")
    const rows = await client.rows(`SELECT count(*), sum(n), min(t) FROM
      (SELECT i, i::text AS t FROM generate_series(1, 20000) AS i ORDER BY t) AS x
      JOIN (SELECT i, count(*) AS n FROM generate_series(1, 20000) AS i GROUP BY i) AS y USING (i)`)
    expect(rows).toEqual([['20000', '20000', '1']])
    expect(client.branch.store.memory().spillBytes).toBe(0)
    await client.query('RESET work_mem')
  })

  test('a failed statement leaves none behind', async () => {
    await client.query("SET work_mem = '64kB'")
    const text =
      'SELECT 1 / (i - 20000) FROM (SELECT i FROM generate_series(1, 20000) AS i ORDER BY i::text) AS x'
    expect(await codeOf(text)).toBe('22012')
    expect(client.branch.store.memory().spillBytes).toBe(0)
    await client.query('RESET work_mem')
  })

  test('endless recursion ends at temp_file_limit', async () => {
    await client.query("SET work_mem = '64kB'")
    await client.query("SET temp_file_limit = '1MB'")
    const text =
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r'
    expect(await codeOf(text)).toBe('53400')
    await client.query('RESET ALL')
    expect(await client.rows('SELECT 1')).toEqual([['1']])
  })
})

describe('statement_timeout', () => {
  test.each([
    'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r',
    'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT count(*) FROM r',
    'SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b',
    'SELECT count(*) FROM generate_series(1, 100000000000)',
    'SELECT sum(a * b) FROM generate_series(1, 3000) AS a JOIN generate_series(1, 1000000) AS b ON a < b',
    'SELECT (SELECT count(*) FROM generate_series(1, a) AS b WHERE b < a) FROM generate_series(1, 100000) AS a',
    'SELECT a FROM generate_series(1, 100000) AS a WHERE a NOT IN (SELECT b + a FROM generate_series(1, 100000) AS b)',
  ])('%s', async (text) => {
    await client.query('SET statement_timeout = 150')
    const spentMs = processorTime()
    expect(await codeOf(text)).toBe('57014')
    expect(spentMs()).toBeLessThan(3000)
    await client.query('SET statement_timeout = 0')
    expect(await client.rows('SELECT 1')).toEqual([['1']])
  })
})
