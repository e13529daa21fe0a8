/** UPDATE and DELETE: rows come with their id and old values; each is changed once, however often the input names it. */
import type { Task } from '../../../../storage/task.ts'
import { type Batch, datumAt, type Vector } from '../../../../storage/vector.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { DeleteNode, UpdateNode } from '../../../plan/plan-node.ts'
import { assert } from '../../../../errors/sql-error.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import type { Layout } from '../../expression/kernel.ts'
import { ROW_LOCK } from '../../../lock/lock-mode.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import { isSameValue, keyPositions } from '../lock/key-columns.ts'
import { lockTargets } from '../lock/lock-targets.ts'
import type { LockTargets } from '../lock/lock-targets.ts'
import { makeOperator, type Operator, type Preparation } from '../operator.ts'
import type { ForeignKeyChecks } from './references/foreign-keys.ts'
import { refuseReadOnly } from './insert.ts'
import { type Changed, compileReturning, type Modification, modify } from './modify.ts'
import { TableWriter } from './table-writer.ts'

export function prepareUpdate(node: UpdateNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const writer = new TableWriter(node.relation, node.tree, node.rules, preparation.compilation)
  const places = rowPlaces(node, input.layout)
  const assignments = node.assignments.map(({ position, column }) => ({
    position,
    source: placeOf(column, input.layout),
  }))
  // RETURNING sees the input's columns, then the new row.
  const layout = new Map(input.layout)
  node.rules.row.forEach((column, i) => layout.set(column.id, input.kinds.length + i))
  const returning = compileReturning(node.returning, node.output, layout, preparation)
  function* apply(
    all: Batch,
    seen: Set<number>,
    checks: ForeignKeyChecks,
    context: ExecutionContext,
  ): Task<Changed> {
    const { rows, rowIds, old } = pickTargets(
      all,
      places,
      seen,
      context.changedRows?.get(node.tree),
    )
    if (rows.length === 0) return { rows: undefined, count: 0 }
    const columns: Vector[] = old.columns.slice()
    for (const { position, source } of assignments) columns[position] = rows.columns[source]
    const fresh = writer.complete({ kind: 'batch', length: rows.length, columns }, context)
    yield* writer.update(rowIds, old, fresh, context)
    checks.note(writer, old, fresh, rowIds)
    const shown = [...rows.columns.slice(0, input.kinds.length), ...fresh.columns]
    return { rows: { kind: 'batch', length: rows.length, columns: shown }, count: rows.length }
  }
  const targets: LockTargets = {
    writer,
    input,
    rowId: node.rowId,
    pins: node.pins ?? [],
    compilation: preparation.compilation,
    strengthOf: compileStrength(node, places, assignments),
  }
  const make = (): Modification => {
    const seen = new Set<number>()
    return {
      input,
      returning,
      lock: (rows, context) => lockTargets(rows, targets, context),
      apply: (rows, checks, context) => apply(rows, seen, checks, context),
    }
  }
  return makeOperator(node.output, preparation.catalog, (context) => {
    refuseReadOnly('UPDATE', context)
    return modify(make, preparation, context)
  })
}

export function prepareDelete(node: DeleteNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const writer = new TableWriter(node.relation, node.tree, node.rules, preparation.compilation)
  const places = rowPlaces(node, input.layout)
  const returning = compileReturning(node.returning, node.output, input.layout, preparation)
  function* apply(
    all: Batch,
    seen: Set<number>,
    checks: ForeignKeyChecks,
    context: ExecutionContext,
  ): Task<Changed> {
    const { rows, rowIds, old } = pickTargets(
      all,
      places,
      seen,
      context.changedRows?.get(node.tree),
    )
    if (rows.length === 0) return { rows: undefined, count: 0 }
    yield* writer.delete(rowIds, old, context)
    checks.note(writer, old, undefined)
    return { rows, count: rows.length }
  }
  const targets: LockTargets = {
    writer,
    input,
    rowId: node.rowId,
    pins: node.pins ?? [],
    compilation: preparation.compilation,
    strengthOf: () => ROW_LOCK.update,
  }
  const make = (): Modification => {
    const seen = new Set<number>()
    return {
      input,
      returning,
      lock: (rows, context) => lockTargets(rows, targets, context),
      apply: (rows, checks, context) => apply(rows, seen, checks, context),
    }
  }
  return makeOperator(node.output, preparation.catalog, (context) => {
    refuseReadOnly('DELETE', context)
    return modify(make, preparation, context)
  })
}

/** An update that leaves the key alone does not stand in the way of those who refer to the row. */
function compileStrength(
  { relation, rules }: UpdateNode,
  places: RowPlaces,
  assignments: readonly { readonly position: number; readonly source: number }[],
): LockTargets['strengthOf'] {
  const keys = keyPositions(relation)
  if (rules.generated.some(({ position }) => keys.has(position))) return () => ROW_LOCK.update
  const inKey = assignments.filter(({ position }) => keys.has(position))
  if (inKey.length === 0) return () => ROW_LOCK.noKeyUpdate
  return (rows) => {
    const isKept = inKey.every(({ position, source }) =>
      isSameColumn(rows.columns[places.old[position]!]!, rows.columns[source]!, rows.length),
    )
    return isKept ? ROW_LOCK.noKeyUpdate : ROW_LOCK.update
  }
}

function isSameColumn(old: Vector, fresh: Vector, length: number): boolean {
  if (old === fresh) return true
  for (let i = 0; i < length; i++) if (!isSameValue(old, fresh, i)) return false
  return true
}

interface RowPlaces {
  readonly rowId: number
  readonly old: readonly number[]
}

function rowPlaces(
  node: { readonly rowId: ColumnId; readonly oldRow: readonly ColumnId[] },
  layout: Layout,
): RowPlaces {
  return {
    rowId: placeOf(node.rowId, layout),
    old: node.oldRow.map((id) => placeOf(id, layout)),
  }
}

export function placeOf(id: ColumnId, layout: Layout): number {
  const place = layout.get(id)
  assert(place !== undefined, `column ${id} is among the input of a modify node`)
  return place
}

/** The rows of a batch that are met for the first time, and that no other part of the statement has changed. */
function pickTargets(
  all: Batch,
  places: RowPlaces,
  seen: Set<number>,
  changed: ReadonlySet<number> | undefined,
): { readonly rows: Batch; readonly rowIds: Float64Array; readonly old: Batch } {
  const ids = all.columns[places.rowId]
  const picked = new Int32Array(all.length)
  const rowIds = new Float64Array(all.length)
  let count = 0
  for (let i = 0; i < all.length; i++) {
    const id = datumAt(ids, i)
    // No id: the null side of an outer join.
    if (id === null || seen.has(Number(id)) || changed?.has(Number(id)) === true) continue
    seen.add(Number(id))
    rowIds[count] = Number(id)
    picked[count++] = i
  }
  const rows = count === all.length ? all : gatherBatch(all, picked, count)
  const old: Batch = {
    kind: 'batch',
    length: count,
    columns: places.old.map((place) => rows.columns[place]),
  }
  return { rows, rowIds: rowIds.subarray(0, count), old }
}
