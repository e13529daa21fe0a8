/**
 * From a transaction's private roots to the branch's next state. A tree that nobody else has changed since the
 * snapshot is taken as it is; for any other the write set is replayed on the newest root, and what no longer fits (a
 * row that another transaction changed or deleted, a unique key that exists by now) is a serialization failure.
 *
 *   const merged = yield* mergeOntoNewest(transaction, () => branch.roots, context)
 *   // no suspension from here on: the newest roots are still those that `merged` was built on
 *   const sequences = counters.takeDirtySequences()
 *   branch.roots = sealCommit(merged, transaction.touchedTrees(), lsn, sequences)
 *   log.append(encodeLogRecord({ lsn, …, operations: transaction.writeSet, sequences }))
 */
import { serializationFailure } from '../../errors/serialization-failure.ts'
import type { Lsn, SequenceState, TreeId } from '../access.ts'
import { newEpoch } from '../page/node.ts'
import type { StorageContext } from '../page/node.ts'
import { fetchRows } from '../read/fetch-rows.ts'
import type { Task } from '../task.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'
import type { Batch } from '../vector.ts'
import { UNCOMMITTED, applyRow, applyRows } from './apply-operation.ts'
import type { ApplyContext, RowOperation } from './apply-operation.ts'
import type { WriteOperation } from './log-record.ts'
import { sameRows } from './same-rows.ts'
import type { Transaction } from './transaction.ts'
import { assertKeysUnique } from './unique-keys.ts'

/** The transaction's writes on the newest roots; changed trees are stamped UNCOMMITTED. Throws SqlError 40001. */
export function* mergeOntoNewest(
  transaction: Transaction,
  newest: () => BranchRoots,
  context: StorageContext,
): Task<BranchRoots> {
  for (;;) {
    const target = newest()
    const merged = yield* rebase(transaction, target, context)
    // Others may have committed while replaying waited for pages.
    if (newest() === target) return merged
  }
}

/** Stamps what a commit changed. */
export function sealCommit(
  merged: BranchRoots,
  touched: Iterable<TreeId>,
  lsn: Lsn,
  dirtySequences: readonly (readonly [TreeId, SequenceState])[],
): BranchRoots {
  let { trees, sequences } = merged
  const owner = {}
  for (const id of touched) {
    const root = trees.get(id)
    if (root?.lsn === UNCOMMITTED) trees = trees.set(id, { ...root, lsn }, owner)
  }
  for (const [id, state] of dirtySequences) sequences = sequences.set(id, state)
  return { lsn, trees, sequences }
}

/** The trees that a write set touches. */
export function touchedTrees(operations: readonly WriteOperation[]): Set<TreeId> {
  const touched = new Set<TreeId>()
  for (const operation of operations) touched.add(operation.tree)
  return touched
}

function* rebase(
  transaction: Transaction,
  newest: BranchRoots,
  context: StorageContext,
): Task<BranchRoots> {
  const mine = transaction.snapshot()
  const { base } = transaction
  // Nobody else has committed since the snapshot.
  if (newest === base) return { ...newest, trees: mine.trees }
  assertSourcesUnchanged(transaction, newest)
  let { trees } = newest
  const replayed: TreeId[] = []
  for (const id of transaction.touchedTrees()) {
    const current = newest.trees.get(id)
    const edited = mine.trees.get(id)
    if (current?.lsn === base.trees.get(id)?.lsn) {
      trees =
        edited === undefined ? trees.delete(id) : trees.set(id, withNextRowId(edited, current))
    } else if (current === undefined) throw serializationFailure('delete')
    else if (edited === undefined) trees = trees.delete(id)
    else replayed.push(id)
  }
  if (replayed.length === 0) return { ...newest, trees }
  const writeSet = yield* transaction.loadWriteSet()
  const apply = { epoch: newEpoch(), storage: context, lsn: UNCOMMITTED }
  // Tables first: a conflict in a row explains why its index entries do not fit.
  for (const kind of ['table', 'index'] as const) {
    for (const id of replayed) {
      const current = newest.trees.get(id)
      if (current?.schema.kind !== kind) continue
      trees = trees.set(id, yield* replay(current, operationsOn(id, writeSet), apply))
    }
  }
  return { ...newest, trees }
}

function withNextRowId(edited: TreeRoot, current: TreeRoot | undefined): TreeRoot {
  const nextRowId = Math.max(edited.nextRowId, current?.nextRowId ?? 0)
  return nextRowId === edited.nextRowId ? edited : { ...edited, nextRowId }
}

function operationsOn(id: TreeId, operations: readonly WriteOperation[]): RowOperation[] {
  const rows: RowOperation[] = []
  for (const operation of operations) {
    if (operation.tree !== id) continue
    // A tree of one's own making has no newer version, so this one was made by somebody else meanwhile.
    if (operation.kind === 'create-tree' || operation.kind === 'clone-tree')
      throw serializationFailure('update')
    if (operation.kind !== 'drop-tree') rows.push(operation)
  }
  return rows
}

/** A clone is of the snapshot, but the log has it where it was committed: until then its source must stay what it was. */
function assertSourcesUnchanged({ base, cloned }: Transaction, newest: BranchRoots): void {
  for (const id of cloned) {
    if (newest.trees.get(id)?.lsn !== base.trees.get(id)?.lsn) throw serializationFailure('update')
  }
}

function* replay(
  current: TreeRoot,
  operations: readonly RowOperation[],
  apply: ApplyContext,
): Task<TreeRoot> {
  let root = current
  for (const operation of operations) {
    if ('before' in operation) {
      yield* assertUnchanged(root, operation.rowIds, operation.before, apply.storage)
    }
    root = applyRow(root, operation, apply) ?? (yield* applyRows(root, operation, apply))
  }
  if (current.schema.unique === true) yield* assertKeysUnique(root, operations, apply.storage)
  return root
}

function* assertUnchanged(
  root: TreeRoot,
  rowIds: Float64Array,
  before: Batch,
  context: StorageContext,
): Task<void> {
  const columns = root.schema.columns.map((_, position) => position)
  const current = yield* fetchRows(root, rowIds, columns, context)
  if (current.length < rowIds.length) throw serializationFailure('delete')
  if (!sameRows(current.columns, before.columns, rowIds.length, context.codec)) {
    throw serializationFailure('update')
  }
}
