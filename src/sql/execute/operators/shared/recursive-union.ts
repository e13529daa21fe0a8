/** WITH RECURSIVE: the step runs over the rows of the round before, until a round brings nothing (new). */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import type { RecursiveUnionNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext, SharedRows } from '../../execution-context.ts'
import { keyColumn } from '../../keys/key-table.ts'
import { RowStore } from '../../memory/row-store.ts'
import { DistinctRows } from '../group/distinct.ts'
import { makeOperator, type Operator, type Preparation } from '../operator.ts'

export function prepareRecursiveUnion(
  node: RecursiveUnionNode,
  preparation: Preparation,
): Operator {
  const { catalog } = preparation
  const initial = preparation.prepare(node.initial)
  const step = preparation.prepare(node.step)
  const keys = node.output.map((column) => keyColumn(column.type, catalog))
  return makeOperator(node.output, catalog, function* recursiveUnion(context): BatchStream {
    const seen = node.all ? undefined : new DistinctRows(keys, context)
    const fresh = (batch: Batch) =>
      seen === undefined ? batch : seen.keepNew(batch, batch.columns)
    let working = new RowStore(initial.kinds, context)
    try {
      yield* collect(initial.run(context), working, fresh)
      while (working.length > 0) {
        const round = working
        working = new RowStore(initial.kinds, context)
        const rows: SharedRows = { read: () => round.batches() }
        const stream = withWorkingTable(step.run(context), node.cte, rows, context)
        yield* collect(stream, working, fresh)
        round.release()
        if (context.isPauseDue(working.length)) yield PAUSE
      }
    } finally {
      working.release()
      seen?.close()
    }
  })
}

/** The CTE's name means the round before only while the step itself runs; to all others it means the whole CTE. */
function* withWorkingTable(
  stream: BatchStream,
  cte: number,
  rows: SharedRows,
  context: ExecutionContext,
): BatchStream {
  const whole = context.shared.get(cte)
  for (;;) {
    context.shared.set(cte, rows)
    const step = stream.next()
    if (whole !== undefined) context.shared.set(cte, whole)
    if (step.done) return
    yield step.value
  }
}

/** Passes rows on, and keeps them for the next round. */
function* collect(
  stream: BatchStream,
  store: RowStore,
  fresh: (batch: Batch) => Batch | undefined,
): BatchStream {
  for (const item of stream) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const kept = fresh(item)
    if (kept === undefined || kept.length === 0) continue
    store.append(kept)
    yield kept
  }
}
