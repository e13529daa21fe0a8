/** WITH queries that modify: every part sees what was there before the statement, and a row is changed once. */
import { beforeEach, expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

let client: TestClient
beforeEach(async () => {
  client = await openTestClient()
  await client.script(
    'create table t (a int primary key, b int); insert into t values (1, 1), (2, 2), (3, 3)',
  )
})

it('does not show what another part writes', async () => {
  const rows = await client.rows(
    'with d as (delete from t where a = 1 returning *) select count(*), (select count(*) from d) from t',
  )
  expect(rows).toEqual([['3', '1']])
  expect(await client.rows('with i as (insert into t values (9, 9)) select a from t')).toEqual([
    ['2'],
    ['3'],
  ])
})

it('changes a row once', async () => {
  const { tag } = await client.query(
    'with u as (update t set b = 0 where a = 2 returning *) delete from t where a > 1 and (select count(*) from u) = 1',
  )
  expect(tag).toBe('DELETE 1')
  expect(await client.rows('select * from t order by a')).toEqual([
    ['1', '1'],
    ['2', '0'],
  ])
})
