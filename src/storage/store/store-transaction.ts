/**
 * A transaction of a store. It differs from a plain one in that its memory is bounded: when its private pages or its
 * write set have grown too large it suspends itself until they were written to the bucket. If it aborts, those
 * objects are orphans.
 */
import { assert } from '../../errors/sql-error.ts'
import type { Lsn, Savepoint, TreeId } from '../access.ts'
import { fetchPiece, type DetachedPiece } from '../log/detached-piece.ts'
import type { Writes } from '../serializable/write-footprint.ts'
import type { Task } from '../task.ts'
import type { RowOperation } from '../transaction/apply-operation.ts'
import type { BranchCounters } from '../transaction/branch-counters.ts'
import { touchedTrees } from '../transaction/commit-transaction.ts'
import { encodeLogRecord, type WriteOperation } from '../transaction/log-record.ts'
import { Transaction, type TransactionOptions } from '../transaction/transaction.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import type { BranchServices } from './branch-services.ts'
import { DirtyBytes } from './dirty-bytes.ts'

/** What an operation on a row takes at least in the write set. */
const ROW_BYTES = 16

export class StoreTransaction extends Transaction {
  readonly #services: BranchServices
  readonly #dirty: DirtyBytes
  /** About the bytes of the operations that are in memory. */
  #operationBytes = 0
  #dirtiedBytes = 0
  #pieces: DetachedPiece[] = []
  readonly #detachedTrees = new Set<TreeId>()

  constructor(
    base: BranchRoots,
    services: BranchServices,
    counters: BranchCounters,
    options: TransactionOptions,
  ) {
    super(base, services.context, counters, options)
    this.#services = services
    this.#dirty = new DirtyBytes(services.transactionLimitBytes)
  }

  /** About how much more there is to write to the bucket once it has committed. */
  get dirtiedBytes(): number {
    return this.#dirtiedBytes
  }

  get hasWrites(): boolean {
    return this.writeSet.length > 0 || this.#pieces.length > 0
  }

  /** The first operations of the write set; those of `writeSet` follow. */
  get pieces(): readonly DetachedPiece[] {
    return this.#pieces
  }

  /** For `SerializableTransactions`. */
  get writes(): Writes {
    const detachedTrees = this.#pieces.length > 0 ? this.#detachedTrees : []
    return { operations: this.writeSet, detachedTrees, sizeBytes: this.#operationBytes }
  }

  override touchedTrees(): Set<TreeId> {
    const touched = super.touchedTrees()
    for (const tree of this.#detachedTrees) touched.add(tree)
    return touched
  }

  override *loadWriteSet(): Task<readonly WriteOperation[]> {
    if (this.#pieces.length === 0) return this.writeSet
    const operations: WriteOperation[] = []
    const { objects, options } = this.#services
    const load = async (): Promise<void> => {
      for (const piece of this.#pieces) {
        operations.push(...(await fetchPiece(objects, piece, options.codec)).operations)
      }
    }
    yield { kind: 'wait', until: load() }
    return [...operations, ...this.writeSet]
  }

  override rollbackTo(savepoint: Savepoint): void {
    super.rollbackTo(savepoint)
    let left = this.detachedOperations
    const kept: DetachedPiece[] = []
    for (const piece of this.#pieces) {
      const operations = Math.min(piece.operations, left)
      if (operations > 0) kept.push({ ...piece, operations })
      left -= operations
    }
    this.#pieces = kept
  }

  protected override *write(operation: RowOperation): Task<void> {
    if (!this.writeAtOnce(operation)) yield* super.write(operation)
    if (this.#account(operation.rowIds.length)) yield* this.#relieve()
  }

  /** Notes what a write took. True when too much memory may be held. */
  #account(rows: number): boolean {
    const written = this.unspilledBytes
    const dirtied = written + this.copiedBytes
    this.#dirtiedBytes += dirtied - this.replacedBytes
    this.unspilledBytes = 0
    this.copiedBytes = 0
    this.replacedBytes = 0
    this.#operationBytes += written + rows * ROW_BYTES
    return this.#dirty.note(dirtied) || this.#hasManyOperations
  }

  get #hasManyOperations(): boolean {
    return this.#operationBytes * 2 >= this.#dirty.limitBytes
  }

  *#relieve(): Task<void> {
    if (this.#hasManyOperations) yield { kind: 'wait', until: this.#detach() }
    if (!this.#dirty.isDue) return
    const roots = this.snapshot()
    this.#dirty.measure(roots)
    if (!this.#dirty.isBeyondLimit) return
    yield { kind: 'wait', until: this.#services.spill(roots) }
    this.#dirty.measure(roots)
  }

  async #detach(): Promise<void> {
    const { codec } = this.#services.options
    const operations = this.detachOperations()
    this.#operationBytes = 0
    for (const tree of touchedTrees(operations)) this.#detachedTrees.add(tree)
    const bytes = encodeLogRecord({ ...UNPLACED, operations, sequences: [] }, codec)
    const piece = { key: '', operations: operations.length, sizeBytes: bytes.length }
    const position = this.#pieces.push(piece) - 1
    const key = await this.#services.putPiece(bytes)
    assert(this.#pieces[position] === piece, 'a suspended transaction does nothing else')
    this.#pieces[position] = { ...piece, key }
  }
}

/** A piece gets its place in the log from the commit that names it. */
const UNPLACED = { lsn: 0 as Lsn, transactionId: 0, commitTimeMs: 0 }
