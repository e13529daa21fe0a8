/**
 * INSERT … ON CONFLICT. Rows that meet none go in together; for the others the existing row is fetched and, with DO UPDATE,
 * changed. A row that this command itself inserted or updated must not be met again.
 */
import { serializationFailure } from '../../../../errors/serialization-failure.ts'
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { TreeId } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import { type Batch, type Datum } from '../../../../storage/vector.ts'
import type { OnConflict } from '../../../plan/plan-node.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import type { Key } from '../../keys/key-encoding.ts'
import { gather, gatherBatch, selectTrue } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import { ROW_LOCK } from '../../../lock/lock-mode.ts'
import type { RowLockStrength } from '../../../lock/lock-mode.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import { keyPositions } from '../lock/key-columns.ts'
import { settleKeys } from '../lock/settle-keys.ts'
import { kindsOf, type Preparation } from '../operator.ts'
import type { ForeignKeyChecks } from './references/foreign-keys.ts'
import type { IndexKeys } from './index-keys.ts'
import type { Changed } from './modify.ts'
import { splitRowIds } from './references/referencing-rows.ts'
import { ComputedColumns } from './computed-columns.ts'
import { noPending, type TableWriter } from './table-writer.ts'

interface ConflictPlan {
  readonly writer: TableWriter
  readonly arbiters: readonly IndexKeys[]
  readonly updates: boolean
  readonly assignments: readonly { readonly position: number; readonly kernel: Kernel }[]
  readonly condition: Kernel | undefined
  readonly kinds: ReturnType<typeof kindsOf>
  /** Runs the sub-queries in assignments and condition. */
  readonly computed: ComputedColumns | undefined
  readonly strength: RowLockStrength
}

/** Where each proposed row goes. */
interface Sorted {
  /** Rows of the batch to insert. */
  readonly fresh: readonly number[]
  /** Rows of the batch that met a stored row, and which. */
  readonly met: readonly { readonly row: number; readonly rowId: number }[]
}

interface Inserted extends Sorted {
  readonly inserted: Batch
  /** Their row ids. */
  readonly ids: Float64Array
}

export class ConflictInsert {
  readonly #plan: ConflictPlan
  /** Rows this command has written. */
  readonly #own = new Set<number>()

  constructor(plan: ConflictPlan) {
    this.#plan = plan
  }

  static prepare(
    node: OnConflict,
    writer: TableWriter,
    preparation: Preparation,
  ): () => ConflictInsert {
    const width = writer.rules.row.length
    const layout = new Map<ColumnId, number>()
    node.existing.forEach((column, i) => layout.set(column.id, i))
    writer.rules.row.forEach((column, i) => layout.set(column.id, width + i))
    node.excluded.forEach((column, i) => layout.set(column.id, width + i))
    const computed = node.computed && new ComputedColumns(node.computed, preparation)
    computed?.plan.output.forEach((column, i) => layout.set(column.id, width * 2 + i))
    const compile = (expression: OnConflict['assignments'][number]['value']) =>
      compileExpression(expression, layout, preparation.compilation)
    const unique = writer.indexes.filter(({ index }) => index.isUnique)
    const plan: ConflictPlan = {
      writer,
      arbiters:
        node.arbiters.length === 0
          ? unique
          : unique.filter(({ index }) => node.arbiters.includes(index.oid)),
      updates: node.action === 'update',
      assignments: node.assignments.map(({ position, value }) => ({
        position,
        kernel: compile(value),
      })),
      condition: node.condition && compile(node.condition),
      kinds: kindsOf(writer.rules.row, preparation.catalog),
      computed,
      strength: node.assignments.some(({ position }) => keyPositions(writer.relation).has(position))
        ? ROW_LOCK.update
        : ROW_LOCK.noKeyUpdate,
    }
    return () => new ConflictInsert(plan)
  }

  *apply(rows: Batch, checks: ForeignKeyChecks, context: ExecutionContext): Task<Changed> {
    const { writer, updates } = this.#plan
    this.#refuseDeferrable()
    const completed = writer.complete(rows, context)
    const { fresh, met, inserted, ids } = yield* this.#insertFresh(completed, context)
    if (updates) for (const { rowId } of met) this.#own.add(rowId)
    for (const id of ids) this.#own.add(id)
    if (inserted.length > 0) checks.note(writer, undefined, inserted, ids)
    if (!updates || met.length === 0) return { rows: inserted, count: inserted.length }
    const updated = yield* this.#update(completed, met, checks, context)
    return this.#inOrder(inserted, fresh, updated.rows, updated.sources)
  }

  /** Sorts the rows and puts in those that meet none. Begins again when others have been faster with one of the keys. */
  *#insertFresh(rows: Batch, context: ExecutionContext): Task<Inserted> {
    for (;;) {
      const othersBefore = context.locks?.access.othersWrites
      const sorted = yield* this.#settled(rows, context)
      const inserted = gatherBatch(rows, Int32Array.from(sorted.fresh), sorted.fresh.length)
      const ids = yield* this.#tryInsert(inserted, othersBefore, context)
      if (ids !== undefined) return { ...sorted, inserted, ids }
    }
  }

  /** undefined when a key was free, and is no more by what another transaction has written since `othersBefore`. */
  *#tryInsert(
    rows: Batch,
    othersBefore: number | undefined,
    context: ExecutionContext,
  ): Task<Float64Array | undefined> {
    if (rows.length === 0) return new Float64Array()
    const { writer } = this.#plan
    const { access, locks } = context
    if (locks === undefined) return yield* writer.insert(rows, context)
    const mark = access.savepoint()
    try {
      return yield* writer.insert(rows, context)
    } catch (error) {
      if (!isUniqueViolation(error) || locks.access.othersWrites === othersBefore) throw error
      access.rollbackTo(mark)
      return undefined
    }
  }

  /** Whether a key is free is not known before the statement is over. */
  #refuseDeferrable(): void {
    const { writer, arbiters } = this.#plan
    const found = arbiters.find(({ index }) => index.deferrable)
    if (found === undefined) return
    const { name, schema } = writer.relation
    const constraint = found.index.constraint ?? found.index.name
    throw new SqlError(
      SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
      'ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters',
      { schema, table: name, constraint },
    )
  }

  /** Where the rows go once nobody else can change that: the rows they meet are locked, and as they are now. */
  *#settled(rows: Batch, context: ExecutionContext): Task<Sorted> {
    const { writer, updates } = this.#plan
    for (;;) {
      yield* this.#settleKeys(rows, context)
      const sorted = yield* this.#sort(rows, context)
      const { locks } = context
      if (locks === undefined || sorted.met.length === 0) return sorted
      const rowIds = sorted.met.map(({ rowId }) => rowId)
      if (!updates) {
        if (!locks.seesNewest) yield* requireSeen(writer.tree, rowIds, locks)
        return sorted
      }
      yield* locks.rows(writer.tree, rowIds, this.#plan.strength)
      if (!locks.seesNewest) yield* locks.requireUnchanged(writer.tree, rowIds)
      if ((yield* locks.access.changedRows(writer.tree, rowIds)).length === 0) return sorted
    }
  }

  /** Index by index; a row that meets another in one has no business in the next. */
  *#settleKeys(rows: Batch, context: ExecutionContext): Task<void> {
    const { writer, arbiters } = this.#plan
    const { locks } = context
    if (locks === undefined || locks.isAlone) return
    let left = rows
    for (const arbiter of arbiters) {
      const { keys } = arbiter.keysOf(left, context)
      yield* settleKeys(arbiter, writer.tree, keys, context, () => serializationFailure('update'))
      if (arbiter !== arbiters.at(-1)) left = yield* withoutStored(arbiter, left, context)
    }
  }

  /** Decides for every row, in order, whether it meets a stored row or an earlier one of the batch. */
  *#sort(rows: Batch, context: ExecutionContext): Task<Sorted> {
    const { arbiters, updates } = this.#plan
    const fresh: number[] = []
    const met: { row: number; rowId: number }[] = []
    const keys = arbiters.map((arbiter) => keysByRow(arbiter, rows, context))
    const taken = arbiters.map(() => new Set<Key>())
    const metBefore = new Set<number>()
    for (let row = 0; row < rows.length; row++) {
      const encoded = keys.map((known, k) => {
        const key = known[row]
        return key && arbiters[k].encode(key)
      })
      const own = encoded.some((key, k) => key !== undefined && taken[k].has(key))
      const rowId = own ? undefined : yield* this.#stored(keys, row, context)
      const isOwn = rowId !== undefined && (this.#own.has(rowId) || metBefore.has(rowId))
      if (updates && (own || isOwn)) throw secondTime()
      if (rowId !== undefined) {
        met.push({ row, rowId })
        metBefore.add(rowId)
      } else if (!own) {
        fresh.push(row)
        encoded.forEach((key, k) => key !== undefined && taken[k].add(key))
      }
    }
    return { fresh, met }
  }

  *#stored(
    keys: readonly (readonly ((Datum | null)[] | undefined)[])[],
    row: number,
    context: ExecutionContext,
  ): Task<number | undefined> {
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k][row]
      if (key === undefined) continue
      const rowId = yield* this.#plan.arbiters[k].find(key, noPending(), context)
      if (rowId !== undefined) return rowId
    }
    return undefined
  }

  *#update(
    proposed: Batch,
    met: Sorted['met'],
    checks: ForeignKeyChecks,
    context: ExecutionContext,
  ): Task<{ readonly rows: Batch; readonly sources: readonly number[] }> {
    const { writer, condition, assignments, computed } = this.#plan
    const positions = writer.rules.row.map((_, i) => i)
    const found = yield* context.access.fetch(
      writer.tree,
      met.map(({ rowId }) => rowId),
      positions,
    )
    const { rowIds, rows: old } = splitRowIds(found)
    const sources = Int32Array.from(met, ({ row }) => row)
    const excluded = gatherBatch(proposed, sources, met.length)
    let both: Batch = {
      kind: 'batch',
      length: met.length,
      columns: [...old.columns, ...excluded.columns],
    }
    if (computed !== undefined) {
      const columns = yield* computed.run(both, context)
      both = { ...both, columns: [...both.columns, ...columns] }
    }
    let kept = Int32Array.from(met, (_, i) => i)
    if (condition !== undefined) {
      const count = selectTrue(condition(both, context), met.length, kept)
      kept = kept.slice(0, count)
      both = gatherBatch(both, kept, count)
    }
    const width = positions.length
    const oldKept: Batch = { ...both, columns: both.columns.slice(0, width) }
    const columns = both.columns.slice(0, width)
    for (const { position, kernel } of assignments) columns[position] = kernel(both, context)
    const updated = writer.complete({ kind: 'batch', length: kept.length, columns }, context)
    const ids = Float64Array.from(kept, (i) => rowIds[i])
    if (updated.length > 0) {
      yield* writer.update(ids, oldKept, updated, context)
      checks.note(writer, oldKept, updated, ids)
    }
    return { rows: updated, sources: Array.from(kept, (i) => sources[i]) }
  }

  /** Inserted and updated rows in the order in which they were proposed, for RETURNING. */
  #inOrder(
    inserted: Batch,
    fresh: readonly number[],
    updated: Batch,
    sources: readonly number[],
  ): Changed {
    const all = new RowCollection(this.#plan.kinds)
    all.append(inserted.columns, inserted.length)
    all.append(updated.columns, updated.length)
    const places = [...fresh, ...sources]
    const order = Int32Array.from(places.keys()).sort((a, b) => places[a] - places[b])
    const columns = all.columns.map((column) => gather(column, order, order.length))
    return {
      rows: { kind: 'batch', length: order.length, columns },
      count: order.length,
    }
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof SqlError && error.code === SQLSTATE.UNIQUE_VIOLATION
}

/** The key of each row of the batch that has one in this index. */
function keysByRow(
  arbiter: IndexKeys,
  rows: Batch,
  context: ExecutionContext,
): ((Datum | null)[] | undefined)[] {
  const found = arbiter.keysOf(rows, context)
  const byRow = new Array<(Datum | null)[] | undefined>(rows.length)
  for (let i = 0; i < found.keys.length; i++) byRow[found.rows[i]] = arbiter.probeKey(found.keys, i)
  return byRow
}

function secondTime(): SqlError {
  return new SqlError(
    SQLSTATE.CARDINALITY_VIOLATION,
    'ON CONFLICT DO UPDATE command cannot affect row a second time',
    {
      hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
    },
  )
}

/** The rows whose key in this index is free. */
function* withoutStored(arbiter: IndexKeys, rows: Batch, context: ExecutionContext): Task<Batch> {
  const kept: number[] = []
  for (const [row, key] of keysByRow(arbiter, rows, context).entries()) {
    const found = key && (yield* arbiter.find(key, noPending(), context))
    if (found === undefined) kept.push(row)
  }
  return kept.length === rows.length ? rows : gatherBatch(rows, Int32Array.from(kept), kept.length)
}

/** DO NOTHING above READ COMMITTED: not because of what the transaction cannot see. */
function* requireSeen(
  tree: TreeId,
  rowIds: readonly number[],
  { access }: TransactionLocks,
): Task<void> {
  if ((yield* access.changedRows(tree, rowIds)).length > 0) throw serializationFailure('update')
}
