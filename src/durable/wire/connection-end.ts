/** Why a connection is ended from this side, as its client is told. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { protocolViolation } from './codec/byte-reader.ts'

const TERMINATED = 'terminating connection due to administrator command'

/** pg_terminate_backend() */
export function terminatedByAdmin(): SqlError {
  return new SqlError(SQLSTATE.ADMIN_SHUTDOWN, TERMINATED)
}

/** Its session was lost with its object. */
export function terminatedError(): SqlError {
  return new SqlError(SQLSTATE.ADMIN_SHUTDOWN, TERMINATED, {
    detail: 'The branch was moved or restarted in the middle of a transaction.',
  })
}

/** Where its next message begins cannot be told any more. */
export function lostTrack(): SqlError {
  return protocolViolation('terminating connection because protocol synchronization was lost')
}
