/** A few trees in full, so that a change of their shape is seen. */
import { expect, test } from 'vitest'
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { parse, parseExpression, parseTypeName } from '../../src/sql/parse/parse.ts'

/** The tree without what is absent, false or empty. */
function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([, field]) =>
      field !== undefined && field !== false && !(Array.isArray(field) && field.length === 0),
  )
  return Object.fromEntries(entries.map(([name, field]) => [name, brief(field)]))
}
const only = (sql: string): unknown => brief(parse(sql)[0]?.statement)

test('a select', () => {
  expect(only('select a.x, count(*) n from only t a where x in (1, 2) for update')).toEqual({
    kind: 'select',
    targets: [
      { expression: { kind: 'column', parts: ['a', 'x'], position: 8 }, position: 8 },
      {
        expression: { kind: 'call', name: { name: 'count' }, star: true, position: 13 },
        alias: 'n',
        position: 13,
      },
    ],
    from: [
      {
        kind: 'table',
        relation: { name: 't', position: 34 },
        only: true,
        alias: { name: 'a', columns: [] },
        position: 34,
      },
    ].map(brief),
    where: {
      kind: 'inList',
      operand: { kind: 'column', parts: ['x'], position: 44 },
      list: [
        { kind: 'integer', value: 1, position: 50 },
        { kind: 'integer', value: 2, position: 53 },
      ],
      position: 46,
    },
    locking: [{ strength: 'update', wait: 'block' }],
  })
})

test('assignments to several columns keep their source once', () => {
  expect(only('update t set a = default, (b, c[1]) = (select 1, 2)')).toMatchObject({
    assignments: [
      { kind: 'single', target: { column: 'a' }, value: { kind: 'default' } },
      {
        kind: 'multiple',
        targets: [{ column: 'b' }, { column: 'c', steps: [{ kind: 'index' }] }],
        source: { kind: 'subquery', form: 'scalar' },
      },
    ],
  })
})

test('attributes are folded into the constraint before them', () => {
  const sql = 'create table t (a int unique deferrable initially deferred not null)'
  expect(only(sql)).toMatchObject({
    elements: [
      {
        constraints: [
          { kind: 'unique', deferrable: true, initiallyDeferred: true },
          { kind: 'notNull' },
        ],
      },
    ],
  })
})

test('window frames', () => {
  const sql = 'select f() over (groups between 1 preceding and unbounded following exclude ties)'
  expect(only(sql)).toMatchObject({
    targets: [
      {
        expression: {
          over: {
            frame: {
              mode: 'groups',
              start: { kind: 'preceding', offset: { value: 1 } },
              end: { kind: 'unboundedFollowing' },
              exclude: 'ties',
            },
          },
        },
      },
    ],
  })
})

test('positions count characters, also in wrapped texts', () => {
  expect(parseExpression("'é' || b")).toMatchObject({ position: 5, right: { position: 8 } })
  expect(parseTypeName('numeric(5)')).toMatchObject({ position: 1, typmods: [{ position: 9 }] })
  expect(() => parseExpression('a +')).toThrow('syntax error at end of input')
  expect(() => parseExpression('1; drop table t')).toThrow('syntax error')
  expect(() => parseExpression('1 limit 5')).toThrow('syntax error')
  const [, second] = parse("select 'é😀'; select x")
  expect(second).toMatchObject({ position: 14, end: 22, text: 'select x' })
})
