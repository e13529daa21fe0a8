/**
 * The locks of UPDATE and DELETE, taken when all rows to change are known and before the first is changed. Rows that others
 * have changed since the snapshot are looked at again: they are changed as they are now, if they still qualify.
 */
import { assert } from '../../../../errors/sql-error.ts'
import type { Suspension, Task } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import type { TransactionAccess } from '../../../../storage/access.ts'
import type { RowLockStrength } from '../../../lock/lock-mode.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { RowPin } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import type { Compilation } from '../../expression/kernel.ts'
import { RowStore, fill } from '../../memory/row-store.ts'
import { gatherBatch, sliceBatch } from '../../vectors/gather.ts'
import type { Operator } from '../operator.ts'
import type { TableWriter } from '../modify/table-writer.ts'
import { newestRows, pinnedRow } from './newest-rows.ts'

export interface LockTargets {
  readonly writer: TableWriter
  readonly input: Operator
  /** The column of row ids among the input's; null where there is no row to change. */
  readonly rowId: ColumnId
  /** The other tables of the input. */
  readonly pins: readonly RowPin[]
  readonly compilation: Compilation
  strengthOf(rows: Batch): RowLockStrength
}

/** Returns what is to be changed now: the same rows, or others in place of those that have changed meanwhile. */
export function* lockTargets(
  rows: RowStore,
  targets: LockTargets,
  context: ExecutionContext,
): Generator<Batch | Suspension, RowStore, void> {
  const { locks } = context
  if (locks === undefined) return rows
  const { writer, input, rowId } = targets
  const place = input.layout.get(rowId)
  assert(place !== undefined, 'the row id is among the rows to change')
  const changed = new Set<number>()
  for (const batch of rows.batches()) {
    const ids = rowIdsAt(batch, place)
    yield* locks.rows(writer.tree, ids, targets.strengthOf(batch))
    if (!locks.seesNewest) yield* locks.requireUnchanged(writer.tree, ids)
    for (const at of yield* context.overtaken(writer.tree, ids)) changed.add(ids[at]!)
  }
  if (changed.size === 0) return rows
  const again = new RowStore(input.kinds, context)
  yield* context.catchUp()
  if (targets.pins.length > 0) {
    const isChanged = (id: number): boolean => changed.has(id)
    yield* lookAgain({ rows, isChanged, again }, { ...targets, place }, locks, context)
  } else {
    for (const batch of rows.batches()) again.append(without(batch, place, changed))
    const newest = yield* newestRows(writer, [...changed], locks, context)
    yield* fill(again, input.run(context.again(new Map([[rowId, newest]]))))
  }
  rows.release()
  return again
}

interface Look {
  readonly rows: RowStore
  isChanged(rowId: number): boolean
  /** Where what is left of them goes. */
  readonly again: RowStore
}

/** In their order; what has changed row by row, each with the rows of the other tables that it was joined with. */
function* lookAgain(
  { rows, isChanged, again }: Look,
  targets: LockTargets & { readonly place: number },
  locks: TransactionLocks,
  context: ExecutionContext,
): Generator<Batch | Suspension, void, void> {
  const { input, place } = targets
  for (const batch of rows.batches()) {
    let start = 0
    for (let i = 0; i < batch.length; i++) {
      const id = datumAt(batch.columns[place]!, i)
      if (id === null || !isChanged(Number(id))) continue
      if (i > start) again.append(sliceBatch(batch, start, i))
      const overrides = yield* besideOthers(batch, i, targets, locks, context)
      yield* fill(again, input.run(context.again(overrides)))
      start = i + 1
    }
    if (start < batch.length) again.append(sliceBatch(batch, start, batch.length))
  }
}

/** The row as it is now, and those that it was joined with as they were. */
function* besideOthers(
  batch: Batch,
  row: number,
  { writer, input, rowId, place, pins, compilation }: LockTargets & { readonly place: number },
  locks: TransactionLocks,
  context: ExecutionContext,
): Task<ReadonlyMap<ColumnId, TransactionAccess>> {
  const overrides = new Map<ColumnId, TransactionAccess>()
  const id = Number(datumAt(batch.columns[place]!, row))
  overrides.set(rowId, yield* newestRows(writer, [id], locks, context))
  for (const pin of pins) {
    const { column } = pin.rowId
    const at = input.layout.get(column)
    if (at === undefined) continue
    const beside = datumAt(batch.columns[at]!, row)
    const pinned = beside === null ? undefined : Number(beside)
    overrides.set(column, yield* pinnedRow(pin, pinned, compilation, locks, context))
  }
  return overrides
}

/** Those that are there. */
export function rowIdsAt(batch: Batch, place: number): Float64Array {
  const ids = new Float64Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) {
    const id = datumAt(batch.columns[place]!, i)
    if (id !== null) ids[count++] = Number(id)
  }
  return ids.subarray(0, count)
}

function without(batch: Batch, place: number, left: ReadonlySet<number>): Batch {
  const kept = new Int32Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) {
    if (!left.has(Number(datumAt(batch.columns[place]!, i)))) kept[count++] = i
  }
  return gatherBatch(batch, kept, count)
}
