/** MERGE: what each WHEN clause does, what RETURNING shows, what is refused. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

let client: TestClient
beforeAll(async () => {
  client = await openTestClient()
  await client.script(`
    create table target (a int primary key, b text default 'dflt', g int generated always as (a * 2) stored);
    create table source (c int, d text);
    insert into source values (1, 'x'), (2, 'y');
    insert into target values (2, 'q'), (3, 'r')`)
})

describe('MERGE', () => {
  it('inserts, updates and deletes in one statement', async () => {
    const rows = await client.rows(`
      merge into target t using source s on t.a = s.c
      when matched then update set b = s.d
      when not matched then insert values (c, d)
      when not matched by source then delete
      returning merge_action(), *`)
    expect(rows.toSorted()).toEqual([
      ['DELETE', null, null, '3', 'r', '6'],
      ['INSERT', '1', 'x', '1', 'x', '2'],
      ['UPDATE', '2', 'y', '2', 'y', '4'],
    ])
  })
  it('takes the first clause whose condition holds, and sub-queries in it', async () => {
    const { tag, rows } = await client.query(`
      merge into target using source on a = c
      when matched and b = 'x' then do nothing
      when matched then update set b = b || (select count(*)::text from source) returning target`)
    expect([tag, rows]).toEqual(['MERGE 1', [['(2,y2,4)']]])
  })
  it('works inside WITH and through a view', async () => {
    await client.script('create view small as select a, b from target where a < 100')
    const rows = await client.rows(`
      with m as (
        merge into small using (values (7, 'seven'), (2, 'two')) v(i, n) on a = i
        when matched and n = 'two' then delete
        when not matched then insert (a) values (i) returning merge_action() as act, a, b)
      select * from m order by a`)
    expect(rows).toEqual([
      ['DELETE', '2', 'y2'],
      ['INSERT', '7', 'dflt'],
    ])
  })
  it.each([
    ['merge into target using source target on true when matched then delete', '42712'],
    [
      'merge into target using source on true when matched then delete when matched then do nothing',
      '42601',
    ],
    [
      'merge into target using source on true when not matched then insert values (target.a)',
      '42P01',
    ],
    ['merge into target using source on true when matched and 1 then delete', '42804'],
    ['merge into target using source on a > 0 when matched then update set b = d', '21000'],
    ['select merge_action()', '42601'],
  ])('refuses %s', async (text, code) => {
    await expect(client.query(text)).rejects.toMatchObject({ code })
  })
})
