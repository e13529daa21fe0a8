/**
 * What the parts of a store share: the platform, the pages, a driver for tasks, and the way of pages into layers.
 * It exists before the branch's state does, because recovery needs all of it.
 */
import { unreachable } from '../../errors/sql-error.ts'
import { PageCache } from '../cache/page-cache.ts'
import { TieredPages } from '../cache/tiered-pages.ts'
import { LayerWriter } from '../layer/layer-writer.ts'
import type { StorageContext } from '../page/node.ts'
import { RetryingObjectStore } from '../platform/retrying-object-store.ts'
import { randomHex } from '../platform/random.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import { releaseBytes } from '../release-bytes.ts'
import type { Suspension, Task } from '../task.ts'
import { releaseWritten } from '../tree/checkpoint.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import type { ReplayServices } from './replay.ts'
import { runTask } from './run-task.ts'
import { DEFAULT_TRANSACTION_LIMIT_BYTES, type StoreOptions } from './store-options.ts'
import { writeLayers } from './write-layers.ts'

export class BranchServices implements ReplayServices {
  readonly platform: StoragePlatform
  readonly options: StoreOptions
  readonly pages: TieredPages
  readonly context: StorageContext

  constructor(platform: StoragePlatform, options: StoreOptions) {
    const objects = new RetryingObjectStore(platform.objects, platform.clock)
    this.platform = { ...platform, objects }
    this.options = options
    const { codec, localCacheBytes } = options
    this.pages = new TieredPages({
      platform: this.platform,
      codec,
      memory: options.sharedCache ?? new PageCache(options.memoryCacheBytes),
      ...(localCacheBytes === undefined ? {} : { localBytes: localCacheBytes }),
    })
    this.context = { source: this.pages, codec }
  }

  get transactionLimitBytes(): number {
    return this.options.transactionLimitBytes ?? DEFAULT_TRANSACTION_LIMIT_BYTES
  }

  get objects(): ObjectStore {
    return this.platform.objects
  }

  /** Awaits what a suspended task asked for; then it is worth resuming. */
  async serve(suspension: Suspension): Promise<void> {
    switch (suspension.kind) {
      case 'pages':
        return this.pages.load(suspension.addresses, suspension.isPassing)
      case 'pause':
        return this.platform.clock.sleep(0)
      case 'wait':
      case 'blocked':
        return suspension.until
      default:
        return unreachable(suspension)
    }
  }

  run<T>(task: Task<T>): Promise<T> {
    return runTask(task, (suspension) => this.serve(suspension))
  }

  /** Makes all pages below these roots durable in the bucket. */
  writePages(roots: BranchRoots): Promise<void> {
    const { prefix, codec, layerTargetBytes } = this.options
    const writer = new LayerWriter({
      objects: this.objects,
      random: this.platform.random,
      prefix: `${prefix}layer/`,
      ...(layerTargetBytes === undefined ? {} : { targetBytes: layerTargetBytes }),
    })
    return writeLayers({ writer, pages: this.pages, codec }, roots)
  }

  /** Lets go of pages that layers hold; the cache keeps them for a while. */
  release(roots: BranchRoots): void {
    releaseWritten(roots, (address, node) => this.pages.memory.put(address, node))
  }

  async spill(roots: BranchRoots): Promise<void> {
    await this.writePages(roots)
    this.release(roots)
  }

  /** Keeps a piece of a giant transaction's write set in the bucket; returns its key. The last use of `bytes`. */
  async putPiece(bytes: Uint8Array): Promise<string> {
    const key = `${this.options.prefix}piece/${randomHex(this.platform.random, 10)}`
    await this.objects.put(key, bytes)
    releaseBytes(bytes)
    return key
  }
}
