/** A parameter's JSON value as PostgreSQL's text: what Neon's proxy makes of it. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

/** Deeper arrays are refused: nothing in PostgreSQL nests so far. */
const NESTING_MAX = 1000

export function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return wellFormed(value)
  return wellFormed(Array.isArray(value) ? arrayLiteral(value, 1) : JSON.stringify(value))
}

function arrayLiteral(values: readonly unknown[], depth: number): string {
  if (depth > NESTING_MAX) {
    const message = `malformed request: a parameter nests more than ${NESTING_MAX} arrays`
    throw new SqlError(SQLSTATE.PROTOCOL_VIOLATION, message)
  }
  return `{${values.map((value) => arrayElement(value, depth)).join(',')}}`
}

function arrayElement(value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return arrayLiteral(value, depth + 1)
  // Objects are encoded twice: as JSON, and that text as an array element.
  if (typeof value === 'object') return JSON.stringify(JSON.stringify(value))
  return JSON.stringify(value)
}

/** JSON can spell half a surrogate pair, which no UTF-8 text can hold: 22021, naming the bytes it would be. */
export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text
  const half = /[\uD800-\uDFFF]/u.exec(text)?.[0].charCodeAt(0) ?? 0
  const bytes = [0xe0 | (half >> 12), 0x80 | ((half >> 6) & 0x3f), 0x80 | (half & 0x3f)]
  const hex = bytes.map((byte) => `0x${byte.toString(16)}`).join(' ')
  throw new SqlError(
    SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
    `invalid byte sequence for encoding "UTF8": ${hex}`,
  )
}
