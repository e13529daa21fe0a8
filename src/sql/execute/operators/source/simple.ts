/** Sources without storage: one row, no rows, VALUES. */
import type { BatchStream } from '../../../../storage/task.ts'
import { BATCH_ROWS, type Datum, datumAt, vectorOf } from '../../../../storage/vector.ts'
import type {
  ConstantRowsNode,
  EmptyNode,
  OneRowNode,
  ValuesNode,
} from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import { type Kernel, ONE_ROW } from '../../expression/kernel.ts'
import { sliceBatch } from '../../vectors/gather.ts'
import { kindsOf, makeOperator, type Operator, type Preparation } from '../operator.ts'

/** SELECT without FROM. */
export function prepareOneRow(node: OneRowNode, preparation: Preparation): Operator {
  return makeOperator(node.output, preparation.catalog, function* oneRow(): BatchStream {
    yield ONE_ROW
  })
}

/** WHERE false. */
export function prepareEmpty(node: EmptyNode, preparation: Preparation): Operator {
  return makeOperator(node.output, preparation.catalog, function* empty(): BatchStream {})
}

export function prepareValues(node: ValuesNode, preparation: Preparation): Operator {
  const rows = node.rows.map((row) => compileAll(row, new Map(), preparation.compilation))
  const kinds = kindsOf(node.output, preparation.catalog)
  return makeOperator(node.output, preparation.catalog, function* values(context): BatchStream {
    for (let start = 0; start < rows.length; start += BATCH_ROWS) {
      const part = rows.length <= BATCH_ROWS ? rows : rows.slice(start, start + BATCH_ROWS)
      const columns = kinds.map((kind, k) => valuesColumn(part, k, kind, context))
      yield { kind: 'batch', length: part.length, columns }
    }
  })
}

export function prepareConstantRows(node: ConstantRowsNode, preparation: Preparation): Operator {
  const { rows } = node
  return makeOperator(node.output, preparation.catalog, function* constantRows(): BatchStream {
    if (rows.length <= BATCH_ROWS) return yield rows
    for (let start = 0; start < rows.length; start += BATCH_ROWS) {
      yield sliceBatch(rows, start, Math.min(rows.length, start + BATCH_ROWS))
    }
  })
}

function valuesColumn(
  rows: readonly (readonly Kernel[])[],
  column: number,
  kind: Operator['kinds'][number],
  context: ExecutionContext,
) {
  if (rows.length === 1) return rows[0][column](ONE_ROW, context)
  const data = new Array<Datum | null>(rows.length)
  for (let i = 0; i < rows.length; i++) data[i] = datumAt(rows[i][column](ONE_ROW, context), 0)
  return vectorOf(kind, data)
}
