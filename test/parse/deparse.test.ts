/** Stored definitions as a real PostgreSQL prints them: parsing and printing them must change nothing. */
import { describe, expect, test } from 'vitest'
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { deparseDomainCheck, deparseExpression } from '../../src/sql/parse/deparse/expression.ts'
import { deparseQuery } from '../../src/sql/parse/deparse/query.ts'
import { deparseTypeName } from '../../src/sql/parse/deparse/type-name.ts'
import { parse, parseExpression, parseTypeName } from '../../src/sql/parse/parse.ts'

function reprint(sql: string): string {
  const statement = parse(sql)[0]?.statement
  if (statement?.kind !== 'select' && statement?.kind !== 'setOperation') throw new Error(sql)
  return `${deparseQuery(statement)};`
}

const VIEW = `
 WITH q AS (
         SELECT 1 AS one
        ), r(n) AS (
         VALUES (1,'x'::text), (2,'y'::text)
        )
 SELECT t.a,
        CASE
            WHEN (t.b IS NULL) THEN 1
            ELSE 2
        END AS k,
    ( SELECT max(u_1.x) AS max
           FROM u u_1) AS m,
    (EXISTS ( SELECT 1
           FROM u uu
          WHERE (uu.a = t.a))) AS ex,
    sum(t.a) OVER (PARTITION BY t.b ORDER BY t.c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS w,
    count(*) FILTER (WHERE (t.a > 1)) OVER w2 AS cc
   FROM ((t
     JOIN u ON ((t.a = u.a)))
     LEFT JOIN q ON (true)),
    r,
    LATERAL ( SELECT u.z) l,
    generate_series(1, 3) WITH ORDINALITY g(n, o)
  WHERE (((t.a > 1) AND (t.b ~~ 'x%'::text)) OR (NOT (t.c = 5)))
  WINDOW w2 AS (ORDER BY t.a)
  ORDER BY t.a DESC NULLS LAST
 OFFSET 2
 LIMIT 5;`.slice(1)

const SET_OPERATIONS = `
 SELECT t.a
   FROM t
UNION ALL (
         SELECT u.x AS a
           FROM u
        INTERSECT (
                 SELECT 1 AS a
                EXCEPT
                 SELECT 2 AS a
        )
)
  ORDER BY 1;`.slice(1)

describe('views', () => {
  test('every clause', () => expect(reprint(VIEW)).toBe(VIEW))
  test('set operations', () => expect(reprint(SET_OPERATIONS)).toBe(SET_OPERATIONS))
})

describe('expressions as stored', () => {
  test.for([
    `((a > 0) AND (b ~~ 'x%'::text))`,
    `nextval('s'::regclass)`,
    `('now'::text)::date`,
    `(- a)`,
    `'-1.5'::numeric`,
    `(a)::numeric(10,2)`,
    `(d)::timestamp(3) with time zone`,
    `(b = ANY (ARRAY['a'::text, 'b'::text]))`,
    `EXTRACT(year FROM d)`,
    `(d AT TIME ZONE 'UTC'::text)`,
    `POSITION(('a'::text) IN (b))`,
    `TRIM(BOTH FROM b)`,
    `CASE WHEN (a = 1) THEN 'x'::text ELSE NULL::text END`,
    `COALESCE(a, 1)`,
    `(NOT (a IS DISTINCT FROM b))`,
    `e[1:2]`,
    `(r).f`,
    `(b COLLATE "C")`,
    `"Mixed Case"."order"`,
    `CURRENT_TIMESTAMP(3)`,
    `'it''s \\ back'::text`,
  ])('%s', (text) => expect(deparseExpression(parseExpression(text))).toBe(text))

  test.for([
    ['a between 1 and 2', '((a >= 1) AND (a <= 2))'],
    ['a not between 1 and 2', '((a < 1) OR (a > 2))'],
    ['a in (1, 2)', '(a = ANY (ARRAY[1, 2]))'],
    ['a + b * c', '(a + (b * c))'],
    ['a is not null and not b', '((a IS NOT NULL) AND (NOT b))'],
    ['-5', `'-5'::integer`],
    [`cast(a as int)`, '(a)::integer'],
  ] as const)('%s', ([text, printed]) => {
    expect(deparseExpression(parseExpression(text))).toBe(printed)
  })

  test('a domain’s VALUE', () => {
    expect(deparseDomainCheck(parseExpression('value > 0'))).toBe('(VALUE > 0)')
  })
})

test.for([
  ['int4[]', 'integer[]'],
  ['int[3]', 'integer[3]'],
  ['varchar(5)', 'character varying(5)'],
  ['timestamptz', 'timestamp with time zone'],
  ['interval day to second(3)', 'interval day to second(3)'],
  ['my."Type"', 'my."Type"'],
] as const)('type %s', ([text, printed]) => {
  expect(deparseTypeName(parseTypeName(text))).toBe(printed)
})
