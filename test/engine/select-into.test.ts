/** SELECT INTO makes a table; anywhere but at the top of a statement it is an error. */
import { expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'

it('makes a table', async () => {
  const client = await openTestClient()
  const { columns, tag } = await client.query(`select 1 as a into t union select 2`)
  expect([columns, tag]).toEqual([undefined, 'SELECT 2'])
  expect(await client.rows('select a from t order by a')).toEqual([['1'], ['2']])
  await expect(client.query('select 1 as a into t')).rejects.toMatchObject({ code: '42P07' })
  await expect(client.query('select * from (select 1 into f) s')).rejects.toMatchObject({
    code: '42601',
  })
  await expect(client.query('insert into t select 1 into f')).rejects.toMatchObject({
    code: '42601',
  })
})
