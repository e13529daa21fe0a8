/**
 * What JavaScript cannot hold, as PostgreSQL's errors: a statement so deeply nested that the stack ends, a value longer than a
 * string or array can be, memory that cannot be had. They are the statement's fault and not a fault inside Lakelet.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { stackDepthExceeded } from '../../parse/libpg-query/pg-query.ts'

const TOO_DEEP = /call stack/
const TOO_LONG = /Invalid (string|array|typed array) length|Maximum BigInt|BigInt size exceeded/
const TOO_MUCH = /allocation failed|maximum size exceeded/

/** The error to report; what is no limit of the engine stays as it is. */
export function withoutEngineLimits(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error
  const { message } = error
  if (TOO_DEEP.test(message)) return stackDepthExceeded()
  if (TOO_LONG.test(message)) {
    return new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'requested length too large')
  }
  return TOO_MUCH.test(message) ? new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory') : error
}
