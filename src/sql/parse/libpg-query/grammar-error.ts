/**
 * PostgreSQL's scanner and grammar raise errors with a code and sometimes a hint; libpg_query
 * hands on only message and position. The code of nearly all is 42601; this table has the others,
 * by message. It also drops positions that PostgreSQL 18, whose grammar this is, gives and
 * PostgreSQL 17 does not.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { SqlState } from '../../../errors/sql-state.ts'
import type { GrammarError } from './instance.ts'

interface KnownError {
  readonly pattern: RegExp
  readonly code?: SqlState
  readonly hint?: string
  readonly withoutPosition?: boolean
}

const NONSTANDARD_USE_OF_ESCAPE_CHARACTER = '22P06'

const KNOWN_ERRORS: readonly KnownError[] = [
  {
    pattern: /^LIMIT #,# syntax is not supported/,
    code: SQLSTATE.SYNTAX_ERROR,
    hint: 'Use separate LIMIT and OFFSET clauses.',
  },
  {
    pattern: /^unsafe use of \\' in a string literal/,
    code: NONSTANDARD_USE_OF_ESCAPE_CHARACTER,
    hint: "Use '' to write quotes in strings. \\' is insecure in client-only encodings.",
  },
  { pattern: /^invalid byte sequence for encoding/, code: SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE },
  {
    pattern: /^CREATE OR REPLACE CONSTRAINT TRIGGER|^CREATE ASSERTION|constraints cannot be marked/,
    code: SQLSTATE.FEATURE_NOT_SUPPORTED,
    withoutPosition: true,
  },
  {
    pattern:
      /not (yet )?implemented|(are|is) not supported$|^aggregates cannot have|cannot include/,
    code: SQLSTATE.FEATURE_NOT_SUPPORTED,
  },
  { pattern: /^current database cannot be changed/, code: SQLSTATE.FEATURE_NOT_SUPPORTED },
  { pattern: /^frame (start|end|starting|ending)/, code: SQLSTATE.WINDOWING_ERROR },
  { pattern: /^precision for type float must be/, code: SQLSTATE.INVALID_PARAMETER_VALUE },
  {
    pattern: /^unrecognized partitioning strategy/,
    code: SQLSTATE.INVALID_PARAMETER_VALUE,
    withoutPosition: true,
  },
  { pattern: /hash partition provided more than once/, code: SQLSTATE.DUPLICATE_OBJECT },
  { pattern: /hash partition must be specified/, withoutPosition: true },
  { pattern: /^WITH TIES cannot be|aren't allowed in TABLE functions$/, withoutPosition: true },
  {
    pattern: /^role name "\w+" is reserved|cannot be used as a role name here$/,
    code: SQLSTATE.RESERVED_NAME,
  },
  { pattern: /^memory exhausted/, code: SQLSTATE.STATEMENT_TOO_COMPLEX },
  { pattern: /^out of memory/, code: SQLSTATE.OUT_OF_MEMORY },
]

export function grammarError(error: GrammarError, sql: string): SqlError {
  const known =
    KNOWN_ERRORS.find(({ pattern }) => pattern.test(error.message)) ?? unicodeEscape(error, sql)
  const hasPosition = error.cursorPosition > 0 && !known?.withoutPosition
  return new SqlError(known?.code ?? SQLSTATE.SYNTAX_ERROR, error.message, {
    hint: known?.hint,
    position: hasPosition ? error.cursorPosition : undefined,
  })
}

/**
 * E'\u00' and U&'\00' fail with the same words but another code and hint: what follows the
 * backslash tells.
 */
function unicodeEscape(error: GrammarError, sql: string): KnownError | undefined {
  const pattern = /^invalid Unicode escape$/
  if (!pattern.test(error.message)) return undefined
  const afterBackslash = [...sql][error.cursorPosition] ?? ''
  return 'uU'.includes(afterBackslash)
    ? {
        pattern,
        code: SQLSTATE.INVALID_ESCAPE_SEQUENCE,
        hint: 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.',
      }
    : { pattern, hint: 'Unicode escapes must be \\XXXX or \\+XXXXXX.' }
}
