/**
 * A transaction's view of a branch: private copy-on-write roots over a snapshot, and the write set that the commit
 * logs. The life of a write: copy the touched pages once per epoch, edit them, append the operation to the write set.
 * Reads go to the private roots; a scan first ends the epoch, so that it never sees what is written while it runs.
 *
 * Commit: `commit-transaction.ts`. To abandon a transaction, drop it.
 */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type {
  ConcurrentAccess,
  ExcerptPart,
  Lsn,
  RowId,
  Savepoint,
  ScanRequest,
  SeekRequest,
  SequenceState,
  SerializableMode,
  TransactionAccess,
  TreeId,
  TreeSchema,
  TreeStatistics,
  UncommittedWrite,
} from '../access.ts'
import { newEpoch } from '../page/node.ts'
import type { Epoch, StorageContext } from '../page/node.ts'
import { fetchRows } from '../read/fetch-rows.ts'
import { rowAtRank } from '../read/row-at-rank.ts'
import { scanTable } from '../read/scan-table.ts'
import { firstMatch, firstMatches } from '../read/first-match.ts'
import { seekIndex } from '../read/seek-index.ts'
import type { ReadSet } from '../serializable/read-set.ts'
import type { BatchStream, Task } from '../task.ts'
import { rowCountOf } from '../tree/tree-root.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'
import { batch } from '../vector.ts'
import type { Batch, Datum } from '../vector.ts'
import {
  UNCOMMITTED,
  applyOperation,
  applyRow,
  applyRows,
  treeOf,
  withTree,
} from './apply-operation.ts'
import type { ApplyContext, RowOperation } from './apply-operation.ts'
import type { BranchCounters } from './branch-counters.ts'
import { mergeOntoNewest, touchedTrees } from './commit-transaction.ts'
import type { WriteOperation } from './log-record.ts'
import { checkKeySizes, checkRowSizes, writtenBytes } from './row-limits.ts'
import { keyReader } from './sort-rows.ts'
import { treeStatistics } from './statistics.ts'
import { changedRows, findUncommittedChange, findUncommittedKey } from './surroundings.ts'
import type { OpenWriter, Surroundings } from './surroundings.ts'

export interface TransactionOptions {
  readonly readOnly?: boolean
  /** The others on the branch; without them the transaction is alone. */
  readonly surroundings?: Surroundings<Transaction>
  /** Whose it is: told to others that meet its writes. */
  readonly owner?: object
}

interface Mark extends Savepoint {
  readonly base: BranchRoots
  readonly roots: BranchRoots
  readonly operationCount: number
}

export class Transaction implements ConcurrentAccess, OpenWriter {
  /** What others had committed at the snapshot. */
  base: BranchRoots
  readonly readOnly: boolean
  /** Trees that it has made clones of. */
  readonly cloned: TreeId[] = []
  /** About how many bytes were written to pages that no layer holds: spill above a bound (`checkpoint.ts`). */
  unspilledBytes = 0
  /** About how much memory the pages take that were made or copied to write to. */
  copiedBytes = 0
  /** The part of `copiedBytes` that takes the place of pages which no layer holds. */
  replacedBytes = 0
  /** What it has read, when it is SERIALIZABLE. */
  reads: ReadSet | undefined
  private roots: BranchRoots
  private epoch: Epoch = newEpoch()
  private readonly operations: WriteOperation[] = []
  /** How many of the first operations are kept elsewhere: see `detachOperations`. */
  private detached = 0
  private readonly context: StorageContext
  readonly owner: object | undefined
  private readonly counters: BranchCounters
  private readonly surroundings: Surroundings<Transaction> | undefined
  /** How often it has written. */
  private writeCount = 0

  constructor(
    base: BranchRoots,
    context: StorageContext,
    counters: BranchCounters,
    options: TransactionOptions = {},
  ) {
    this.base = base
    this.roots = base
    this.context = context
    this.counters = counters
    this.readOnly = options.readOnly === true
    this.surroundings = options.surroundings
    this.owner = options.owner
  }

  get snapshotLsn(): Lsn {
    return this.base.lsn
  }

  /** What commit logs and, after others have committed, replays; without the operations that were detached. */
  get writeSet(): readonly WriteOperation[] {
    return this.operations
  }

  /** The trees that the write set touches, and perhaps some more. */
  touchedTrees(): Set<TreeId> {
    return touchedTrees(this.operations)
  }

  /** The whole write set, for replaying it on newer roots. Who keeps detached operations elsewhere gets them back. */
  // oxlint-disable-next-line require-yield -- this one has nothing to wait for; who overrides it has
  *loadWriteSet(): Task<readonly WriteOperation[]> {
    assert(this.detached === 0, 'the whole write set is in memory')
    return this.operations
  }

  /** A giant transaction hands its operations over, to be kept out of memory until the commit. */
  protected detachOperations(): WriteOperation[] {
    this.detached += this.operations.length
    return this.operations.splice(0)
  }

  /** Of all detached operations the first so many still count: a rollback to a savepoint can take back some. */
  protected get detachedOperations(): number {
    return this.detached
  }

  /** The private roots as a frozen value: for the spill of dirty pages, for commit and for tests. */
  snapshot(): BranchRoots {
    this.epoch = newEpoch()
    return this.roots
  }

  isTreeCurrent(tree: TreeId): boolean {
    return this.newestRoots().trees.get(tree)?.lsn === this.base.trees.get(tree)?.lsn
  }

  get isCurrent(): boolean {
    return this.newestRoots() === this.base
  }

  private newestRoots(): BranchRoots {
    return this.surroundings?.newest() ?? this.base
  }

  *advance(): Task<void> {
    if (this.isCurrent) return
    const roots = yield* mergeOntoNewest(this, () => this.newestRoots(), this.context)
    this.base = this.newestRoots()
    this.roots = roots
    this.epoch = newEpoch()
  }

  *serialize({ isReadOnly, isDeferrable }: SerializableMode): Task<boolean> {
    assert(this.isCurrent, 'before anything is read')
    if (this.surroundings === undefined) return true
    const { serializable } = this.surroundings
    const reads = serializable.begin(isReadOnly)
    if (reads !== undefined && isReadOnly && isDeferrable) return yield* serializable.isSafe(reads)
    this.reads = reads
    return true
  }

  assertReadsCurrent(): void {
    if (this.reads !== undefined) this.surroundings?.serializable.assertCurrent(this.reads)
  }

  newest(): TransactionAccess {
    return new Transaction(this.newestRoots(), this.context, this.counters, { readOnly: true })
  }

  *changedRows(
    tree: TreeId,
    rowIds: ArrayLike<number>,
    since?: TransactionAccess,
  ): Task<readonly number[]> {
    const { base, context } = this
    const compare = (before: TreeRoot | undefined, after: TreeRoot | undefined) =>
      before === undefined ? undefined : changedRows(before, after, rowIds, context)
    const places = new Set<number>()
    if (!this.isCurrent) {
      const byOthers = compare(base.trees.get(tree), this.newestRoots().trees.get(tree))
      for (const place of byOthers === undefined ? [] : yield* byOthers) places.add(place)
    }
    if (since instanceof Transaction) {
      const byAdvancing = compare(since.privateRoot(tree), this.privateRoot(tree))
      for (const place of byAdvancing === undefined ? [] : yield* byAdvancing) places.add(place)
    }
    return [...places]
  }

  get othersWrites(): number {
    return (this.surroundings?.writeCount ?? 0) - this.writeCount
  }

  uncommittedKey(index: TreeId, keys: Batch): Task<UncommittedWrite | undefined> {
    return findUncommittedKey(index, keys, this.otherWriters(), this.context)
  }

  uncommittedChange(table: TreeId, rowIds: ArrayLike<number>): Task<UncommittedWrite | undefined> {
    return findUncommittedChange(table, rowIds, this.otherWriters(), this.context)
  }

  get isOpen(): boolean {
    return this.surroundings?.writers.has(this) === true
  }

  private otherWriters(): Transaction[] {
    const { writers } = this.surroundings ?? { writers: [] }
    return [...writers].filter((writer) => writer !== this)
  }

  privateRoot(tree: TreeId): TreeRoot | undefined {
    return this.roots.trees.get(tree)
  }

  *excerpt(parts: readonly ExcerptPart[]): Task<TransactionAccess> {
    const view = new Transaction(this.snapshot(), this.context, this.counters)
    view.reads = this.reads
    for (const { tree, rowIds, rows } of parts) {
      const { schema } = treeOf(this.roots, tree)
      view.dropTree(tree)
      view.createTree(tree, schema)
      yield* view.write(
        schema.kind === 'table'
          ? { kind: 'insert-rows', tree, rowIds, after: rows }
          : { kind: 'insert-keys', tree, rowIds, keys: rows },
      )
    }
    return view
  }

  createTree(tree: TreeId, schema: TreeSchema): void {
    assert(!this.hasTree(tree), `tree ${tree} does not exist yet`)
    this.writeWhole({ kind: 'create-tree', tree, schema })
  }

  dropTree(tree: TreeId): void {
    treeOf(this.roots, tree)
    this.writeWhole({ kind: 'drop-tree', tree })
  }

  /** A new tree with the committed rows of another: it shares the pages until either is written to. */
  cloneTree(tree: TreeId, source: TreeId): void {
    assert(!this.hasTree(tree), `tree ${tree} does not exist yet`)
    assert(treeOf(this.roots, source).lsn !== UNCOMMITTED, `tree ${source} is as others see it`)
    this.writeWhole({ kind: 'clone-tree', tree, source })
    this.cloned.push(source)
  }

  hasTree(tree: TreeId): boolean {
    return this.roots.trees.has(tree)
  }

  rowCount(tree: TreeId): number {
    return rowCountOf(treeOf(this.roots, tree))
  }

  statistics(tree: TreeId): TreeStatistics {
    return treeStatistics(treeOf(this.roots, tree))
  }

  countRows(tree: TreeId): number {
    this.reads?.noteCount(tree, treeOf(this.roots, tree).schema)
    return this.rowCount(tree)
  }

  *scan(tree: TreeId, request: ScanRequest): BatchStream {
    const root = treeOf(this.snapshot(), tree)
    this.reads?.noteScan(tree, root.schema, request)
    yield* scanTable(root, request, this.context)
  }

  fetch(tree: TreeId, rowIds: ArrayLike<number>, columns: readonly number[]): Task<Batch> {
    const root = treeOf(this.roots, tree)
    this.reads?.noteRows(tree, root.schema, rowIds)
    return fetchRows(root, rowIds, columns, this.context)
  }

  /** The n-th row in row id order, from 0: where a scan after OFFSET begins. */
  *rowAtRank(tree: TreeId, rank: number): Task<RowId | undefined> {
    const root = treeOf(this.roots, tree)
    this.reads?.noteCount(tree, root.schema)
    return yield* rowAtRank(root, rank, this.context)
  }

  *insert(tree: TreeId, rows: Batch): Task<Float64Array> {
    checkRowSizes(rows, this.context.codec)
    const rowIds = new Float64Array(rows.length)
    const first = this.counters.allocateRowIds(treeOf(this.roots, tree), rows.length)
    for (let row = 0; row < rows.length; row++) rowIds[row] = first + row
    yield* this.write({ kind: 'insert-rows', tree, rowIds, after: rows })
    return rowIds
  }

  *update(tree: TreeId, rowIds: ArrayLike<number>, rows: Batch): Task<void> {
    checkRowSizes(rows, this.context.codec)
    const before = yield* this.rowsToChange(tree, rowIds)
    const after = batch(rows.columns, rowIds.length)
    yield* this.write({ kind: 'update-rows', tree, rowIds: float64(rowIds), before, after })
  }

  *delete(tree: TreeId, rowIds: ArrayLike<number>): Task<void> {
    const before = yield* this.rowsToChange(tree, rowIds)
    yield* this.write({ kind: 'delete-rows', tree, rowIds: float64(rowIds), before })
  }

  *seek(index: TreeId, request: SeekRequest): BatchStream {
    const root = treeOf(this.snapshot(), index)
    this.reads?.noteRange(index, root.schema, request)
    yield* seekIndex(root, request, this.context)
  }

  firstMatch(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    const root = treeOf(this.roots, index)
    this.reads?.noteKey(index, root.schema, key)
    return firstMatch(root, key, this.context)
  }

  probe(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    return firstMatch(treeOf(this.roots, index), key, this.context)
  }

  firstMatches(index: TreeId, keys: Batch): Task<Float64Array> {
    const root = treeOf(this.roots, index)
    const keyAt = keyReader(keys, root.schema.columns.length)
    return firstMatches(root, keyAt, keys.length, this.context)
  }

  insertKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    checkKeySizes(keys, this.context.codec)
    return this.write({ kind: 'insert-keys', tree: index, rowIds: float64(rowIds), keys })
  }

  deleteKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    return this.write({ kind: 'delete-keys', tree: index, rowIds: float64(rowIds), keys })
  }

  readSequence(id: TreeId): SequenceState | undefined {
    return this.counters.readSequence(id, this.roots)
  }

  writeSequence(id: TreeId, state: SequenceState): void {
    this.counters.writeSequence(id, state)
  }

  frozen(): TransactionAccess {
    const { context, counters } = this
    const view = new Transaction(this.snapshot(), context, counters, { readOnly: true })
    view.reads = this.reads
    return view
  }

  savepoint(): Savepoint {
    const mark: Omit<Mark, '__brand'> = {
      base: this.base,
      roots: this.snapshot(),
      operationCount: this.detached + this.operations.length,
    }
    return mark as Mark // brand
  }

  rollbackTo(savepoint: Savepoint): void {
    const mark = savepoint as Mark // only `savepoint` makes them
    // Nothing written before: the snapshot, perhaps taken since, stays.
    if (mark.operationCount > 0) this.base = mark.base
    this.roots = mark.operationCount > 0 ? mark.roots : this.base
    this.operations.length = Math.max(0, mark.operationCount - this.detached)
    this.detached = Math.min(this.detached, mark.operationCount)
    this.epoch = newEpoch()
  }

  private *rowsToChange(tree: TreeId, rowIds: ArrayLike<number>): Task<Batch> {
    const root = treeOf(this.roots, tree)
    const columns = root.schema.columns.map((_, position) => position)
    const found = yield* fetchRows(root, rowIds, columns, this.context)
    assert(found.length === rowIds.length, `every row to change exists in tree ${tree}`)
    return batch(found.columns.slice(0, -1), found.length)
  }

  protected *write(operation: RowOperation): Task<void> {
    if (this.writeAtOnce(operation) || operation.rowIds.length === 0) return
    const apply = this.applyContext()
    const { madeBytes, replacedBytes } = apply.epoch
    const root = yield* applyRows(treeOf(this.roots, operation.tree), operation, apply)
    this.wrote(operation, root)
    this.noteCopies(apply.epoch, madeBytes, replacedBytes)
  }

  /** What `write` does, when it is a single row and needs no page from elsewhere. False: nothing was done. */
  protected writeAtOnce(operation: RowOperation): boolean {
    this.assertWritable()
    const apply = this.applyContext()
    const { madeBytes, replacedBytes } = apply.epoch
    const root = applyRow(treeOf(this.roots, operation.tree), operation, apply)
    if (root === undefined) return false
    this.wrote(operation, root)
    this.noteCopies(apply.epoch, madeBytes, replacedBytes)
    return true
  }

  private applyContext(): ApplyContext {
    return { epoch: this.epoch, storage: this.context, lsn: UNCOMMITTED }
  }

  private wrote(operation: RowOperation, root: TreeRoot): void {
    this.roots = withTree(this.roots, root, this.epoch)
    this.note(operation)
    this.unspilledBytes += writtenBytes(operation, this.context.codec)
  }

  /** With what the epoch's sums were before. */
  private noteCopies(epoch: Epoch, madeBytes: number, replacedBytes: number): void {
    this.copiedBytes += epoch.madeBytes - madeBytes
    this.replacedBytes += epoch.replacedBytes - replacedBytes
  }

  private writeWhole(operation: WriteOperation): void {
    this.assertWritable()
    const step = applyOperation(this.roots, operation, this.applyContext()).next()
    assert(step.done === true, 'creating or dropping a tree reads no pages')
    this.roots = step.value
    this.note(operation)
  }

  private note(operation: WriteOperation): void {
    this.operations.push(operation)
    if (this.surroundings === undefined) return
    this.surroundings.writers.add(this)
    this.surroundings.writeCount++
    this.writeCount++
  }

  private assertWritable(): void {
    if (!this.readOnly) return
    throw new SqlError(
      SQLSTATE.READ_ONLY_SQL_TRANSACTION,
      'cannot write in a read-only transaction',
    )
  }
}

function float64(rowIds: ArrayLike<number>): Float64Array {
  return rowIds instanceof Float64Array ? rowIds : Float64Array.from(rowIds)
}
