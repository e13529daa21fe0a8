/** inet, cidr, macaddr and macaddr8: answers recorded from PostgreSQL 17. */
import { beforeAll, expect, test } from 'vitest'
import { type TestClient, openTestClient } from './memory-branch.ts'
import recorded from './network-types.recorded.json' with { type: 'json' }

interface Case {
  readonly sql: string
  readonly rows?: readonly (readonly string[])[]
  readonly error?: string
}

let client: TestClient

beforeAll(async () => {
  client = await openTestClient()
  for (const statement of recorded.setup) await client.query(statement)
})

test.each(recorded.cases as readonly Case[])('$sql', async ({ sql, rows, error }) => {
  const answer = client.rows(sql)
  if (error !== undefined) return expect(answer).rejects.toThrow(error)
  // psql prints booleans and nulls as these rows do: no value here is null.
  expect(await answer).toEqual(rows)
})
