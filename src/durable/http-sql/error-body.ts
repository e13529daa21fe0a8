/** A failed `POST /sql` as JSON: the fields of PostgreSQL's ErrorResponse, all strings or null, always all there. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

export interface HttpError {
  readonly status: number
  readonly body: string
}

/** Drivers read only status 400 as a database error, so that is what every SQL error gets. */
export function errorResponse(error: unknown): HttpError {
  const { code, message, fields } = error instanceof SqlError ? error : internalError(error)
  const text = (value: string | number | undefined): string | null => (value === undefined ? null : String(value))
  return {
    status: 400,
    body: JSON.stringify({
      message,
      code,
      detail: text(fields.detail),
      hint: text(fields.hint),
      position: text(fields.position),
      internalPosition: null,
      internalQuery: null,
      severity: 'ERROR',
      where: text(fields.where),
      table: text(fields.table),
      column: text(fields.column),
      schema: text(fields.schema),
      dataType: text(fields.dataType),
      constraint: text(fields.constraint),
      file: null,
      line: null,
      routine: null,
    }),
  }
}

/** A bug of ours: the message names it, the code says that it is not the user's. */
function internalError(error: unknown): SqlError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new SqlError(SQLSTATE.INTERNAL_ERROR, `internal error: ${message}`)
}

export function plainError(status: number, message: string): HttpError {
  return { status, body: JSON.stringify({ message, code: '', severity: '' }) }
}
