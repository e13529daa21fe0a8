/** Bulk INSERTs whose rows are read without the grammar must come out exactly as through it, errors included. */
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { scanLiteralRows } from '../../src/sql/parse/literal-rows.ts'
import { parse } from '../../src/sql/parse/parse.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'

/** In front of the same text it keeps the rows from being recognised. */
const COMMENT = '/**/'

/** Everything about a parsed text, with positions counted from behind `prefix`. */
function outcome(text: string, prefix = ''): unknown {
  const moved = (key: string, value: unknown): unknown =>
    (key === 'position' || key === 'end') && typeof value === 'number'
      ? value - prefix.length
      : value
  try {
    return JSON.parse(JSON.stringify(parse(prefix + text).map(withoutText), moved))
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { position } = error.fields
    return {
      code: error.code,
      message: error.message,
      position: position && position - prefix.length,
    }
  }
}

function withoutText({ text, position, ...others }: ReturnType<typeof parse>[number]): unknown {
  const start = text.startsWith(COMMENT) ? COMMENT.length : 0
  return { ...others, text: text.slice(start), position: position + start }
}

function insert(head: string, rows: readonly string[], tail = ''): string {
  return `${head}${rows.join(',')}${tail}`
}

const ROW = `(1, 'one', 2.5, NULL, -7, '2026-01-01 00:00:00+00', 'a text that is long enough to be a view')`
const MANY = Array.from({ length: 30 }, () => ROW)

describe('rows of literals', () => {
  test('are recognised', () => {
    for (const head of ['insert into t values', ' INSERT INTO "a b".t (a, "B", c)\n VALUES ']) {
      expect(scanLiteralRows(insert(head, MANY))?.rows.length, head).toBe(MANY.length - 1)
    }
  })

  test.each([
    ['a whole statement', insert('INSERT INTO t VALUES ', MANY)],
    [
      'a tail',
      insert(
        'insert into s.t (a, b) values',
        MANY,
        ' ON CONFLICT (a) DO NOTHING RETURNING a, b + 1;',
      ),
    ],
    ['statements that follow', insert('insert into t values', MANY, '; select 1; select 2')],
    ['an expression among them', insert('insert into t values', [...MANY, '(now(), 1)', ...MANY])],
    ['a cast among them', insert('insert into t values', [...MANY, `('x'::text)`, ...MANY])],
    ['an error behind them', insert('insert into t values', MANY, ' garbage here')],
    ['an error in a row', insert('insert into t values', [...MANY, '(1, 2', ...MANY])],
    ['an open string', insert('insert into t values', [...MANY, `('abc`])],
    ['an error in front', insert('insert into values', MANY)],
    ['a set operation', insert('insert into t values', MANY, ' union all values (1)')],
    ['an order', insert('insert into t values', MANY, ' order by 1 limit 3')],
    ['a comma at the end', insert('insert into t values', MANY, ',')],
    [
      'no ASCII',
      insert('insert into t values', [...MANY, `('žluťoučký', 1)`, `('x', 2)`], ' returning a'),
    ],
    ['a tail that is not ASCII', insert('insert into t values', MANY, ' returning "ž", b')],
    [
      'an emoji',
      insert('insert into t values', [...MANY, `('🙂', 1)`, `('x', 2)`], ' returning a'),
    ],
    [
      'comments',
      insert('insert into t values', [...MANY, '(1, -- one\n 2)', '(/* */ 3, 4)', ...MANY]),
    ],
  ])('%s', (_, text) => {
    expect(outcome(text)).toEqual(outcome(text, COMMENT))
  })

  test('a zero byte is refused', () => {
    expect(outcome(insert('insert into t values', [...MANY, `('a\0b')`, ROW]))).toMatchObject({
      code: '22021',
    })
  })

  test('any literal, or what looks like one, is read as the grammar does', () => {
    const random = new SeededRandom(1)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!
    for (let round = 0; round < 60; round++) {
      const cells = Array.from({ length: 40 }, () => pick(CELLS))
      const strange = round % 4 === 0 ? [pick(STRANGE)] : []
      const rows = [
        ...MANY,
        ...cells.map((cell) => `(${cell},${pick(CELLS)} )`),
        ...strange.map((cell) => `(${cell})`),
        ...MANY,
      ]
      const text = insert('INSERT INTO t VALUES ', rows)
      expect(outcome(text), text).toEqual(outcome(text, COMMENT))
    }
  })
})

const CELLS = [
  '0',
  '-0',
  '7',
  '007',
  '-12',
  '2147483647',
  '2147483648',
  '-2147483648',
  '00000000000000000012',
  '9223372036854775808',
  '-99999999999999999999',
  '1.5',
  '-1.5',
  '1.',
  '.5',
  '-.5',
  '0.10',
  '1e3',
  '1E-7',
  '-1.5e+10',
  '.5e2',
  `''`,
  `'x'`,
  `'it''s'`,
  `''''`,
  `'a''''b'`,
  `'back\\slash'`,
  `'new\nline'`,
  `'(1,2),'`,
  `'ž'`,
  `'a text of more than thirteen characters'`,
  'null',
  'NULL',
  'true',
  'False',
  'default',
  'DEFAULT',
  '\n7',
  '\t8 ',
]
const STRANGE = [
  '1_000',
  '0x1F',
  '0b1',
  '0o17',
  '1abc',
  '1e',
  '1..2',
  '- 5',
  '--5\n6',
  '+5',
  `'a' 'b'`,
  `'a'\n'b'`,
  `E'a\\n'`,
  `U&'\\0041'`,
  `B'101'`,
  `X'1F'`,
  `$$a$$`,
  `N'x'`,
  'nul',
  'nullx',
  'null_',
  'a',
  '"a"',
  '1 2',
  '',
  '1,',
  ',1',
  '(1)',
  `'x'::text`,
  `date '2026-01-01'`,
  '$1',
  '1::int',
  'trueish',
  `'a'b`,
  '1;',
  '\u00a01',
  '1\u00a0',
]
