/**
 * The small interface through which SQL reaches data: trees of rows, by batch. `storage/transaction.ts` implements
 * it; nothing else of the storage engine is visible to `sql/`.
 *
 * A *table tree* is keyed by an internal 48-bit row id, ascending: an unordered scan yields insertion order.
 * An *index tree* is keyed by its columns and then the row id.
 */
import type { Batch, ColumnKind, Datum } from './vector.ts'
import type { BatchStream, Task } from './task.ts'

/** Identifies a tree within a branch; SQL uses the relation's relfilenode oid. */
export type TreeId = number & { readonly __brand: 'TreeId' }
/** A row's identity inside its table; never reused. */
export type RowId = number & { readonly __brand: 'RowId' }
/** Log sequence number: the position of a commit in the branch's log. */
export type Lsn = number & { readonly __brand: 'Lsn' }

/** How one key column of an index sorts. */
export interface KeyOrder {
  readonly descending: boolean
  readonly nullsFirst: boolean
  /** An Intl.Collator locale; absent = by code point (collation "C"). */
  readonly collation?: string
  /** Of text: char(n), where blanks at the end mean nothing. */
  readonly ignoresTrailingBlanks?: boolean
}

export interface TreeSchema {
  readonly kind: 'table' | 'index'
  /** Table: the columns of a row. Index: the key columns (the row id follows implicitly). */
  readonly columns: readonly ColumnKind[]
  /** Index only: one per key column. */
  readonly order?: readonly KeyOrder[]
  /** Index only: no two entries with equal non-null keys (with `nullsNotDistinct`, null equals null). */
  readonly unique?: boolean
  readonly nullsNotDistinct?: boolean
}

/** Pages whose [min,max] of `column` cannot satisfy this are skipped; rows must still be filtered by the caller. */
export interface ZoneFilter {
  readonly column: number
  readonly operator: '=' | '<' | '<=' | '>' | '>='
  readonly value: Datum
}

export interface ScanRequest {
  /** Positions of the columns to return, in this order. */
  readonly columns: readonly number[]
  /** Append the row ids as a last int64 column. */
  readonly withRowId?: boolean
  readonly zoneFilters?: readonly ZoneFilter[]
  /** Inclusive bounds. */
  readonly fromRowId?: RowId
  readonly toRowId?: RowId
  readonly reverse?: boolean
}

/** A prefix of an index key. */
export interface KeyBound {
  readonly values: readonly (Datum | null)[]
  readonly inclusive: boolean
}

export interface SeekRequest {
  /** Index key columns to return; the row ids always follow as the last (int64) column. */
  readonly columns: readonly number[]
  readonly lower?: KeyBound
  readonly upper?: KeyBound
  readonly reverse?: boolean
}

export interface SequenceState {
  readonly lastValue: number | bigint
  readonly isCalled: boolean
}

/** A mark in a transaction's overlay to which it can roll back. */
export interface Savepoint {
  readonly __brand: 'Savepoint'
}

/** Cheap facts for the planner, read from the root page; never suspends. */
export interface TreeStatistics {
  readonly rowCount: number
  /** Per column; undefined where unknown (datum columns, empty tree). */
  readonly columns: readonly ({ readonly min: Datum; readonly max: Datum } | undefined)[]
}

/**
 * A transaction's view of the branch: a snapshot plus its own writes. Writes go to private copy-on-write roots, so
 * reads need no merging; the write set kept beside them is what commit appends to the log and, when others have
 * committed to the same trees meanwhile, replays onto the newest roots.
 */
export interface TransactionAccess {
  readonly snapshotLsn: Lsn
  readonly readOnly: boolean

  createTree(tree: TreeId, schema: TreeSchema): void
  dropTree(tree: TreeId): void
  hasTree(tree: TreeId): boolean
  /** O(1). */
  rowCount(tree: TreeId): number
  statistics(tree: TreeId): TreeStatistics
  /** As `rowCount`, where the number is an answer: a SERIALIZABLE transaction notes that it was read. */
  countRows(tree: TreeId): number

  /** Rows in row id order (or reverse). */
  scan(tree: TreeId, request: ScanRequest): BatchStream
  /** The rows with these ids, in this order; the result has a row for each id that exists, with the row id as last column. */
  fetch(tree: TreeId, rowIds: ArrayLike<number>, columns: readonly number[]): Task<Batch>
  /** Appends rows (all columns, in schema order); returns their new row ids. */
  insert(tree: TreeId, rows: Batch): Task<Float64Array>
  /** Replaces the rows with these ids by full new rows (all columns). Rows must exist. */
  update(tree: TreeId, rowIds: ArrayLike<number>, rows: Batch): Task<void>
  delete(tree: TreeId, rowIds: ArrayLike<number>): Task<void>

  /** Entries of an index between two bounds, in key order (or reverse). */
  seek(index: TreeId, request: SeekRequest): BatchStream
  /** The row id of the first entry whose key starts with `key`, or undefined. For unique probes and point look-ups. */
  firstMatch(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined>
  /** As `firstMatch` for a whole key that is about to be inserted: not noted as read, for who inserts it too is met anyway. */
  probe(index: TreeId, key: readonly (Datum | null)[]): Task<RowId | undefined>
  /** For each key the row id of an entry that has it, or -1. As `probe`. */
  firstMatches(index: TreeId, keys: Batch): Task<Float64Array>
  insertKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void>
  deleteKeys(index: TreeId, keys: Batch, rowIds: ArrayLike<number>): Task<void>

  /** Sequences are not transactional: a write is seen by all at once and never rolled back; it becomes durable with the next commit. */
  readSequence(id: TreeId): SequenceState | undefined
  writeSequence(id: TreeId, state: SequenceState): void

  /** What this transaction sees now, for reading only: later writes of its own do not show in it. */
  frozen(): TransactionAccess
  savepoint(): Savepoint
  rollbackTo(savepoint: Savepoint): void
}

/** Rows of a table, and their entries in an index, that stand for the whole tree. */
export interface ExcerptPart {
  readonly tree: TreeId
  readonly rowIds: Float64Array
  readonly rows: Batch
}

export interface SerializableMode {
  readonly isReadOnly: boolean
  /** It would rather wait before it reads than fail. */
  readonly isDeferrable: boolean
}

/** What another transaction had written and not committed when it was looked for. */
export interface UncommittedWrite {
  /** Which of the keys or rows. */
  readonly position: number
  /** Whose transaction has made it. */
  readonly owner: object | undefined
  /** It may have ended since, while pages were waited for. */
  readonly isOpen: () => boolean
}

/** A transaction among others: what they have committed since its snapshot, and what they have not committed yet. */
export interface ConcurrentAccess extends TransactionAccess {
  /** Nobody has committed since the snapshot. */
  readonly isCurrent: boolean
  /** Nobody has committed a change of this tree since the snapshot. */
  isTreeCurrent(tree: TreeId): boolean
  /**
   * A newer snapshot with the own writes on top: READ COMMITTED, before each statement and after waiting for a lock.
   * Throws 40001 when a row that this transaction wrote was changed by another, which row locks prevent.
   */
  advance(): Task<void>
  /**
   * SERIALIZABLE from now on: what it reads is noted, and the commit may fail with 40001. Right after its snapshot was taken.
   * False: of a deferrable transaction, for which that snapshot is not safe; it needs a newer one.
   */
  serialize(mode: SerializableMode): Task<boolean>
  /**
   * Before an error for what another has committed since the snapshot: 40001 instead, when what a SERIALIZABLE transaction
   * has read has been changed. It would not fail if it came after the other.
   */
  assertReadsCurrent(): void
  /** What is committed now, for reading only. */
  newest(): TransactionAccess
  /**
   * Places in `rowIds` of the snapshot's rows that others have changed or deleted by now. With `since`, a frozen view of this
   * transaction: also those that it came to see by advancing from there.
   */
  changedRows(
    tree: TreeId,
    rowIds: ArrayLike<number>,
    since?: TransactionAccess,
  ): Task<readonly number[]>
  /** Grows with each write of another transaction on the branch: as long as it is the same, what was seen of them is still so. */
  readonly othersWrites: number
  /** The first of the keys that another transaction has inserted into the index and not committed. */
  uncommittedKey(index: TreeId, keys: Batch): Task<UncommittedWrite | undefined>
  /** The first of the rows that another transaction has changed or deleted and not committed. */
  uncommittedChange(table: TreeId, rowIds: ArrayLike<number>): Task<UncommittedWrite | undefined>
  /** What this transaction sees, but of these trees only the given rows or entries; for reading. */
  excerpt(parts: readonly ExcerptPart[]): Task<TransactionAccess>
}
