import type { TreeId } from '../access.ts'
import type { PageCache } from '../cache/page-cache.ts'
import type { DatumCodec } from '../page/node.ts'

export interface StoreOptions {
  /** The branch's place in the bucket, with a slash at the end; never used for another branch, even a deleted one. */
  readonly prefix: string
  readonly codec: DatumCodec
  /** Decoded pages kept in memory, when the branch has a cache of its own. */
  readonly memoryCacheBytes?: number
  /** One cache for all branches of an isolate, which share its memory: layers have unique names, so nothing mixes. */
  readonly sharedCache?: PageCache
  /** Pages kept in the local store. */
  readonly localCacheBytes?: number
  /** A checkpoint is due when the log's tail has grown beyond this. */
  readonly tailLimitBytes?: number
  /** Or has more records than this, since each takes time to replay. */
  readonly tailLimitRecords?: number
  /** A checkpoint is due when committed pages that no layer holds take more than this. */
  readonly dirtyLimitBytes?: number
  /** A transaction whose private pages take more than this, or its write set half of it, writes them early. */
  readonly transactionLimitBytes?: number
  /** Trees that whoever opens the branch reads first. */
  readonly firstTrees?: readonly TreeId[]
  /** Size at which a layer object is finished. */
  readonly layerTargetBytes?: number
}

export const DEFAULT_TRANSACTION_LIMIT_BYTES = 8 << 20
export const DEFAULT_TAIL_LIMIT_BYTES = 4 << 20
export const DEFAULT_TAIL_LIMIT_RECORDS = 4096
export const DEFAULT_DIRTY_LIMIT_BYTES = 16 << 20
