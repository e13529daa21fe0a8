/**
 * How large a value that a function makes may become. PostgreSQL stops at 1 GB; here an isolate has 128 MB for everything
 * and a row may have 64 MB, so values end there: repeat(), || and the like can ask for more with a few characters of SQL.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Vector } from '../../../storage/vector.ts'

/** UTF-16 units of a text, bytes of a bytea. */
const LENGTH_MOST = 64 << 20

/** The same vector. Raises 54000 when one of its values is too large. */
export function withinLimits(vector: Vector): Vector {
  if (vector.kind === 'text') {
    const { values } = vector
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value !== null && value !== undefined && value.length > LENGTH_MOST) throw tooLarge()
    }
  } else if (vector.kind === 'datum') {
    const { values } = vector
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value instanceof Uint8Array && value.length > LENGTH_MOST) throw tooLarge()
    }
  }
  return vector
}

function tooLarge(): SqlError {
  return new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'requested length too large')
}
