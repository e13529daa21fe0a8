/** LIMIT and OFFSET; WITH TIES goes on while the sort keys equal those of the last row. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { BatchStream } from '../../../../storage/task.ts'
import type { Batch, Datum } from '../../../../storage/vector.ts'
import type { LimitNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import { rowOf } from '../../expression/container/container.ts'
import type { Kernel } from '../../expression/kernel.ts'
import { listKey } from '../../keys/key-encoding.ts'
import { sliceBatch } from '../../vectors/gather.ts'
import { compileFree, makeArranged, type Operator, type Preparation } from '../operator.ts'

export function prepareLimit(node: LimitNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const limitOf = node.limit && compileFree(node.limit, preparation)
  const offsetOf = node.offset && compileFree(node.offset, preparation)
  const ties =
    node.tiesBy &&
    compileAll(
      node.tiesBy.map((key) => key.expression),
      input.layout,
      preparation.compilation,
    )
  return makeArranged(
    input.output,
    node.output,
    preparation.catalog,
    function* limit(context): BatchStream {
      const skip = offsetRows(offsetOf?.(context) ?? null)
      const take = limitRows(limitOf?.(context) ?? null)
      if (take === 0) return
      yield* section(input, { skip, take, ties }, context)
    },
  )
}

interface Section {
  readonly skip: number
  readonly take: number
  readonly ties: readonly Kernel[] | undefined
}

function* section(
  input: Operator,
  { skip, take, ties }: Section,
  context: ExecutionContext,
): BatchStream {
  let toSkip = skip
  let left = take
  let lastKey: string | undefined
  for (const item of input.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const start = Math.min(toSkip, item.length)
    toSkip -= start
    let end = Math.min(item.length, start + left)
    left -= end - start
    if (left === 0 && ties !== undefined) {
      const keys = ties.map((kernel) => kernel(item, context))
      const keyAt = (row: number): string => listKey(rowOf(keys, row) as (Datum | null)[])
      if (end > start) lastKey ??= keyAt(end - 1)
      while (end < item.length && keyAt(end) === lastKey) end++
    }
    if (end > start) yield part(item, start, end)
    if (left === 0 && (ties === undefined || end < item.length)) return
  }
}

function part(source: Batch, start: number, end: number): Batch {
  // The prefix of a batch is the batch with a smaller length: nothing to copy.
  if (start === 0) return { kind: 'batch', length: end, columns: source.columns }
  return sliceBatch(source, start, end)
}

/** Null is no limit. */
export function limitRows(value: Datum | null): number {
  if (value === null) return Infinity
  if (Number(value) < 0) {
    throw new SqlError(SQLSTATE.INVALID_ROW_COUNT_IN_LIMIT_CLAUSE, 'LIMIT must not be negative')
  }
  return Number(value)
}

export function offsetRows(value: Datum | null): number {
  if (value === null) return 0
  if (Number(value) < 0) {
    throw new SqlError(
      SQLSTATE.INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE,
      'OFFSET must not be negative',
    )
  }
  return Number(value)
}
