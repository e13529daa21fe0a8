/** Sub-queries in ON CONFLICT DO UPDATE: correlated with the existing row, with the excluded one, with a WITH query. */
import { expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'

it('runs sub-queries over the rows that met others', async () => {
  const client = await openTestClient()
  await client.script(`
    create table u (k int primary key, v text); insert into u values (1, 'x'), (2, 'y'), (3, 'z');
    create table s (a int, b text); insert into s values (1, 'one'), (2, 'two')`)
  const rows = await client.rows(`
    insert into u values (1, 'n1'), (2, 'n2'), (3, 'n3'), (4, 'n4')
    on conflict (k) do update set v = (select b from s where a = u.k) || '/' || excluded.v returning *`)
  expect(rows).toEqual([
    ['1', 'one/n1'],
    ['2', 'two/n2'],
    ['3', null],
    ['4', 'n4'],
  ])
  const { tag } = await client.query(
    `insert into u values (1, 'n1'), (2, 'n2') on conflict (k) do update set v = 'w' where u.k = (select max(a) from s)`,
  )
  expect(tag).toBe('INSERT 0 1')
  await expect(
    client.query(
      `insert into u values (1, 'q') on conflict (k) do update set v = (select b from s)`,
    ),
  ).rejects.toMatchObject({ code: '21000' })
})
