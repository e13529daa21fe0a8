/**
 * Writes rows of one table: computes generated columns, checks what rows must satisfy by themselves and against the unique
 * indexes, then changes table and indexes together. Foreign keys are looked at when the statement is over (foreign-keys.ts).
 */
import type { SqlError } from '../../../../errors/sql-error.ts'
import type { TreeId } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type { TableRules } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import { rowOf } from '../../expression/container/container.ts'
import type { Compilation, Kernel } from '../../expression/kernel.ts'
import { listKey } from '../../keys/key-encoding.ts'
import { settleKeys, settleWrittenKeys } from '../lock/settle-keys.ts'
import { layoutOf } from '../operator.ts'
import { isPutOff, noteDoubtful, noteMet } from './deferred/doubtful-keys.ts'
import { IndexKeys, type KeyRows, type PendingKeys, pickKeys, pickRowIds } from './index-keys.ts'
import { RowConstraints } from './row-constraints.ts'

export class TableWriter {
  readonly relation: Relation
  readonly tree: TreeId
  readonly rules: TableRules
  readonly indexes: readonly IndexKeys[]
  readonly #generated: readonly { readonly position: number; readonly kernel: Kernel }[]
  readonly #constraints: RowConstraints

  constructor(relation: Relation, tree: TreeId, rules: TableRules, compilation: Compilation) {
    const layout = layoutOf(rules.row)
    this.relation = relation
    this.tree = tree
    this.rules = rules
    this.indexes = rules.indexes.map((rule) => new IndexKeys(relation, rules, rule, compilation))
    this.#generated = rules.generated.map(({ position, expression }) => ({
      position,
      kernel: compileExpression(expression, layout, compilation),
    }))
    this.#constraints = new RowConstraints(relation, rules, compilation)
  }

  /** The rows as they will be stored: generated columns computed, constraints of the row alone checked. */
  complete(rows: Batch, context: ExecutionContext): Batch {
    let completed = rows
    if (this.#generated.length > 0) {
      const columns: Vector[] = rows.columns.slice()
      for (const { position, kernel } of this.#generated) columns[position] = kernel(rows, context)
      completed = { kind: 'batch', length: rows.length, columns }
    }
    this.#constraints.check(completed, context)
    return completed
  }

  /** Rows must be complete. Returns their row ids. */
  *insert(rows: Batch, context: ExecutionContext): Task<Float64Array> {
    const entries = this.indexes.map((index) => ({ index, found: index.keysOf(rows, context) }))
    const othersBefore = context.locks?.access.othersWrites
    for (const { index, found } of entries) {
      if (!index.index.isUnique || isPutOff(index, context)) continue
      yield* this.#settle(index, found.keys, context)
      yield* index.checkFree(found, context)
    }
    const rowIds = yield* context.access.insert(this.tree, rows)
    for (const { index, found } of entries) {
      if (found.keys.length === 0) continue
      const owners = pickRowIds(rowIds, found.rows)
      yield* context.access.insertKeys(index.index.tree, found.keys, owners)
      if (isPutOff(index, context)) yield* noteDoubtful(index, found.keys, owners, context)
    }
    for (const { index, found } of entries) {
      yield* this.#settleWritten(index, found.keys, othersBefore, context)
    }
    return rowIds
  }

  /** New rows must be complete. Only keys that change touch their index. */
  *update(rowIds: Float64Array, old: Batch, fresh: Batch, context: ExecutionContext): Task<void> {
    const changes: { index: IndexKeys; gone: KeyRows; added: KeyRows }[] = []
    const othersBefore = context.locks?.access.othersWrites
    for (const index of this.indexes) {
      if (index.isUntouched(old, fresh)) continue
      const change = changedKeys(index.keysOf(old, context), index.keysOf(fresh, context))
      if (change.gone.keys.length === 0 && change.added.keys.length === 0) continue
      if (isPutOff(index, context)) yield* noteMet(index, change.added, rowIds, context)
      else if (index.index.isUnique) yield* this.#checkMoves(index, change, rowIds, context)
      changes.push({ index, ...change })
    }
    yield* context.access.update(this.tree, rowIds, fresh)
    context.noteChanged(this.tree, rowIds)
    for (const { index, gone, added } of changes) {
      const { tree } = index.index
      if (gone.keys.length > 0) {
        yield* context.access.deleteKeys(tree, gone.keys, pickRowIds(rowIds, gone.rows))
      }
      if (added.keys.length > 0) {
        const owners = pickRowIds(rowIds, added.rows)
        yield* context.access.insertKeys(tree, added.keys, owners)
        if (isPutOff(index, context)) yield* noteDoubtful(index, added.keys, owners, context)
      }
    }
    for (const { index, added } of changes) {
      yield* this.#settleWritten(index, added.keys, othersBefore, context)
    }
  }

  /** Row by row, as PostgreSQL does: a key is free only when its owner has moved away before. */
  *#checkMoves(
    index: IndexKeys,
    { gone, added }: { readonly gone: KeyRows; readonly added: KeyRows },
    rowIds: Float64Array,
    context: ExecutionContext,
  ): Task<void> {
    yield* this.#settle(index, added.keys, context)
    const pending = noPending()
    let next = 0
    for (let i = 0; i < added.keys.length; i++) {
      // The row itself and those before it have left their old keys.
      while (next < gone.rows.length && gone.rows[next] <= added.rows[i]) {
        pending.moved.add(rowIds[gone.rows[next++]])
      }
      yield* index.checkUnique(pickKeys(added, [i]).keys, pending, context)
    }
  }

  /** Until no other transaction may still put these keys there, or take them away. */
  *#settle(index: IndexKeys, keys: Batch, context: ExecutionContext): Task<void> {
    if (context.locks === undefined || context.locks.isAlone) return
    yield* settleKeys(index, this.tree, keys, context, duplicateOf(index, keys, context))
  }

  /** Once more, now that they are written, if others have written since `othersBefore`. */
  *#settleWritten(
    index: IndexKeys,
    keys: Batch,
    othersBefore: number | undefined,
    context: ExecutionContext,
  ): Task<void> {
    const { locks } = context
    if (locks === undefined || locks.access.othersWrites === othersBefore) return
    if (!index.index.isUnique || keys.length === 0 || isPutOff(index, context)) return
    yield* settleWrittenKeys(index, this.tree, keys, locks, duplicateOf(index, keys, context))
  }

  *delete(rowIds: Float64Array, old: Batch, context: ExecutionContext): Task<void> {
    for (const index of this.indexes) {
      const { keys, rows } = index.keysOf(old, context)
      if (keys.length === 0) continue
      yield* context.access.deleteKeys(index.index.tree, keys, pickRowIds(rowIds, rows))
    }
    yield* context.access.delete(this.tree, rowIds)
    context.noteChanged(this.tree, rowIds)
  }
}

function duplicateOf(
  index: IndexKeys,
  keys: Batch,
  context: ExecutionContext,
): (position: number) => SqlError {
  return (position) => index.duplicate(rowOf(keys.columns, position), context)
}

export function noPending(): PendingKeys {
  return { taken: new Set(), moved: new Set() }
}

/** The keys that an update removes and adds; equal ones stay. */
function changedKeys(old: KeyRows, fresh: KeyRows): { gone: KeyRows; added: KeyRows } {
  const before = new Map<number, string>()
  for (let i = 0; i < old.rows.length; i++) {
    before.set(old.rows[i], listKey(rowOf(old.keys.columns, i)))
  }
  const added: number[] = []
  const kept = new Set<number>()
  for (let i = 0; i < fresh.rows.length; i++) {
    const row = fresh.rows[i]
    if (before.get(row) === listKey(rowOf(fresh.keys.columns, i))) kept.add(row)
    else added.push(i)
  }
  const gone: number[] = []
  for (let i = 0; i < old.rows.length; i++) if (!kept.has(old.rows[i])) gone.push(i)
  return { gone: pickKeys(old, gone), added: pickKeys(fresh, added) }
}
