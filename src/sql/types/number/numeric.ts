/**
 * numeric as a value: construction, reading, printing, order, rounding to a scale, typmod. Arithmetic that starts
 * here must be exact; a fast path holds while the unscaled digits are a safe integer.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { Numeric } from '../value-classes.ts'
import { compactInteger } from './integer.ts'

export const MAX_DISPLAY_SCALE = 1000
const MAX_SCALE = 16383
/** PostgreSQL's limit: 131072 digits before the decimal point. */
const MAX_WHOLE_DIGITS = 131072

export const NUMERIC_NAN = new Numeric(0, 0, 'NaN')
export const NUMERIC_INFINITY = new Numeric(0, 0, 'Infinity')
export const NUMERIC_MINUS_INFINITY = new Numeric(0, 0, '-Infinity')
export const NUMERIC_ZERO = new Numeric(0, 0)
export const NUMERIC_ONE = new Numeric(1, 0)

const SMALL_POWERS = Array.from({ length: 16 }, (_, n) => 10 ** n)
const BIG_POWERS: bigint[] = []

/** 10^n as a bigint; small ones are kept. */
export function powerOfTen(n: number): bigint {
  if (n > 400) return 10n ** BigInt(n)
  return (BIG_POWERS[n] ??= 10n ** BigInt(n))
}
/** 10^n as a number, undefined from 10^16 on (no longer a safe integer). */
export function smallPowerOfTen(n: number): number | undefined {
  return SMALL_POWERS[n]
}

export function numericOverflow(): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'value overflows numeric format')
}

/** A numeric of these digits, checked against PostgreSQL's size limits. */
export function makeNumeric(unscaled: bigint, scale: number): Numeric {
  const compact = compactInteger(unscaled)
  if (typeof compact === 'number') return new Numeric(compact, scale)
  if (scale > MAX_SCALE) return rescale(new Numeric(unscaled, scale), MAX_SCALE)
  if (exceedsFormat(unscaled, scale)) throw numericOverflow()
  return new Numeric(unscaled, scale)
}

/** 3.33 bits a digit: a cheap bound first, the count of digits only near the limit. */
function exceedsFormat(unscaled: bigint, scale: number): boolean {
  const limit = MAX_WHOLE_DIGITS + scale
  const hexDigits = unscaled.toString(16).length
  if (hexDigits * 1.21 < limit) return false
  const digits = unscaled.toString()
  return digits.length - (unscaled < 0n ? 1 : 0) > limit
}

export function numericFromInteger(value: number | bigint): Numeric {
  return new Numeric(value, 0)
}

export function isZero(value: Numeric): boolean {
  return value.unscaled === 0 && value.special === undefined
}

/** Unscaled digits as a bigint at a scale at least the value's own. */
export function unscaledAt(value: Numeric, scale: number): bigint {
  const digits = BigInt(value.unscaled)
  return scale === value.scale ? digits : digits * powerOfTen(scale - value.scale)
}

/** n / d rounded half away from zero. */
export function divideRounded(n: bigint, d: bigint): bigint {
  const quotient = n / d
  const remainder = n % d
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  if (twice < (d < 0n ? -d : d)) return quotient
  return n < 0n === d < 0n ? quotient + 1n : quotient - 1n
}

/** The value at another scale; digits lost are rounded half away from zero. */
export function rescale(value: Numeric, scale: number): Numeric {
  if (value.special !== undefined || value.scale === scale) return value
  if (scale > value.scale) return widen(value, scale)
  const dropped = value.scale - scale
  const divisor = SMALL_POWERS[dropped]
  if (divisor !== undefined && typeof value.unscaled === 'number') {
    const magnitude = Math.abs(value.unscaled)
    const rest = magnitude % divisor
    const quotient = (magnitude - rest) / divisor + (rest * 2 >= divisor ? 1 : 0)
    return new Numeric(value.unscaled < 0 ? 0 - quotient : quotient, scale)
  }
  return makeNumeric(divideRounded(BigInt(value.unscaled), powerOfTen(dropped)), scale)
}

function widen(value: Numeric, scale: number): Numeric {
  const factor = SMALL_POWERS[scale - value.scale]
  if (factor !== undefined && typeof value.unscaled === 'number') {
    const product = value.unscaled * factor
    if (Number.isSafeInteger(product)) return new Numeric(product, scale)
  }
  return makeNumeric(unscaledAt(value, scale), scale)
}

const SPECIAL_RANK = { '-Infinity': -1, Infinity: 1, NaN: 2 } as const

/** PostgreSQL's order: -Infinity < finite < Infinity < NaN; scale does not matter. */
export function compareNumeric(a: Numeric, b: Numeric): number {
  if (a.special !== undefined || b.special !== undefined) {
    const left = a.special === undefined ? 0 : SPECIAL_RANK[a.special]
    const right = b.special === undefined ? 0 : SPECIAL_RANK[b.special]
    return Math.sign(left - right)
  }
  const x = a.unscaled
  const y = b.unscaled
  if (a.scale === b.scale) return x < y ? -1 : x > y ? 1 : 0
  return compareScaled(a, b)
}

function compareScaled(a: Numeric, b: Numeric): number {
  const aSign = a.unscaled < 0 ? -1 : a.unscaled > 0 ? 1 : 0
  const bSign = b.unscaled < 0 ? -1 : b.unscaled > 0 ? 1 : 0
  if (aSign !== bSign) return aSign < bSign ? -1 : 1
  const scale = Math.max(a.scale, b.scale)
  const left = scaledNumber(a, scale) ?? unscaledAt(a, scale)
  const right = scaledNumber(b, scale) ?? unscaledAt(b, scale)
  return left < right ? -1 : left > right ? 1 : 0
}

/** The unscaled digits at `scale` as a safe number, if they are one. */
export function scaledNumber(value: Numeric, scale: number): number | undefined {
  if (typeof value.unscaled !== 'number') return undefined
  if (scale === value.scale) return value.unscaled
  const factor = SMALL_POWERS[scale - value.scale]
  if (factor === undefined) return undefined
  const product = value.unscaled * factor
  return Number.isSafeInteger(product) ? product : undefined
}

const NUMERIC_TEXT =
  /^[ \t\n\v\f\r]*([+-]?)(?:((?:[0-9](?:_?[0-9])*)?)(?:\.((?:[0-9](?:_?[0-9])*)?))?(?:[eE]([+-]?[0-9](?:_?[0-9])*))?|(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)|(nan|inf(?:inity)?))[ \t\n\v\f\r]*$/i

export function parseNumeric(text: string): Numeric {
  const match = NUMERIC_TEXT.exec(text)
  if (match === null) throw invalidNumeric(text)
  const [, sign, whole = '', fraction = '', exponent, based, special] = match
  if (special !== undefined) return parseSpecial(text, sign, special)
  if (based !== undefined) {
    const magnitude = BigInt(based.replaceAll('_', ''))
    return makeNumeric(sign === '-' ? -magnitude : magnitude, 0)
  }
  const digits = (whole + fraction).replaceAll('_', '')
  if (digits === '') throw invalidNumeric(text)
  const places = fraction.replaceAll('_', '').length
  if (exponent === undefined && digits.length <= 15) {
    const value = Number(digits)
    return new Numeric(sign === '-' ? 0 - value : value, places)
  }
  return withExponent(sign + digits, places, Number((exponent ?? '0').replaceAll('_', '')))
}

function withExponent(digits: string, places: number, exponent: number): Numeric {
  if (Math.abs(exponent) > 1073741823) throw numericOverflow()
  const unscaled = BigInt(digits.startsWith('+') ? digits.slice(1) : digits)
  const scale = places - exponent
  if (unscaled === 0n) return new Numeric(0, Math.min(Math.max(scale, 0), MAX_SCALE))
  if (scale < 0) {
    if (-scale > MAX_WHOLE_DIGITS) throw numericOverflow()
    return makeNumeric(unscaled * powerOfTen(-scale), 0)
  }
  // Far more places than the format has: only rounding to zero is left of them.
  if (scale > MAX_SCALE) {
    const dropped = scale - MAX_SCALE
    if (dropped > digits.length + 1) return new Numeric(0, MAX_SCALE)
    return makeNumeric(divideRounded(unscaled, powerOfTen(dropped)), MAX_SCALE)
  }
  return makeNumeric(unscaled, scale)
}

function parseSpecial(text: string, sign: string, word: string): Numeric {
  if (word.toLowerCase() === 'nan') {
    if (sign !== '') throw invalidNumeric(text)
    return NUMERIC_NAN
  }
  return sign === '-' ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY
}

function invalidNumeric(text: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `invalid input syntax for type numeric: "${text}"`,
  )
}

export function formatNumeric(value: Numeric): string {
  if (value.special !== undefined) return value.special
  if (value.scale === 0) return String(value.unscaled)
  const negative = value.unscaled < 0
  const raw = String(value.unscaled)
  const digits = (negative ? raw.slice(1) : raw).padStart(value.scale + 1, '0')
  const point = digits.length - value.scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Precision and scale packed in a numeric typmod; undefined when there is none. */
export function numericTypmod(typmod: number): { precision: number; scale: number } | undefined {
  if (typmod < 4) return undefined
  const packed = typmod - 4
  const scale = packed & 0x7ff
  return { precision: (packed >> 16) & 0xffff, scale: (scale ^ 1024) - 1024 }
}

/** numeric(p,s): rounds to the scale (which may be negative), 22003 when the whole part has too many digits. */
export function applyNumericTypmod(value: Numeric, typmod: number): Numeric {
  const limits = numericTypmod(typmod)
  if (limits === undefined || value.special === 'NaN') return value
  const { precision, scale } = limits
  if (value.special !== undefined) throw fieldOverflow(precision, scale, true)
  const rounded = scale >= 0 ? rescale(value, scale) : roundToScale(value, scale)
  if (rounded.unscaled === 0) return rounded
  // |rounded| must be below 10^(precision - scale).
  const digits = String(rounded.unscaled).length - (rounded.unscaled < 0 ? 1 : 0)
  if (digits - rounded.scale > precision - scale) throw fieldOverflow(precision, scale, false)
  return rounded
}

function fieldOverflow(precision: number, scale: number, infinite: boolean): SqlError {
  const limit = precision - scale === 0 ? '1' : `10^${precision - scale}`
  const detail = infinite
    ? `A field with precision ${precision}, scale ${scale} cannot hold an infinite value.`
    : `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${limit}.`
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'numeric field overflow', { detail })
}

/** round(v, n): n may be negative (tens, hundreds …); the result never has a negative scale. */
export function roundToScale(value: Numeric, places: number): Numeric {
  return cutToScale(value, places, divideRounded)
}
/** trunc(v, n) */
export function truncateToScale(value: Numeric, places: number): Numeric {
  return cutToScale(value, places, (n, d) => n / d)
}

function cutToScale(
  value: Numeric,
  places: number,
  divide: (n: bigint, d: bigint) => bigint,
): Numeric {
  if (value.special !== undefined) return value
  const scale = Math.min(Math.max(places, -2000 - MAX_WHOLE_DIGITS), MAX_DISPLAY_SCALE * 2)
  if (scale >= value.scale) return rescale(value, scale)
  const cut = divide(BigInt(value.unscaled), powerOfTen(value.scale - scale))
  return scale >= 0 ? makeNumeric(cut, scale) : makeNumeric(cut * powerOfTen(-scale), 0)
}
