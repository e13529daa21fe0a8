/** What a READ ONLY transaction raises when it is asked to write: 25006. */
import { SqlError } from './sql-error.ts'
import { SQLSTATE } from './sql-state.ts'

/** `command`: as PostgreSQL names it. */
export function readOnlyTransaction(command: string): SqlError {
  return new SqlError(
    SQLSTATE.READ_ONLY_SQL_TRANSACTION,
    `cannot execute ${command} in a read-only transaction`,
  )
}
