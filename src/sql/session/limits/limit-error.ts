/** What JavaScript cannot hold, as PostgreSQL's errors: nesting deeper than the stack, values larger than a string or array may be. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { stackDepthExceeded } from '../../parse/libpg-query/pg-query.ts'

const TOO_LONG = /Invalid (string|array|typed array) length|Array buffer allocation|Maximum BigInt/

/** Any other error stays what it is. */
export function limitError(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error
  if (error.message.includes('call stack')) return stackDepthExceeded()
  if (!TOO_LONG.test(error.message)) return error
  return new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'requested length too large')
}
