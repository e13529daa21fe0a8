/** The parser against its own origin: the shrunk module must give byte for byte what the shipped one gives. */
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test } from 'vitest'
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { SqlError } from '../../src/errors/sql-error.ts'
import { parseRaw } from '../../src/sql/parse/libpg-query/pg-query.ts'
import { parse } from '../../src/sql/parse/parse.ts'
import { CORPUS } from './corpus.ts'

interface Shipped {
  loadModule(): Promise<void>
  parseSync(sql: string): unknown
}
const shipped = createRequire(import.meta.url)('libpg-query') as Shipped // the package's own interface

beforeAll(() => shipped.loadModule())

function failure(action: () => unknown): SqlError {
  try {
    action()
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('the corpus', () => {
  test.for(CORPUS)('%s', (sql) => {
    expect(JSON.parse(parseRaw(sql).json)).toEqual(shipped.parseSync(sql))
    const statements = parse(sql)
    for (const { text, position } of statements) {
      // What a statement says of itself is found where it says, and parses alone to the same tree.
      expect([...sql].slice(position - 1, position - 1 + [...text].length).join('')).toBe(text)
    }
    expect(statements.length).toBeGreaterThan(0)
  })
})

describe('errors carry PostgreSQL’s words, code and place', () => {
  const cases: readonly (readonly [string, string, string, number | undefined])[] = [
    ['selec 1', '42601', 'syntax error at or near "selec"', 1],
    ['select 1 from', '42601', 'syntax error at end of input', 14],
    ['select 1 from;', '42601', 'syntax error at or near ";"', 14],
    ["select 'é', from from", '42601', 'syntax error at or near "from"', 13],
    ["select 'abc", '42601', `unterminated quoted string at or near "'abc"`, 8],
    ['select "', '42601', 'unterminated quoted identifier at or near """', 8],
    ['select ""', '42601', 'zero-length delimited identifier at or near """"', 8],
    ['select 1a', '42601', 'trailing junk after numeric literal at or near "1a"', 8],
    ['/* open', '42601', 'unterminated /* comment at or near "/* open"', 1],
    ['select 1 limit 1, 2', '42601', 'LIMIT #,# syntax is not supported', 10],
    ['create table t (a int check (true) deferrable)', '42601', 'misplaced DEFERRABLE clause', 36],
    [String.raw`select E'\u00'`, '22025', 'invalid Unicode escape', 10],
    ['select a.b.*.c', '42601', 'improper use of "*" at end of input', 15],
    ['create role public', '42939', 'role name "public" is reserved', 13],
    [
      'select sum(a) over (rows unbounded following)',
      '42P20',
      'frame start cannot be UNBOUNDED FOLLOWING',
      26,
    ],
    [
      'select 1 fetch first row with ties',
      '42601',
      'WITH TIES cannot be specified without ORDER BY clause',
      undefined,
    ],
  ]
  test.for(cases)('%s', ([sql, code, message, position]) => {
    const error = failure(() => parse(sql))
    expect([error.code, error.message, error.fields.position]).toEqual([code, message, position])
  })
  test('NUL', () => expect(failure(() => parse('select \0')).code).toBe('22021'))
  test('too long', () => {
    expect(failure(() => parse(`select '${'x'.repeat(1_000_001)}'`)).code).toBe('54000')
  })
})

describe('robustness', () => {
  const worksAfterwards = (): void => expect(parse('select 1')).toHaveLength(1)

  test.for([
    ['parentheses', '('.repeat(30_000) + '1' + ')'.repeat(30_000)],
    ['calls', 'f('.repeat(20_000) + '1' + ')'.repeat(20_000)],
    ['a chain', Array(50_000).fill('1').join('+')],
    ['sub-selects', '(select '.repeat(5_000) + '1' + ')'.repeat(5_000)],
  ] as const)('deep %s are refused, again and again', ([, expression]) => {
    for (let i = 0; i < 5; i++) {
      expect(failure(() => parse(`select ${expression}`)).code).toBe('54001')
      worksAfterwards()
    }
  })

  test('a long flat list is fine', () => {
    expect(parse(`select ${Array(20_000).fill('1').join(',')}`)).toHaveLength(1)
    const rows = Array.from({ length: 20_000 }, (_, i) => `(${i},'x')`).join(',')
    expect(parse(`insert into t values ${rows}`)).toHaveLength(1)
    worksAfterwards()
  })
})
