/**
 * Walks everything reachable from a branch's roots and throws an AssertionError that names the first broken
 * invariant. Run after every step of the simulations, and offered as a function of SQL.
 */
import { AssertionError } from '../../errors/sql-error.ts'
import { columnCapacity, isLargeValue, rangeOfColumn, valueAt } from '../page/column.ts'
import type { ChildEntry, InteriorNode, LeafNode, StorageContext } from '../page/node.ts'
import { loadNode } from '../read/page-access.ts'
import { readLargeValue } from '../read/large-value.ts'
import type { Task } from '../task.ts'
import { columnOrders } from '../tree/key-order.ts'
import type { ColumnOrder } from '../tree/key-order.ts'
import { compareEntryKey, compareLeafKey } from '../tree/key-search.ts'
import type { KeyValues } from '../tree/key-search.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'
import { EMPTY_ZONE, extendZone, unionZone } from '../tree/zone.ts'
import type { Datum } from '../vector.ts'

interface Walk {
  readonly root: TreeRoot
  readonly orders: readonly ColumnOrder[]
  readonly context: StorageContext
  /** The last key seen, in key order. */
  lastKey: KeyValues
  lastRowId: number
}

export function* checkRoots(roots: BranchRoots, context: StorageContext): Task<void> {
  for (const [id, root] of roots.trees.entries()) {
    require_(root.id === id, root, 'it is filed under another id')
    require_(root.lsn <= roots.lsn, root, 'it is newer than its branch')
    yield* checkTree(root, context)
  }
}

export function* checkTree(root: TreeRoot, context: StorageContext): Task<void> {
  if (root.top === undefined) return
  const orders = columnOrders(root.schema, context.codec)
  const walk: Walk = { root, orders, context, lastKey: [], lastRowId: -Infinity }
  yield* checkEntry(walk, root.top, root.height)
  const last = root.schema.kind === 'table' ? walk.lastRowId : -1
  require_(last < root.nextRowId, root, `row ${last} is not below the next row id`)
}

function* checkEntry(walk: Walk, entry: ChildEntry, level: number): Task<void> {
  const { root, orders } = walk
  const node = yield* loadNode(entry, walk.context.source)
  if (walk.lastRowId !== -Infinity && orders.length > 0) {
    const order = compareEntryKey(entry, orders, walk.lastKey)
    require_(order >= 0, root, 'a first key is below the key before it')
  }
  if (node.kind === 'leaf') {
    require_(level === 0, root, `a leaf at level ${level}`)
    require_(node.length === entry.rowCount, root, `${node.length} rows, not ${entry.rowCount}`)
    checkFirstKey(walk, entry, node)
    yield* checkLeaf(walk, node)
    checkZone(walk, entry, node)
  } else {
    require_(node.level === level, root, `a node of level ${node.level} at level ${level}`)
    checkInterior(walk, entry, node)
    for (const child of node.children) yield* checkEntry(walk, child, level - 1)
  }
}

function checkInterior(walk: Walk, entry: ChildEntry, node: InteriorNode): void {
  const { root } = walk
  require_(node.children.length > 0, root, 'an interior node without children')
  const rows = node.children.reduce((sum, child) => sum + child.rowCount, 0)
  require_(rows === entry.rowCount, root, `children have ${rows} rows, not ${entry.rowCount}`)
  for (const child of node.children) {
    const inside = unionZone(entry.zone, child.zone) === entry.zone
    require_(inside, root, 'a child reaches beyond the min/max of its parent')
  }
}

function checkFirstKey(walk: Walk, entry: ChildEntry, leaf: LeafNode): void {
  const { root, orders } = walk
  require_(leaf.length > 0, root, 'an empty leaf')
  const order = compareLeafKey(leaf, 0, orders, entry.firstKey)
  const bound = order > 0 || (order === 0 && leaf.rowIds[0]! >= entry.firstRowId)
  require_(bound, root, 'a first key is above the first row')
}

function* checkLeaf(walk: Walk, leaf: LeafNode): Task<void> {
  const { root, orders } = walk
  const { columns } = root.schema
  require_(leaf.columns.length === columns.length, root, 'a leaf has other columns')
  for (const [position, column] of leaf.columns.entries()) {
    require_(column.kind === columns[position], root, `column ${position} is of another kind`)
    require_(columnCapacity(column) >= leaf.length, root, `column ${position} is too short`)
    if (column.hasLarge) yield* checkLargeValues(walk, leaf, position)
  }
  for (let row = 0; row < leaf.length; row++) {
    const rowId = leaf.rowIds[row]!
    let order = orders.length === 0 || row + walk.lastKey.length === 0 ? 0 : -1
    if (orders.length > 0 && walk.lastRowId !== -Infinity) {
      order = -compareLeafKey(leaf, row, orders, walk.lastKey)
    }
    require_(
      order < 0 || (order === 0 && walk.lastRowId < rowId),
      root,
      `row ${rowId} is out of order`,
    )
    if (order === 0 && orders.length > 0) checkDistinct(walk, rowId)
    walk.lastRowId = rowId
    if (orders.length > 0)
      walk.lastKey = leaf.columns.map((column) => valueAt(column, row) as Datum)
  }
}

/** The row has the same key as the one before. */
function checkDistinct(walk: Walk, rowId: number): void {
  const { schema } = walk.root
  const mayRepeat = schema.nullsNotDistinct !== true && walk.lastKey.includes(null)
  const isFine = schema.unique !== true || mayRepeat || walk.lastRowId === -Infinity
  require_(isFine, walk.root, `rows ${walk.lastRowId} and ${rowId} have the same key`)
}

function* checkLargeValues(walk: Walk, leaf: LeafNode, position: number): Task<void> {
  for (let row = 0; row < leaf.length; row++) {
    const value = valueAt(leaf.columns[position]!, row)
    if (isLargeValue(value)) yield* readLargeValue(value, walk.context)
  }
}

function checkZone(walk: Walk, entry: ChildEntry, leaf: LeafNode): void {
  if (walk.root.schema.kind === 'index') return
  const actual = extendZone(EMPTY_ZONE, leaf.columns.map(rangeOfColumn), 0, leaf.length)
  const inside = unionZone(entry.zone, actual) === entry.zone
  require_(inside, walk.root, 'a row lies beyond the min/max of its leaf')
}

function require_(condition: boolean, root: TreeRoot, what: string): asserts condition {
  if (!condition) throw new AssertionError(`tree ${root.id}: ${what}`)
}
