/** pg_locks of a whole branch: other databases, and sessions that sleep. With two sessions of one database: test/isolation. */
import { expect, test } from 'vitest'
import { TABLE_LOCK } from '../../src/sql/lock/lock-mode.ts'
import { TestClient, openMemoryBranch } from './memory-branch.ts'

const ADVISORY = `SELECT d.datname, pid, objid, mode, granted FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE locktype = 'advisory' ORDER BY objid`

test('locks of other databases', async () => {
  const branch = await openMemoryBranch()
  const client = new TestClient(branch)
  await client.query('CREATE DATABASE other')
  const other = await TestClient.in(branch, 'other')
  const waiting = await TestClient.in(branch, 'other')
  await other.query('SELECT pg_advisory_lock(1)')
  const waited = waiting.query('SELECT pg_advisory_lock(1)')
  await new Promise((resolve) => setTimeout(resolve, 5))
  const [holder, waiter] = [other, waiting].map(({ session }) => String(session.processId))
  const rows = await client.rows(ADVISORY)
  expect(new Set(rows)).toEqual(
    new Set([
      ['other', holder, '1', 'ExclusiveLock', 't'],
      ['other', waiter, '1', 'ExclusiveLock', 'f'],
    ]),
  )
  expect(await client.rows(`SELECT pg_blocking_pids(${waiter})`)).toEqual([[`{${holder}}`]])
  await other.query('SELECT pg_advisory_unlock(1)')
  await waited
  expect(await client.rows(`SELECT pg_blocking_pids(${waiter})`)).toEqual([['{}']])
})

test('a session that sleeps goes on holding its advisory locks', async () => {
  const branch = await openMemoryBranch()
  const client = new TestClient(branch)
  const held = new Map([['advisory/1/0/7', new Map([[TABLE_LOCK.share, 1]])]])
  client.database.locks.adopt(4711, held)
  expect(await client.rows(ADVISORY)).toEqual([['lakelet', '4711', '7', 'ShareLock', 't']])
  const waited = client.query('SELECT pg_advisory_lock(7)')
  await new Promise((resolve) => setTimeout(resolve, 5))
  const watcher = new TestClient(branch)
  const blocking = `SELECT pg_blocking_pids(${client.session.processId})`
  expect(await watcher.rows(blocking)).toEqual([['{4711}']])
  client.database.locks.abandon(4711)
  await waited
  expect(await watcher.rows(blocking)).toEqual([['{}']])
})
