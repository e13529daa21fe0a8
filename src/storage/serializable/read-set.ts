/**
 * What a SERIALIZABLE transaction has read: per tree the row ids it fetched, the ranges of keys and of rows it looked
 * through (found or not: a range also covers what is not there), and whether it counted. Beyond a bound a tree counts as
 * read as a whole: that costs false aborts, never a missed one. Begun by `SerializableTransactions`, filled by the
 * transaction and its frozen views, asked at commit whether the writes of another touch it.
 *
 * Reads of what has no tree (sequences, the catalogs, which are in memory) are not noted.
 */
import type { KeyBound, ScanRequest, TreeId, TreeSchema, ZoneFilter } from '../access.ts'
import type { DatumCodec } from '../page/node.ts'
import type { RowOperation } from '../transaction/apply-operation.ts'
import { keyReader } from '../transaction/sort-rows.ts'
import { columnOrders } from '../tree/key-order.ts'
import type { ColumnOrder } from '../tree/key-order.ts'
import { compareKeys } from '../tree/key-search.ts'
import type { KeyValues } from '../tree/key-search.ts'
import { valueMayMatch } from '../tree/zone.ts'
import { datumAt } from '../vector.ts'
import type { Batch } from '../vector.ts'

/** A tree of which more is read counts as read as a whole. */
const POINTS_MAX = 10_000
const RANGES_MAX = 256

/** What an entry takes in memory, about. */
const ENTRY_BYTES = 64

interface KeyRange {
  readonly lower?: KeyBound
  readonly upper?: KeyBound
}

interface TreeReads {
  isWhole: boolean
  /** Its rows were counted: insertions and deletions matter, updates do not. */
  isCounted: boolean
  readonly rowIds: Set<number>
  readonly scans: ScanRequest[]
  /** Of an index only, with the orders of its columns. */
  readonly orders: readonly ColumnOrder[]
  /** Whole keys, in the form of `pointOf`. */
  readonly points: Set<string>
  readonly ranges: KeyRange[]
}

export class ReadSet {
  /** When its snapshot was taken, in the time of `SerializableTransactions`. */
  readonly begunAt: number
  /** It was declared READ ONLY. */
  readonly isReadOnly: boolean
  readonly #codec: DatumCodec
  readonly #trees = new Map<TreeId, TreeReads>()

  constructor(begunAt: number, codec: DatumCodec, isReadOnly: boolean) {
    this.begunAt = begunAt
    this.isReadOnly = isReadOnly
    this.#codec = codec
  }

  trees(): Iterable<TreeId> {
    return this.#trees.keys()
  }

  get sizeBytes(): number {
    let entries = 0
    for (const { rowIds, points, ranges, scans } of this.#trees.values()) {
      entries += 1 + rowIds.size + points.size + ranges.length + scans.length
    }
    return entries * ENTRY_BYTES
  }

  noteScan(tree: TreeId, schema: TreeSchema, request: ScanRequest): void {
    const reads = this.#of(tree, schema)
    if (reads.isWhole) return
    const { fromRowId, toRowId, zoneFilters = [] } = request
    const isNarrow = fromRowId !== undefined || toRowId !== undefined || zoneFilters.length > 0
    if (isNarrow && reads.scans.length < RANGES_MAX) reads.scans.push(request)
    else makeWhole(reads)
  }

  noteRows(tree: TreeId, schema: TreeSchema, rowIds: ArrayLike<number>): void {
    const reads = this.#of(tree, schema)
    for (let i = 0; i < rowIds.length && !reads.isWhole; i++) {
      reads.rowIds.add(rowIds[i]!)
      if (reads.rowIds.size > POINTS_MAX) makeWhole(reads)
    }
  }

  noteCount(tree: TreeId, schema: TreeSchema): void {
    this.#of(tree, schema).isCounted = true
  }

  noteRange(tree: TreeId, schema: TreeSchema, { lower, upper }: KeyRange): void {
    const reads = this.#of(tree, schema)
    if (reads.isWhole) return
    const isNarrow = lower !== undefined || upper !== undefined
    if (isNarrow && reads.ranges.length < RANGES_MAX) {
      reads.ranges.push({ ...(lower && { lower }), ...(upper && { upper }) })
    } else makeWhole(reads)
  }

  noteKey(tree: TreeId, schema: TreeSchema, key: KeyValues): void {
    const point = key.length === schema.columns.length ? pointOf(key) : undefined
    if (point === undefined) {
      const bound: KeyBound = { values: key, inclusive: true }
      return this.noteRange(tree, schema, { lower: bound, upper: bound })
    }
    const reads = this.#of(tree, schema)
    if (reads.isWhole) return
    reads.points.add(point)
    if (reads.points.size > POINTS_MAX) makeWhole(reads)
  }

  /** Whether anything of the tree was read. */
  has(tree: TreeId): boolean {
    return this.#trees.has(tree)
  }

  /** Whether the operation changes what was read. */
  isTouchedBy(operation: RowOperation): boolean {
    const reads = this.#trees.get(operation.tree)
    if (reads === undefined) return false
    if (reads.isWhole) return true
    if ('keys' in operation) return keysTouch(reads, operation.keys)
    if (reads.isCounted && operation.kind !== 'update-rows') return true
    return rowsTouch(reads, operation)
  }

  #of(tree: TreeId, schema: TreeSchema): TreeReads {
    let reads = this.#trees.get(tree)
    if (reads === undefined) {
      reads = {
        isWhole: false,
        isCounted: false,
        rowIds: new Set(),
        scans: [],
        orders: columnOrders(schema, this.#codec),
        points: new Set(),
        ranges: [],
      }
      this.#trees.set(tree, reads)
    }
    return reads
  }
}

function makeWhole(reads: TreeReads): void {
  reads.isWhole = true
  reads.rowIds.clear()
  reads.points.clear()
  reads.scans.length = 0
  reads.ranges.length = 0
}

/** A text that two keys share only when they are equal; undefined for values whose equality their codec decides. */
function pointOf(key: KeyValues): string | undefined {
  let point = ''
  for (const value of key) {
    if (typeof value === 'object' && value !== null) return undefined
    const text = String(value)
    point += `${value === null ? 'n' : text.length}:${text}`
  }
  return point
}

function keysTouch(reads: TreeReads, keys: Batch): boolean {
  const keyAt = keyReader(keys, reads.orders.length)
  for (let row = 0; row < keys.length; row++) {
    const key = keyAt(row)
    if (reads.points.size > 0) {
      const point = pointOf(key)
      if (point !== undefined && reads.points.has(point)) return true
    }
    if (reads.ranges.some((range) => isWithin(range, key, reads.orders))) return true
  }
  return false
}

function isWithin(
  { lower, upper }: KeyRange,
  key: KeyValues,
  orders: readonly ColumnOrder[],
): boolean {
  if (lower !== undefined) {
    const order = compareKeys(orders, key, lower.values)
    if (order < 0 || (order === 0 && !lower.inclusive)) return false
  }
  if (upper === undefined) return true
  const order = compareKeys(orders, key, upper.values)
  return order < 0 || (order === 0 && upper.inclusive)
}

type TableOperation = Exclude<RowOperation, { keys: Batch }>

function rowsTouch(reads: TreeReads, operation: TableOperation): boolean {
  const { rowIds } = operation
  const before = operation.kind === 'insert-rows' ? undefined : operation.before
  const after = operation.kind === 'delete-rows' ? undefined : operation.after
  for (let row = 0; row < rowIds.length; row++) {
    const rowId = rowIds[row]!
    // An inserted row has an id that nobody can have fetched.
    if (reads.rowIds.has(rowId)) return true
    for (const scan of reads.scans) {
      if (rowId < (scan.fromRowId ?? 0) || rowId > (scan.toRowId ?? Infinity)) continue
      const filters = scan.zoneFilters ?? []
      if (before !== undefined && rowMayMatch(before, row, filters)) return true
      if (after !== undefined && rowMayMatch(after, row, filters)) return true
    }
  }
  return false
}

function rowMayMatch(rows: Batch, row: number, filters: readonly ZoneFilter[]): boolean {
  return filters.every((filter) => {
    const column = rows.columns[filter.column]
    if (column === undefined || column.kind === 'datum') return true
    const value = datumAt(column, row)
    // No comparison holds for null.
    return value !== null && valueMayMatch(value, filter)
  })
}
