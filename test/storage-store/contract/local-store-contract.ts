/** What every LocalStore must do. The cases run in order on fresh stores. */
import type { LocalStore } from '../../../src/storage/platform/local-store.ts'
import { bytesOf, equal, throws, type ContractCase } from './contract-case.ts'

const MEGABYTE = 1 << 20

function big(length: number, seed: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (i * 31 + seed) & 255)
}

function append(store: LocalStore, lsn: number, part = 0, final = true): void {
  store.appendLog({ lsn, part, final, bytes: bytesOf(lsn, part) })
}

function positions(store: LocalStore, after: number): [number, number, boolean][] {
  return [...store.readLog(after)].map((row) => [row.lsn, row.part, row.final])
}

export const LOCAL_STORE_CASES: ContractCase<LocalStore>[] = [
  {
    name: 'reads log rows back in order, from a position on',
    async run(store) {
      append(store, 1)
      append(store, 2, 0, false)
      append(store, 2, 1, true)
      append(store, 3)
      equal(positions(store, 0), [
        [1, 0, true],
        [2, 0, false],
        [2, 1, true],
        [3, 0, true],
      ])
      equal(positions(store, 2), [[3, 0, true]])
      equal([...store.readLog(2)][0]?.bytes, bytesOf(3, 0))
    },
  },
  {
    name: 'reads a log longer than one read',
    async run(store) {
      for (let lsn = 1; lsn <= 300; lsn++) append(store, lsn)
      equal([...store.readLog(100)].length, 200)
      equal([...store.readLog(300)].length, 0)
    },
  },
  {
    name: 'refuses a log row that exists',
    async run(store) {
      append(store, 5)
      throws(() => append(store, 5))
    },
  },
  {
    name: 'trims the log',
    async run(store) {
      for (let lsn = 1; lsn <= 10; lsn++) append(store, lsn)
      store.trimLog(7)
      equal(
        positions(store, 0).map(([lsn]) => lsn),
        [8, 9, 10],
      )
      append(store, 11)
      append(store, 12, 0, false)
      store.truncateLog(10)
      equal(
        positions(store, 0).map(([lsn]) => lsn),
        [8, 9, 10],
      )
      append(store, 11)
    },
  },
  {
    name: 'keeps positions beyond 2^32',
    async run(store) {
      append(store, 2 ** 40)
      append(store, 2 ** 40 + 1)
      equal(positions(store, 2 ** 40), [[2 ** 40 + 1, 0, true]])
    },
  },
  {
    name: 'keeps values, small and larger than a row may be',
    async run(store) {
      store.putValue('small', bytesOf(1))
      store.putValue('large', big(3 * MEGABYTE + 17, 5))
      store.putValue('empty', bytesOf())
      equal(store.getValue('small'), bytesOf(1))
      equal(store.getValue('empty'), bytesOf())
      equal(store.getValue('large')?.length, 3 * MEGABYTE + 17)
      equal(store.getValue('large')?.slice(-9), big(3 * MEGABYTE + 17, 5).slice(-9))
      store.putValue('large', bytesOf(2))
      equal(store.getValue('large'), bytesOf(2))
      store.deleteValue('small')
      equal(store.getValue('small'), undefined)
    },
  },
  {
    name: 'keeps pages by layer and offset, and counts their bytes',
    async run(store) {
      store.putPage('layer-a', 8, bytesOf(1, 2))
      store.putPage('layer-a', 4096, big(5 * MEGABYTE, 3))
      store.putPage('layer-b', 8, bytesOf(3))
      equal(store.getPage('layer-a', 8), bytesOf(1, 2))
      equal(store.getPage('layer-b', 8), bytesOf(3))
      equal(store.getPage('layer-a', 4096)?.length, 5 * MEGABYTE)
      equal(store.getPage('layer-a', 16), undefined)
      equal(store.getPage('layer-c', 8), undefined)
      equal(store.pageBytes(), 5 * MEGABYTE + 3)
      // Layers never change, so it is the same page.
      store.putPage('layer-a', 8, bytesOf(1, 2))
      equal(store.pageBytes(), 5 * MEGABYTE + 3)
      store.deletePage('layer-a', 4096)
      equal(store.pageBytes(), 3)
      equal(store.hasPage('layer-a', 8), true)
      store.deletePage('layer-a', 8)
      equal(store.getPage('layer-a', 8), undefined)
      equal(store.hasPage('layer-a', 8), false)
      equal(store.hasPage('layer-c', 8), false)
      equal(store.pageBytes(), 1)
    },
  },
  {
    name: 'copies bytes in both directions',
    async run(store) {
      const given = big(5000, 4)
      store.putPage('layer-a', 8, given)
      store.putSpill(1, 0, given)
      append(store, 1)
      given.fill(0)
      for (let round = 0; round < 2; round++) {
        for (const got of [store.getPage('layer-a', 8), store.getSpill(1, 0)]) {
          equal(got, big(5000, 4))
          got?.fill(0)
        }
        const [row] = [...store.readLog(0)]
        equal(row?.bytes, bytesOf(1, 0))
        row?.bytes.fill(9)
      }
    },
  },
  {
    name: 'evicts pages from any place until enough is free',
    async run(store) {
      for (const where of [0, 0.5, 0.999]) {
        for (let i = 0; i < 600; i++) store.putPage(`layer-${i % 3}`, i * 8, big(100, i))
        equal(store.pageBytes(), 60_000)
        store.evictPages(20_000, where)
        const left = store.pageBytes()
        equal(left <= 40_000 && left > 35_000, true)
        let found = 0
        for (let i = 0; i < 600; i++) found += store.getPage(`layer-${i % 3}`, i * 8)?.length ?? 0
        equal(found, left)
      }
      store.evictPages(1e9, 0.3)
      equal(store.pageBytes(), 0)
    },
  },
  {
    name: 'keeps spilled segments by file',
    async run(store) {
      store.putSpill(1, 0, bytesOf(1))
      store.putSpill(1, 1, big(2 * MEGABYTE + 1, 1))
      store.putSpill(2, 0, bytesOf(2))
      equal(store.getSpill(1, 1)?.length, 2 * MEGABYTE + 1)
      equal(store.getSpill(2, 0), bytesOf(2))
      store.deleteSpill(1)
      equal(store.getSpill(1, 0), undefined)
      equal(store.getSpill(1, 1), undefined)
      store.clearSpill()
      equal(store.getSpill(2, 0), undefined)
    },
  },
  {
    name: 'undoes a transaction that throws, and keeps one that does not',
    async run(store) {
      append(store, 1)
      store.putValue('v', bytesOf(1))
      throws(() =>
        store.transaction(() => {
          append(store, 2)
          store.trimLog(1)
          store.putValue('v', bytesOf(2))
          store.putValue('w', bytesOf(2))
          throw new Error('no')
        }),
      )
      equal(positions(store, 0), [[1, 0, true]])
      equal(store.getValue('v'), bytesOf(1))
      equal(store.getValue('w'), undefined)
      const result = store.transaction(() => {
        append(store, 2)
        store.deleteValue('v')
        return 'done'
      })
      equal(result, 'done')
      equal(positions(store, 1), [[2, 0, true]])
      equal(store.getValue('v'), undefined)
      await store.sync()
    },
  },
]
