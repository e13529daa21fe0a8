/** What varchar(n), char(n), name and "char" do to their text: limits, padding, cutting. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { characterCount, characterSlice, utf8Length } from './characters.ts'

/** typmod = limit + 4; -1 when there is no limit. */
function limitOf(typmod: number): number | undefined {
  return typmod >= 4 ? typmod - 4 : undefined
}

function tooLong(typeName: string, limit: number): SqlError {
  return new SqlError(
    SQLSTATE.STRING_DATA_RIGHT_TRUNCATION,
    `value too long for type ${typeName}(${limit})`,
  )
}

/** Only blanks may be lost silently, unless the cast is explicit. */
function cut(text: string, limit: number, isExplicit: boolean, typeName: string): string {
  const kept = characterSlice(text, 0, limit)
  if (!isExplicit && /[^ ]/.test(text.slice(kept.length))) throw tooLong(typeName, limit)
  return kept
}

export function fitVarchar(text: string, typmod: number, isExplicit: boolean): string {
  const limit = limitOf(typmod)
  if (limit === undefined || text.length <= limit || characterCount(text) <= limit) return text
  return cut(text, limit, isExplicit, 'character varying')
}

export function fitBpchar(text: string, typmod: number, isExplicit: boolean): string {
  const limit = limitOf(typmod)
  if (limit === undefined) return text
  const count = characterCount(text)
  if (count === limit) return text
  if (count < limit) return text + ' '.repeat(limit - count)
  return cut(text, limit, isExplicit, 'character')
}

/** Bytes a name can hold. */
const NAME_BYTES = 63

export function fitName(text: string): string {
  if (text.length <= NAME_BYTES / 3 || utf8Length(text) <= NAME_BYTES) return text
  let bytes = 0
  let kept = ''
  for (const character of text) {
    bytes += utf8Length(character)
    if (bytes > NAME_BYTES) break
    kept += character
  }
  return kept
}

const encoder = new TextEncoder()

/** "char": one byte; a byte above 127 is written as \ooo. Kept as the character of that code. */
export function parseSingleByte(text: string): string {
  const octal = /^\\([0-3][0-7][0-7])$/.exec(text)
  if (octal !== null) return byteAsChar(Number.parseInt(octal[1], 8))
  return text === '' ? '' : byteAsChar(encoder.encode(text.slice(0, 2))[0])
}
export function byteAsChar(byte: number): string {
  return byte === 0 ? '' : String.fromCharCode(byte)
}
export function formatSingleByte(value: string): string {
  const code = value === '' ? 0 : value.charCodeAt(0)
  return code < 128 ? value : `\\${code.toString(8).padStart(3, '0')}`
}
