/** Characters by code: ascii, chr, unistr, normalize. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

export function codeOfFirst(text: string): number {
  return text.codePointAt(0) ?? 0
}

export function characterOfCode(code: number): string {
  if (code < 0) {
    throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, 'character number must be positive')
  }
  if (code === 0) {
    throw new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'null character not permitted')
  }
  if (code > 0x10ffff) {
    throw new SqlError(
      SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
      `requested character too large for encoding: ${code}`,
    )
  }
  if (code >= 0xd800 && code <= 0xdfff) {
    throw new SqlError(
      SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
      `requested character not valid for encoding: ${code}`,
    )
  }
  return String.fromCodePoint(code)
}

const ESCAPE =
  /\\(?:(\\)|([0-9a-fA-F]{4})|u([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|U([0-9a-fA-F]{8})|)/g

/** unistr: \XXXX, \uXXXX, \+XXXXXX, \UXXXXXXXX and \\. */
export function decodeUnicodeEscapes(text: string): string {
  let pendingHigh = 0
  const result = text.replace(ESCAPE, (_all, backslash, four, u, plus, eight, offset: number) => {
    const digits = four ?? u ?? plus ?? eight
    if (backslash !== undefined) return '\\'
    if (digits === undefined) {
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'invalid Unicode escape', {
        hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
      })
    }
    const code = Number.parseInt(digits, 16)
    if (code === 0 || code > 0x10ffff) {
      throw new SqlError(
        SQLSTATE.INVALID_PARAMETER_VALUE,
        `invalid Unicode code point: ${code.toString(16).toUpperCase().padStart(4, '0')}`,
      )
    }
    const isLow = code >= 0xdc00 && code <= 0xdfff
    if (isLow !== (pendingHigh !== 0 && pendingHigh === offset)) throw invalidPair()
    const isHigh = code >= 0xd800 && code <= 0xdbff
    pendingHigh = isHigh ? offset + (_all as string).length : 0
    return String.fromCodePoint(code)
  })
  if (!result.isWellFormed()) throw invalidPair()
  return result
}

function invalidPair(): SqlError {
  return new SqlError(SQLSTATE.SYNTAX_ERROR, 'invalid Unicode surrogate pair')
}

export function normalizationForm(name: string): 'NFC' | 'NFD' | 'NFKC' | 'NFKD' {
  const form = name.toUpperCase()
  if (form === 'NFC' || form === 'NFD' || form === 'NFKC' || form === 'NFKD') return form
  throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, `invalid normalization form: ${name}`)
}
