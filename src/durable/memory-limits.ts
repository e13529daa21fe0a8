/**
 * How an isolate's 128 MiB are shared out. V8 wants room for garbage, statements have their `work_mem`, and the engine itself
 * takes some 15 MiB; what is left goes to pages.
 */
import { PageCache } from '../storage/cache/page-cache.ts'
import type { StoreOptions } from '../storage/store/store-options.ts'

const PAGE_CACHE_BYTES = 20 << 20

/** One cache for all branches of the isolate: the busy ones take the room of the idle. */
const pageCache = new PageCache(PAGE_CACHE_BYTES)

export const STORAGE_LIMITS: Omit<StoreOptions, 'prefix' | 'codec'> = {
  sharedCache: pageCache,
  // While a checkpoint runs, commits go on until twice as much waits.
  dirtyLimitBytes: 8 << 20,
  transactionLimitBytes: 6 << 20,
}
