/** Makes a branch as cold as one that has just woken with nothing near: whoever reads a page next waits until it is fetched. */
import type { Branch } from '../../src/durable/branch.ts'
import type { StoragePlatform } from '../../src/storage/platform/storage-platform.ts'

export async function forgetPages({ store }: Branch, { local }: StoragePlatform): Promise<void> {
  await store.checkpoint()
  store.pages.memory.clear()
  local.evictPages(local.pageBytes(), 0)
}
