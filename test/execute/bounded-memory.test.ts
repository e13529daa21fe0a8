/** DISTINCT inside aggregates and sorts beyond work_mem, and keys that are long and alike. Answers are computed here. */
import { beforeAll, describe, expect, test } from 'vitest'
import { KeyNumbers } from '../../src/sql/execute/keys/key-numbers.ts'
import { sortRows } from '../../src/sql/execute/sort/sort-rows.ts'
import { compareByCodePoint, firstDifference } from '../../src/sql/types/text/compare-text.ts'
import { decodeBatch, encodeBatch } from '../../src/sql/execute/memory/vector-codec.ts'
import { openTestClient, type TestClient } from '../engine/memory-branch.ts'
import { processorTime } from '../processor-time.ts'

const ROWS = 20_000
let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.query(`CREATE TABLE t AS SELECT i AS x, i % 3 AS g, 'key ' || i % 1000 AS s,
    CASE WHEN i % 5 > 0 THEN (i * 7919::bigint % 60013)::int END AS r, i / 4.0 AS n
    FROM generate_series(1, ${ROWS}) AS i`)
})

/** The answer with little memory, which must be the one with plenty. */
async function both(text: string): Promise<readonly (readonly (string | null)[])[]> {
  await client.query("SET work_mem = '64MB'")
  const wanted = await client.rows(text)
  await client.query("SET work_mem = '512kB'")
  expect(await client.rows(text)).toEqual(wanted)
  return wanted
}

describe('aggregates over DISTINCT beyond memory', () => {
  test('without groups', async () => {
    const rows = await both('SELECT count(DISTINCT x), sum(DISTINCT x), count(*) FROM t')
    expect(rows).toEqual([['20000', '200010000', '20000']])
  })

  test('several arguments, text and nulls', async () => {
    const rows = await both(
      "SELECT count(DISTINCT r), count(DISTINCT 'name ' || x), count(DISTINCT s), count(DISTINCT n) FROM t",
    )
    expect(rows).toEqual([['16000', '20000', '1000', '20000']])
  })

  test('by groups, with FILTER', async () => {
    const rows = await both(
      `SELECT g, count(DISTINCT x), count(DISTINCT x) FILTER (WHERE x % 2 = 0), max(DISTINCT x), count(s)
       FROM t GROUP BY g ORDER BY g`,
    )
    expect(rows[0]).toEqual(['0', '6666', '3333', '19998', '6666'])
  })

  test('by more groups than fit', async () => {
    const rows = await both(
      'SELECT x / 4, count(DISTINCT x), min(n) FROM t GROUP BY x / 4 ORDER BY 1',
    )
    expect(rows.length).toBe(ROWS / 4 + 1)
  })

  test('grouping sets', async () => {
    await both('SELECT g, x % 2, count(DISTINCT r) FROM t GROUP BY CUBE (g, x % 2) ORDER BY 1, 2')
  })

  test('array_agg(DISTINCT …) still sorts', async () => {
    const rows = await both('SELECT array_agg(DISTINCT g) FROM t')
    expect(rows).toEqual([['{0,1,2}']])
  })
})

describe('distinct rows beyond memory', () => {
  test.each([
    'SELECT DISTINCT x, s FROM t',
    'SELECT DISTINCT s, r FROM t',
    'SELECT DISTINCT ON (r) r, x FROM t ORDER BY r, x DESC',
    'SELECT x, n FROM t UNION SELECT r, n FROM t',
    'SELECT count(*) FROM (SELECT DISTINCT n, repeat(s, 20) FROM t) AS d',
  ])('%s', async (text) => {
    await both(`SELECT * FROM (${text}) AS d ORDER BY d`)
  })
})

describe('sorts beyond memory', () => {
  const orders = ['s DESC, x', 's, x DESC', 'r NULLS FIRST, x', 'r DESC, n', 'length(s), s, n DESC']
  test.each(orders)('ORDER BY %s', async (order) => {
    const rows = await both(`SELECT x, s, r, n, g FROM t ORDER BY ${order}`)
    expect(rows.length).toBe(ROWS)
  })

  test('by values that repeat across runs', async () => {
    const rows = await both('SELECT s, g FROM t ORDER BY s COLLATE "en-x-icu", g')
    expect(rows.length).toBe(ROWS)
  })
})

describe('long keys', () => {
  const prefix = 'x'.repeat(50_000)
  const texts = Array.from({ length: 1500 }, (_, i) => `${prefix}${(i * 7919) % 1500}`)

  test('sort by what comes after their prefix', () => {
    const spentMs = processorTime()
    const column = {
      vector: { kind: 'text' as const, values: texts },
      descending: false,
      nullsFirst: false,
      locale: undefined,
    }
    const order = sortRows([column], texts.length)
    const wanted = texts.map((text) => text.slice(prefix.length)).sort()
    expect([...order].map((row) => texts[row]!.slice(prefix.length))).toEqual(wanted)
    expect(spentMs()).toBeLessThan(3000)
  })

  test('are told apart without comparing all pairs', () => {
    const numbers = new KeyNumbers()
    const spentMs = processorTime()
    for (let round = 0; round < 2; round++) {
      texts.forEach((text, i) => expect(numbers.intern(text)).toBe(i))
    }
    expect(numbers.find(texts[7]!)).toBe(7)
    expect(numbers.find(`${prefix}y`)).toBe(-1)
    expect(numbers.intern('short')).toBe(1500)
    expect(spentMs()).toBeLessThan(5000)
  })

  test('comparison by code point, at every distance', () => {
    for (const at of [0, 63, 64, 65, 4159, 4160, 4161, 9000]) {
      const same = 'é'.repeat(at)
      expect(firstDifference(`${same}a`, `${same}b`, 0)).toBe(at)
      expect(compareByCodePoint(`${same}a`, `${same}b`)).toBe(-1)
      expect(compareByCodePoint(`${same}\u{1f600}`, `${same}\uffee`)).toBe(1)
      expect(compareByCodePoint(`${same}ab`, `${same}a`)).toBe(1)
      expect(compareByCodePoint(same, `${same}a`)).toBe(-1)
      expect(compareByCodePoint(same, 'é'.repeat(at))).toBe(0)
    }
  })
})

test('spilled texts come back: empty, null, long, any character', () => {
  const values = Array.from({ length: 300 }, (_, i) =>
    i % 7 === 0 ? null : i % 5 === 0 ? '' : i % 11 === 0 ? 'ü'.repeat(5000 + i) : `\ufeff😀 ${i}`,
  )
  const batch = {
    kind: 'batch' as const,
    length: 300,
    columns: [{ kind: 'text' as const, values }],
  }
  expect(decodeBatch(encodeBatch(batch, undefined), ['text'], undefined)).toEqual(batch)
})
