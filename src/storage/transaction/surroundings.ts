/**
 * What a transaction may know of the others on its branch: what they have committed by now, and what those that are still open
 * have written. SQL's row locks and unique checks look here; reads never do.
 */
import type { RowId, TreeId, UncommittedWrite } from '../access.ts'
import type { StorageContext } from '../page/node.ts'
import { fetchRows } from '../read/fetch-rows.ts'
import { firstMatches } from '../read/first-match.ts'
import type { SerializableTransactions } from '../serializable/serializable-transactions.ts'
import type { Task } from '../task.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'
import { datumAt } from '../vector.ts'
import type { Batch } from '../vector.ts'
import { UNCOMMITTED } from './apply-operation.ts'
import type { WriteOperation } from './log-record.ts'
import { sameDatum } from './same-rows.ts'
import { keyReader } from './sort-rows.ts'

/** One that has written and neither committed nor rolled back. */
export interface OpenWriter {
  readonly owner: object | undefined
  readonly base: BranchRoots
  readonly writeSet: readonly WriteOperation[]
  /** Neither committed nor rolled back. */
  readonly isOpen: boolean
  /** Its private version of a tree. */
  privateRoot(tree: TreeId): TreeRoot | undefined
}

export interface Surroundings<Writer extends OpenWriter> {
  newest(): BranchRoots
  readonly writers: Set<Writer>
  /** How often any of them has written. */
  writeCount: number
  readonly serializable: SerializableTransactions
}

/** The first of the keys that an open transaction has put into its version of the index, and which one. */
export function* findUncommittedKey(
  index: TreeId,
  keys: Batch,
  writers: Iterable<OpenWriter>,
  context: StorageContext,
): Task<UncommittedWrite | undefined> {
  for (const writer of writers) {
    const root = writer.privateRoot(index)
    const base = writer.base.trees.get(index)
    if (root === undefined || root === base || root.top === undefined) continue
    const keyAt = keyReader(keys, root.schema.columns.length)
    const found = yield* firstMatches(root, keyAt, keys.length, context)
    const known =
      base === undefined ? undefined : yield* firstMatches(base, keyAt, keys.length, context)
    for (let position = 0; position < keys.length; position++) {
      const isThere = found[position]! >= 0 && found[position] !== known?.[position]
      if (isThere) return writtenBy(writer, position)
    }
  }
  return undefined
}

/** Whose open transaction has changed or deleted one of these rows. */
export function* findUncommittedChange(
  table: TreeId,
  rowIds: ArrayLike<number>,
  writers: Iterable<OpenWriter>,
  context: StorageContext,
): Task<UncommittedWrite | undefined> {
  for (const writer of writers) {
    const root = writer.privateRoot(table)
    const base = writer.base.trees.get(table)
    if (base === undefined || root === base) continue
    // Also one that has become what it was; for writes that are kept elsewhere the values have to do.
    const [changed] = yield* changedRows(base, root, rowIds, context)
    const position = changed ?? firstTouched(table, rowIds, writer.writeSet)
    if (position !== undefined) return writtenBy(writer, position)
  }
  return undefined
}

function writtenBy(writer: OpenWriter, position: number): UncommittedWrite {
  return { position, owner: writer.owner, isOpen: () => writer.isOpen }
}

function firstTouched(
  table: TreeId,
  rowIds: ArrayLike<number>,
  operations: readonly WriteOperation[],
): number | undefined {
  const places = new Map(Array.from(rowIds, (rowId, place) => [rowId, place]))
  for (const operation of operations) {
    if (operation.tree !== table || !('before' in operation)) continue
    for (const rowId of operation.rowIds) {
      const place = places.get(rowId)
      if (place !== undefined) return place
    }
  }
  return undefined
}

/** Places in `rowIds` of the rows of `before` that `after` has no more, or with other values. */
export function* changedRows(
  before: TreeRoot,
  after: TreeRoot | undefined,
  rowIds: ArrayLike<number>,
  context: StorageContext,
): Task<readonly number[]> {
  if (after === before) return []
  if (after?.lsn === before.lsn && before.lsn !== UNCOMMITTED) return []
  const columns = before.schema.columns.map((_, position) => position)
  const old = yield* fetchRows(before, rowIds, columns, context)
  const young = after && (yield* fetchRows(after, rowIds, columns, context))
  const [oldPlaces, youngPlaces] = [placesByRowId(old), young && placesByRowId(young)]
  const changed: number[] = []
  for (let i = 0; i < rowIds.length; i++) {
    const rowId = rowIds[i] as RowId // the caller's row ids
    const was = oldPlaces.get(rowId)
    if (was === undefined) continue
    const is = youngPlaces?.get(rowId)
    if (young === undefined || is === undefined) changed.push(i)
    else if (!isSameRow(old, was, young, is, columns.length, context)) changed.push(i)
  }
  return changed
}

/** The row id is the last column. */
function placesByRowId(rows: Batch): Map<RowId, number> {
  const places = new Map<RowId, number>()
  const ids = rows.columns.at(-1)
  if (ids === undefined) return places
  for (let i = 0; i < rows.length; i++) places.set(Number(datumAt(ids, i)) as RowId, i)
  return places
}

function isSameRow(
  a: Batch,
  placeInA: number,
  b: Batch,
  placeInB: number,
  width: number,
  { codec }: StorageContext,
): boolean {
  for (let column = 0; column < width; column++) {
    const [x, y] = [a.columns[column]!, b.columns[column]!] // both of the tree's schema
    if (!sameDatum(datumAt(x, placeInA), datumAt(y, placeInB), codec)) return false
  }
  return true
}
