/**
 * Keys of deferrable unique constraints: while a statement runs two rows may have the same one. Noted is which rows had met
 * another with their key when they got it; that has to be over when the constraint is looked at.
 */
import type { RowId } from '../../../../../storage/access.ts'
import type { Task } from '../../../../../storage/task.ts'
import type { Batch } from '../../../../../storage/vector.ts'
import type { RowIdSet } from '../../../../lock/row-id-set.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import { rowOf } from '../../../expression/container/container.ts'
import { settleKeys } from '../../lock/settle-keys.ts'
import { type IndexKeys, type KeyRows, pickRowIds } from '../index-keys.ts'
import { splitRowIds } from '../references/referencing-rows.ts'
import type { TableWriter } from '../table-writer.ts'

/** Rows that are looked at together. */
const ROWS_AT_ONCE = 1024

export function isPutOff({ index }: IndexKeys, { deferred }: ExecutionContext): boolean {
  return index.deferral !== undefined && deferred !== undefined
}

/** Before the keys of an update go in: rows that have them so far, and may stay. */
export function* noteMet(
  index: IndexKeys,
  { keys, rows }: KeyRows,
  rowIds: Float64Array,
  context: ExecutionContext,
): Task<void> {
  const owners = pickRowIds(rowIds, rows)
  const met = yield* context.access.firstMatches(index.index.tree, keys)
  note(index, keys, owners, [met], context)
}

/** When the keys are in the index: they may also be those of other rows of the statement, or of other transactions. */
export function* noteDoubtful(
  index: IndexKeys,
  keys: Batch,
  owners: Float64Array,
  context: ExecutionContext,
): Task<void> {
  const { tree } = index.index
  const met: Met[] = [yield* context.access.firstMatches(tree, keys)]
  const { locks } = context
  if (locks !== undefined && !locks.isAlone) {
    const newest = locks.access.newest()
    if (newest.hasTree(tree)) met.push(yield* newest.firstMatches(tree, keys))
    if ((yield* locks.access.uncommittedKey(tree, keys)) !== undefined) met.push(OTHERS)
  }
  note(index, keys, owners, met, context)
}

/** All of the keys may be somebody else's. */
const OTHERS = 'others'
/** For each key a row that has it, or -1. */
type Met = ArrayLike<number> | typeof OTHERS

function note(
  index: IndexKeys,
  keys: Batch,
  owners: Float64Array,
  met: readonly Met[],
  { deferred }: ExecutionContext,
): void {
  const { deferral, table } = index.index
  if (deferral === undefined) return
  const doubtful: number[] = []
  for (let i = 0; i < keys.length; i++) {
    const owner = owners[i]!
    const isMet = met.some((rows) => rows === OTHERS || (rows[i]! >= 0 && rows[i] !== owner))
    if (isMet && index.probeKey(keys, i) !== undefined) doubtful.push(owner)
  }
  deferred?.noteRows(deferral, table, doubtful)
}

/** Raises 23505 when one of the rows is not the only one with its key. Those that are gone do not count. */
export function* checkDoubtful(
  { tree, rules }: TableWriter,
  index: IndexKeys,
  rows: RowIdSet,
  context: ExecutionContext,
): Task<void> {
  const positions = rules.row.map((_, position) => position)
  for (const ids of portions(rows.values())) {
    const found = splitRowIds(yield* context.access.fetch(tree, ids, positions))
    const { keys } = index.keysOf(found.rows, context)
    const refuse = (place: number): Error => index.duplicate(rowOf(keys.columns, place), context)
    yield* settleKeys(index, tree, keys, context, refuse)
    for (let i = 0; i < keys.length; i++) {
      const key = index.probeKey(keys, i)
      if (key === undefined) continue
      let entries = 0
      const bound = { values: key, inclusive: true }
      const request = { columns: [], lower: bound, upper: bound }
      for (const item of context.access.seek(index.index.tree, request)) {
        if (item.kind === 'batch') entries += item.length
        else yield item
      }
      if (entries > 1) throw refuse(i)
    }
  }
}

export function* portions(rowIds: Iterable<number>): Iterable<readonly RowId[]> {
  let portion: RowId[] = []
  for (const rowId of rowIds) {
    portion.push(rowId as RowId) // noted from row ids
    if (portion.length < ROWS_AT_ONCE) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}
