/** Every implementation of the platform keeps the same contract; for those of Workers see workerd.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { MemoryLocalStore } from '../../src/storage/platform/memory/memory-local-store.ts'
import { MemoryObjectStore } from '../../src/storage/platform/memory/memory-object-store.ts'
import { NodeFileObjectStore } from '../../src/storage/platform/node-file-object-store.ts'
import { NodeSqliteDatabase } from '../../src/storage/platform/node-sqlite-database.ts'
import { SqliteLocalStore } from '../../src/storage/platform/sqlite-local-store.ts'
import { LOCAL_STORE_CASES } from './contract/local-store-contract.ts'
import { OBJECT_STORE_CASES } from './contract/object-store-contract.ts'

const directory = mkdtempSync(join(tmpdir(), 'lakelet-contract-'))
afterAll(() => rmSync(directory, { recursive: true }))

const OBJECT_STORES = {
  memory: new MemoryObjectStore(),
  'node files': new NodeFileObjectStore(directory),
}

describe.each(Object.entries(OBJECT_STORES))('object store: %s', (_, store) => {
  test.each(OBJECT_STORE_CASES.map((one, index) => [one.name, one, index] as const))(
    '%s',
    async (_name, one, index) => one.run({ store, prefix: `case-${index}/` }),
  )
})

const LOCAL_STORES = {
  memory: () => new MemoryLocalStore(),
  'node sqlite': () => new SqliteLocalStore(new NodeSqliteDatabase(':memory:')),
}

describe.each(Object.entries(LOCAL_STORES))('local store: %s', (_, create) => {
  test.each(LOCAL_STORE_CASES.map((one) => [one.name, one] as const))('%s', async (_name, one) =>
    one.run(create()),
  )
})

test('sqlite local store: forgets names of layers without pages', () => {
  const database = new NodeSqliteDatabase(':memory:')
  const store = new SqliteLocalStore(database)
  for (let i = 0; i < 2500; i++) store.putPage(`layer-${i}`, 8, Uint8Array.of(i & 255))
  for (let i = 100; i < 2500; i++) store.deletePage(`layer-${i}`, 8)
  const again = new SqliteLocalStore(database)
  expect(database.query('SELECT count(*) FROM layers')).toEqual([[100]])
  again.putPage('new layer', 8, Uint8Array.of(7))
  expect(again.getPage('layer-99', 8)).toEqual(Uint8Array.of(99))
  expect(again.getPage('layer-100', 8)).toBeUndefined()
  expect(again.getPage('new layer', 8)).toEqual(Uint8Array.of(7))
})

test('sqlite local store: everything is there after reopening', () => {
  const path = join(directory, 'local.sqlite')
  const first = new NodeSqliteDatabase(path)
  const before = new SqliteLocalStore(first)
  before.putPage('layer', 8, Uint8Array.of(1, 2, 3))
  before.appendLog({ lsn: 1, part: 0, final: true, bytes: Uint8Array.of(4) })
  first.close()
  const after = new SqliteLocalStore(new NodeSqliteDatabase(path))
  expect(after.getPage('layer', 8)).toEqual(Uint8Array.of(1, 2, 3))
  expect(after.pageBytes()).toBe(3)
  expect([...after.readLog(0)]).toHaveLength(1)
})
