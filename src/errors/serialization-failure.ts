/** What two transactions raise that cannot both have happened, one after the other: 40001. */
import { SqlError } from './sql-error.ts'
import { SQLSTATE } from './sql-state.ts'

export function serializationFailure(cause: 'update' | 'delete'): SqlError {
  return new SqlError(
    SQLSTATE.SERIALIZATION_FAILURE,
    `could not serialize access due to concurrent ${cause}`,
  )
}
