/** What the catalog says of views that can be written is what writing to them does. */
import { expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'

it('tells updatable views and columns from others', async () => {
  const client = await openTestClient()
  await client.script(`
    create table b (a int, c text); create view v1 as select a, c, a + 1 as x from b;
    create view v2 as select x, c from v1; create view v3 as select distinct a from b; create view v4 as select x from v1`)
  const events = await client.rows(
    `select relname, pg_relation_is_updatable(oid, false) from pg_class where relname in ('b', 'v1', 'v2', 'v3', 'v4') order by 1`,
  )
  expect(events).toEqual([
    ['b', '28'],
    ['v1', '28'],
    ['v2', '28'],
    ['v3', '0'],
    ['v4', '16'],
  ])
  const columns = await client.rows(
    `select table_name, column_name from information_schema.columns where table_name ~ '^v\\d' and is_updatable = 'YES' order by 1, 2`,
  )
  expect(columns).toEqual([
    ['v1', 'a'],
    ['v1', 'c'],
    ['v2', 'c'],
  ])
})
