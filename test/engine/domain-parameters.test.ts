/** Parameters of a domain's type, as drivers send them without a type of their own: read as its base type, then held to its constraints. */
import { expect, test } from 'vitest'
import { CollectedResults } from '../../src/sql/session/result/statement-result.ts'
import type { ParameterInput } from '../../src/sql/session/statement/plan/planned-query.ts'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

const SCHEMA = `CREATE DOMAIN small AS int CHECK (VALUE < 100); CREATE DOMAIN code AS varchar(3) NOT NULL;
  CREATE DOMAIN smaller AS small CHECK (VALUE < 10); CREATE DOMAIN pair AS int[] CHECK (cardinality(VALUE) = 2);
  CREATE TABLE item (size small, code code, least smaller, pair pair, sizes small[])`

async function bound(client: TestClient, column: string, value: ParameterInput): Promise<string> {
  const { session, branch } = client
  try {
    session.prepare({ name: '', text: `SELECT $1::${column}`, parameterTypes: [] })
    session.bind({ portal: '', statement: '', parameters: [value], formats: [] })
    const results = new CollectedResults()
    await branch.run(session.runPortal('', 0, results as never)) // texts, as no format is asked for
    await branch.run(session.sync())
    return String(results.results[0]?.rows[0]?.[0])
  } catch (error) {
    return (error as Error).message
  }
}

const int4 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer).reverse()
const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value)
/** One dimension from 1, no NULLs, elements of the type `oid`. */
const array = (oid: number, ...values: number[]): Uint8Array =>
  Uint8Array.from(
    [1, 0, oid, values.length, 1].map(int4).concat(values.flatMap((one) => [int4(4), int4(one)]))
      .flatMap((part) => [...part]),
  ) // prettier-ignore

test.each<readonly [string, ParameterInput, string]>([
  ['small', '5', '5'],
  ['small', '500', 'value for domain small violates check constraint "small_check"'],
  ['small', 'x', 'invalid input syntax for type integer: "x"'],
  ['small', null, 'null'],
  ['small', int4(7), '7'],
  ['small', int4(700), 'value for domain small violates check constraint "small_check"'],
  ['smaller', '50', 'value for domain smaller violates check constraint "smaller_check"'],
  ['smaller', '500', 'value for domain smaller violates check constraint "small_check"'],
  ['smaller', int4(500), 'value for domain smaller violates check constraint "small_check"'],
  ['code', 'abc', 'abc'],
  ['code', 'abcd', 'value too long for type character varying(3)'],
  ['code', utf8('ab'), 'ab'],
  ['code', null, 'domain code does not allow null values'],
  ['pair', '{1,2}', '{1,2}'],
  ['pair', '{1}', 'value for domain pair violates check constraint "pair_check"'],
  ['pair', array(23, 3, 4), '{3,4}'],
  ['pair', array(23, 3), 'value for domain pair violates check constraint "pair_check"'],
  ['small[]', '{1,200}', 'value for domain small violates check constraint "small_check"'],
])('%s: %s', async (column, value, answer) => {
  const client = await openTestClient()
  await client.script(SCHEMA)
  expect(await bound(client, column, value)).toBe(answer)
})

test('as columns of an INSERT', async () => {
  const client = await openTestClient()
  await client.script(SCHEMA)
  const insert = 'INSERT INTO item (size, code, sizes) VALUES ($1, $2, $3) RETURNING *'
  expect(await client.rows(insert, ['5', 'abc', '{1,2}'])).toEqual([
    ['5', 'abc', null, null, '{1,2}'],
  ])
  await expect(client.query(insert, ['5', null, null])).rejects.toThrow(
    'domain code does not allow null values',
  )
})
