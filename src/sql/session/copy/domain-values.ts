/** Values of a domain in copied data: a column at a time, and one by one only to find the value that breaks a constraint. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Vector } from '../../../storage/vector.ts'
import type { CopyColumn } from '../../bind/modify/bind-copy.ts'
import type { ValueCheck } from '../../copy/input/input-column.ts'
import { prepare } from '../../execute/build-operator.ts'
import type { ExecutionContext } from '../../execute/execution-context.ts'
import { sliceVector } from '../../execute/vectors/gather.ts'
import type { QueryEnvironment } from '../statement/plan/planned-query.ts'

/** undefined where the column is of no domain. */
export function domainValues(
  { domainCheck }: CopyColumn,
  { catalog, database }: QueryEnvironment,
  context: ExecutionContext,
): ValueCheck | undefined {
  if (domainCheck === undefined) return undefined
  const { plan, input } = domainCheck
  const environment = { catalog, functions: database.functions, io: database.typeIo }
  const prepared = prepare(plan, environment)
  const check = (values: Vector, length: number): SqlError | undefined => {
    context.shared.set(input, {
      *read() {
        yield { kind: 'batch', length, columns: [values] }
      },
    })
    try {
      // A projection of one column never waits.
      for (const _ of prepared.run(context));
    } catch (error) {
      if (error instanceof SqlError) return error
      throw error
    }
    return undefined
  }
  return (values, from, to) => {
    if (from >= to || check(sliceVector(values, from, to), to - from) === undefined)
      return undefined
    for (let row = from; row < to; row++) {
      const error = check(sliceVector(values, row, row + 1), 1)
      if (error !== undefined) return { row, error }
    }
    return undefined
  }
}
