/** Joins without hash keys: collects the right side and tries every pair. */
import type { BatchStream } from '../../../../storage/task.ts'
import { datumAt, type Batch } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { gather } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import { JoinBatches, type UnknownTest } from './join-batches.ts'
import { type JoinPlan, keepsLeft } from './join-plan.ts'
import { CrossPairs, HashPairs, type PairSource } from './pair-source.ts'

export function* nestedLoopJoin(plan: JoinPlan, context: ExecutionContext): BatchStream {
  const right = new RowCollection(plan.right.kinds)
  let bytes = 0
  try {
    for (const item of plan.right.run(context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      right.append(item.columns, item.length)
      const more = columnsBytes(item.columns, item.length)
      bytes += more
      context.memory.takeFirmly(more)
    }
    const output = new JoinBatches(plan, right, context)
    for (const item of plan.left.run(context)) {
      if (item.kind !== 'batch') yield item
      else {
        const isUnknown = plan.nullAware ? unknownCondition(plan, right, item, context) : undefined
        yield* output.join(item, pairsOf(plan, item.length, right.length), isUnknown)
      }
    }
    yield* output.unmatchedRight()
  } finally {
    context.memory.give(bytes)
  }
}

/** With an empty right side and no condition, a left join still owes its left rows. */
function pairsOf(plan: JoinPlan, n: number, rightRows: number): PairSource {
  if (rightRows > 0 || !keepsLeft(plan) || plan.residual !== undefined) {
    return new CrossPairs(n, rightRows)
  }
  const none = { head: new Int32Array(0), next: new Int32Array(0) }
  return new HashPairs(none, new Int32Array(n).fill(-1), n, { pads: true, firstOnly: false })
}

/** Without keys the condition itself says unknown: by being null for some pair. */
function unknownCondition(
  plan: JoinPlan,
  right: RowCollection,
  left: Batch,
  context: ExecutionContext,
): UnknownTest {
  const { residual } = plan
  return (row) => {
    if (residual === undefined || right.length === 0) return false
    const n = right.length
    const repeated = new Int32Array(n).fill(row)
    const columns = [...left.columns.map((column) => gather(column, repeated, n)), ...right.columns]
    const answers = residual({ kind: 'batch', length: n, columns }, context)
    for (let i = 0; i < n; i++) if (datumAt(answers, i) === null) return true
    return false
  }
}
