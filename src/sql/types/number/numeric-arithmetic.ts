/** Exact arithmetic of numeric with PostgreSQL's result scales and its rules for NaN and the infinities. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { Numeric } from '../value-classes.ts'
import { divisionByZero, greatestCommonDivisor } from './integer.ts'
import {
  MAX_DISPLAY_SCALE,
  NUMERIC_INFINITY,
  NUMERIC_MINUS_INFINITY,
  NUMERIC_NAN,
  NUMERIC_ONE,
  NUMERIC_ZERO,
  divideRounded,
  isZero,
  makeNumeric,
  powerOfTen,
  rescale,
  scaledNumber,
  unscaledAt,
} from './numeric.ts'

const MIN_SIGNIFICANT_DIGITS = 16

export function signOf(value: Numeric): number {
  if (value.special !== undefined) return value.special === '-Infinity' ? -1 : 1
  return value.unscaled < 0 ? -1 : value.unscaled > 0 ? 1 : 0
}

export function infinityOfSign(sign: number): Numeric {
  return sign < 0 ? NUMERIC_MINUS_INFINITY : NUMERIC_INFINITY
}

export function addNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return addSpecial(a, b)
  const scale = a.scale > b.scale ? a.scale : b.scale
  const left = scaledNumber(a, scale)
  const right = scaledNumber(b, scale)
  if (left !== undefined && right !== undefined) {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return new Numeric(sum, scale)
  }
  return makeNumeric(unscaledAt(a, scale) + unscaledAt(b, scale), scale)
}

function addSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return NUMERIC_NAN
  if (a.special !== undefined && b.special !== undefined && a.special !== b.special) {
    return NUMERIC_NAN
  }
  return a.special === undefined ? b : a
}

export function negateNumeric(value: Numeric): Numeric {
  if (value.special === 'NaN') return value
  if (value.special !== undefined) return infinityOfSign(-signOf(value))
  const digits = value.unscaled
  return new Numeric(typeof digits === 'number' ? 0 - digits : -digits, value.scale)
}

export function absoluteNumeric(value: Numeric): Numeric {
  return signOf(value) < 0 ? negateNumeric(value) : value
}

export function subtractNumeric(a: Numeric, b: Numeric): Numeric {
  return addNumeric(a, negateNumeric(b))
}

export function multiplyNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return multiplySpecial(a, b)
  const scale = a.scale + b.scale
  if (typeof a.unscaled === 'number' && typeof b.unscaled === 'number') {
    const product = a.unscaled * b.unscaled
    if (Number.isSafeInteger(product)) return new Numeric(product + 0, scale)
  }
  return makeNumeric(BigInt(a.unscaled) * BigInt(b.unscaled), scale)
}

function multiplySpecial(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return NUMERIC_NAN
  const sign = signOf(a) * signOf(b)
  return sign === 0 ? NUMERIC_NAN : infinityOfSign(sign)
}

/** Weight and leading digit in PostgreSQL's base 10000: its result scales are defined by them. */
export function baseWeight(value: Numeric): { weight: number; first: number } {
  if (value.unscaled === 0) return { weight: 0, first: 0 }
  const raw = String(value.unscaled)
  const digits = raw.startsWith('-') ? raw.slice(1) : raw
  const exponent = digits.length - 1 - value.scale
  const weight = Math.floor(exponent / 4)
  const count = exponent - 4 * weight + 1
  return { weight, first: Number(digits.slice(0, count).padEnd(count, '0')) }
}

/** The scale PostgreSQL gives a quotient: at least 16 significant digits and no fewer places than the operands. */
export function divisionScale(a: Numeric, b: Numeric): number {
  const left = baseWeight(a)
  const right = baseWeight(b)
  const weight = left.weight - right.weight - (left.first <= right.first ? 1 : 0)
  const scale = Math.max(MIN_SIGNIFICANT_DIGITS - weight * 4, a.scale, b.scale, 0)
  return Math.min(scale, MAX_DISPLAY_SCALE)
}

export function divideNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return divideSpecial(a, b)
  if (b.unscaled === 0) throw divisionByZero()
  return divideToScale(a, b, divisionScale(a, b))
}

/** a / b rounded to `scale` places; both finite, b not zero. */
export function divideToScale(a: Numeric, b: Numeric, scale: number): Numeric {
  const shift = scale + b.scale - a.scale
  const n = BigInt(a.unscaled) * (shift > 0 ? powerOfTen(shift) : 1n)
  const d = BigInt(b.unscaled) * (shift < 0 ? powerOfTen(-shift) : 1n)
  return makeNumeric(divideRounded(n, d), scale)
}

function divideSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return NUMERIC_NAN
  if (a.special !== undefined) {
    if (b.special !== undefined) return NUMERIC_NAN
    if (isZero(b)) throw divisionByZero()
    return infinityOfSign(signOf(a) * signOf(b))
  }
  return NUMERIC_ZERO
}

/** div(): the quotient cut to an integer. */
export function divideTruncated(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return divideSpecial(a, b)
  if (b.unscaled === 0) throw divisionByZero()
  const scale = Math.max(a.scale, b.scale)
  return makeNumeric(unscaledAt(a, scale) / unscaledAt(b, scale), 0)
}

export function moduloNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return NUMERIC_NAN
  if (isZero(b)) throw divisionByZero()
  if (a.special !== undefined) return NUMERIC_NAN
  if (b.special !== undefined) return a
  const scale = Math.max(a.scale, b.scale)
  return makeNumeric(unscaledAt(a, scale) % unscaledAt(b, scale), scale)
}

export function signNumeric(value: Numeric): Numeric {
  if (value.special === 'NaN') return value
  return new Numeric(signOf(value), 0)
}

/** ceil and floor: the neighbouring integer in the direction of `sign`. */
export function integerTowards(value: Numeric, sign: 1 | -1): Numeric {
  if (value.special !== undefined) return value
  const divisor = powerOfTen(value.scale)
  const digits = BigInt(value.unscaled)
  const whole = digits / divisor
  const rest = digits % divisor
  const step = (sign > 0 ? rest > 0n : rest < 0n) ? BigInt(sign) : 0n
  return makeNumeric(whole + step, 0)
}

export function gcdNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special === 'NaN' || b.special === 'NaN') return NUMERIC_NAN
  if (a.special !== undefined || b.special !== undefined) return NUMERIC_NAN
  const scale = Math.max(a.scale, b.scale)
  return makeNumeric(greatestCommonDivisor(unscaledAt(a, scale), unscaledAt(b, scale)), scale)
}

export function lcmNumeric(a: Numeric, b: Numeric): Numeric {
  if (a.special !== undefined || b.special !== undefined) return NUMERIC_NAN
  const scale = Math.max(a.scale, b.scale)
  if (isZero(a) || isZero(b)) return new Numeric(0, scale)
  const x = unscaledAt(a, scale)
  const y = unscaledAt(b, scale)
  const multiple = (x / greatestCommonDivisor(x, y)) * y
  return makeNumeric(multiple < 0n ? -multiple : multiple, scale)
}

export function factorial(n: number | bigint): Numeric {
  if (n < 0) {
    throw new SqlError(
      SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
      'factorial of a negative number is undefined',
    )
  }
  if (n > 32177) {
    throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'value overflows numeric format')
  }
  let product = 1n
  for (let factor = 2n; factor <= n; factor++) product *= factor
  return makeNumeric(product, 0)
}

/** The fewest places that hold the value exactly. */
export function minimalScale(value: Numeric): number {
  if (value.unscaled === 0) return 0
  const raw = String(value.unscaled)
  let zeros = 0
  while (zeros < value.scale && raw.charCodeAt(raw.length - 1 - zeros) === 48) zeros++
  return value.scale - zeros
}

export function trimScale(value: Numeric): Numeric {
  return value.special === undefined ? rescale(value, minimalScale(value)) : value
}

export function incrementNumeric(value: Numeric): Numeric {
  return addNumeric(value, NUMERIC_ONE)
}
