/**
 * Pages as they live in memory: the nodes of copy-on-write B+trees.
 *
 * Life of a node: a transaction makes it (`owner` = the transaction's epoch) and may edit it in place; when the
 * epoch ends (a snapshot, a savepoint, the commit) nobody holds that epoch any more and the node is frozen. A
 * checkpoint writes it and notes `written`; then the pointers to it become addresses and the node may be dropped.
 *
 * Invariants: a frozen node never changes, except that `written`, a lazily decoded column and the `pointer` of a
 * child entry may be filled in: three changes that no reader can observe in the data.
 */
import type { ColumnKind, Datum } from '../vector.ts'
import type { TreeId } from '../access.ts'
import type { PageAddress } from './page-address.ts'

/** Who may edit a node in place. Compared by identity; a snapshot is simply a new one, so it costs O(1). */
export interface Epoch {
  readonly kind: 'epoch'
  /** About how much memory the nodes take that were made or copied for it. */
  madeBytes: number
  /** The part of it that takes the place of nodes which no layer holds either: so much there is not more to write. */
  replacedBytes: number
}

export function newEpoch(): Epoch {
  return { kind: 'epoch', madeBytes: 0, replacedBytes: 0 }
}

/** A value of some KB or more that stayed on overflow pages; read through `resolveLarge`. */
export interface LargeValue {
  readonly kind: 'large-value'
  readonly valueKind: 'text' | 'datum'
  /** Bytes of the encoded value: UTF-8 for text, what DatumCodec.encode made for a datum. */
  readonly length: number
  readonly chunks: readonly PageAddress[]
  /** How a text begins, for min/max; empty for a datum. */
  readonly prefix: string
}

/** What a column's `values` can be; the column's kind decides. Positions beyond the leaf's length are spare room. */
export type ColumnValues =
  | Uint8Array
  | Int32Array
  | Float64Array
  | BigInt64Array
  | (Datum | LargeValue | null)[]

/** The values of one column of a leaf. */
export interface Column {
  readonly kind: ColumnKind
  /** Undefined while the column has not been decoded since its page was read; see `columnValues`. */
  values: ColumnValues | undefined
  /** Fixed-width kinds only; per row 1 = null. */
  nulls: Uint8Array | undefined
  /** Text and datum: some value is a LargeValue. */
  hasLarge: boolean
  /** How to decode `values` on first touch; dropped afterwards. */
  decode: (() => ColumnValues) | undefined
}

/** Rows (table) or entries (index), sorted by key. */
export interface LeafNode {
  readonly kind: 'leaf'
  owner: Epoch | undefined
  written: PageAddress | undefined
  /** Rows; every array has at least this many entries. */
  length: number
  /** Table: the key. Index: the last part of the key. */
  rowIds: Float64Array
  columns: Column[]
  /** About how many bytes text and datum values take when encoded. */
  variableBytes: number
  /** How far the arrays are filled by any version of this leaf that shares them: see `leaf-edit.ts`. */
  tail: { used: number }
  /** The arrays are shared with an older version: append only. */
  shared: boolean
}

/** Per column the least and greatest non-null value below; undefined = unknown, or no such value. */
export interface Zone {
  readonly mins: readonly (Datum | undefined)[]
  readonly maxs: readonly (Datum | undefined)[]
}

/** One child of an interior node, or the root of a tree. Immutable but for `pointer` becoming an address. */
export interface ChildEntry {
  /** The first key below, or a lower bound of it (deletes leave it). Table: no values. */
  readonly firstKey: readonly (Datum | null)[]
  readonly firstRowId: number
  readonly rowCount: number
  readonly zone: Zone
  pointer: ChildPointer
}

export interface InteriorNode {
  readonly kind: 'interior'
  owner: Epoch | undefined
  written: PageAddress | undefined
  /** 1 = its children are leaves. */
  readonly level: number
  children: ChildEntry[]
}

/** A piece of a large value. */
export interface OverflowNode {
  readonly kind: 'overflow'
  readonly bytes: Uint8Array
}

export type TreeNode = LeafNode | InteriorNode

/** Made in memory, and no layer holds it. A node that came from a layer has no owner. */
export function isUnwritten({ owner, written }: TreeNode): boolean {
  return owner !== undefined && written === undefined
}

export type PageNode = TreeNode | OverflowNode

/** A resident node (tell it by its `kind`) or where it lies. */
export type ChildPointer = TreeNode | PageAddress

export function isResident(pointer: ChildPointer): pointer is TreeNode {
  return 'kind' in pointer
}

/** What a scan will look at in a leaf. */
export interface LeafParts {
  /** Of columns. */
  readonly positions: readonly number[]
  readonly rowIds: boolean
}

/** Where decoded pages come from: the page cache, backed by the local store. Synchronous. */
export interface PageSource {
  /** Undefined: ask the driver by `yield { kind: 'pages', … }`, then look again. */
  get(address: PageAddress): PageNode | undefined
  /**
   * A leaf for one look only, with just the parts that are wanted: it is not cached, so a scan of more than the cache
   * could hold leaves alone what is in it, and its page's bytes are freed at once. Absent where nothing is cached.
   */
  readOnce?(address: PageAddress, wanted: LeafParts): PageNode | undefined
  /** A tree whose pages take more bytes than this is read by `readOnce`. */
  readonly passingBytes?: number
}

/** What storage knows about a datum; implemented by `sql/types`, injected. */
export interface DatumCodec {
  encode(value: Datum): Uint8Array
  /** The value must not keep `bytes` or a view of them: they may be released. */
  decode(bytes: Uint8Array): Datum
  /** The type's btree order, for index keys. */
  compare(a: Datum, b: Datum): number
  /** About the number of bytes `encode` would give. */
  sizeOf(value: Datum): number
}

/** What every operation on trees needs from outside. */
export interface StorageContext {
  readonly source: PageSource
  readonly codec: DatumCodec
}

/** A node of a snapshot that no layer holds yet. */
export interface DirtyNode {
  readonly tree: TreeId
  readonly node: TreeNode
  readonly isRoot: boolean
}
