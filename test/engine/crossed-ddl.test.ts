/** DDL and other transactions on one branch: whoever comes second waits for the first, and goes on with what that has left. */
import { beforeEach, expect, test } from 'vitest'
import type { SqlError } from '../../src/errors/sql-error.ts'
import { openMemoryBranch, TestClient } from './memory-branch.ts'
import type { Branch } from '../../src/durable/branch.ts'

let branch: Branch
let first: TestClient
let second: TestClient

beforeEach(async () => {
  branch = await openMemoryBranch()
  first = new TestClient(branch)
  second = new TestClient(branch)
  await first.script(
    'CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); CREATE TABLE other (a int)',
  )
})

async function outcome(client: TestClient, text: string): Promise<string> {
  return client.query(text).then(
    () => 'ok',
    (error: SqlError) => error.code ?? String(error),
  )
}

/** The answer, once it has not come for a while. */
async function waiting(answer: Promise<string>): Promise<{ readonly answer: Promise<string> }> {
  const pause = new Promise<string>((resolve) => setTimeout(resolve, 20, 'waits'))
  expect(await Promise.race([answer, pause])).toBe('waits')
  return { answer }
}

const DDL = [
  ['CREATE INDEX ON t (a)', 'ok'],
  ['CREATE UNIQUE INDEX ON t (a)', 'ok'],
  ['ALTER TABLE t ADD CHECK (a < 100)', 'ok'],
  ['ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1', 'ok'],
  ['ALTER TABLE t ALTER COLUMN a TYPE bigint', 'ok'],
  ['TRUNCATE t', 'ok'],
  ['DROP TABLE t', '42P01'],
] as const

test.each(DDL)('%s waits for a writer', async (ddl) => {
  await first.query('BEGIN')
  await first.query('INSERT INTO t VALUES (3)')
  const change = await waiting(outcome(second, ddl))
  expect(await outcome(first, 'COMMIT')).toBe('ok')
  expect(await change.answer).toBe('ok')
  await branch.run(branch.store.check())
})

test.each(DDL)('a writer waits for %s', async (ddl, expected) => {
  await second.query('BEGIN')
  await second.query(ddl)
  const write = await waiting(outcome(first, 'INSERT INTO t VALUES (3)'))
  expect(await outcome(second, 'COMMIT')).toBe('ok')
  expect(await write.answer).toBe(expected)
  if (expected === 'ok') expect(await first.rows('SELECT a FROM t WHERE a = 3')).toEqual([['3']])
  await branch.run(branch.store.check())
})

test('a reader waits for DROP TABLE, and its rollback leaves all as it was', async () => {
  await second.query('BEGIN')
  await second.query('DROP TABLE t')
  const read = await waiting(outcome(first, 'SELECT * FROM t'))
  await second.query('ROLLBACK')
  expect(await read.answer).toBe('ok')
})

test('a new index has the rows of those it waited for', async () => {
  await first.query('BEGIN')
  await first.query('INSERT INTO t SELECT 3')
  const change = await waiting(outcome(second, 'CREATE UNIQUE INDEX ON t (a)'))
  await first.query('COMMIT')
  expect(await change.answer).toBe('ok')
  expect(await outcome(second, 'INSERT INTO t VALUES (3)')).toBe('23505')
  await branch.run(branch.store.check())
})

test('a new foreign key and changes of either table wait for each other', async () => {
  await first.query('ALTER TABLE t ADD PRIMARY KEY (a)')
  await first.query('INSERT INTO other VALUES (1)')
  await second.query('BEGIN')
  await second.query('ALTER TABLE other ADD FOREIGN KEY (a) REFERENCES t')
  const remove = await waiting(outcome(first, 'DELETE FROM t WHERE a = 1'))
  expect(await outcome(second, 'COMMIT')).toBe('ok')
  expect(await remove.answer).toBe('23503')
})

test('writes to other tables go on beside DDL', async () => {
  await first.query('BEGIN')
  await first.query('INSERT INTO other VALUES (3)')
  expect(await outcome(second, 'CREATE INDEX ON t (a)')).toBe('ok')
  expect(await outcome(first, 'COMMIT')).toBe('ok')
})

test('two transactions with DDL commit side by side', async () => {
  await first.query('BEGIN')
  await first.query('CREATE TABLE x (a int)')
  await first.query('INSERT INTO x VALUES (1)')
  await second.query('CREATE TABLE y (b int)')
  await second.query('ALTER TABLE other ADD COLUMN c text')
  await first.query('INSERT INTO y VALUES (2)')
  expect(await outcome(first, 'COMMIT')).toBe('ok')
  expect(await second.rows('SELECT a, b FROM x, y')).toEqual([['1', '2']])
  expect(await second.rows('SELECT c FROM other')).toEqual([])
  await branch.run(branch.store.check())
})

test('of two that make the same table one fails', async () => {
  await first.query('BEGIN')
  await first.query('CREATE TABLE x (a int)')
  const change = await waiting(outcome(second, 'CREATE TABLE x (b int)'))
  expect(await outcome(first, 'COMMIT')).toBe('ok')
  expect(await change.answer).toBe('23505')
  expect(await outcome(second, 'INSERT INTO x (a) VALUES (1)')).toBe('ok')
  await branch.run(branch.store.check())
})

test('DDL at REPEATABLE READ gives way to what was committed since its snapshot', async () => {
  await first.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await first.query('SELECT 1')
  await second.query('INSERT INTO t VALUES (3)')
  expect(await outcome(first, 'CREATE INDEX ON t (a)')).toBe('40001')
  await first.query('ROLLBACK')
  await branch.run(branch.store.check())
})
