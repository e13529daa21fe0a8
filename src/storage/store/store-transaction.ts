/**
 * A transaction of a store. It differs from a plain one in that its memory is bounded: when its private pages have
 * grown too many it suspends itself until they were written to layers. If it aborts those layers are orphans.
 */
import type { Batch } from '../vector.ts'
import type { TreeId } from '../access.ts'
import type { StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { BranchCounters } from '../transaction/branch-counters.ts'
import { Transaction, type TransactionOptions } from '../transaction/transaction.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import { DirtyBytes } from './dirty-bytes.ts'

/** Writes the pages below these roots to layers and lets go of them. */
export type Spiller = (roots: BranchRoots) => Promise<void>

export interface SpillOptions {
  readonly limitBytes: number
  readonly spill: Spiller
}

export class StoreTransaction extends Transaction {
  readonly #dirty = new DirtyBytes()
  readonly #spill: SpillOptions

  constructor(
    base: BranchRoots,
    context: StorageContext,
    counters: BranchCounters,
    options: TransactionOptions & { readonly spill: SpillOptions },
  ) {
    super(base, context, counters, options)
    this.#spill = options.spill
  }

  override *insert(tree: TreeId, rows: Batch): Task<Float64Array> {
    const rowIds = yield* super.insert(tree, rows)
    yield* this.#relieve(rowIds.length)
    return rowIds
  }

  override *update(tree: TreeId, rowIds: ArrayLike<number>, rows: Batch): Task<void> {
    yield* super.update(tree, rowIds, rows)
    yield* this.#relieve(rowIds.length)
  }

  override *delete(tree: TreeId, rowIds: ArrayLike<number>): Task<void> {
    yield* super.delete(tree, rowIds)
    yield* this.#relieve(rowIds.length)
  }

  override *insertKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    yield* super.insertKeys(index, keys, rowIds)
    yield* this.#relieve(rowIds.length)
  }

  override *deleteKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    yield* super.deleteKeys(index, keys, rowIds)
    yield* this.#relieve(rowIds.length)
  }

  *#relieve(rows: number): Task<void> {
    const written = this.unspilledBytes
    this.unspilledBytes = 0
    if (!this.#dirty.note(rows, written)) return
    const roots = this.snapshot()
    this.#dirty.measure(roots)
    if (this.#dirty.bytes < this.#spill.limitBytes) return
    yield { kind: 'wait', until: this.#spill.spill(roots) }
    this.#dirty.measure(roots)
  }
}
