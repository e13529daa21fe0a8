/**
 * Foreign keys among other transactions: the row that a new key points to must keep its key until this transaction has ended,
 * and rows that others are about to let point to a key that goes must be waited for.
 */
import { serializationFailure } from '../../../../../errors/serialization-failure.ts'
import type { SqlError } from '../../../../../errors/sql-error.ts'
import type { RowId, TreeId } from '../../../../../storage/access.ts'
import type { Task } from '../../../../../storage/task.ts'
import { ROW_LOCK } from '../../../../lock/lock-mode.ts'
import type { RowLockStrength } from '../../../../lock/lock-mode.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import type { TransactionLocks } from '../../../../lock/transaction-locks.ts'
import { gatherBatch } from '../../../vectors/gather.ts'
import { findReferencing, splitRowIds } from './referencing-rows.ts'
import type { FoundRows, Reference } from './referencing-rows.ts'
import type { KeyValues } from './key-translation.ts'

/** Locks a row so that it keeps its key. False when others have changed it meanwhile, so that it has to be looked for again. */
export function* keepsKey(
  tree: TreeId,
  rowId: RowId,
  index: TreeId,
  key: KeyValues,
  context: ExecutionContext,
): Task<boolean> {
  const { locks } = context
  if (locks === undefined) return true
  yield* locks.rows(tree, [rowId], ROW_LOCK.keyShare)
  if (locks.access.isCurrent) return true
  if (!locks.seesNewest) {
    if ((yield* locks.access.newest().firstMatch(index, key)) === rowId) return true
    throw serializationFailure('update')
  }
  if ((yield* locks.access.changedRows(tree, [rowId])).length === 0) return true
  yield* context.catchUp()
  return false
}

/** A key that goes, and what is done to the rows that refer to it. */
export interface GoingKey {
  readonly reference: Reference
  /** As the referenced table has them. */
  readonly values: KeyValues
  readonly strength: RowLockStrength
  /** The error when a row that cannot be seen refers to it. */
  refuse(): SqlError
}

/** Those that refer to the key and will go on doing so: locked, and as they are now. */
export function* findLocked(going: GoingKey, context: ExecutionContext): Task<FoundRows> {
  const { reference, values, strength } = going
  const { child } = reference
  const { locks } = context
  for (;;) {
    const found = yield* findReferencing(reference, values, context)
    if (locks === undefined) return found
    yield* locks.rows(child.tree, found.rowIds, strength)
    if (locks.access.isCurrent) return found
    if (!locks.seesNewest) {
      const left = yield* withoutGone(found, child.tree, locks)
      yield* locks.requireUnchanged(child.tree, left.rowIds)
      if (!(yield* hasUnseen(going, found, context))) return left
      throw strength === ROW_LOCK.update ? serializationFailure('update') : going.refuse()
    }
    if ((yield* locks.access.changedRows(child.tree, found.rowIds)).length === 0) return found
    yield* context.catchUp()
  }
}

/** Above READ COMMITTED: rows that others have deleted since the snapshot refer to nothing any more. */
function* withoutGone(
  found: FoundRows,
  table: TreeId,
  { access }: TransactionLocks,
): Task<FoundRows> {
  const changed = new Set(yield* access.changedRows(table, found.rowIds))
  if (changed.size === 0) return found
  const { rowIds: there } = splitRowIds(yield* access.newest().fetch(table, found.rowIds, []))
  const places = [...found.rowIds.keys()].filter(
    (place) => !changed.has(place) || there.includes(found.rowIds[place]!),
  )
  const rows = gatherBatch(found.rows, Int32Array.from(places), places.length)
  return { rowIds: Float64Array.from(places, (place) => found.rowIds[place]!), rows }
}

/** Some row refers to the key and was committed after a snapshot that cannot move. */
function* hasUnseen(
  { reference, values }: GoingKey,
  seen: FoundRows,
  context: ExecutionContext,
): Task<boolean> {
  const { tree } = reference.child
  const { locks } = context
  const newest = locks?.access.newest()
  if (locks === undefined || newest?.hasTree(tree) !== true) return false
  const { rowIds } = yield* findReferencing(reference, values, context, newest)
  return rowIds.some((rowId) => !seen.rowIds.includes(rowId) && !locks.hasTaken(tree, rowId))
}
