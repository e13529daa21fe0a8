/** UNION, INTERSECT and EXCEPT, with and without ALL. Columns correspond by position; the binder made their types equal. */
import type { BatchStream } from '../../../../storage/task.ts'
import type { Batch, ColumnKind } from '../../../../storage/vector.ts'
import type { SetOperationNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { type KeyColumn, keyColumn, KeyTable } from '../../keys/key-table.ts'
import { gatherBatch } from '../../vectors/gather.ts'
import { kindsOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import { DistinctRows } from './distinct.ts'

interface SetOperation {
  readonly left: Operator
  readonly right: Operator
  readonly keys: readonly KeyColumn[]
  readonly kinds: readonly ColumnKind[]
  readonly all: boolean
  readonly isExcept: boolean
}

export function prepareSetOperation(node: SetOperationNode, preparation: Preparation): Operator {
  const { catalog } = preparation
  const plan: SetOperation = {
    left: preparation.prepare(node.left),
    right: preparation.prepare(node.right),
    keys: node.output.map((column) => keyColumn(column.type, catalog)),
    kinds: kindsOf(node.output, catalog),
    all: node.all,
    isExcept: node.operation === 'except',
  }
  if (node.operation === 'union') {
    return makeOperator(node.output, catalog, (context) =>
      node.all ? unionAll(plan, context) : unionDistinct(plan, context),
    )
  }
  return makeOperator(node.output, catalog, (context) => compareSides(plan, context))
}

function* unionAll(plan: SetOperation, context: ExecutionContext): BatchStream {
  yield* plan.left.run(context)
  yield* plan.right.run(context)
}

function* unionDistinct(plan: SetOperation, context: ExecutionContext): BatchStream {
  const seen = new DistinctRows(plan.keys, context, plan.kinds)
  try {
    for (const item of unionAll(plan, context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const fresh = seen.keepNew(item, item.columns)
      if (fresh !== undefined) yield fresh
    }
    yield* seen.settle()
  } finally {
    seen.close()
  }
}

/** Counts the right side's rows, then lets left rows pass by what the count says. */
function* compareSides(plan: SetOperation, context: ExecutionContext): BatchStream {
  const table = new KeyTable(plan.keys, context.catalog)
  const counts: number[] = []
  for (const item of plan.right.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const ids = new Int32Array(item.length)
    table.intern(item.columns, item.length, ids)
    for (const id of ids) counts[id] = (counts[id] ?? 0) + 1
  }
  const emitted = new Set<number>()
  for (const item of plan.left.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const kept = passing(plan, item, { table, counts, emitted })
    if (kept !== undefined) yield kept
  }
}

interface Sides {
  readonly table: KeyTable
  /** Right rows per key that no left row has used up yet. */
  readonly counts: number[]
  readonly emitted: Set<number>
}

function passing(
  plan: SetOperation,
  batch: Batch,
  { table, counts, emitted }: Sides,
): Batch | undefined {
  const ids = new Int32Array(batch.length)
  table.intern(batch.columns, batch.length, ids)
  const rows = new Int32Array(batch.length)
  let count = 0
  for (let i = 0; i < batch.length; i++) {
    const id = ids[i]
    const onRight = (counts[id] ?? 0) > 0
    if (onRight && plan.all) counts[id]--
    if (onRight === plan.isExcept) continue
    if (!plan.all) {
      if (emitted.has(id)) continue
      emitted.add(id)
    }
    rows[count++] = i
  }
  if (count === 0) return undefined
  return count === batch.length ? batch : gatherBatch(batch, rows, count)
}
