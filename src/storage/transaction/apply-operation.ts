/** One write operation on a branch's roots. Transactions, rebasing and recovery all write through here. */
import { assert } from '../../errors/sql-error.ts'
import type { Lsn, TreeId } from '../access.ts'
import type { Epoch, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import { editTree, treeEditor } from '../tree/tree-edit.ts'
import { editRow } from '../tree/row-edit.ts'
import type { TreeEdit } from '../tree/tree-edit.ts'
import { disown, emptyTree } from '../tree/tree-root.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'
import { rowSourceOf } from '../tree/leaf-edit.ts'
import { batch } from '../vector.ts'
import type { Batch } from '../vector.ts'
import { keyReader, sortRows } from './sort-rows.ts'
import type { WriteOperation } from './log-record.ts'

/** Marks trees that a transaction has changed and no commit has sealed. */
export const UNCOMMITTED = -1 as Lsn // brand

export interface ApplyContext {
  readonly epoch: Epoch
  readonly storage: StorageContext
  /** What changed trees are stamped with. */
  readonly lsn: Lsn
}

export function* applyOperation(
  roots: BranchRoots,
  operation: WriteOperation,
  context: ApplyContext,
): Task<BranchRoots> {
  const id = operation.tree
  switch (operation.kind) {
    case 'create-tree':
      return withTree(roots, emptyTree(id, operation.schema, context.lsn))
    case 'clone-tree': {
      const source = treeOf(roots, operation.source)
      disown(source, context.epoch)
      return withTree(roots, { ...source, id, lsn: context.lsn })
    }
    case 'drop-tree':
      return { ...roots, trees: roots.trees.delete(id) }
    default:
      return withTree(
        roots,
        applyRow(treeOf(roots, id), operation, context) ??
          (yield* applyRows(treeOf(roots, id), operation, context)),
        context.epoch,
      )
  }
}

export type RowOperation = Exclude<
  WriteOperation,
  { kind: 'create-tree' | 'drop-tree' | 'clone-tree' }
>

/** The operation of a single row, when that needs no page from elsewhere; undefined: it is for `applyRows`. */
export function applyRow(
  root: TreeRoot,
  operation: RowOperation,
  context: ApplyContext,
): TreeRoot | undefined {
  const { rowIds } = operation
  if (rowIds.length !== 1) return undefined
  const editor = treeEditor(root.schema, context.epoch, context.storage)
  const rows = rowsOf(operation)
  const key = editor.orders.length === 0 ? NO_KEY : keyReader(rows, editor.orders.length)(0)
  const edit: TreeEdit = {
    kind: EDIT_KINDS[operation.kind],
    rows: rowSourceOf(rows, rowIds),
    count: 1,
    keyAt: () => key,
  }
  const edited = editRow(root, edit, editor, context.lsn)
  if (edited === undefined || operation.kind !== 'insert-rows') return edited
  return withNextRowId(edited, rowIds[0]! + 1)
}

const NO_KEY: readonly never[] = []

function withNextRowId(root: TreeRoot, least: number): TreeRoot {
  return root.nextRowId >= least ? root : { ...root, nextRowId: least }
}

export function* applyRows(
  root: TreeRoot,
  operation: RowOperation,
  context: ApplyContext,
): Task<TreeRoot> {
  const editor = treeEditor(root.schema, context.epoch, context.storage)
  const { rows, rowIds } = sortRows(rowsOf(operation), operation.rowIds, editor.orders)
  const edit: TreeEdit = {
    kind: EDIT_KINDS[operation.kind],
    rows: rowSourceOf(rows, rowIds),
    count: rowIds.length,
    keyAt: keyReader(rows, editor.orders.length),
  }
  const edited = yield* editTree(root, edit, editor, context.lsn)
  if (operation.kind !== 'insert-rows' || rowIds.length === 0) return edited
  return withNextRowId(edited, rowIds[rowIds.length - 1]! + 1)
}

const EDIT_KINDS: Readonly<Record<RowOperation['kind'], TreeEdit['kind']>> = {
  'insert-rows': 'insert',
  'update-rows': 'replace',
  'delete-rows': 'delete',
  'insert-keys': 'insert',
  'delete-keys': 'delete',
}

const NO_ROWS = batch([], 0)

function rowsOf(operation: RowOperation): Batch {
  switch (operation.kind) {
    case 'insert-rows':
    case 'update-rows':
      return operation.after
    case 'delete-rows':
      return NO_ROWS
    default:
      return operation.keys
  }
}

export function treeOf(roots: BranchRoots, id: TreeId): TreeRoot {
  const root = roots.trees.get(id)
  assert(root !== undefined, `tree ${id} exists`)
  return root
}

/** `owner`: the epoch under which the roots are being edited, or undefined; see `PersistentMap`. */
export function withTree(roots: BranchRoots, root: TreeRoot, owner?: Epoch): BranchRoots {
  const { lsn, trees, sequences } = roots
  return { lsn, trees: trees.set(root.id, root, owner), sequences }
}
