/**
 * The raw parser: text in, PostgreSQL's tree as JSON out, errors as SqlError. Keeps one instance
 * and replaces it when it broke or grew; starting one costs about a millisecond.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { grammarError } from './grammar-error.ts'
import { PgQueryInstance } from './instance.ts'

/** Longer statements are refused: the tree takes some 30 times the memory of the text. */
export const STATEMENT_CHARACTERS_MAX = 1_000_000
/** Memory of an instance never shrinks, so one that has seen a giant statement is let go. */
const INSTANCE_MEMORY_BYTES_MAX = 32 * 1024 * 1024

let current: PgQueryInstance | undefined

/**
 * Runs `action` on the instance; whatever goes wrong there other than by the grammar's rules costs
 * the instance.
 */
function withInstance<T>(action: (instance: PgQueryInstance) => T): T {
  const instance = (current ??= new PgQueryInstance())
  let finished = false
  try {
    const result = action(instance)
    finished = true
    return result
  } catch (error) {
    throw isStackOverflow(error) ? stackDepthExceeded() : error
  } finally {
    if (!finished || instance.memoryBytes > INSTANCE_MEMORY_BYTES_MAX) current = undefined
  }
}

/** V8 raises RangeError when the JS stack ends, and a trap when the C stack does. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError || error instanceof WebAssembly.RuntimeError
}

export function stackDepthExceeded(): SqlError {
  return new SqlError(SQLSTATE.STATEMENT_TOO_COMPLEX, 'stack depth limit exceeded', {
    hint: 'Rewrite the statement with fewer levels of nesting.',
  })
}

function checkText(sql: string): void {
  if (sql.length > STATEMENT_CHARACTERS_MAX) {
    throw new SqlError(
      SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
      `statement is longer than ${STATEMENT_CHARACTERS_MAX} characters`,
    )
  }
  if (sql.includes('\0')) {
    throw new SqlError(
      SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
      'invalid byte sequence for encoding "UTF8": 0x00',
    )
  }
}

/** The parse tree of a text of any number of statements. */
export function parseRaw(sql: string): { readonly json: string; readonly isAscii: boolean } {
  checkText(sql)
  const result = withInstance((instance) => instance.parse(sql))
  if ('error' in result) throw grammarError(result.error, sql)
  return result
}

/** A hash that is equal for statements that differ only in their constants. */
export function fingerprint(sql: string): string {
  checkText(sql)
  return withInstance((instance) => instance.call('fingerprint', sql))
}

/** The statement with its constants replaced by $1, $2, … */
export function normalize(sql: string): string {
  checkText(sql)
  return withInstance((instance) => instance.call('normalize', sql))
}

/** The PL/pgSQL functions in CREATE FUNCTION and DO statements, as the raw tree's JSON text. */
export function parsePlPgSqlRaw(sql: string): string {
  checkText(sql)
  const result = withInstance((instance) => instance.call('parsePlPgSql', sql))
  if (!result.startsWith('{')) throw grammarError({ message: result, cursorPosition: 0 }, sql)
  return result
}
