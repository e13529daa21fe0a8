/** Rows by their ids, in the order asked: each id costs a descent unless it lies in the leaf of the one before. */
import { assert } from '../../errors/sql-error.ts'
import {
  newColumn,
  rangeOfColumn,
  oneRowVector,
  vectorOfRange,
  writeRange,
} from '../page/column.ts'
import { isResident } from '../page/node.ts'
import type { ChildEntry, Column, LeafNode, PageSource, StorageContext } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { Task } from '../task.ts'
import { childFor, rowIdBound } from '../tree/key-search.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { batch } from '../vector.ts'
import type { Batch, Vector } from '../vector.ts'
import { resolveBatch } from './leaf-batch.ts'
import { nodeAt } from './page-access.ts'

/** Pages to ask for at once. */
const MISSING_PAGES_MAX = 64
const NO_ORDERS: readonly never[] = []
const NO_KEY: readonly never[] = []

/** One row for each id that exists; the row ids follow as last column. The values are copies. */
export function* fetchRows(
  root: TreeRoot,
  rowIds: ArrayLike<number>,
  columns: readonly number[],
  context: StorageContext,
): Task<Batch> {
  const count = rowIds.length
  if (count === 1) {
    const row = fetchOne(root.top, rowIds[0]!, columns, context)
    if (row !== undefined) return row
  }
  const target = columns.map((position) => newColumn(root.schema.columns[position]!, count))
  const foundIds = new Float64Array(count)
  let found = 0
  let leaf: LeafNode | undefined
  let attempts = 0
  for (let next = 0; next < count;) {
    const rowId = rowIds[next]!
    if (leaf === undefined || !covers(leaf, rowId)) {
      leaf = leafOf(root.top, rowId, context.source)
      if (leaf === undefined) {
        if (root.top === undefined) break
        const addresses = missingPages(root.top, rowIds, next, context.source)
        // A cache smaller than what is asked for drops the first while it loads the last: then one by one.
        if (++attempts > root.height + 1) addresses.length = 1
        yield { kind: 'pages', addresses }
        continue
      }
    }
    const at = rowIdBound(leaf.rowIds, rowId, 0, leaf.length)
    if (at >= leaf.length || leaf.rowIds[at] !== rowId) {
      next++
      attempts = 0
      continue
    }
    const run = runLength(leaf, at, rowIds, next)
    copyRows(leaf, at, run, columns, target, found)
    for (let i = 0; i < run; i++) foundIds[found + i] = rowIds[next + i]!
    found += run
    next += run
    attempts = 0
  }
  return yield* finish(target, foundIds, found, context)
}

/** The common case, one row, all pages at hand. Undefined: look again the long way. */
function fetchOne(
  top: ChildEntry | undefined,
  rowId: number,
  columns: readonly number[],
  context: StorageContext,
): Batch | undefined {
  const leaf = leafOf(top, rowId, context.source)
  if (leaf === undefined) return undefined
  const at = rowIdBound(leaf.rowIds, rowId, 0, leaf.length)
  if (at >= leaf.length || leaf.rowIds[at] !== rowId) return undefined
  const vectors: Vector[] = []
  for (const position of columns) {
    const column = leaf.columns[position]!
    if (column.hasLarge) return undefined
    vectors.push(oneRowVector(column, at))
  }
  vectors.push({ kind: 'int64', values: Float64Array.of(rowId), nulls: undefined })
  return batch(vectors, 1)
}

function* finish(
  target: readonly Column[],
  rowIds: Float64Array,
  length: number,
  context: StorageContext,
): Task<Batch> {
  const large = target.some((column) => column.hasLarge)
  const vectors: Vector[] = target.map((column) => vectorOfRange(column, 0, length))
  vectors.push({ kind: 'int64', values: rowIds.subarray(0, length), nulls: undefined })
  const rows = batch(vectors, length)
  return large ? yield* resolveBatch(rows, context) : rows
}

function covers(leaf: LeafNode, rowId: number): boolean {
  return leaf.rowIds[0]! <= rowId && rowId <= leaf.rowIds[leaf.length - 1]!
}

/** How many of the ids from `next` on are the rows from `at` on. */
function runLength(leaf: LeafNode, at: number, rowIds: ArrayLike<number>, next: number): number {
  const most = Math.min(leaf.length - at, rowIds.length - next)
  let run = 1
  while (run < most && leaf.rowIds[at + run] === rowIds[next + run]) run++
  return run
}

function copyRows(
  leaf: LeafNode,
  at: number,
  count: number,
  columns: readonly number[],
  target: readonly Column[],
  to: number,
): void {
  for (let i = 0; i < columns.length; i++) {
    const source = rangeOfColumn(leaf.columns[columns[i]!]!)
    writeRange(target[i]!, to, source, at, at + count)
  }
}

/** The leaf in which the row would lie; undefined when a page on the way is not at hand, or the tree is empty. */
export function leafOf(
  top: ChildEntry | undefined,
  rowId: number,
  source: PageSource,
): LeafNode | undefined {
  if (top === undefined) return undefined
  let node = nodeAt(top, source)
  while (node !== undefined && node.kind === 'interior') {
    const index = childFor(node.children, NO_ORDERS, NO_KEY, rowId)
    node = nodeAt(node.children[index]!, source)
  }
  return node
}

function missingPages(
  top: ChildEntry,
  rowIds: ArrayLike<number>,
  next: number,
  source: PageSource,
): PageAddress[] {
  const missing = new Set<PageAddress>()
  for (let i = next; i < rowIds.length && missing.size < MISSING_PAGES_MAX; i++) {
    const entry = missingEntry(top, rowIds[i]!, source)
    if (entry !== undefined && !isResident(entry.pointer)) missing.add(entry.pointer)
  }
  assert(missing.size > 0, 'a row that cannot be reached lacks a page')
  return [...missing]
}

function missingEntry(top: ChildEntry, rowId: number, source: PageSource): ChildEntry | undefined {
  let entry = top
  for (;;) {
    const node = nodeAt(entry, source)
    if (node === undefined) return entry
    if (node.kind === 'leaf') return undefined
    entry = node.children[childFor(node.children, NO_ORDERS, NO_KEY, rowId)]!
  }
}
