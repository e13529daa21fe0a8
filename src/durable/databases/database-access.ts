/**
 * A transaction of the store as a database sees it that is not the first: the same, but that its trees are numbered in the
 * database's own space. The first database gets the store's transaction itself.
 */
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
} from '../../storage/access.ts'
import type { BatchStream, Task } from '../../storage/task.ts'
import type { Batch, Datum } from '../../storage/vector.ts'
import type { TreeSpace } from './tree-space.ts'

class SpacedAccess implements TransactionAccess {
  protected readonly space: TreeSpace
  readonly #whole: TransactionAccess

  constructor(whole: TransactionAccess, space: TreeSpace) {
    this.#whole = whole
    this.space = space
  }

  /** The same in the store's own numbers. */
  get below(): TransactionAccess {
    return this.#whole
  }

  get snapshotLsn(): Lsn {
    return this.#whole.snapshotLsn
  }
  get readOnly(): boolean {
    return this.#whole.readOnly
  }

  createTree(tree: TreeId, schema: TreeSchema): void {
    this.#whole.createTree(this.space.inStore(tree), schema)
  }
  dropTree(tree: TreeId): void {
    this.#whole.dropTree(this.space.inStore(tree))
  }
  hasTree(tree: TreeId): boolean {
    return this.#whole.hasTree(this.space.inStore(tree))
  }
  rowCount(tree: TreeId): number {
    return this.#whole.rowCount(this.space.inStore(tree))
  }
  countRows(tree: TreeId): number {
    return this.#whole.countRows(this.space.inStore(tree))
  }
  statistics(tree: TreeId): TreeStatistics {
    return this.#whole.statistics(this.space.inStore(tree))
  }

  scan(tree: TreeId, request: ScanRequest): BatchStream {
    return this.#whole.scan(this.space.inStore(tree), request)
  }
  fetch(tree: TreeId, rowIds: ArrayLike<number>, columns: readonly number[]): Task<Batch> {
    return this.#whole.fetch(this.space.inStore(tree), rowIds, columns)
  }
  insert(tree: TreeId, rows: Batch): Task<Float64Array> {
    return this.#whole.insert(this.space.inStore(tree), rows)
  }
  update(tree: TreeId, rowIds: ArrayLike<number>, rows: Batch): Task<void> {
    return this.#whole.update(this.space.inStore(tree), rowIds, rows)
  }
  delete(tree: TreeId, rowIds: ArrayLike<number>): Task<void> {
    return this.#whole.delete(this.space.inStore(tree), rowIds)
  }

  seek(index: TreeId, request: SeekRequest): BatchStream {
    return this.#whole.seek(this.space.inStore(index), request)
  }
  firstMatch(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    return this.#whole.firstMatch(this.space.inStore(index), key)
  }
  probe(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined> {
    return this.#whole.probe(this.space.inStore(index), key)
  }
  firstMatches(index: TreeId, keys: Batch): Task<Float64Array> {
    return this.#whole.firstMatches(this.space.inStore(index), keys)
  }
  insertKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    return this.#whole.insertKeys(this.space.inStore(index), keys, rowIds)
  }
  deleteKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void> {
    return this.#whole.deleteKeys(this.space.inStore(index), keys, rowIds)
  }

  readSequence(id: TreeId): SequenceState | undefined {
    return this.#whole.readSequence(this.space.inStore(id))
  }
  writeSequence(id: TreeId, state: SequenceState): void {
    this.#whole.writeSequence(this.space.inStore(id), state)
  }

  frozen(): TransactionAccess {
    return new SpacedAccess(this.#whole.frozen(), this.space)
  }
  savepoint(): Savepoint {
    return this.#whole.savepoint()
  }
  rollbackTo(savepoint: Savepoint): void {
    this.#whole.rollbackTo(savepoint)
  }
}

export class DatabaseAccess<Whole extends ConcurrentAccess>
  extends SpacedAccess
  implements ConcurrentAccess
{
  /** The store's transaction. */
  readonly whole: Whole

  constructor(whole: Whole, space: TreeSpace) {
    super(whole, space)
    this.whole = whole
  }

  isTreeCurrent(tree: TreeId): boolean {
    return this.whole.isTreeCurrent(this.space.inStore(tree))
  }
  get isCurrent(): boolean {
    return this.whole.isCurrent
  }
  advance(): Task<void> {
    return this.whole.advance()
  }
  serialize(mode: SerializableMode): Task<boolean> {
    return this.whole.serialize(mode)
  }
  assertReadsCurrent(): void {
    this.whole.assertReadsCurrent()
  }
  get othersWrites(): number {
    return this.whole.othersWrites
  }
  newest(): TransactionAccess {
    return new SpacedAccess(this.whole.newest(), this.space)
  }
  changedRows(
    tree: TreeId,
    rowIds: ArrayLike<number>,
    since?: TransactionAccess,
  ): Task<readonly number[]> {
    const frozen = since instanceof SpacedAccess ? since.below : since
    return this.whole.changedRows(this.space.inStore(tree), rowIds, frozen)
  }
  uncommittedKey(index: TreeId, keys: Batch): Task<UncommittedWrite | undefined> {
    return this.whole.uncommittedKey(this.space.inStore(index), keys)
  }
  uncommittedChange(table: TreeId, rowIds: ArrayLike<number>): Task<UncommittedWrite | undefined> {
    return this.whole.uncommittedChange(this.space.inStore(table), rowIds)
  }
  *excerpt(parts: readonly ExcerptPart[]): Task<TransactionAccess> {
    const inStore = parts.map((part) => ({ ...part, tree: this.space.inStore(part.tree) }))
    return new SpacedAccess(yield* this.whole.excerpt(inStore), this.space)
  }
}
