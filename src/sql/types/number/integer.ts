/**
 * int2, int4 and int8 as values: reading, checked arithmetic, bit operations. Exact throughout: an int8 is a number
 * while it is a safe integer and a bigint beyond (see `Datum`), and no result is ever -0.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'

export type Int8 = number | bigint
export type IntegerWidth = 2 | 4 | 8

export const INTEGER_NAMES = { 2: 'smallint', 4: 'integer', 8: 'bigint' } as const
const LIMITS = { 2: 2 ** 15, 4: 2 ** 31 } as const
const INT8_MIN = -(2n ** 63n)
const INT8_MAX = 2n ** 63n - 1n

export function outOfRange(width: IntegerWidth): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, `${INTEGER_NAMES[width]} out of range`)
}

export function divisionByZero(): SqlError {
  return new SqlError(SQLSTATE.DIVISION_BY_ZERO, 'division by zero')
}

/** `value` if it fits in `width` bytes; raises 22003 otherwise. Removes -0. */
export function checkWidth(value: number, width: 2 | 4): number {
  const limit = LIMITS[width]
  if (value < -limit || value >= limit) throw outOfRange(width)
  return value + 0
}

/** An exact integer as int8. */
export function toInt8(value: bigint): Int8 {
  if (value < INT8_MIN || value > INT8_MAX) throw outOfRange(8)
  return normalizeInt64(value)
}

/** A bigint as a number when that is exact: the representation of int8 and of numeric's digits. */
export function compactInteger(value: bigint): Int8 {
  return normalizeInt64(value)
}

export function addInt8(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt8(BigInt(a) + BigInt(b))
}

export function subtractInt8(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return toInt8(BigInt(a) - BigInt(b))
}

export function multiplyInt8(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return toInt8(BigInt(a) * BigInt(b))
}

/** Truncates towards zero. The quotient of two safe integers never rounds up to an integer, so doubles are exact. */
export function divideInt8(a: Int8, b: Int8): Int8 {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0) throw divisionByZero()
    return Math.trunc(a / b) + 0
  }
  if (b === 0) throw divisionByZero()
  return toInt8(BigInt(a) / BigInt(b))
}

export function moduloInt8(a: Int8, b: Int8): Int8 {
  if (b === 0) throw divisionByZero()
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0
  return toInt8(BigInt(a) % BigInt(b))
}

export function negateInt8(a: Int8): Int8 {
  return subtractInt8(0, a)
}

export function absoluteInt8(a: Int8): Int8 {
  return a < 0 ? negateInt8(a) : a
}

/** -1, 0 or 1; numbers and bigints compare with each other. */
export function compareInt8(a: Int8, b: Int8): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function divideInteger(a: number, b: number, width: 2 | 4): number {
  if (b === 0) throw divisionByZero()
  return checkWidth(Math.trunc(a / b), width)
}

export function moduloInteger(a: number, b: number): number {
  if (b === 0) throw divisionByZero()
  return (a % b) + 0
}

/** Bit operations of int8 go through 64-bit two's complement. */
export function bitwiseInt8(a: Int8, b: Int8, operation: (x: bigint, y: bigint) => bigint): Int8 {
  return normalizeInt64(BigInt.asIntN(64, operation(BigInt(a), BigInt(b))))
}

/** C shifts as x86 performs them: the count wraps at the width of the register. */
export function shiftLeft(a: number, count: number, width: 2 | 4): number {
  const shifted = a << count
  return width === 4 ? shifted : (shifted << 16) >> 16
}

export function shiftRight(a: number, count: number): number {
  return a >> count
}

export function shiftInt8(a: Int8, count: number, left: boolean): Int8 {
  const places = BigInt(count & 63)
  const value = BigInt(a)
  return normalizeInt64(BigInt.asIntN(64, left ? value << places : value >> places))
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a
  let y = b < 0n ? -b : b
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

export function gcdInt8(a: Int8, b: Int8, width: 4 | 8): Int8 {
  return fitInteger(greatestCommonDivisor(BigInt(a), BigInt(b)), width)
}

export function lcmInt8(a: Int8, b: Int8, width: 4 | 8): Int8 {
  if (a === 0 || b === 0) return 0
  const x = BigInt(a)
  const y = BigInt(b)
  const multiple = (x / greatestCommonDivisor(x, y)) * y
  return fitInteger(multiple < 0n ? -multiple : multiple, width)
}

function fitInteger(value: bigint, width: 4 | 8): Int8 {
  return width === 8 ? toInt8(value) : checkWidth(Number(value), width)
}

const MINUS = 45
const ZERO = 48
/** So many always fit 32 bits. */
const PLAIN_DIGITS_MAX = 9

const DECIMAL = /^[ \t\n\v\f\r]*([+-]?)([0-9](?:_?[0-9])*)[ \t\n\v\f\r]*$/
const WITH_BASE =
  /^[ \t\n\v\f\r]*([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)[ \t\n\v\f\r]*$/

/** Reads an integer literal as PostgreSQL 17 does: sign, blanks around, 0x/0o/0b, underscores between digits. */
export function parseInteger(text: string, width: IntegerWidth): Int8 {
  const plain = plainInteger(text)
  if (plain !== undefined && (width !== 2 || (plain >= -LIMITS[2] && plain < LIMITS[2])))
    return plain
  const match = DECIMAL.exec(text) ?? WITH_BASE.exec(text)
  if (match === null) throw invalidInteger(text, INTEGER_NAMES[width])
  const digits = match[2].replaceAll('_', '')
  const negative = match[1] === '-'
  if (digits.length <= 15 && digits.charCodeAt(1) < 65) {
    const value = negative ? 0 - Number(digits) : Number(digits)
    if (width === 8) return value
    if (value >= -LIMITS[width] && value < LIMITS[width]) return value
    throw integerTextOutOfRange(text, width)
  }
  const magnitude = BigInt(digits)
  const value = negative ? -magnitude : magnitude
  const limit = width === 8 ? INT8_MAX + 1n : BigInt(LIMITS[width])
  if (value < -limit || value >= limit) throw integerTextOutOfRange(text, width)
  return normalizeInt64(value)
}

/** A few digits and perhaps a minus, as most are; undefined: look closer. */
function plainInteger(text: string): number | undefined {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0
  if (text.length === first || text.length > first + PLAIN_DIGITS_MAX) return undefined
  let value = 0
  for (let at = first; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return first === 0 ? value : 0 - value
}

export function invalidInteger(text: string, typeName: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `invalid input syntax for type ${typeName}: "${text}"`,
  )
}

function integerTextOutOfRange(text: string, width: IntegerWidth): SqlError {
  return new SqlError(
    SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
    `value "${text}" is out of range for type ${INTEGER_NAMES[width]}`,
  )
}
