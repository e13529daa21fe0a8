/** Reads a system catalog or computed view through the provider that the session injects. */
import { unsupported } from '../../../../errors/sql-error.ts'
import type { BatchStream } from '../../../../storage/task.ts'
import { type Batch, type Vector, vectorOf } from '../../../../storage/vector.ts'
import type { ScanSource, SystemScanNode } from '../../../plan/plan-node.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import { layoutOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import { keepTrue } from '../row/filter.ts'

export function prepareSystemScan(node: SystemScanNode, preparation: Preparation): Operator {
  const condition =
    node.filter && compileExpression(node.filter, layoutOf(node.output), preparation.compilation)
  return makeOperator(node.output, preparation.catalog, function* systemScan(context): BatchStream {
    const provider = context.systemRelations
    if (provider === undefined) throw unsupported(`system relation "${node.relation.name}"`)
    let rowsBefore = 0
    for (const item of provider.scan(node.relation, context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const columns = node.sources.map((source) => sourceColumn(source, item, node, rowsBefore))
      rowsBefore += item.length
      const rows: Batch = { kind: 'batch', length: item.length, columns }
      const kept = condition === undefined ? rows : keepTrue(rows, condition, context)
      if (kept !== undefined && kept.length > 0) yield kept
    }
  })
}

function sourceColumn(
  source: ScanSource,
  rows: Batch,
  node: SystemScanNode,
  rowsBefore: number,
): Vector {
  switch (source.kind) {
    case 'attribute':
      return rows.columns[source.position]
    case 'tableOid':
      return vectorOf('int64', new Array<number>(rows.length).fill(node.relation.oid))
    case 'rowId':
      return vectorOf(
        'int64',
        Array.from({ length: rows.length }, (_, i) => rowsBefore + i + 1),
      )
  }
}
