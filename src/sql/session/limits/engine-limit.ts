/**
 * The JavaScript engine's own limits as PostgreSQL's errors: a statement so deeply nested that the stack ends, or a value
 * longer than a string or array can be, is the statement's fault and not a fault inside Lakelet.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

const TOO_DEEP = /call stack/
const TOO_LARGE =
  /^Invalid (string|array|typed array) length|allocation failed|maximum size exceeded|BigInt size exceeded/

/** The error to report; what is no limit of the engine stays as it is. */
export function withoutEngineLimits(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error
  if (TOO_DEEP.test(error.message)) {
    return new SqlError(SQLSTATE.STATEMENT_TOO_COMPLEX, 'stack depth limit exceeded', {
      hint: 'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform\'s stack depth limit is adequate.',
    })
  }
  return TOO_LARGE.test(error.message)
    ? new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory')
    : error
}
