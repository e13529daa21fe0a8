/**
 * The one error a user can cause. Every layer raises it; the front doors turn it into a Neon error
 * body or an ErrorResponse message. Anything else that is thrown is a bug in Lakelet.
 */
import type { SqlState } from './sql-state.ts'

/** What PostgreSQL's ErrorResponse carries besides code and message. */
export interface SqlErrorFields {
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  /** 1-based, in characters of the statement text. */
  readonly position?: number | undefined
  readonly where?: string | undefined
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly column?: string | undefined
  readonly dataType?: string | undefined
  readonly constraint?: string | undefined
}

export class SqlError extends Error {
  readonly code: SqlState
  readonly fields: SqlErrorFields

  constructor(code: SqlState, message: string, fields: SqlErrorFields = {}) {
    super(message)
    this.name = 'SqlError'
    this.code = code
    this.fields = fields
  }

  /** The same error, pointing into the statement; an existing position wins. */
  at(position: number | undefined): SqlError {
    if (position === undefined || this.fields.position !== undefined) return this
    return new SqlError(this.code, this.message, { ...this.fields, position })
  }
}

/** A feature of PostgreSQL that Lakelet lacks names itself: `0A000`, "<feature> is not supported yet". */
export function unsupported(feature: string, position?: number): SqlError {
  return new SqlError('0A000', `${feature} is not supported yet`, { position })
}

/** Runs what the user may get wrong: undefined where it fails. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof SqlError) return undefined
    throw error
  }
}

/** A broken invariant of ours: never the user's fault, never mapped to a user error code but XX000. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Closes an exhaustive `switch`: a new variant without a case is a compile error. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`)
}
