/**
 * float4 and float8 as values: reading, the shortest text that reads back, checked arithmetic, PostgreSQL's total
 * order (NaN equals itself and sorts last). A float4 is a double that `Math.fround` leaves alone.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { divisionByZero, outOfRange } from './integer.ts'
import type { Int8, IntegerWidth } from './integer.ts'

export function floatOverflow(): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'value out of range: overflow')
}
export function floatUnderflow(): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'value out of range: underflow')
}

const FLOAT =
  /^[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?|nan|inf(?:inity)?))[ \t\n\v\f\r]*$/i

/** Reads a float8, or with `single` a float4; `typeName` is for the error text. */
export function parseFloatText(text: string, single: boolean): number {
  const typeName = single ? 'real' : 'double precision'
  const match = FLOAT.exec(text)
  if (match === null) {
    throw new SqlError(
      SQLSTATE.INVALID_TEXT_REPRESENTATION,
      `invalid input syntax for type ${typeName}: "${text}"`,
    )
  }
  const word = match[1]
  const special = specialFloat(word)
  if (special !== undefined) return special
  const exact = /^[+-]?0x/i.test(word) ? parseHexadecimalFloat(word) : Number(word)
  const value = single ? Math.fround(exact) : exact
  const lost = value === 0 && /[1-9]/.test(word.replace(/[eEpP].*$/, '').replace(/^[+-]?0x/i, ''))
  if (!Number.isFinite(value) || lost) {
    throw new SqlError(
      SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
      `"${text.trim()}" is out of range for type ${typeName}`,
    )
  }
  return value
}

function specialFloat(word: string): number | undefined {
  const lower = word.toLowerCase()
  if (lower.endsWith('nan')) return NaN
  if (!lower.includes('inf')) return undefined
  return lower.startsWith('-') ? -Infinity : Infinity
}

function parseHexadecimalFloat(word: string): number {
  const [, sign, whole, fraction, exponent] =
    /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p(.*))?$/i.exec(word) as unknown as string[] // the caller's pattern has matched already
  const digits = Number(BigInt(`0x0${whole}${fraction}`))
  const value = digits * 2 ** (Number(exponent ?? 0) - 4 * fraction.length)
  return sign === '-' ? -value : value
}

/** C's %e threshold: PostgreSQL prints an exponent below 1e-4 and from 1e15 (float8) or 1e6 (float4) on. */
function layoutDigits(digits: string, exponent: number, negative: boolean, wide: number): string {
  const sign = negative ? '-' : ''
  if (exponent < -4 || exponent >= wide) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const magnitude = Math.abs(exponent)
    return `${sign}${digits[0]}${tail}e${exponent < 0 ? '-' : '+'}${magnitude < 10 ? '0' : ''}${magnitude}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0')
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

/** The text of a float8 (shortest form that reads back; `extraDigits` ≤ 0 gives 15 + extraDigits digits). */
export function formatFloat8(value: number, extraDigits = 1): string {
  if (!Number.isFinite(value)) return formatSpecial(value)
  if (extraDigits <= 0) return formatRounded(value, Math.max(1, 15 + extraDigits))
  const magnitude = Math.abs(value)
  // Here JavaScript writes the same digits without an exponent, too.
  if (magnitude >= 1e-4 && magnitude < 1e15) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponent] = value.toExponential().split('e')
  const digits = mantissa.replace('-', '').replace('.', '')
  return layoutDigits(digits, Number(exponent), value < 0, 15)
}

/** The text of a float4: the fewest digits that identify it among float4 values. */
export function formatFloat4(value: number, extraDigits = 1): string {
  if (!Number.isFinite(value)) return formatSpecial(value)
  if (extraDigits <= 0) return formatRounded(value, Math.max(1, 6 + extraDigits))
  if (Number.isInteger(value) && Math.abs(value) < 1e6)
    return Object.is(value, -0) ? '-0' : String(value)
  for (let places = 0; places < 9; places++) {
    const text = value.toExponential(places)
    if (Math.fround(Number(text)) !== value) continue
    const [mantissa, exponent] = text.split('e')
    const digits = mantissa
      .replace('-', '')
      .replace('.', '')
      .replace(/(?<=.)0+$/, '')
    return layoutDigits(digits, Number(exponent), value < 0, 6)
  }
  return formatFloat8(value)
}

function formatSpecial(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** C's %.*g. */
function formatRounded(value: number, precision: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponent] = value.toExponential(precision - 1).split('e')
  const digits = mantissa
    .replace('-', '')
    .replace('.', '')
    .replace(/(?<=.)0+$/, '')
  return layoutDigits(digits, Number(exponent), value < 0, precision)
}

/** Result of a float operation: an infinity or zero that the operands do not justify is an error. */
export function checkFloat(result: number, infinityIsFine: boolean, zeroIsFine: boolean): number {
  if (!infinityIsFine && (result === Infinity || result === -Infinity)) throw floatOverflow()
  if (!zeroIsFine && result === 0) throw floatUnderflow()
  return result
}

const isInfinite = (x: number): boolean => x === Infinity || x === -Infinity

export function addFloat(a: number, b: number): number {
  return checkFloat(a + b, isInfinite(a) || isInfinite(b), true)
}
export function subtractFloat(a: number, b: number): number {
  return checkFloat(a - b, isInfinite(a) || isInfinite(b), true)
}
export function multiplyFloat(a: number, b: number): number {
  return checkFloat(a * b, isInfinite(a) || isInfinite(b), a === 0 || b === 0)
}
export function divideFloat(a: number, b: number): number {
  if (b === 0 && !Number.isNaN(a)) throw divisionByZero()
  return checkFloat(a / b, isInfinite(a), a === 0 || isInfinite(b))
}

type FloatOperation = (a: number, b: number) => number
/** The same over float4: rounded, and overflow judged after rounding. */
export function singlePrecision(operation: FloatOperation): FloatOperation {
  return (a, b) => {
    const exact = operation(a, b)
    const result = Math.fround(exact)
    if (isInfinite(result) && !isInfinite(exact)) throw floatOverflow()
    if (result === 0 && exact !== 0) throw floatUnderflow()
    return result
  }
}

export function toFloat4(value: number): number {
  const single = Math.fround(value)
  if (isInfinite(single) && !isInfinite(value)) throw floatOverflow()
  if (single === 0 && value !== 0) throw floatUnderflow()
  return single
}

/** NaN = NaN, NaN above everything; -0 = 0. */
export function compareFloat(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  return -1
}

/** C's rint: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  if (!Number.isFinite(value)) return value
  const rounded = Math.round(value)
  const result = Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
  return result === 0 && (value < 0 || Object.is(value, -0)) ? -0 : result
}

const FLOAT_LIMITS = { 2: 2 ** 15, 4: 2 ** 31, 8: 2 ** 63 } as const

/** Casts a float to an integer type: rounds half to even, 22003 beyond its range. */
export function floatToInteger(value: number, width: IntegerWidth): Int8 {
  const rounded = roundHalfEven(value)
  const limit = FLOAT_LIMITS[width]
  if (!(rounded >= -limit && rounded < limit)) throw outOfRange(width)
  return Number.isSafeInteger(rounded) ? rounded + 0 : BigInt(rounded)
}
