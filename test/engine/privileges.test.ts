/** Privileges are enforced: on relations and columns, through views, on schemas, and before DDL. */
import { beforeAll, expect, it } from 'vitest'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

let client: TestClient
beforeAll(async () => {
  client = await openTestClient()
  await client.script(`
    create role bob; create role carol createrole;
    create table t (a int, b int, c int); insert into t values (1, 2, 3);
    create view v as select a, b from t; grant select on v to bob;
    create view invoker with (security_invoker) as select c from t; grant select on invoker to bob;
    grant select (a), update (b) on t to bob;
    create sequence numbers; create table counted (n int generated always as identity, m int);
    grant insert on counted to bob;
    create schema s; create table s.x (a int); grant all on s.x to bob;
    set role bob`)
})

it.each([
  ['select a from t', [['1']]],
  ['select count(*) from t', [['1']]],
  ['select b from v', [['2']]],
  ['update t set b = a returning a', [['1']]],
])('bob may %s', async (text, rows) => {
  expect(await client.rows(text)).toEqual(rows)
})

it.each([
  ['select * from t', 'permission denied for table t'],
  ['select 1 from t where c = 1', 'permission denied for table t'],
  ['select t from t', 'permission denied for table t'],
  ['select * from invoker', 'permission denied for table t'],
  ['update t set b = 1 returning b', 'permission denied for table t'],
  ['update t set a = 1', 'permission denied for table t'],
  ['update v set b = 1', 'permission denied for view v'],
  ['insert into t values (1)', 'permission denied for table t'],
  ['delete from t', 'permission denied for table t'],
  ['select * from s.x', 'permission denied for schema s'],
  ['select * from pg_authid', 'permission denied for table pg_authid'],
  ['truncate t', 'permission denied for table t'],
  ['create table public.mine (a int)', 'permission denied for schema public'],
  ['alter table t add d int', 'must be owner of table t'],
  ['drop view v', 'must be owner of view v'],
  ['create index on t (a)', 'must be owner of table t'],
  [`select nextval('numbers')`, 'permission denied for sequence numbers'],
  ['create role dave', 'permission denied to create role'],
])('bob may not %s', async (text, message) => {
  await expect(client.query(text)).rejects.toMatchObject({ code: '42501', message })
})

it('counts up an identity column for whoever may insert', async () => {
  expect((await client.query('insert into counted (m) values (1)')).tag).toBe('INSERT 0 1')
})
