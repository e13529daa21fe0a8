/**
 * PostgreSQL's scanner and grammar raise errors with a code and sometimes a hint; libpg_query hands on only message and
 * position. The code of nearly all is 42601; this table has the others, by message.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { SqlState } from '../../../errors/sql-state.ts'
import type { GrammarError } from './instance.ts'

interface KnownError {
  readonly pattern: RegExp
  readonly code: SqlState
  readonly hint?: string
  readonly detail?: string
}

const KNOWN_ERRORS: readonly KnownError[] = [
  {
    pattern: /^LIMIT #,# syntax is not supported/,
    code: SQLSTATE.SYNTAX_ERROR,
    hint: 'Use separate LIMIT and OFFSET clauses.',
  },
  {
    pattern: /^unsafe use of \\' in a string literal/,
    code: '22P06',
    hint: "Use '' to write quotes in strings. \\' is insecure in client-only encodings.",
  },
  {
    pattern: /^invalid Unicode escape$/,
    code: SQLSTATE.INVALID_ESCAPE_SEQUENCE,
    hint: 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.',
  },
  { pattern: /^invalid Unicode escape/, code: SQLSTATE.SYNTAX_ERROR },
  { pattern: /^invalid Unicode surrogate pair/, code: SQLSTATE.SYNTAX_ERROR },
  { pattern: /^invalid byte sequence for encoding/, code: SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE },
  {
    pattern: /(not|not yet) implemented|(are|is) not supported$/,
    code: SQLSTATE.FEATURE_NOT_SUPPORTED,
  },
  {
    pattern: /cannot be marked (NOT )?(DEFERRABLE|VALID|ENFORCED|NO INHERIT)/,
    code: SQLSTATE.FEATURE_NOT_SUPPORTED,
  },
  { pattern: /^current database cannot be changed/, code: SQLSTATE.FEATURE_NOT_SUPPORTED },
  { pattern: /^aggregates cannot have/, code: SQLSTATE.FEATURE_NOT_SUPPORTED },
  { pattern: /^(frame (start|end)|frame starting|frame ending)/, code: SQLSTATE.WINDOWING_ERROR },
  { pattern: /^precision for type float must be/, code: SQLSTATE.INVALID_PARAMETER_VALUE },
  {
    pattern: /^role name "\w+" is reserved|cannot be used as a role name here$/,
    code: SQLSTATE.RESERVED_NAME,
  },
  { pattern: /^memory exhausted/, code: SQLSTATE.STATEMENT_TOO_COMPLEX },
  { pattern: /^out of memory/, code: SQLSTATE.OUT_OF_MEMORY },
]

export function grammarError(error: GrammarError): SqlError {
  const known = KNOWN_ERRORS.find(({ pattern }) => pattern.test(error.message))
  return new SqlError(known?.code ?? SQLSTATE.SYNTAX_ERROR, error.message, {
    hint: known?.hint,
    detail: known?.detail,
    position: error.cursorPosition > 0 ? error.cursorPosition : undefined,
  })
}
