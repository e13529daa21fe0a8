/** bit(n) and bit varying(n): input, lengths, logic, shifts, parts, conversion from and to integers. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Int8 } from '../number/integer.ts'
import { checkWidth, outOfRange } from '../number/integer.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { BitString } from '../value-classes.ts'
import { checkBit } from './bytea.ts'

/** B'…' digits, or x… hexadecimal. */
function parseDigits(text: string): string {
  if (/^[xX]/.test(text)) {
    return Array.from(text.slice(1), (digit) => {
      const value = '0123456789abcdef'.indexOf(digit.toLowerCase())
      if (value < 0) throw invalidDigit(digit, 'hexadecimal')
      return value.toString(2).padStart(4, '0')
    }).join('')
  }
  const digits = /^[bB]/.test(text) ? text.slice(1) : text
  for (const digit of digits)
    if (digit !== '0' && digit !== '1') throw invalidDigit(digit, 'binary')
  return digits
}

function invalidDigit(digit: string, base: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `"${digit}" is not a valid ${base} digit`,
  )
}

export function parseBit(text: string, typmod: number): BitString {
  return fitBit(new BitString(parseDigits(text)), typmod, false)
}
export function parseVarbit(text: string, typmod: number): BitString {
  return fitVarbit(new BitString(parseDigits(text)), typmod, false)
}

/** bit(n): exactly n, padded or cut only by an explicit cast. */
export function fitBit(value: BitString, typmod: number, isExplicit: boolean): BitString {
  const { bits } = value
  if (typmod <= 0 || bits.length === typmod) return value
  if (!isExplicit) {
    throw new SqlError(
      '22026',
      `bit string length ${bits.length} does not match type bit(${typmod})`,
    )
  }
  return new BitString(bits.slice(0, typmod).padEnd(typmod, '0'))
}

export function fitVarbit(value: BitString, typmod: number, isExplicit: boolean): BitString {
  if (typmod <= 0 || value.bits.length <= typmod) return value
  if (!isExplicit) {
    throw new SqlError(
      SQLSTATE.STRING_DATA_RIGHT_TRUNCATION,
      `bit string too long for type bit varying(${typmod})`,
    )
  }
  return new BitString(value.bits.slice(0, typmod))
}

export type BitLogic = (a: boolean, b: boolean) => boolean

export function combineBits(
  a: BitString,
  b: BitString,
  operation: BitLogic,
  verb: string,
): BitString {
  if (a.bits.length !== b.bits.length) {
    throw new SqlError('22026', `cannot ${verb} bit strings of different sizes`)
  }
  let bits = ''
  for (let i = 0; i < a.bits.length; i++) {
    bits += operation(a.bits[i] === '1', b.bits[i] === '1') ? '1' : '0'
  }
  return new BitString(bits)
}

export function invertBits(value: BitString): BitString {
  return new BitString(value.bits.replace(/[01]/g, (bit) => (bit === '1' ? '0' : '1')))
}

export function shiftBits(value: BitString, places: number): BitString {
  const { bits } = value
  const zeros = '0'.repeat(Math.min(Math.abs(places), bits.length))
  if (places >= 0) return new BitString((bits.slice(zeros.length) + zeros).slice(0, bits.length))
  return new BitString((zeros + bits).slice(0, bits.length))
}

export function bitSubstring(value: BitString, start: number, length?: number): BitString {
  if (length !== undefined && length < 0) {
    throw new SqlError(SQLSTATE.SUBSTRING_ERROR, 'negative substring length not allowed')
  }
  const from = Math.max(start - 1, 0)
  const to = length === undefined ? value.bits.length : Math.max(start + length - 1, from)
  return new BitString(value.bits.slice(from, to))
}

export function bitOverlay(
  value: BitString,
  part: BitString,
  start: number,
  length?: number,
): BitString {
  if (start <= 0) {
    throw new SqlError(SQLSTATE.SUBSTRING_ERROR, 'negative substring length not allowed')
  }
  const width = length ?? part.bits.length
  checkWidth(start + width, 4)
  const head = bitSubstring(value, 1, start - 1).bits
  return new BitString(head + part.bits + bitSubstring(value, start + width).bits)
}

function checkBitIndex(index: number, size: number): void {
  if (index < 0 || index >= size) {
    throw new SqlError(
      SQLSTATE.ARRAY_SUBSCRIPT_ERROR,
      `bit index ${index} out of valid range (0..${size - 1})`,
    )
  }
}
export function bitAt(value: BitString, index: number): number {
  checkBitIndex(index, value.bits.length)
  return value.bits[index] === '1' ? 1 : 0
}
export function withBit(value: BitString, index: number, bit: number): BitString {
  checkBitIndex(index, value.bits.length)
  checkBit(bit)
  return new BitString(value.bits.slice(0, index) + bit + value.bits.slice(index + 1))
}

/** An integer's two's complement, cut or sign-extended to the length. */
export function bitsFromInteger(value: Int8, typmod: number, width: 32 | 64): BitString {
  const length = typmod <= 0 ? 1 : typmod
  const digits = BigInt.asUintN(width, BigInt(value)).toString(2).padStart(width, '0')
  return new BitString(
    length <= width ? digits.slice(width - length) : digits.padStart(length, digits[0]),
  )
}

export function bitsToInteger(value: BitString, width: 32 | 64): Int8 {
  if (value.bits.length > width) throw outOfRange(width === 32 ? 4 : 8)
  return normalizeInt64(BigInt.asIntN(width, BigInt(`0b0${value.bits}`)))
}
