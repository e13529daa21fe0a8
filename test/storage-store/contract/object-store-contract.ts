/**
 * What every ObjectStore must do, as plain functions, so that the same cases run in Node and inside workerd.
 * Each case gets a prefix of its own and throws when it fails.
 */
import { listAll, type ObjectStore } from '../../../src/storage/platform/object-store.ts'
import { bytesOf, equal, type ContractCase } from './contract-case.ts'

export const OBJECT_STORE_CASES: ContractCase<{ store: ObjectStore; prefix: string }>[] = [
  {
    name: 'returns what was put, and undefined for what was not',
    async run({ store, prefix }) {
      await store.put(`${prefix}a`, bytesOf(1, 2, 3))
      equal(await store.get(`${prefix}a`), bytesOf(1, 2, 3))
      equal(await store.get(`${prefix}missing`), undefined)
      equal(await store.getRange(`${prefix}missing`, 0, 1), undefined)
    },
  },
  {
    name: 'reads ranges, and less at the end of the object',
    async run({ store, prefix }) {
      const big = new Uint8Array(100_000).map((_, i) => i % 251)
      await store.put(`${prefix}big`, big)
      equal(await store.getRange(`${prefix}big`, 40_000, 1000), big.slice(40_000, 41_000))
      equal(await store.getRange(`${prefix}big`, 99_990, 1000), big.slice(99_990))
    },
  },
  {
    name: 'puts only once when asked to put if absent',
    async run({ store, prefix }) {
      equal(await store.putIfAbsent(`${prefix}once`, bytesOf(1)), true)
      equal(await store.putIfAbsent(`${prefix}once`, bytesOf(2)), false)
      equal(await store.get(`${prefix}once`), bytesOf(1))
    },
  },
  {
    name: 'deletes, also what is not there',
    async run({ store, prefix }) {
      await store.put(`${prefix}x`, bytesOf(1))
      await store.put(`${prefix}y`, bytesOf(1))
      await store.delete([`${prefix}x`, `${prefix}never`])
      await store.delete([])
      equal(await store.get(`${prefix}x`), undefined)
      equal(await store.get(`${prefix}y`), bytesOf(1))
    },
  },
  {
    name: 'lists by prefix in key order, page by page',
    async run({ store, prefix }) {
      for (const key of ['p/c', 'p/a', 'p/b', 'q/a', 'p/a/deep']) {
        await store.put(`${prefix}${key}`, bytesOf(...key.split('').map(() => 7)))
      }
      const first = await store.list(`${prefix}p/`, { limit: 2 })
      equal(
        first.objects.map((object) => object.key),
        [`${prefix}p/a`, `${prefix}p/a/deep`],
      )
      equal(first.truncated, true)
      const rest = await store.list(`${prefix}p/`, { startAfter: `${prefix}p/a/deep` })
      equal(
        rest.objects.map((object) => [object.key, object.sizeBytes]),
        [
          [`${prefix}p/b`, 3],
          [`${prefix}p/c`, 3],
        ],
      )
      equal(rest.truncated, false)
      equal((await listAll(store, `${prefix}p/`)).length, 4)
      equal((await listAll(store, `${prefix}none/`)).length, 0)
    },
  },
  {
    name: 'keeps its own copy of the bytes',
    async run({ store, prefix }) {
      const bytes = bytesOf(1, 2, 3)
      await store.put(`${prefix}copy`, bytes)
      bytes[0] = 9
      equal(await store.get(`${prefix}copy`), bytesOf(1, 2, 3))
    },
  },
]
