/**
 * One branch's storage: the newest state in memory, its log, its pages, its checkpoints.
 *
 * Life of a commit: `begin` gives a transaction a snapshot; it writes private pages; `commit` replays its write set
 * if others were faster, appends one record to the log and installs the new roots in one synchronous slice. From then
 * on every `begin` sees it. A reply that tells of it must wait for `durable()` (in a Durable Object the output gate
 * does). Later a checkpoint moves the pages into layers.
 *
 * Invariants: `roots.lsn` equals the log's last LSN; every record up to the local manifest's LSN is in the bucket;
 * every page that the manifest reaches is in the bucket.
 */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Lsn } from '../access.ts'
import type { TieredPages } from '../cache/tiered-pages.ts'
import { checkRoots } from '../check/check-roots.ts'
import type { CommitLog } from '../log/commit-log.ts'
import { commitParts, encodeCommit, type DetachedPiece } from '../log/detached-piece.ts'
import { headOf, type ManifestHead } from '../manifest/manifest.ts'
import type { StorageContext } from '../page/node.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import { releaseBytes } from '../release-bytes.ts'
import { SerializableTransactions } from '../serializable/serializable-transactions.ts'
import { writeFootprint } from '../serializable/write-footprint.ts'
import { SpillSpace, type SpillFile } from '../spill/spill-file.ts'
import type { Suspension, Task } from '../task.ts'
import { BranchCounters } from '../transaction/branch-counters.ts'
import { mergeOntoNewest, sealCommit } from '../transaction/commit-transaction.ts'
import { encodeLogRecord } from '../transaction/log-record.ts'
import type { LogRecord } from '../transaction/log-record.ts'
import type { Transaction, TransactionOptions } from '../transaction/transaction.ts'
import type { Surroundings } from '../transaction/surroundings.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import { newestImage, pastImage, type BranchImage } from './branch-image.ts'
import { BranchServices } from './branch-services.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { DirtyBytes } from './dirty-bytes.ts'
import { baseManifest, isWithin, recordsAfter, recordsWithin } from './history.ts'
import type { HistorySource, Moment } from './history.ts'
import { recover, type Recovered } from './recovery.ts'
import { Replay, type BranchState } from './replay.ts'
import {
  DEFAULT_DIRTY_LIMIT_BYTES,
  DEFAULT_TAIL_LIMIT_BYTES,
  DEFAULT_TAIL_LIMIT_RECORDS,
} from './store-options.ts'
import type { StoreOptions } from './store-options.ts'
import { StoreTransaction } from './store-transaction.ts'

/** Commits wait when the branch is this many times beyond its limits, and are refused further on. */
const WAIT_EXCESS = 2
const REFUSE_EXCESS = 8

/** What is in memory and near it; for limits, metrics and tests. */
export interface MemoryReport {
  readonly cacheBytes: number
  readonly cachePages: number
  /** Committed pages that no layer holds. */
  readonly dirtyBytes: number
  readonly tailBytes: number
  readonly tailRecords: number
  readonly localCacheBytes: number
  readonly spillBytes: number
}

export class Store {
  readonly #services: BranchServices
  readonly #log: CommitLog
  readonly #spills: SpillSpace
  readonly #counters = new BranchCounters()
  readonly #dirty: DirtyBytes
  /** Transactions with writes that are neither committed nor rolled back. */
  readonly #writers = new Set<Transaction>()
  /** Of those that run SERIALIZABLE. */
  readonly serializable: SerializableTransactions
  readonly #surroundings: Surroundings<Transaction>
  /** The manifest in the local store. */
  #manifest: ManifestHead
  #state: BranchState
  #checkpoint: Promise<void> | undefined
  #closed = false

  private constructor(services: BranchServices, recovered: Recovered) {
    this.#services = services
    this.#log = recovered.log
    this.#manifest = headOf(recovered.manifest)
    this.#state = recovered.state
    this.#spills = new SpillSpace(services.platform.local)
    this.serializable = new SerializableTransactions(services.options.codec)
    this.#surroundings = {
      newest: () => this.roots,
      writers: this.#writers,
      writeCount: 0,
      serializable: this.serializable,
    }
    const limit = services.options.dirtyLimitBytes ?? DEFAULT_DIRTY_LIMIT_BYTES
    this.#dirty = new DirtyBytes(limit)
    this.#dirty.measure(this.roots)
  }

  /** Opens the branch: recovers it, or begins it when there is nothing yet. */
  static async open(platform: StoragePlatform, options: StoreOptions): Promise<Store> {
    const services = new BranchServices(platform, options)
    return new Store(services, await recover(services))
  }

  get context(): StorageContext {
    return this.#services.context
  }

  get pages(): TieredPages {
    return this.#services.pages
  }

  /** The newest committed state. */
  get roots(): BranchRoots {
    return this.#state.roots
  }

  get lastCommitTimeMs(): number {
    return this.#state.commitTimeMs
  }

  begin(options: TransactionOptions = {}): StoreTransaction {
    return this.#transactionOn(this.roots, options)
  }

  /** A read-only transaction on the state at a moment of the past. */
  async beginAt(moment: Moment): Promise<StoreTransaction> {
    return this.#transactionOn(await this.#rootsAt(moment), { readOnly: true })
  }

  #transactionOn(roots: BranchRoots, options: TransactionOptions): StoreTransaction {
    assert(!this.#closed, 'store is closed')
    const { readOnly = false } = options
    const others = readOnly ? {} : { surroundings: this.#surroundings }
    return new StoreTransaction(roots, this.#services, this.#counters, { ...options, ...others })
  }

  /**
   * Makes the transaction's writes the newest state. Throws 40001 when they do not fit what others have committed;
   * the transaction is over in any case. What only read returns the newest LSN and logs nothing.
   * `validate` may still refuse: it is called in the same synchronous slice, after the last suspension.
   */
  *commit(transaction: StoreTransaction, validate?: () => void): Task<Lsn> {
    if (!transaction.hasWrites && !this.#counters.hasDirtySequences) {
      this.#certify(transaction)?.()
      return this.roots.lsn
    }
    try {
      yield* this.#awaitRoom()
      const merged = yield* mergeOntoNewest(transaction, () => this.roots, this.context)
      validate?.()
      const certified = this.#certify(transaction)
      const lsn = this.#install(transaction, merged)
      certified?.()
      return lsn
    } finally {
      this.#writers.delete(transaction)
    }
  }

  /** One synchronous slice: nobody sees the roots without the record, and no crash can tear them apart. */
  #install(transaction: StoreTransaction, merged: BranchRoots): Lsn {
    const { pieces, writeSet: operations } = transaction
    const sequences = this.#counters.takeDirtySequences()
    const lsn = (this.roots.lsn + 1) as Lsn // the next one
    const { nextTransactionId: transactionId } = this.#state
    const commitTimeMs = Math.max(this.#state.commitTimeMs, this.#services.platform.clock.nowMs())
    const record = { lsn, transactionId, commitTimeMs, operations, sequences }
    const roots = sealCommit(merged, transaction.touchedTrees(), lsn, sequences)
    try {
      this.#append(pieces, record)
    } catch (error) {
      for (const [id, state] of sequences) this.#counters.writeSequence(id, state)
      throw error
    }
    this.#state = { roots, commitTimeMs, nextTransactionId: transactionId + 1 }
    if (this.#dirty.note(transaction.dirtiedBytes)) this.#dirty.measure(roots)
    return lsn
  }

  #append(pieces: readonly DetachedPiece[], record: LogRecord): void {
    const bytes = encodeCommit(pieces, encodeLogRecord(record, this.#services.options.codec))
    let elsewhere = 0
    for (const piece of pieces) elsewhere += piece.sizeBytes
    this.#log.append(record.lsn, bytes, elsewhere)
    releaseBytes(bytes)
  }

  /** Commits wait for a checkpoint when it cannot keep up. */
  *#awaitRoom(): Task<void> {
    if (this.#excess() < WAIT_EXCESS) return
    yield { kind: 'wait', until: this.checkpoint().catch(() => undefined) }
    if (this.#excess() < REFUSE_EXCESS) return
    const message = 'too many changes wait to be written to the object store'
    throw new SqlError(SQLSTATE.OUT_OF_MEMORY, message)
  }

  /** Throws 40001 when it is SERIALIZABLE and must not commit; else what to call when it has. */
  #certify(transaction: StoreTransaction): (() => void) | undefined {
    const { reads } = transaction
    if (reads === undefined) return undefined
    const writes = transaction.hasWrites ? writeFootprint(transaction.writes) : undefined
    const certificate = this.serializable.certify(reads, writes)
    return () => this.serializable.committed(certificate)
  }

  /** Nothing of it is visible; only its row ids and sequence values stay used. */
  rollback(transaction: StoreTransaction): void {
    // Its pages are garbage as soon as the caller drops it.
    this.#writers.delete(transaction)
    if (transaction.reads !== undefined) this.serializable.forget(transaction.reads)
  }

  /** Everything that another branch needs to begin as a copy of this one; see `branch-image.ts`. */
  async image(moment?: Moment): Promise<BranchImage> {
    const source = this.#history()
    if (moment !== undefined) return pastImage(source, moment)
    return newestImage(this.#services.platform.local, source.manifest.prefix, source.tail)
  }

  /**
   * What was written after a commit, oldest first, for change capture. A large commit comes in several records with
   * the same LSN. Throws 55000 when the log does not reach back so far.
   */
  async *changes(after: Lsn): AsyncGenerator<LogRecord, void, void> {
    for await (const stored of recordsAfter(this.#history(), after)) {
      yield* commitParts(this.#services.objects, stored.bytes, this.#services.options.codec)
    }
  }

  #history(): HistorySource {
    const { objects } = this.#services.platform
    const tail = [...this.#log.read(this.#manifest.lsn)]
    return { objects, codec: this.#services.options.codec, manifest: this.#manifest, tail }
  }

  async #rootsAt(moment: Moment): Promise<BranchRoots> {
    const { commitTimeMs, roots } = this.#state
    if (isWithin(moment, { lsn: roots.lsn, commitTimeMs })) return roots
    const source = this.#history()
    const { manifest } = await baseManifest(source, moment)
    const replay = new Replay(this.#services, manifest)
    for await (const record of recordsWithin(source, manifest.lsn, moment)) {
      await replay.apply(record)
    }
    return replay.state.roots
  }

  /** Walks everything reachable; throws an AssertionError or XX001 that names the first thing that is wrong. */
  *check(): Task<void> {
    let last = this.#manifest.lsn as number
    for (const { lsn } of this.#log.read(this.#manifest.lsn)) {
      assert(lsn === last + 1, `log record ${last + 1} is missing`)
      last = lsn
    }
    assert(last === this.roots.lsn, `the log ends at ${last}, the state is of ${this.roots.lsn}`)
    yield* checkRoots(this.roots, this.context)
  }

  /** Resolves when everything committed so far survives the loss of this process. */
  durable(): Promise<void> {
    return this.#services.platform.local.sync()
  }

  /** Awaits what a suspended task asked for; then resume it. */
  serve(suspension: Suspension): Promise<void> {
    return this.#services.serve(suspension)
  }

  /** Drives a task to its end. The branch's scheduler does the same with many tasks at a time. */
  run<T>(task: Task<T>): Promise<T> {
    return this.#services.run(task)
  }

  createSpill(): SpillFile {
    return this.#spills.create()
  }

  get needsCheckpoint(): boolean {
    return this.#excess() >= 1
  }

  /** How far beyond its limits the branch is: 1 = a checkpoint is due. */
  #excess(): number {
    const { options } = this.#services
    const byteLimit = options.tailLimitBytes ?? DEFAULT_TAIL_LIMIT_BYTES
    const recordLimit = options.tailLimitRecords ?? DEFAULT_TAIL_LIMIT_RECORDS
    const { tailBytes, tailRecords } = this.#log
    const dirty = this.#dirty.bytes / this.#dirty.limitBytes
    return Math.max(tailBytes / byteLimit, tailRecords / recordLimit, dirty)
  }

  /**
   * Moves everything committed so far into the bucket and trims the log. Joins one that runs, and follows it by
   * another when it began too early. When it rejects nothing is lost, and the next one does what is left.
   */
  async checkpoint(): Promise<void> {
    const wanted = this.roots.lsn
    const running = this.#checkpoint
    if (running !== undefined) {
      await running.catch(() => undefined)
      if (this.#manifest.lsn >= wanted) return
    }
    this.#checkpoint ??= this.#writeCheckpoint().finally(() => (this.#checkpoint = undefined))
    await this.#checkpoint
  }

  async #writeCheckpoint(): Promise<void> {
    assert(!this.#closed, 'store is closed')
    const { roots, commitTimeMs, nextTransactionId } = this.#state
    if (roots.lsn === this.#manifest.lsn) return
    const { prefix, parent } = this.#manifest
    const state = { prefix, parent, lsn: roots.lsn, commitTimeMs, nextTransactionId, roots }
    try {
      await writeCheckpoint(this.#services, this.#log, state, this.#manifest.lsn)
      this.#manifest = headOf(state)
    } finally {
      // Also when it failed: the pages that reached the bucket need no memory any more.
      this.#services.release(this.roots)
      this.#dirty.measure(this.roots)
    }
  }

  memory(): MemoryReport {
    const { local } = this.#services.platform
    return {
      cacheBytes: this.pages.memory.usedBytes,
      cachePages: this.pages.memory.pages,
      dirtyBytes: this.#dirty.bytes,
      tailBytes: this.#log.tailBytes,
      tailRecords: this.#log.tailRecords,
      // Counted only when somebody looks: the first time it reads a row of every page.
      get localCacheBytes() {
        return local.pageBytes()
      },
      spillBytes: this.#spills.sizeBytes,
    }
  }

  /** Lets the memory go. Commits are durable already; a checkpoint that runs is waited for. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#checkpoint?.catch(() => undefined)
    if (this.#services.options.sharedCache === undefined) this.pages.memory.clear()
  }
}
