/** ORDER BY: collects all rows, or the first N when a LIMIT was pushed in, and puts them out in order. */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { SortNode } from '../../../plan/plan-node.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { directionOf, type SortDirection } from '../../sort/sort-column.ts'
import { ExternalSorter, type SorterKey } from '../../sort/external-sorter.ts'
import { TopRows } from '../../sort/top-rows.ts'
import type { Batch, ColumnKind } from '../../../../storage/vector.ts'
import { BATCH_ROWS } from '../../../../storage/vector.ts'
import { sliceBatch } from '../../vectors/gather.ts'
import { compileFree, makeArranged, type Operator, type Preparation } from '../operator.ts'
import { limitRows, offsetRows } from '../row/limit.ts'

interface SortPlan {
  readonly input: Operator
  readonly keys: readonly Kernel[]
  readonly keyKinds: readonly ColumnKind[]
  readonly directions: readonly SortDirection[]
  /** Keys that are columns of the input. */
  readonly keyPlaces: readonly (number | undefined)[]
}

/** Beyond this many rows a pushed limit saves nothing over a full sort. */
const TOP_ROWS_LIMIT = 10_000

export function prepareSort(node: SortNode, preparation: Preparation): Operator {
  const { catalog } = preparation
  const input = preparation.prepare(node.input)
  const expressions = node.keys.map((key) => key.expression)
  const plan: SortPlan = {
    input,
    keys: compileAll(expressions, input.layout, preparation.compilation),
    keyKinds: expressions.map((expression) => catalog.type(expression.type).kind),
    directions: node.keys.map(directionOf),
    keyPlaces: expressions.map((expression) =>
      expression.kind === 'column' ? input.layout.get(expression.column) : undefined,
    ),
  }
  const limitOf = node.limit && compileFree(node.limit, preparation)
  const skippedOf = node.skipped && compileFree(node.skipped, preparation)
  return makeArranged(input.output, node.output, catalog, (context) => {
    const skipped = skippedOf === undefined ? 0 : offsetRows(skippedOf(context))
    const limit = limitOf === undefined ? Infinity : limitRows(limitOf(context)) + skipped
    return limit <= TOP_ROWS_LIMIT ? topRows(plan, limit, context) : sortAll(plan, context)
  })
}

function* topRows(plan: SortPlan, limit: number, context: ExecutionContext): BatchStream {
  if (limit === 0) return
  const top = new TopRows(limit, plan.input.kinds, plan.directions, plan.keyKinds)
  for (const item of plan.input.run(context)) {
    if (item.kind !== 'batch') yield item
    else top.add(item, keysOf(plan, item, context))
  }
  yield* withoutKeys(top.finish(), plan.input.kinds.length)
}

function keysOf(plan: SortPlan, batch: Batch, context: ExecutionContext) {
  return plan.keys.map((kernel) => kernel(batch, context))
}

function* withoutKeys(rows: Batch, width: number): BatchStream {
  const columns = rows.columns.slice(0, width)
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    const whole: Batch = { kind: 'batch', length: rows.length, columns }
    yield sliceBatch(whole, start, Math.min(rows.length, start + BATCH_ROWS))
  }
}

function* sortAll(plan: SortPlan, context: ExecutionContext): BatchStream {
  const keys = plan.directions.map((direction, k): SorterKey => ({
    direction,
    kind: plan.keyKinds[k],
    column: plan.keyPlaces[k],
  }))
  const sorter = new ExternalSorter(plan.input.kinds, keys, context)
  try {
    for (const item of plan.input.run(context)) {
      if (item.kind !== 'batch') yield item
      else if (sorter.add(item, keysOf(plan, item, context))) yield PAUSE
    }
    yield* sorter.sorted()
  } finally {
    sorter.close()
  }
}
