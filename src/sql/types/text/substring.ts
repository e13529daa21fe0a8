/** Parts of strings by character position: substring, overlay, left, right, position, split_part. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { checkWidth } from '../number/integer.ts'
import { characterCount, characterSlice } from './characters.ts'

function negativeLength(): SqlError {
  return new SqlError(SQLSTATE.SUBSTRING_ERROR, 'negative substring length not allowed')
}

/** substring(text from start for length): positions count from 1 and may lie before the text. */
export function substring(text: string, start: number, length?: number): string {
  if (length === undefined) return characterSlice(text, Math.max(start - 1, 0))
  if (length < 0) throw negativeLength()
  const end = Math.max(start + length - 1, 0)
  return characterSlice(text, Math.max(start - 1, 0), end)
}

/** overlay(text placing replacement from start for length) */
export function overlay(text: string, replacement: string, start: number, length?: number): string {
  if (start <= 0) throw negativeLength()
  const width = length ?? characterCount(replacement)
  checkWidth(start + width, 4)
  return substring(text, 1, start - 1) + replacement + substring(text, start + width)
}

/** The character position, from 1, at which `part` first stands; 0 if nowhere. */
export function position(text: string, part: string): number {
  const index = text.indexOf(part)
  return index < 0 ? 0 : characterCount(text.slice(0, index)) + 1
}

export function leftPart(text: string, count: number): string {
  return characterSlice(text, 0, count)
}

/** Negative: all but the first characters. */
export function rightPart(text: string, count: number): string {
  if (count === 0) return ''
  return count > 0
    ? characterSlice(text, Math.max(characterCount(text) - count, 0))
    : characterSlice(text, -count)
}

/** split_part: the n-th field, counted from the end when negative. */
export function splitPart(text: string, separator: string, field: number): string {
  if (field === 0) {
    throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, 'field position must not be zero')
  }
  if (text === '') return ''
  const fields = separator === '' ? [text] : text.split(separator)
  return fields[field > 0 ? field - 1 : fields.length + field] ?? ''
}

export function reverseText(text: string): string {
  return Array.from(text).reverse().join('')
}
