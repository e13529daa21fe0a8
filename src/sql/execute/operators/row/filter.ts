/** Keeps the rows whose condition is true. */
import type { BatchStream } from '../../../../storage/task.ts'
import { type Batch, BATCH_ROWS } from '../../../../storage/vector.ts'
import type { FilterNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import { gatherBatch, selectTrue } from '../../vectors/gather.ts'
import { makeArranged, type Operator, type Preparation } from '../operator.ts'

export function prepareFilter(node: FilterNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const condition = compileExpression(node.condition, input.layout, preparation.compilation)
  return makeArranged(
    input.output,
    node.output,
    preparation.catalog,
    function* filter(context): BatchStream {
      for (const item of input.run(context)) {
        if (item.kind !== 'batch') {
          yield item
          continue
        }
        const kept = keepTrue(item, condition, context)
        if (kept !== undefined) yield kept
      }
    },
  )
}

/** Used within one call only, so all filters can share it. */
const selection = new Int32Array(BATCH_ROWS)

/** Undefined when no row is left; the batch itself when all are. */
export function keepTrue(
  source: Batch,
  condition: Kernel,
  context: ExecutionContext,
): Batch | undefined {
  const n = source.length
  const answers = condition(source, context)
  const rows = n <= BATCH_ROWS ? selection : new Int32Array(n)
  const count = selectTrue(answers, n, rows)
  if (count === 0) return undefined
  return count === n ? source : gatherBatch(source, rows, count)
}
