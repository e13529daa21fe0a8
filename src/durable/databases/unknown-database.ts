import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

/** Also of a database that is about to go. */
export function unknownDatabase(name: string): SqlError {
  return new SqlError(SQLSTATE.INVALID_CATALOG_NAME, `database "${name}" does not exist`)
}
