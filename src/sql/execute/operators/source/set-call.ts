/** Calls of set-returning functions: one iterator of results per input row. Plain functions count as a set of one. */
import { unsupported } from '../../../../errors/sql-error.ts'
import { type Batch, type Datum, datumAt } from '../../../../storage/vector.ts'
import type { CallContext, Value } from '../../../functions/registry.ts'
import type { Expression, FunctionCall } from '../../../plan/expression.ts'
import { findProc, signatureOf } from '../../expression/call.ts'
import { compileAll, compileExpression } from '../../expression/compile-expression.ts'
import type { Compilation, Layout } from '../../expression/kernel.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { rowOf } from '../../expression/container/container.ts'

/** A result of the function: a value, or one per OUT column. */
export type SetResult = Value | readonly Value[]
/** Prepares a batch: evaluates the arguments, then hands out the results of any row. */
export type SetCall = (
  batch: Batch,
  context: ExecutionContext,
) => (row: number) => Iterator<SetResult>

export function compileSetCall(
  expression: Expression,
  layout: Layout,
  compilation: Compilation,
): SetCall {
  if (expression.kind === 'call') {
    const { catalog } = compilation.environment
    const proc = findProc(catalog, expression.procedure)
    if (proc.returnsSet) return compileReturningSet(expression, layout, compilation)
  }
  const kernel = compileExpression(expression, layout, compilation)
  return (batch, context) => {
    const values = kernel(batch, context)
    return (row) => [datumAt(values, row)][Symbol.iterator]()
  }
}

function compileReturningSet(
  call: FunctionCall,
  layout: Layout,
  compilation: Compilation,
): SetCall {
  const { catalog, functions } = compilation.environment
  const proc = findProc(catalog, call.procedure)
  const implementation = proc.language === 'internal' ? functions.findSet(proc.source) : undefined
  if (implementation === undefined) {
    throw unsupported(`function ${signatureOf(proc, catalog)}`, call.position)
  }
  // Arguments are checked by the binder; here they are any values.
  const body = implementation as (
    context: CallContext,
    ...args: (Datum | null)[]
  ) => Iterable<SetResult>
  const kernels = compileAll(call.args, layout, compilation)
  const site = compilation.site(
    call.args.map((arg) => arg.type),
    call.type,
    call.inputCollation,
    call.recordColumns,
  )
  return (batch, context) => {
    const vectors = kernels.map((kernel) => kernel(batch, context))
    return (row) => {
      const args = rowOf(vectors, row)
      if (proc.isStrict && args.includes(null)) return NO_RESULTS[Symbol.iterator]()
      return body(context.callContext(site), ...args)[Symbol.iterator]()
    }
  }
}

const NO_RESULTS: readonly SetResult[] = []
