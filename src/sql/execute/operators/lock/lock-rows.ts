/** SELECT … FOR UPDATE and its kin: locks the rows that each row of the input comes from, and passes it on as it is now. */
import { readOnlyTransaction } from '../../../../errors/read-only-transaction.ts'
import { serializationFailure } from '../../../../errors/serialization-failure.ts'
import { SqlError, assert } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { TransactionAccess } from '../../../../storage/access.ts'
import type { BatchStream, Suspension, Task } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import { ROW_LOCK } from '../../../lock/lock-mode.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { LockRowsNode, LockTarget, RowPin } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { RowStore, fill } from '../../memory/row-store.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import { TableWriter } from '../modify/table-writer.ts'
import { makeArranged, type Operator, type Preparation } from '../operator.ts'
import { isSameValue, keyPositions } from './key-columns.ts'
import { newestRows, pinnedRow } from './newest-rows.ts'

/** A target, and where the input has its row ids. */
interface Place {
  readonly target: LockTarget
  readonly column: number
}

/** A table that is not locked, and where the input has its row ids. */
interface Pinned {
  readonly pin: RowPin
  readonly column: number
}

interface Locker {
  readonly places: readonly Place[]
  readonly pins: readonly Pinned[]
  readonly input: Operator
  readonly preparation: Preparation
  readonly locks: TransactionLocks
  readonly context: ExecutionContext
}

const COMMANDS = {
  update: 'SELECT FOR UPDATE',
  noKeyUpdate: 'SELECT FOR NO KEY UPDATE',
  share: 'SELECT FOR SHARE',
  keyShare: 'SELECT FOR KEY SHARE',
} as const

export function prepareLockRows(node: LockRowsNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const places = node.targets.map((target): Place => {
    const column = input.layout.get(target.rowId.column)
    assert(column !== undefined, 'the row ids to lock are among the input')
    return { target, column }
  })
  const pins = (node.pins ?? []).flatMap((pin): readonly Pinned[] => {
    const column = input.layout.get(pin.rowId.column)
    return column === undefined ? [] : [{ pin, column }]
  })
  return makeArranged(input.output, node.output, preparation.catalog, (context) => {
    refuseReadOnly(node, context)
    const { locks } = context
    if (locks === undefined) return input.run(context)
    return lockAll({ places, pins, input, preparation, locks, context }, node.oneByOne)
  })
}

function* lockAll(locker: Locker, oneByOne: boolean): BatchStream {
  const { input, context } = locker
  for (const item of input.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    if (!oneByOne && (yield* lockBatch(locker, item))) yield item
    else for (let i = 0; i < item.length; i++) yield* lockOne(locker, item, i)
  }
}

/** All rows at once when nobody is in the way and nothing has changed. */
function* lockBatch({ places, locks, context }: Locker, batch: Batch): Task<boolean> {
  for (const { target, column } of places) {
    for (let i = 0; i < batch.length; i++) {
      const rowId = datumAt(batch.columns[column]!, i)
      if (rowId !== null && !locks.tryRow(target.tree, Number(rowId), ROW_LOCK[target.strength]))
        return false
    }
  }
  if (locks.access.isCurrent && context.reads === context.access) return true
  for (const { target, column } of places) {
    const ids = Array.from({ length: batch.length }, (_, i) => datumAt(batch.columns[column]!, i))
    const there = Float64Array.from(
      ids.filter((id) => id !== null),
      Number,
    )
    if ((yield* context.overtaken(target.tree, there)).length > 0) return false
  }
  return true
}

function* lockOne(locker: Locker, batch: Batch, row: number): BatchStream {
  const { places, locks, context } = locker
  let hasChanged = false
  for (const { target, column } of places) {
    const id = datumAt(batch.columns[column]!, row)
    if (id === null) continue
    const rowId = Number(id)
    if (!(yield* lockRow(target, rowId, locks))) return
    if (!locks.seesNewest) yield* requireUnchanged(target, rowId, locks)
    hasChanged ||= (yield* context.overtaken(target.tree, [rowId])).length > 0
  }
  if (hasChanged) yield* lookAgain(locker, batch, row)
  else yield gatherBatch(batch, Int32Array.of(row), 1)
}

/** False when the row is to be skipped. */
function* lockRow(target: LockTarget, rowId: number, locks: TransactionLocks): Task<boolean> {
  const { tree, wait, relation } = target
  const strength = ROW_LOCK[target.strength]
  if (locks.tryRow(tree, rowId, strength)) return true
  if (wait === 'skipLocked') return false
  if (wait === 'nowait') {
    throw new SqlError(
      SQLSTATE.LOCK_NOT_AVAILABLE,
      `could not obtain lock on row in relation "${relation.name}"`,
    )
  }
  yield* locks.rows(tree, [rowId], strength)
  return true
}

/** For FOR KEY SHARE only the keys count. A row that is gone fails with the same message here. */
function* requireUnchanged(
  { tree, relation, strength }: LockTarget,
  rowId: number,
  locks: TransactionLocks,
): Task<void> {
  if ((yield* locks.access.changedRows(tree, [rowId])).length === 0) return
  const keys = [...keyPositions(relation)]
  const seen = yield* locks.access.fetch(tree, [rowId], keys)
  const newest = yield* locks.access.newest().fetch(tree, [rowId], keys)
  const isKept =
    newest.length > 0 && keys.every((_, i) => isSameValue(seen.columns[i]!, newest.columns[i]!, 0))
  if (!isKept || strength !== 'keyShare') throw serializationFailure('update')
}

/** The row was changed while it was waited for: whether it still qualifies, and with what values. */
function* lookAgain(
  { places, pins, input, preparation, locks, context }: Locker,
  batch: Batch,
  row: number,
): Generator<Batch | Suspension, void, void> {
  yield* context.catchUp()
  const overrides = new Map<ColumnId, TransactionAccess>()
  for (const { target, column } of places) {
    const id = datumAt(batch.columns[column]!, row)
    if (id === null) continue
    const table = writerOf(target, preparation, context)
    overrides.set(target.rowId.column, yield* newestRows(table, [Number(id)], locks, context))
  }
  for (const { pin, column } of pins) {
    const id = datumAt(batch.columns[column]!, row)
    const rowId = id === null ? undefined : Number(id)
    const { compilation } = preparation
    const pinned = yield* pinnedRow(pin, rowId, compilation, locks, context)
    overrides.set(pin.rowId.column, pinned)
  }
  const rows = new RowStore(input.kinds, context)
  try {
    yield* fill(rows, input.run(context.again(overrides)))
    yield* rows.batches()
  } finally {
    rows.release()
  }
}

function writerOf(
  { relation, tree }: LockTarget,
  { compilation }: Preparation,
  context: ExecutionContext,
): TableWriter {
  const rules = context.tableRules?.(relation)
  assert(rules !== undefined, 'a session can bind the rules of a table')
  return new TableWriter(relation, tree, rules, compilation)
}

function refuseReadOnly({ targets }: LockRowsNode, { session }: ExecutionContext): void {
  const first = targets.find(({ relation }) => !relation.isTemporary)
  if (first === undefined || session.setting('transaction_read_only') !== 'on') return
  throw readOnlyTransaction(COMMANDS[first.strength])
}
