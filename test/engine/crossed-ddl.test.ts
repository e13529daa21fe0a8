/** DDL that commits between a transaction's begin and its commit: neither has seen the other, so the second gives way. */
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

const DDL = [
  'CREATE INDEX ON t (a)',
  'CREATE UNIQUE INDEX ON t (a)',
  'ALTER TABLE t ADD CHECK (a < 100)',
  'ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 1',
  'ALTER TABLE t ALTER COLUMN a TYPE bigint',
  'DROP TABLE t',
]

test.each(DDL)('a writer gives way to %s', async (ddl) => {
  await first.query('BEGIN')
  await first.query('INSERT INTO t VALUES (3)')
  expect(await outcome(second, ddl)).toBe('ok')
  expect(await outcome(first, 'COMMIT')).toBe('40001')
  await branch.run(branch.store.check())
})

test.each(DDL)('%s gives way to a writer', async (ddl) => {
  await second.query('BEGIN')
  await second.query(ddl)
  expect(await outcome(first, 'INSERT INTO t VALUES (3)')).toBe('ok')
  expect(await outcome(second, 'COMMIT')).toBe('40001')
  expect(await first.rows('SELECT count(*) FROM t WHERE a = 3')).toEqual([['1']])
  await branch.run(branch.store.check())
})

test('a foreign key gives way to changes of either table', async () => {
  await first.query('ALTER TABLE t ADD PRIMARY KEY (a)')
  await first.query('INSERT INTO other VALUES (1)')
  await second.query('BEGIN')
  await second.query('ALTER TABLE other ADD FOREIGN KEY (a) REFERENCES t')
  expect(await outcome(first, 'DELETE FROM t WHERE a = 1')).toBe('ok')
  expect(await outcome(second, 'COMMIT')).toBe('40001')
})

test('writes to other tables go on beside DDL', async () => {
  await first.query('BEGIN')
  await first.query('INSERT INTO other VALUES (3)')
  expect(await outcome(second, 'CREATE INDEX ON t (a)')).toBe('ok')
  expect(await outcome(first, 'COMMIT')).toBe('ok')
})

test('two transactions with DDL never commit side by side', async () => {
  await first.query('BEGIN')
  await first.query('CREATE TABLE x (a int)')
  expect(await outcome(second, 'CREATE TABLE x (b int)')).toBe('ok')
  expect(await outcome(first, 'COMMIT')).toBe('40001')
  await first.query('ROLLBACK')
  expect(await outcome(first, 'INSERT INTO x (b) VALUES (1)')).toBe('ok')
})

test('DDL that leaves nothing behind disturbs nobody', async () => {
  await first.query('BEGIN')
  await first.query('INSERT INTO t VALUES (3)')
  await second.script('CREATE TABLE u (a int); DROP TABLE u')
  expect(await outcome(first, 'COMMIT')).toBe('ok')
})
