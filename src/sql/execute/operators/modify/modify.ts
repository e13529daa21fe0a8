/**
 * What INSERT, UPDATE and DELETE share. The input is read to its end before the first write, so that a statement never
 * sees its own changes (COPY's input reads no table, so it is written as it comes); RETURNING rows leave when everything has
 * been checked.
 */
import type { BatchStream, Suspension, Task } from '../../../../storage/task.ts'
import type { Batch, ColumnKind } from '../../../../storage/vector.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { OutputColumn } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import type { Kernel, Layout } from '../../expression/kernel.ts'
import { RowStore } from '../../memory/row-store.ts'
import { kindsOf, type Operator, type Preparation } from '../operator.ts'
import { settleConstraints } from './deferred/settle-constraints.ts'
import { ForeignKeyChecks } from './references/foreign-keys.ts'

export interface Returning {
  readonly kernels: readonly Kernel[]
  readonly kinds: readonly ColumnKind[]
}

export function compileReturning(
  expressions: readonly Expression[] | undefined,
  output: readonly OutputColumn[],
  layout: Layout,
  preparation: Preparation,
): Returning | undefined {
  if (expressions === undefined) return undefined
  return {
    kernels: compileAll(expressions, layout, preparation.compilation),
    kinds: kindsOf(output, preparation.catalog),
  }
}

/** What changing one batch yields: the rows RETURNING is computed over, and how many count. */
export interface Changed {
  readonly rows: Batch | undefined
  readonly count: number
}

export interface Modification {
  readonly input: Operator
  readonly returning: Returning | undefined
  /** Rows are written as they come. */
  readonly streams?: boolean
  /** Locks what is to be changed; returns what is left to change, which may not be what was read. */
  lock?(rows: RowStore, context: ExecutionContext): Generator<Batch | Suspension, RowStore, void>
  apply(rows: Batch, checks: ForeignKeyChecks, context: ExecutionContext): Task<Changed>
}

export function* modify(
  make: () => Modification,
  { compilation }: Preparation,
  context: ExecutionContext,
): BatchStream {
  const modification = make()
  const { input, returning, streams, apply } = modification
  const rows = new RowStore(input.kinds, context)
  const results = returning && new RowStore(returning.kinds, context)
  try {
    const checks = new ForeignKeyChecks(compilation, context)
    let affected = 0
    for (const item of streams === true ? input.run(context) : kept(rows, modification, context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      const changed = yield* apply(item, checks, context)
      affected += changed.count
      if (returning !== undefined && changed.rows !== undefined && changed.rows.length > 0) {
        results?.append(returned(returning, changed.rows, context))
      }
    }
    rows.release()
    yield* settleConstraints(false, compilation, context)
    yield* checks.finish()
    // Rows that foreign keys have changed.
    yield* settleConstraints(false, compilation, context)
    context.affectedRows = affected
    if (results !== undefined) yield* results.batches()
  } finally {
    rows.release()
    results?.release()
  }
}

/** The whole input first, then its batches. A single one need not be kept anywhere. */
function* kept(
  rows: RowStore,
  { input, lock }: Modification,
  context: ExecutionContext,
): BatchStream {
  let only: Batch | undefined
  for (const item of input.run(context)) {
    if (item.kind !== 'batch') yield item
    else if (lock === undefined && only === undefined && rows.length === 0) only = item
    else {
      if (only !== undefined) rows.append(only)
      only = undefined
      rows.append(item)
    }
  }
  if (only !== undefined) return yield only
  if (lock === undefined) return yield* rows.batches()
  const left = yield* lock(rows, context)
  try {
    yield* left.batches()
  } finally {
    left.release()
  }
}

function returned(returning: Returning, rows: Batch, context: ExecutionContext): Batch {
  const columns = returning.kernels.map((kernel) => kernel(rows, context))
  return { kind: 'batch', length: rows.length, columns }
}
