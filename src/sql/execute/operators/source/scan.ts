/** Reads a stored table in row id order, keeps the rows that satisfy the scan's filter, and skips pages that cannot have any. */
import type { RowId, ScanRequest } from '../../../../storage/access.ts'
import { type BatchStream, PAUSE } from '../../../../storage/task.ts'
import { type Batch, BATCH_ROWS } from '../../../../storage/vector.ts'
import type { ScanNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import { sliceBatch } from '../../vectors/gather.ts'
import { layoutOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import { keepTrue } from '../row/filter.ts'
import { compileSampler } from './sample.ts'
import { rowIdColumn, scanColumns, withColumns } from './scan-columns.ts'
import { compileZoneFilters } from './zone-filters.ts'

export function prepareScan(node: ScanNode, preparation: Preparation): Operator {
  const columns = scanColumns(node.sources, node.output, node.relation)
  const condition =
    node.filter && compileExpression(node.filter, layoutOf(node.output), preparation.compilation)
  const zoneFilters = compileZoneFilters(node.filter, columns.stored, preparation)
  const sampler = node.sample && compileSampler(node.sample, preparation)
  const rowIds = rowIdColumn(node)
  const withRowId = columns.needsRowId || sampler !== undefined
  return makeOperator(node.output, preparation.catalog, function* scan(context): BatchStream {
    const zones = zoneFilters(context)
    if (zones === undefined) return
    const only =
      node.currentOf === undefined ? undefined : rowOfCursor(node.currentOf, node, context)
    if (only === null) return
    const request: ScanRequest = {
      ...only,
      columns: columns.positions,
      ...(withRowId && { withRowId }),
      ...(zones.length > 0 && { zoneFilters: zones }),
    }
    const sample = sampler?.(context)
    for (const item of context.readsOf(rowIds).scan(node.tree, request)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      if (context.isPauseDue(item.length)) yield PAUSE
      const picked = sample === undefined ? item : sample(item)
      if (picked !== undefined) {
        yield* filtered(withColumns(picked, columns.arrange(picked.columns)), condition, context)
      }
    }
  })
}

/** The row that a cursor stands on, as bounds of the scan; null when it stands on none of the table. */
function rowOfCursor(
  cursor: string,
  { relation }: ScanNode,
  { session }: ExecutionContext,
): Pick<ScanRequest, 'fromRowId' | 'toRowId'> | null {
  const rowId = session.cursorRowId?.(cursor, relation)
  if (rowId === undefined) return null
  return { fromRowId: rowId as RowId, toRowId: rowId as RowId } // came out of a scan
}

/** Batches of more than BATCH_ROWS are cut: kernels keep vectors of that length for constants. */
function* filtered(
  source: Batch,
  condition: Kernel | undefined,
  context: ExecutionContext,
): BatchStream {
  for (let start = 0; start < source.length; start += BATCH_ROWS) {
    const part = sliceBatch(source, start, Math.min(source.length, start + BATCH_ROWS))
    const kept = condition === undefined ? part : keepTrue(part, condition, context)
    if (kept !== undefined) yield kept
  }
}
