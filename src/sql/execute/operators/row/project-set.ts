/** A select list with set-returning functions: as many rows per input row as the longest yields, the others null-filled. */
import { type BatchStream, PAUSE } from '../../../../storage/task.ts'
import { type Batch, BATCH_ROWS, type Datum, datumAt } from '../../../../storage/vector.ts'
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { ProjectSetNode } from '../../../plan/plan-node.ts'
import { PgRecord } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import { RowBuilder } from '../../vectors/row-builder.ts'
import { kindsOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import { compileSetCall, type SetCall, type SetResult } from '../source/set-call.ts'

type Entry = (
  batch: Batch,
  context: ExecutionContext,
) => { readonly each?: (row: number) => Datum | null; readonly sets?: ReturnType<SetCall> }

export function prepareProjectSet(node: ProjectSetNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const entries = node.expressions.map(({ expression, returnsSet }): Entry => {
    if (returnsSet) {
      const call = compileSetCall(expression, input.layout, preparation.compilation)
      return (batch, context) => ({ sets: call(batch, context) })
    }
    const kernel = compileExpression(expression, input.layout, preparation.compilation)
    return (batch, context) => {
      const values = kernel(batch, context)
      return { each: (row) => datumAt(values, row) }
    }
  })
  const shapes = node.expressions.map(({ expression }) =>
    recordShape(expression, preparation.catalog),
  )
  const kinds = kindsOf(node.output, preparation.catalog)
  return makeOperator(node.output, preparation.catalog, function* projectSet(context): BatchStream {
    let rows = new RowBuilder(kinds)
    for (const item of input.run(context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const parts = entries.map((entry) => entry(item, context))
      for (let i = 0; i < item.length; i++) {
        const iterators = parts.map((part) => part.sets?.(i))
        for (;;) {
          const results = iterators.map((iterator) => iterator?.next())
          if (results.every((result) => result === undefined || result.done)) break
          rows.push(parts.map((part, k) => part.each?.(i) ?? valueOf(results[k], shapes[k])))
          if (rows.length < BATCH_ROWS) continue
          yield rows.finish()
          if (context.isPauseDue(BATCH_ROWS)) yield PAUSE
          rows = new RowBuilder(kinds)
        }
      }
    }
    if (rows.length > 0) yield rows.finish()
  })
}

interface RecordShape {
  readonly types: readonly Oid[]
  readonly names: readonly string[]
}

/** Several OUT columns make a record here: a select list has one column per entry. */
function recordShape(expression: Expression, catalog: Catalog): RecordShape {
  const proc = expression.kind === 'call' ? catalog.proc(expression.procedure) : undefined
  const types: Oid[] = []
  const names: string[] = []
  proc?.argumentModes?.forEach((mode, i) => {
    if (mode === 'i' || mode === 'v') return
    types.push(proc.allArgumentTypes?.[i] ?? proc.argumentTypes[i])
    names.push(proc.argumentNames[i] || `column${types.length}`)
  })
  return { types, names }
}

function valueOf(result: IteratorResult<SetResult> | undefined, shape: RecordShape): Datum | null {
  if (result === undefined || result.done) return null
  const value = result.value
  if (!Array.isArray(value)) return value as Datum | null
  return new PgRecord(value as readonly (Datum | null)[], shape.types, shape.names)
}
