/**
 * MERGE: each row of the input says which clause it meets and carries the row that this clause writes. Neighbours with the
 * same action are written together, in the order of the input.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Suspension, Task } from '../../../../storage/task.ts'
import { type Batch, datumAt } from '../../../../storage/vector.ts'
import type { MergeNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { ROW_LOCK } from '../../../lock/lock-mode.ts'
import type { RowLockStrength } from '../../../lock/lock-mode.ts'
import { RowStore, fill } from '../../memory/row-store.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import { kindsOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import type { ForeignKeyChecks } from './references/foreign-keys.ts'
import { isSameValue, keyPositions } from '../lock/key-columns.ts'
import { refuseReadOnly } from './insert.ts'
import { type Changed, compileReturning, type Modification, modify } from './modify.ts'
import { TableWriter } from './table-writer.ts'
import { placeOf } from './update.ts'

type Action = MergeNode['actions'][number]

interface Places {
  readonly rowId: number
  readonly which: number
  readonly old: readonly number[]
  readonly fresh: readonly number[]
}

/** Rows of one action that follow each other. */
interface Run {
  readonly action: Action
  readonly rows: number[]
}

export function prepareMerge(node: MergeNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const writer = new TableWriter(node.relation, node.tree, node.rules, preparation.compilation)
  const places: Places = {
    rowId: placeOf(node.rowId, input.layout),
    which: placeOf(node.which, input.layout),
    old: node.oldRow.map((id) => placeOf(id, input.layout)),
    fresh: node.newRow.map((id) => placeOf(id, input.layout)),
  }
  // RETURNING sees the input's columns, then the row as it is now (or was, when it is deleted).
  const layout = new Map(input.layout)
  node.rules.row.forEach((column, i) => layout.set(column.id, input.kinds.length + i))
  const returning = compileReturning(node.returning, node.output, layout, preparation)
  const kinds = [...input.kinds, ...kindsOf(node.rules.row, preparation.catalog)]
  const make = (): Modification => {
    const seen = new Set<number>()
    function* apply(
      all: Batch,
      checks: ForeignKeyChecks,
      context: ExecutionContext,
    ): Task<Changed> {
      const shown = new RowCollection(kinds)
      let count = 0
      for (const run of runsOf(node, all, places, seen)) {
        const rows = gatherBatch(all, Int32Array.from(run.rows), run.rows.length)
        const row = yield* write(writer, run.action, rows, places, checks, context)
        shown.append([...rows.columns, ...row.columns], rows.length)
        count += rows.length
      }
      return { rows: { kind: 'batch', length: count, columns: shown.columns }, count }
    }
    const lock: Modification['lock'] = (rows, context) =>
      lockMergeTargets(rows, { node, writer, input, places }, context)
    return { input, returning, lock, apply }
  }
  return makeOperator(node.output, preparation.catalog, (context) => {
    refuseReadOnly('MERGE', context)
    return modify(make, preparation, context)
  })
}

/** When a row to change has changed meanwhile, all is read again: it may match other rows now, or none. */
function* lockMergeTargets(
  first: RowStore,
  { node, writer, input, places }: MergeTargets,
  context: ExecutionContext,
): Generator<Batch | Suspension, RowStore, void> {
  const { locks } = context
  if (locks === undefined) return first
  let rows = first
  for (;;) {
    let isOvertaken = false
    for (const batch of rows.batches()) {
      for (const { ids, strength } of lockRuns(node, batch, places)) {
        yield* locks.rows(writer.tree, ids, strength)
        if (!locks.seesNewest) yield* locks.requireUnchanged(writer.tree, ids)
        isOvertaken ||= (yield* context.overtaken(writer.tree, ids)).length > 0
      }
    }
    if (!isOvertaken) return rows
    rows.release()
    yield* locks.access.advance()
    context.reads = context.access.frozen()
    rows = new RowStore(input.kinds, context)
    yield* fill(rows, input.run(context))
  }
}

interface MergeTargets {
  readonly node: MergeNode
  readonly writer: TableWriter
  readonly input: Operator
  readonly places: Places
}

/** Rows that follow each other and are locked alike. */
interface LockRun {
  readonly strength: RowLockStrength
  readonly ids: number[]
}

function lockRuns(node: MergeNode, batch: Batch, places: Places): readonly LockRun[] {
  const keys = keyPositions(node.relation)
  const runs: LockRun[] = []
  for (let row = 0; row < batch.length; row++) {
    const which = datumAt(batch.columns[places.which]!, row)
    const action = which === null ? 'nothing' : node.actions[Number(which) - 1]!
    const id = datumAt(batch.columns[places.rowId]!, row)
    if ((action !== 'update' && action !== 'delete') || id === null) continue
    const keepsKey = action === 'update' && isKeyKept(keys, batch, row, places)
    const strength = keepsKey ? ROW_LOCK.noKeyUpdate : ROW_LOCK.update
    const last = runs.at(-1)
    if (last?.strength === strength) last.ids.push(Number(id))
    else runs.push({ strength, ids: [Number(id)] })
  }
  return runs
}

/** An update that leaves the key alone does not stand in the way of those who refer to the row. */
function isKeyKept(keys: ReadonlySet<number>, batch: Batch, row: number, places: Places): boolean {
  for (const position of keys) {
    const [old, fresh] = [places.old[position]!, places.fresh[position]!]
    if (!isSameValue(batch.columns[old]!, batch.columns[fresh]!, row)) return false
  }
  return true
}

function runsOf(node: MergeNode, all: Batch, places: Places, seen: Set<number>): readonly Run[] {
  const runs: Run[] = []
  for (let row = 0; row < all.length; row++) {
    const which = datumAt(all.columns[places.which]!, row)
    const action = which === null ? 'nothing' : node.actions[Number(which) - 1]!
    if (action === 'nothing') continue
    if (action !== 'insert') noteOnce(datumAt(all.columns[places.rowId]!, row), seen)
    const last = runs.at(-1)
    if (last?.action === action) last.rows.push(row)
    else runs.push({ action, rows: [row] })
  }
  return runs
}

function noteOnce(id: unknown, seen: Set<number>): void {
  const rowId = Number(id)
  if (!seen.has(rowId)) {
    seen.add(rowId)
    return
  }
  throw new SqlError(
    SQLSTATE.CARDINALITY_VIOLATION,
    'MERGE command cannot affect row a second time',
    { hint: 'Ensure that not more than one source row matches any one target row.' },
  )
}

/** Returns the rows as RETURNING shows them. */
function* write(
  writer: TableWriter,
  action: Action,
  rows: Batch,
  places: Places,
  checks: ForeignKeyChecks,
  context: ExecutionContext,
): Task<Batch> {
  const pick = (columns: readonly number[]): Batch => ({
    kind: 'batch',
    length: rows.length,
    columns: columns.map((place) => rows.columns[place]!),
  })
  const old = pick(places.old)
  const rowIds = Float64Array.from({ length: rows.length }, (_, i) =>
    Number(datumAt(rows.columns[places.rowId]!, i)),
  )
  if (action === 'delete') {
    yield* writer.delete(rowIds, old, context)
    checks.note(writer, old, undefined)
    return old
  }
  const fresh = writer.complete(pick(places.fresh), context)
  if (action === 'update') {
    yield* writer.update(rowIds, old, fresh, context)
    checks.note(writer, old, fresh, rowIds)
  } else {
    checks.note(writer, undefined, fresh, yield* writer.insert(fresh, context))
  }
  return fresh
}
