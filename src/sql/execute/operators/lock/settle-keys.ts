/**
 * Before keys go into a unique index: waits for every other transaction that has put one of them there, or is taking one away,
 * without having ended. Afterwards what this transaction sees says whether a key is free.
 *
 * Whoever waits for pages between this look and its own write may be overtaken: it looks again when it has written, and the second
 * of the two to write gives way. No lock on keys is needed.
 */
import type { TreeId } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import type { IndexKeys } from '../modify/index-keys.ts'

/** `refuse` makes the error for a key that was committed after a snapshot that cannot move: of REPEATABLE READ. */
export function* settleKeys(
  index: IndexKeys,
  table: TreeId,
  keys: Batch,
  context: ExecutionContext,
  refuse: (position: number) => Error,
): Task<void> {
  const { locks } = context
  if (locks === undefined || locks.isAlone) return
  const places = comparable(index, keys)
  const probed = places.length === keys.length ? keys : gatherBatch(keys, places, places.length)
  const refuseTaken = (place: number): never => {
    locks.access.assertReadsCurrent()
    throw refuse(places[place]!)
  }
  do yield* context.catchUp()
  while (yield* waitForOther({ index: index.index.tree, table, keys: probed }, locks, refuseTaken))
  if (locks.seesNewest || locks.access.isCurrent) return
  const seen = yield* locks.access.firstMatches(index.index.tree, probed)
  const newest = yield* locks.access.newest().firstMatches(index.index.tree, probed)
  const taken = newest.findIndex(
    (rowId, i) => rowId >= 0 && rowId !== seen[i] && !locks.hasTaken(table, rowId),
  )
  if (taken >= 0) refuseTaken(taken)
}

/**
 * After keys went into a unique index while others wrote (`othersWrites`): waits for those that have put one of them there too.
 * Throws what `refuse` makes when one of them was committed.
 */
export function* settleWrittenKeys(
  index: IndexKeys,
  table: TreeId,
  keys: Batch,
  locks: TransactionLocks,
  refuse: (position: number) => Error,
): Task<void> {
  const places = comparable(index, keys)
  const probed = places.length === keys.length ? keys : gatherBatch(keys, places, places.length)
  const { tree } = index.index
  for (;;) {
    const inserted = yield* locks.access.uncommittedKey(tree, probed)
    if (inserted === undefined) break
    yield* locks.writerEnd(inserted)
  }
  if (locks.access.isCurrent) return
  const newest = yield* locks.access.newest().firstMatches(tree, probed)
  const taken = newest.findIndex((rowId) => rowId >= 0 && !locks.hasTaken(table, rowId))
  if (taken >= 0) throw refuse(places[taken]!)
}

/** Keys with a null equal no other. */
function comparable(index: IndexKeys, keys: Batch): Int32Array {
  const places: number[] = []
  for (let i = 0; i < keys.length; i++) if (index.probeKey(keys, i) !== undefined) places.push(i)
  return Int32Array.from(places)
}

interface Probe {
  readonly index: TreeId
  readonly table: TreeId
  readonly keys: Batch
}

/** True when it had to wait, so that everything may look different now. */
function* waitForOther(
  { index, table, keys }: Probe,
  locks: TransactionLocks,
  refuseTaken: (place: number) => never,
): Task<boolean> {
  const inserted = yield* locks.access.uncommittedKey(index, keys)
  if (inserted !== undefined) {
    yield* locks.writerEnd(inserted)
    return true
  }
  const found = yield* locks.access.firstMatches(index, keys)
  const rowIds = found.filter((rowId) => rowId >= 0)
  if (rowIds.length === 0) return false
  const changing = yield* locks.access.uncommittedChange(table, rowIds)
  if (changing === undefined) return false
  yield* locks.writerEnd(changing)
  const rowId = rowIds[changing.position]!
  if (locks.seesNewest || (yield* locks.access.changedRows(table, [rowId])).length === 0)
    return true
  // At the higher levels the row stays where it was seen: its key is still taken, or was let go after the snapshot.
  const place = found.indexOf(rowId)
  const newest = yield* locks.access.newest().firstMatches(index, keys)
  if (newest[place]! >= 0 && !locks.hasTaken(table, newest[place]!)) refuseTaken(place)
  yield* locks.requireUnchanged(table, [rowId])
  return true
}
