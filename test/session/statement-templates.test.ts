/**
 * Statements that differ in literals share a plan, and nobody can tell: each is run as a template and, with a comment that keeps
 * it from being one, as written. Results and errors, their positions included, have to be the same.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { literalShape } from '../../src/sql/parse/template/literal-shape.ts'
import { openTestClient } from '../engine/memory-branch.ts'
import type { TestClient } from '../engine/memory-branch.ts'

const SCHEMA = `
  CREATE EXTENSION pg_stat_statements;
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE DOMAIN small AS int CHECK (VALUE < 100);
  CREATE DOMAIN code AS varchar(3) NOT NULL;
  CREATE TABLE item (id int PRIMARY KEY, big bigint, little smallint, amount numeric(6,2), ratio float8, name text,
    short varchar(5), padded char(4), day date, at timestamptz, mood mood, tags text[], data jsonb, flag bool, size small,
    code code DEFAULT 'abc', bytes bytea, span interval, uid uuid, class regclass);
  INSERT INTO item (id, big, name, short, padded, day, mood, flag, size)
    SELECT i, i * 10, 'n' || i, 's' || i, 'p' || i, date '2026-01-01' + i, 'happy', i % 2 = 0, i FROM generate_series(1, 20) AS i`

/** `?` is where each of the values goes. */
const STATEMENTS: readonly (readonly [text: string, values: readonly string[]])[] = [
  ['SELECT name FROM item WHERE id = ?', ['1', '2', '-3', '007', '4000000000', '999999999999999999999']],
  ['SELECT name FROM item WHERE ? = id', ['1', '2', `'3'`, `'x'`]],
  ['SELECT id FROM item WHERE name = ?', [`'n1'`, `'n2'`, `'it''s'`, `''`, '5', `E'n\\061'`, `'n' || '3'`, 'name']],
  ['SELECT id FROM item WHERE big = ? AND flag', ['20', '40', '40.0', '-20']],
  ['SELECT id FROM item WHERE padded = ?', [`'p1'`, `'p2  '`, `'p3'::text`]],
  ['SELECT id FROM item WHERE mood = ? LIMIT 2', [`'happy'`, `'sad'`, `'angry'`, `'glad'`]],
  ['SELECT id FROM item WHERE day = ?', [`'2026-01-02'`, `'2026-01-03'`, `'tomorrow'`, `'2026-13-01'`, `'today'`]],
  ['SELECT id, ? FROM item ORDER BY id LIMIT 1', ['1', '2', `'a'`]],
  ['SELECT id, name FROM item WHERE id < 5 ORDER BY ?', ['1', '2', '3', '-1', `'x'`]],
  ['SELECT id FROM item ORDER BY id LIMIT ?', ['1', '3', '-1', `'2'`, `'y'`]],
  ['SELECT id FROM item WHERE name LIKE ? ORDER BY id', [`'n1%'`, `'n2%'`, `'%\\'`]],
  ['SELECT count(*) FROM item WHERE id > ? AND id = 5', ['1', '4', '5']],
  ['SELECT ?::numeric(4,1) AS x, count(*) FROM item WHERE id = 1', ['1.25', '2.35', '12345']],
  ['SELECT id FROM "item" WHERE "name" = ?', [`'n1'`, `'n2'`]],
  [`SELECT id FROM item WHERE name = 'n1'\n?`, [`'0'`, `'1'`, `'2'`]],
  ['SELECT id FROM item WHERE id = ?.', ['1', '2']],
  ['UPDATE item SET big = big + ? WHERE id = 1 RETURNING big', ['1', '2', '-3', '2000000000', '4000000000', `'x'`]],
  ['UPDATE item SET big = big -? WHERE id = 1 RETURNING big', ['1', '2', '-3', '- 3']],
  ['UPDATE item SET little = ? WHERE id = 2 RETURNING little', ['1', '40000', '2', `'3'`]],
  ['UPDATE item SET amount = ? WHERE id = 2 RETURNING amount', ['1', '2', '99999', '1.005', `'7.777'`, `'NaN'`]],
  ['UPDATE item SET short = ? WHERE id = 3 RETURNING short', [`'a'`, `'abcde'`, `'too long'`, `'abcde   '`, '12', '123456']],
  ['UPDATE item SET padded = ? WHERE id = 3 RETURNING padded', [`'a'`, `'abcd'`, `'abcdef'`]],
  ['UPDATE item SET tags = ? WHERE id = 3 RETURNING tags', [`'{a,b}'`, `'{}'`, `'{a'`, `'{"x y",NULL}'`]],
  ['UPDATE item SET data = ? WHERE id = 3 RETURNING data', [`'{"a": 1}'`, `'[1,2]'`, `'{'`, `'null'`]],
  ['UPDATE item SET flag = ? WHERE id = 3 RETURNING flag', [`'t'`, `'off'`, `'maybe'`, '1']],
  ['UPDATE item SET size = ? WHERE id = 3 RETURNING size', ['1', '99', '100', `'5'`, `'500'`]],
  ['UPDATE item SET code = ? WHERE id = 3 RETURNING code', [`'x'`, `'xyz'`, `'long'`, 'NULL']],
  ['UPDATE item SET bytes = ?, span = ? WHERE id = 3 RETURNING bytes, span', [`'\\x01'`, `'1 day'`, `'2 hours'`]],
  ['UPDATE item SET uid = ? WHERE id = 3 RETURNING uid', [`'e4da3b7f-bbce-2345-d777-2b0674a318d5'`, `'e4'`]],
  ['UPDATE item SET class = ? WHERE id = 3 RETURNING class', [`'item'`, `'pg_class'`, `'nothing'`]],
  ['UPDATE item SET at = ? WHERE id = 3 RETURNING at = now()', [`'now'`, `'2026-01-01'`, `'infinity'`, `'never'`]],
  ['UPDATE item SET nothing = ? WHERE id = 3', ['1', '2', '3']],
  ['INSERT INTO item (id, name) VALUES (?, ?) RETURNING id, name', ['101', '102', '-103', `'104'`, 'NULL']],
  ['INSERT INTO item (id, size) VALUES (1, ?)', ['1', '2', '1000']],
  ['INSERT INTO item (id, ratio) VALUES (201, ?) ON CONFLICT (id) DO UPDATE SET ratio = excluded.ratio + 1 RETURNING ratio', ['1', '2', `'Infinity'`, `'x'`]],
  ['DELETE FROM item WHERE id = ? RETURNING id', ['15', '16', '16', `'17'`]],
  ['SELECT 1 AS one WHERE 1 = ?', ['1', '2']],
  ['SELECT id FROM item WHERE id IN (?, 2)', ['1', '3', `'x'`]],
  ['SELECT id FROM item WHERE id = ?; SELECT 2 AS two', ['1', '2', '3']],
] // prettier-ignore

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  await client.script(SCHEMA)
})

/** What a statement says, or its error and where it is. Nothing of it stays. */
async function outcome(text: string): Promise<unknown> {
  await client.script('BEGIN')
  try {
    return await client.script(text)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { code, message, fields } = error
    return { code, message, fields: { ...fields, where: undefined } }
  } finally {
    await client.script('ROLLBACK')
  }
}

describe.each(STATEMENTS)('%s', (text, values) => {
  test.each(values)('%s', async (value) => {
    const filled = text.replaceAll('?', () => value)
    // Some other value has made the template.
    for (const other of values.slice(0, 2)) await outcome(text.replaceAll('?', () => other))
    expect(await outcome(filled)).toEqual(await outcome(`${filled}/**/`))
  })
})

/** How often the shape of a text was planned. */
function plans(text: string): number | undefined {
  const known = client.database.shapes.get(literalShape(text)?.shape ?? '')
  return typeof known === 'object' ? known.statement.plans.length : undefined
}

test('one plan for all literals', async () => {
  for (let i = 1; i <= 50; i++) {
    await client.script(`UPDATE item SET big = big - ${i}, name = 'row ${i}' WHERE id = ${i}`)
  }
  expect(plans(`UPDATE item SET big = big - 1, name = '' WHERE id = 1`)).toBe(1)
  expect(await client.rows('SELECT big, name FROM item WHERE id = 7')).toEqual([['63', 'row 7']])
})

test('what changes with the catalog is planned again', async () => {
  await client.script('CREATE TABLE changing (id int, value int)')
  for (const value of [1, 2, 3]) {
    await client.script(`INSERT INTO changing VALUES (${value}, ${value})`)
  }
  await client.script('ALTER TABLE changing ALTER COLUMN value TYPE text')
  await client.script(`INSERT INTO changing VALUES (4, 4)`)
  await client.script('ALTER TABLE changing DROP COLUMN id')
  await expect(client.script('INSERT INTO changing VALUES (5, 5)')).rejects.toThrow(
    'INSERT has more expressions than target columns',
  )
  expect(await client.rows('SELECT value FROM changing ORDER BY value')).toEqual(
    ['1', '2', '3', '4'].map((value) => [value]),
  )
})

test('they are counted as one statement', async () => {
  await client.script('SELECT pg_stat_statements_reset()')
  for (const id of [1, 2, 3, 4]) await client.script(`SELECT day FROM item WHERE id = ${id}`)
  expect(
    await client.rows(
      `SELECT query, calls FROM pg_stat_statements WHERE query LIKE 'SELECT day FROM item%'`,
    ),
  ).toEqual([['SELECT day FROM item WHERE id = $1', '4']])
})

test('rows come and go while the plan stays', async () => {
  for (const id of [301, 302, 303]) await client.script(`INSERT INTO item (id) VALUES (${id})`)
  for (const id of [301, 302]) await client.script(`DELETE FROM item WHERE id = ${id}`)
  expect(await client.rows('SELECT id FROM item WHERE id > 300')).toEqual([['303']])
})
