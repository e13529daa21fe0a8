/** The parts for Workers inside real workerd: the platform's contracts, and a branch that crashes. */
import type { Miniflare } from 'miniflare'
import { describe, expect, test } from 'vitest'
import { startWorker } from './workerd/start-worker.ts'

async function withWorker<T>(
  file: string,
  binding: string,
  className: string,
  work: (worker: Miniflare) => Promise<T>,
): Promise<T> {
  const worker = await startWorker(file, { binding, className })
  try {
    return await work(worker)
  } finally {
    await worker.dispose()
  }
}

describe('workerd', () => {
  test('R2 and the SQLite database of a Durable Object keep the contracts', async () => {
    await withWorker('./contract-worker.ts', 'LOCAL', 'ContractObject', async (worker) => {
      const response = await worker.dispatchFetch('http://contract/')
      expect(await response.json()).toEqual([])
    })
  }, 60_000)

  test('a branch survives crashes, and the loss of its object up to the last checkpoint', async () => {
    await withWorker('./store-worker.ts', 'BRANCH', 'BranchObject', async (worker) => {
      const ask = async (path: string, branch = 'main'): Promise<unknown> => {
        const response = await worker.dispatchFetch(`http://branch/${path}`, {
          headers: { branch },
        })
        return response.json()
      }
      expect(await ask('transfer?count=200')).toBe(201)
      expect(await ask('crash')).toHaveProperty('crashed')
      const sound = { accounts: 2000, sum: 2_000_000 }
      expect(await ask('report')).toMatchObject({ ...sound, lsn: 201, fetches: 0 })
      expect(await ask('checkpoint')).toMatchObject({ tailRecords: 0, dirtyBytes: 0 })
      expect(await ask('transfer?count=100')).toBe(301)
      await ask('crash')
      expect(await ask('report')).toMatchObject({ ...sound, lsn: 301, fetches: 0 })
      await ask('checkpoint')
      // Another object with the same prefix has an empty database: all it can know is in the bucket.
      const rebuilt = await ask('report', 'same bucket, new object')
      expect(rebuilt).toMatchObject({ ...sound, lsn: 301 })
      expect(rebuilt).not.toMatchObject({ fetches: 0 })
    })
  }, 60_000)
})
