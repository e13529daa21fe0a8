/**
 * A failed request as JSON: the fields of PostgreSQL's ErrorResponse, all strings or null, always all there. Drivers read
 * only status 400 as a database error, so that is what every SQL error gets.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { TooManyAttempts } from '../auth/attempt-limiter.ts'
import type { HttpAnswer } from '../branch-request.ts'

export type Severity = 'ERROR' | 'FATAL'

/** Every field, in the order of the protocol. */
interface ErrorBody {
  message: string
  code: string
  detail: string | null
  hint: string | null
  position: string | null
  internalPosition: null
  internalQuery: null
  severity: Severity | ''
  where: string | null
  table: string | null
  column: string | null
  schema: string | null
  dataType: string | null
  constraint: string | null
  /** Where in PostgreSQL's own source an error is raised: not ours to say. */
  file: null
  line: null
  routine: null
}

const EMPTY: ErrorBody = {
  message: '',
  code: '',
  detail: null,
  hint: null,
  position: null,
  internalPosition: null,
  internalQuery: null,
  severity: '',
  where: null,
  table: null,
  column: null,
  schema: null,
  dataType: null,
  constraint: null,
  file: null,
  line: null,
  routine: null,
}

export function errorResponse(error: unknown, severity: Severity): HttpAnswer {
  const { code, message, fields } = asSqlError(error)
  const body: ErrorBody = {
    ...EMPTY,
    message,
    code,
    detail: fields.detail ?? null,
    hint: fields.hint ?? null,
    position: fields.position === undefined ? null : String(fields.position),
    severity,
    where: fields.where ?? null,
    table: fields.table ?? null,
    column: fields.column ?? null,
    schema: fields.schema ?? null,
    dataType: fields.dataType ?? null,
    constraint: fields.constraint ?? null,
  }
  return { status: error instanceof TooManyAttempts ? 429 : 400, body: JSON.stringify(body) }
}

/** Anything else than an SqlError is a bug of ours: the message names it, the code says that it is not the user's. */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new SqlError(SQLSTATE.INTERNAL_ERROR, `internal error: ${message}`)
}

/** Refused before it became a matter of SQL. */
export function plainError(status: number, message: string): HttpAnswer {
  return { status, body: JSON.stringify({ ...EMPTY, message }) }
}
