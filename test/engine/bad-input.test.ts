/**
 * Whatever a client sends: an SQLSTATE and never an error inside the engine, and the next statement works.
 * LAKELET_SEED and LAKELET_FUZZ (statements) run more of the mutations.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { splitStatements } from '../../src/sql/parse/split-statements.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

const SEED = Number(process.env['LAKELET_SEED'] ?? 1)
const MUTATIONS = Number(process.env['LAKELET_FUZZ'] ?? 1500)

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.query('SET statement_timeout = 2000')
  await client.query("SET temp_file_limit = '20MB'")
  await client.query(`CREATE TABLE wide (${columns(1600)})`)
  for (const file of ['test/execute/scripts/queries.sql', 'test/bind/schema.sql']) {
    for (const text of statementsOf(file)) if (/^\s*(CREATE|INSERT)/i.test(text)) await codeOf(text)
  }
})

function columns(count: number): string {
  return Array.from({ length: count }, (_, i) => `c${i} int`).join(', ')
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => i).join(', ')
}

/** 'ok' or the SQLSTATE; what is no SqlError is thrown on. */
async function codeOf(text: string): Promise<string> {
  try {
    await client.query(text)
    return 'ok'
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return error.code
  }
}

const many = (text: string, count = 5000): string => text.repeat(count)

describe('limits', () => {
  test.each([
    ['columns of a table', `CREATE TABLE too_wide (${columns(1601)})`, '54011'],
    ['columns added', 'ALTER TABLE wide ADD COLUMN x int', '54011'],
    ['a target list', `SELECT ${numbers(1665)}`, '54011'],
    ['arguments', `SELECT concat(${numbers(101)})`, '54023'],
    [
      'columns of an index',
      `CREATE INDEX ON wide (${numbers(33).replaceAll(/\d+/g, 'c$&')})`,
      '54011',
    ],
    ['a repeated text', "SELECT length(repeat('x', 1000000000))", '54000'],
    [
      'a replaced text',
      "SELECT length(replace(repeat('x', 1000000), 'x', repeat('y', 100000)))",
      '54000',
    ],
    ['a padded text', "SELECT length(lpad('x', 1000000000))", '54000'],
    ['an array', 'SELECT array_fill(1, ARRAY[100000000])', '54000'],
    [
      'what aggregates collect',
      "SELECT length(string_agg(repeat('x', 1000) || i, '')) FROM generate_series(1, 200000) AS i",
      '53200',
    ],
    [
      'doubling',
      "WITH RECURSIVE r(s, n) AS (SELECT 'x'::text, 1 UNION ALL SELECT s || s, n + 1 FROM r WHERE n < 60) SELECT max(length(s)) FROM r",
      '53400',
    ],
    ['a number', `SELECT ${many('9', 200_000)}`, '22003'],
    ['a power', 'SELECT 10::numeric ^ 1000000', '22003'],
    ['parentheses', `SELECT ${many('(', 100_000)}1${many(')', 100_000)}`, '54001'],
    ['operators', `SELECT ${many('1 + ', 50_000)}1`, '54001'],
    ['functions', `SELECT ${many('abs(')}1${many(')')}`, '54001'],
    ['casts', `SELECT 1${many('::int', 30_000)}`, '54001'],
    ['unions', `SELECT 1 ${many('UNION ALL SELECT 1 ', 10_000)}`, '54001'],
    ['documents', `SELECT '${many('[', 50_000)}${many(']', 50_000)}'::jsonb`, '54001'],
    ['NUL', "SELECT 'a\0b'", '22021'],
    ['half a surrogate pair', "SELECT U&'\\D800'", '42601'],
    ['an open comment', many('/* '), '42601'],
    ['nothing', '', 'ok'],
  ])('%s', async (_name, text, code) => {
    expect(await codeOf(text)).toBe(code)
    expect(await client.rows('SELECT 1')).toEqual([['1']])
  })
})

function statementsOf(file: string): string[] {
  return splitStatements(readFileSync(file, 'utf8')).flatMap((part) =>
    part.kind === 'statement' ? [part.text] : [],
  )
}

function corpus(): string[] {
  const files = [
    'test/bind/statements.sql',
    'test/execute/scripts/queries.sql',
    'test/execute/scripts/edges.sql',
  ]
  return files.flatMap(statementsOf)
}

const STRANGE = [
  'NULL',
  "''",
  '-1',
  '0',
  '9223372036854775808',
  '1e400',
  "'NaN'::numeric",
  "'infinity'::timestamp",
  '$1',
  '*',
  '(',
  ')',
  ',',
  '::int[]',
  '::jsonb',
  '::text',
  'ARRAY[]::int[]',
  "'{}'",
  'DISTINCT',
  'OVER ()',
  'FILTER (WHERE true)',
  'LATERAL',
  'GROUP BY 1',
  'ORDER BY 2 DESC',
  'LIMIT NULL',
  'ROW(1,2)',
  'EXISTS (SELECT 1)',
  '(SELECT NULL)',
  'count(*)',
  'generate_series(1, 3)',
  'now()',
  "E'\\u00e9'",
  'pg_class',
  'DEFAULT',
  '- -',
  '||',
  '->>',
  'IS NOT DISTINCT FROM',
  'GROUPING SETS ((), (1))',
  'WITH ORDINALITY',
  'RETURNING *',
  'ON CONFLICT DO NOTHING',
  'IN ()',
  'BETWEEN SYMMETRIC',
  'COLLATE "C"',
  "INTERVAL '1 month'",
]

/** What can stand where a value stands. */
const VALUES = [
  'NULL',
  "''",
  '-1',
  '0',
  '2147483647',
  '9223372036854775807',
  '1e300',
  "'NaN'::numeric",
  "'infinity'::timestamp",
  'ARRAY[]::int[]',
  'ARRAY[1,NULL]',
  "'{}'::jsonb",
  "'[1,null]'::jsonb",
  '(SELECT NULL)',
  '(SELECT 1 WHERE false)',
  'ROW(1,2)',
  'true',
  "'x'::text",
  "interval '1 month'",
  "date '2024-02-29'",
  "'\\\\x00'::bytea",
  'int4range(1,5)',
  'count(*)',
  'generate_series(1, 3)',
  'now()',
  "''::varchar(0 + 1)",
  "U&'\\+01F600'",
  "'(1,2)'",
  'NULL::numeric',
  'NULL::int[]',
]

/** Mostly a value in the place of another, so that the statement still runs; now and then anything for anything. */
function mutate(texts: readonly string[], random: SeededRandom): string {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]! // never empty
  const tokensOf = (text: string): string[] => text.match(/'(?:[^']|'')*'|\w+|\s+|[^\w\s]/g) ?? []
  const tokens = tokensOf(pick(texts))
  const values = tokens.flatMap((token, at) => (/^('|\d)/.test(token) ? [at] : []))
  if (values.length > 0 && random.next() < 0.8) {
    for (let change = 1 + random.below(2); change > 0; change--)
      tokens[pick(values)] = ` ${pick(VALUES)} `
    return tokens.join('')
  }
  const at = random.below(tokens.length)
  const kind = random.below(4)
  if (kind === 0) tokens.splice(at, 1 + random.below(3))
  else if (kind === 1) tokens[at] = pick(tokensOf(pick(texts)).concat(' '))
  else tokens.splice(at, kind - 2, ` ${pick(STRANGE)} `)
  return tokens.join('')
}

test('mutated statements never fail inside the engine', async () => {
  const texts = corpus()
  const random = new SeededRandom(SEED)
  const inside: string[] = []
  let ran = 0
  for (let i = 0; i < MUTATIONS; i++) {
    const text = mutate(texts, random)
    if (/pg_sleep/i.test(text)) continue
    try {
      if ((await codeOf(text)) === 'ok') ran++
    } catch (error) {
      inside.push(
        `${text}\n    ${error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 3).join(' ') : String(error)}`,
      )
    }
    if (client.session.status !== 'I') await client.query('ROLLBACK')
  }
  expect(inside).toEqual([])
  // Not all of it may be rejected at the gate.
  expect(ran).toBeGreaterThan(MUTATIONS / 20)
  expect(await client.rows('SELECT 1')).toEqual([['1']])
}, 120_000)
