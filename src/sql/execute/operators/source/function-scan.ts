/** Functions in FROM. Several (ROWS FROM) run side by side; the shorter ones are filled up with nulls. */
import { type BatchStream, PAUSE } from '../../../../storage/task.ts'
import { BATCH_ROWS, type ColumnKind, type Datum, vectorOf } from '../../../../storage/vector.ts'
import type { FunctionScanNode } from '../../../plan/plan-node.ts'
import { PgRecord } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { ONE_ROW } from '../../expression/kernel.ts'
import { RowBuilder } from '../../vectors/row-builder.ts'
import { kindsOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import { compileSetCall, type SetCall, type SetResult } from './set-call.ts'

export function prepareFunctionScan(node: FunctionScanNode, preparation: Preparation): Operator {
  const calls = node.functions.map(({ call }) =>
    compileSetCall(call, new Map(), preparation.compilation),
  )
  const kinds = kindsOf(node.output, preparation.catalog)
  const [only] = node.functions
  if (node.functions.length === 1 && !only.spreads && !node.withOrdinality) {
    return makeOperator(node.output, preparation.catalog, (context) =>
      singleColumn(calls[0], kinds[0], context),
    )
  }
  return makeOperator(
    node.output,
    preparation.catalog,
    function* functionScan(context): BatchStream {
      const iterators = calls.map((call) => call(ONE_ROW, context)(0))
      let rows = new RowBuilder(kinds)
      let ordinal = 0
      for (;;) {
        const results = iterators.map((iterator) => iterator.next())
        if (results.every((result) => result.done)) break
        const row: (Datum | null)[] = []
        results.forEach((result, k) =>
          spread(result.done ? null : result.value, node.functions[k], row),
        )
        if (node.withOrdinality) row.push(++ordinal)
        rows.push(row)
        if (rows.length === BATCH_ROWS) {
          yield rows.finish()
          rows = new RowBuilder(kinds)
          if (context.isPauseDue(BATCH_ROWS)) yield PAUSE
        }
      }
      if (rows.length > 0) yield rows.finish()
    },
  )
}

/** By far the most common: one function of one column. */
function* singleColumn(call: SetCall, kind: ColumnKind, context: ExecutionContext): BatchStream {
  const results = call(ONE_ROW, context)(0)
  let data: (Datum | null)[] = []
  for (let next = results.next(); !next.done; next = results.next()) {
    const { value } = next
    data.push(Array.isArray(value) ? (value[0] ?? null) : (value as Datum | null))
    if (data.length < BATCH_ROWS) continue
    yield { kind: 'batch', length: BATCH_ROWS, columns: [vectorOf(kind, data)] }
    if (context.isPauseDue(BATCH_ROWS)) yield PAUSE
    data = []
  }
  if (data.length > 0) {
    yield { kind: 'batch', length: data.length, columns: [vectorOf(kind, data)] }
  }
}

function spread(
  result: SetResult,
  { width, spreads }: { readonly width: number; readonly spreads: boolean },
  out: (Datum | null)[],
): void {
  if (!spreads) {
    out.push(Array.isArray(result) ? (result[0] ?? null) : (result as Datum | null))
    return
  }
  const values =
    result instanceof PgRecord ? result.values : Array.isArray(result) ? result : [result]
  for (let k = 0; k < width; k++) out.push((values[k] ?? null) as Datum | null)
}
