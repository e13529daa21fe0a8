/** Columns that a plan of their own computes for a batch of rows: sub-queries of ON CONFLICT DO UPDATE. */
import type { BatchStream, Task } from '../../../../storage/task.ts'
import { type Batch, datumAt, type Vector } from '../../../../storage/vector.ts'
import type { OnConflict, PlanNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { gather } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import type { Operator, Preparation } from '../operator.ts'

export class ComputedColumns {
  readonly plan: PlanNode
  readonly #rows: number
  readonly #operator: Operator

  constructor(computed: NonNullable<OnConflict['computed']>, preparation: Preparation) {
    this.plan = computed.plan
    this.#rows = computed.rows
    this.#operator = preparation.prepare(computed.plan)
  }

  /** The plan's columns for the given rows, in their order, which the plan itself need not keep. */
  *run(rows: Batch, context: ExecutionContext): Task<readonly Vector[]> {
    context.shared.set(this.#rows, { read: () => pieces(rows) })
    const found = new RowCollection(this.#operator.kinds)
    for (const item of this.#operator.run(context)) {
      if (item.kind === 'batch') found.append(item.columns, item.length)
      else yield item
    }
    const { columns } = found
    const numbers = columns.at(-1)!
    const places = new Int32Array(rows.length)
    for (let i = 0; i < rows.length; i++) places[Number(datumAt(numbers, i))] = i
    return columns.map((column) => gather(column, places, places.length))
  }
}

/** The rows with their numbers. */
function* pieces(rows: Batch): BatchStream {
  if (rows.length === 0) return
  const number: Vector = {
    kind: 'int32',
    values: Int32Array.from({ length: rows.length }, (_, i) => i),
    nulls: undefined,
  }
  yield { kind: 'batch', length: rows.length, columns: [...rows.columns, number] }
}
