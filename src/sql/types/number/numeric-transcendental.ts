/**
 * sqrt, exp, ln, log and power of numeric. The result's scale follows PostgreSQL's formulas (at least 16 significant
 * digits); the digits come from fixed-point arithmetic over bigints with guard digits, rounded once at the end.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { Numeric } from '../value-classes.ts'
import { divisionByZero } from './integer.ts'
import {
  MAX_DISPLAY_SCALE,
  NUMERIC_INFINITY,
  NUMERIC_NAN,
  NUMERIC_ONE,
  NUMERIC_ZERO,
  compareNumeric,
  divideRounded,
  isZero,
  makeNumeric,
  numericOverflow,
  parseNumeric,
  powerOfTen,
  rescale,
} from './numeric.ts'
import {
  baseWeight,
  divideToScale,
  multiplyNumeric,
  signOf,
  subtractNumeric,
} from './numeric-arithmetic.ts'

const SIGNIFICANT = 16
/** log10(e) as PostgreSQL rounds it: estimates of scale must come out the same. */
const LOG10_E = 434_294_481_903_252 / 1e15
const MAX_RESULT_SCALE = 2000
const GUARD = 12

function clampScale(wanted: number, ...least: number[]): number {
  return Math.min(Math.max(wanted, ...least, 0), MAX_DISPLAY_SCALE)
}

/** Digits of `value` as fixed point with `places` decimals (cut off). */
function toFixedPoint(value: Numeric, places: number): bigint {
  const digits = BigInt(value.unscaled)
  return places >= value.scale
    ? digits * powerOfTen(places - value.scale)
    : digits / powerOfTen(value.scale - places)
}

function fromFixedPoint(digits: bigint, places: number, scale: number): Numeric {
  return makeNumeric(divideRounded(digits, powerOfTen(places - scale)), scale)
}

/** ln|value| as a double, for any magnitude. */
function estimateLogarithm(value: Numeric): number {
  const raw = String(value.unscaled).replace('-', '')
  const head = Number(raw.slice(0, 17))
  return Math.log(head) + (raw.length - Math.min(17, raw.length) - value.scale) * Math.LN10
}

/** floor of log10 |value|. */
function decimalExponent(value: Numeric): number {
  return String(value.unscaled).replace('-', '').length - 1 - value.scale
}

export function squareRootNumeric(value: Numeric): Numeric {
  if (value.special === 'NaN' || value.special === 'Infinity') return value
  if (signOf(value) < 0) {
    throw new SqlError('2201F', 'cannot take square root of a negative number')
  }
  const { weight } = baseWeight(value)
  const scale = clampScale(SIGNIFICANT - Math.trunc((weight * 4) / 2 + 1), value.scale)
  return squareRootToScale(value, scale)
}

/** The root of a value that is not negative, rounded to `scale` places. */
export function squareRootToScale(value: Numeric, scale: number): Numeric {
  if (isZero(value)) return new Numeric(0, scale)
  const places = scale + 1
  const root = integerSquareRoot(toFixedPoint(value, 2 * places))
  return fromFixedPoint(root, places, scale)
}

function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2))
  for (;;) {
    const next = (x + n / x) >> 1n
    if (next >= x) return x
    x = next
  }
}

/** e^x for fixed point x: halve until small, Taylor series, square back. */
function exponentialFixed(x: bigint, places: number): bigint {
  const halvings = Math.max(0, x.toString(2).length - powerOfTen(places).toString(2).length + 8)
  const extra = Math.ceil(halvings * 0.31) + 4
  const one = powerOfTen(places + extra)
  const small = (x * powerOfTen(extra)) >> BigInt(halvings)
  let term = one
  let sum = one
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = (term * small) / one / n
    sum += term
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) / one
  return sum / powerOfTen(extra)
}

/** ln(x) for fixed point x > 0: Newton steps on e^y from a double's estimate, each doubling the digits. */
function logarithmFixed(x: bigint, places: number, estimate: number): bigint {
  let y = BigInt(Math.round(estimate * 1e12)) * powerOfTen(Math.max(0, places - 12))
  if (places < 12) y = BigInt(Math.round(estimate * 10 ** places))
  const one = powerOfTen(places)
  for (let digits = 10; digits < 4 * places + 20; digits *= 2) {
    // y' = y + 2 (x - e^y) / (x + e^y), cubic convergence
    const power = exponentialFixed(y, places)
    const step = (2n * (x - power) * one) / (x + power)
    y += step
    if (step >= -1n && step <= 1n) break
  }
  return y
}

/** ln(value) with about `places` correct decimals, as fixed point with that many places. */
function logarithmPlaces(value: Numeric, places: number): bigint {
  // Bring the argument near 1 by a power of ten: ln v = ln m + e ln 10.
  const exponent = Math.abs(estimateLogarithm(value)) < 3 ? 0 : decimalExponent(value)
  const mantissa = new Numeric(value.unscaled, value.scale + exponent)
  const x =
    mantissa.scale >= 0
      ? toFixedPoint(mantissa, places)
      : BigInt(value.unscaled) * powerOfTen(places - mantissa.scale)
  const main = logarithmFixed(x, places, estimateLogarithm(mantissa))
  if (exponent === 0) return main
  return main + BigInt(exponent) * lnTen(places)
}

const lnTenByPlaces = new Map<number, bigint>()
function lnTen(places: number): bigint {
  let value = lnTenByPlaces.get(places)
  if (value === undefined) {
    value = logarithmFixed(10n * powerOfTen(places), places, Math.LN10)
    if (lnTenByPlaces.size < 64) lnTenByPlaces.set(places, value)
  }
  return value
}

const NINE_TENTHS = parseNumeric('0.9')
const ELEVEN_TENTHS = parseNumeric('1.1')

/** Estimated decimal weight of ln(value), as PostgreSQL computes it for its result scales. */
function logarithmWeight(value: Numeric): number {
  if (signOf(value) <= 0) return 0
  if (compareNumeric(value, NINE_TENTHS) >= 0 && compareNumeric(value, ELEVEN_TENTHS) <= 0) {
    const distance = subtractNumeric(value, NUMERIC_ONE)
    if (isZero(distance)) return 0
    const { weight, first } = baseWeight(distance)
    return weight * 4 + Math.trunc(Math.log10(first))
  }
  return Math.trunc(Math.log10(Math.abs(estimateLogarithm(value))))
}

function requirePositive(value: Numeric): void {
  if (signOf(value) < 0) {
    throw new SqlError('2201E', 'cannot take logarithm of a negative number')
  }
  if (isZero(value)) throw new SqlError('2201E', 'cannot take logarithm of zero')
}

export function naturalLogarithmNumeric(value: Numeric): Numeric {
  if (value.special === 'NaN') return value
  requirePositive(value)
  if (value.special !== undefined) return value
  return logarithmToScale(value, clampScale(SIGNIFICANT - logarithmWeight(value), value.scale))
}

function logarithmToScale(value: Numeric, scale: number): Numeric {
  const places = scale + GUARD
  return fromFixedPoint(logarithmPlaces(value, places), places, scale)
}

/** log(base, value) */
export function logarithmOfBase(base: Numeric, value: Numeric): Numeric {
  if (base.special === 'NaN' || value.special === 'NaN') return NUMERIC_NAN
  requirePositive(base)
  requirePositive(value)
  if (base.special !== undefined) return value.special !== undefined ? NUMERIC_NAN : NUMERIC_ZERO
  if (value.special !== undefined) return NUMERIC_INFINITY
  const weight = logarithmWeight(value) - logarithmWeight(base)
  const scale = clampScale(SIGNIFICANT - weight, base.scale, value.scale)
  const places = scale + Math.max(0, weight) + GUARD + Math.max(0, -logarithmWeight(base))
  const denominator = logarithmPlaces(base, places)
  if (denominator === 0n || compareNumeric(base, NUMERIC_ONE) === 0) throw divisionByZero()
  const quotient = (logarithmPlaces(value, places) * powerOfTen(places)) / denominator
  return fromFixedPoint(quotient, places, scale)
}

function toDouble(value: Numeric): number {
  if (isZero(value)) return 0
  return Number(`${value.unscaled}e${-value.scale}`)
}

export function exponentialNumeric(value: Numeric): Numeric {
  if (value.special !== undefined) return value.special === '-Infinity' ? NUMERIC_ZERO : value
  const estimate = toDouble(value)
  const decimals = Math.min(Math.max(estimate * LOG10_E, -MAX_RESULT_SCALE), MAX_RESULT_SCALE)
  const scale = clampScale(SIGNIFICANT - Math.trunc(decimals), value.scale)
  if (Math.abs(estimate) >= MAX_RESULT_SCALE * 3) {
    if (estimate > 0) throw numericOverflow()
    return new Numeric(0, scale)
  }
  return exponentialToScale(value, scale, decimals)
}

function exponentialToScale(value: Numeric, scale: number, decimals: number): Numeric {
  const places = scale + Math.max(0, Math.ceil(decimals)) + GUARD
  return fromFixedPoint(exponentialFixed(toFixedPoint(value, places), places), places, scale)
}

export function powerNumeric(base: Numeric, exponent: Numeric): Numeric {
  if (base.special !== undefined || exponent.special !== undefined) {
    return powerSpecial(base, exponent)
  }
  if (isZero(base) && signOf(exponent) < 0) {
    throw new SqlError('2201F', 'zero raised to a negative power is undefined')
  }
  const whole = integerValue(exponent)
  if (signOf(base) < 0 && whole === undefined) throw complexResult()
  if (whole !== undefined && whole >= -2147483648n && whole <= 2147483647n) {
    return powerInteger(base, Number(whole), exponent.scale)
  }
  if (isZero(base)) return new Numeric(0, SIGNIFICANT)
  return powerGeneral(base, exponent, whole !== undefined && whole % 2n !== 0n)
}

function complexResult(): SqlError {
  return new SqlError(
    '2201F',
    'a negative number raised to a non-integer power yields a complex result',
  )
}

function integerValue(value: Numeric): bigint | undefined {
  const divisor = powerOfTen(value.scale)
  const digits = BigInt(value.unscaled)
  return digits % divisor === 0n ? digits / divisor : undefined
}

function powerGeneral(base: Numeric, exponent: Numeric, odd: boolean): Numeric {
  const negative = odd && signOf(base) < 0
  const magnitude = signOf(base) < 0 ? new Numeric(absolute(base.unscaled), base.scale) : base
  // ln(base) to eight significant digits: near 1 a double would have none.
  const logarithm = logarithmToScale(magnitude, Math.max(8 - logarithmWeight(magnitude), 0))
  const estimate = toDouble(multiplyNumeric(logarithm, exponent))
  if (Math.abs(estimate) > MAX_RESULT_SCALE * 3.01) {
    if (estimate > 0) throw numericOverflow()
    return new Numeric(0, MAX_DISPLAY_SCALE)
  }
  const decimals = estimate * LOG10_E
  const scale = clampScale(SIGNIFICANT - Math.trunc(decimals), base.scale, exponent.scale)
  const exponentDigits = Math.max(0, decimalExponent(exponent) + 1)
  const places = scale + Math.max(0, Math.ceil(decimals)) + exponentDigits + GUARD
  const product =
    (logarithmPlaces(magnitude, places) * BigInt(exponent.unscaled)) / powerOfTen(exponent.scale)
  const result = fromFixedPoint(exponentialFixed(product, places), places, scale)
  return negative ? new Numeric(negated(result.unscaled), result.scale) : result
}

function absolute(digits: number | bigint): number | bigint {
  return digits < 0 ? -digits : digits
}
function negated(digits: number | bigint): number | bigint {
  return digits === 0 ? 0 : -digits
}

/** Integer powers: exact by squaring while cheap, by logarithms when the exact value would be enormous. */
function powerInteger(base: Numeric, exponent: number, exponentScale: number): Numeric {
  const decimals = isZero(base) ? 0 : (estimateLogarithm(base) / Math.LN10) * exponent
  if (decimals > 131072) throw numericOverflow()
  if (decimals + 1 < -MAX_DISPLAY_SCALE) return new Numeric(0, MAX_DISPLAY_SCALE)
  const scale = clampScale(SIGNIFICANT - Math.trunc(decimals), base.scale, exponentScale)
  if (exponent === 0) return rescale(NUMERIC_ONE, scale)
  if (isZero(base)) return new Numeric(0, scale)
  const digits = String(base.unscaled).length * Math.abs(exponent)
  if (digits > 200_000) {
    return powerGeneral(
      base,
      new Numeric(exponent, exponentScale === 0 ? 0 : 0),
      exponent % 2 !== 0,
    )
  }
  const count = BigInt(Math.abs(exponent))
  const unscaled = BigInt(base.unscaled) ** count
  const power = new Numeric(unscaled, base.scale * Math.abs(exponent))
  if (exponent > 0) {
    return power.scale <= scale
      ? multiplyNumeric(rescale(makeNumeric(unscaled, power.scale), scale), NUMERIC_ONE)
      : fromFixedPoint(unscaled, power.scale, scale)
  }
  return divideToScale(NUMERIC_ONE, power, scale)
}

function powerSpecial(base: Numeric, exponent: Numeric): Numeric {
  if (exponent.special === undefined && isZero(exponent)) return NUMERIC_ONE
  if (base.special === undefined && compareNumeric(base, NUMERIC_ONE) === 0) return NUMERIC_ONE
  if (base.special === 'NaN' || exponent.special === 'NaN') return NUMERIC_NAN
  if (exponent.special !== undefined) return infinitePower(base, exponent)
  const sign = signOf(exponent)
  if (base.special === 'Infinity') return sign > 0 ? NUMERIC_INFINITY : NUMERIC_ZERO
  const whole = integerValue(exponent)
  if (whole === undefined) throw complexResult()
  if (sign < 0) return NUMERIC_ZERO
  return whole % 2n === 0n ? NUMERIC_INFINITY : base
}

function infinitePower(base: Numeric, exponent: Numeric): Numeric {
  const growing = exponent.special === 'Infinity'
  if (isZero(base)) {
    if (growing) return NUMERIC_ZERO
    throw new SqlError('2201F', 'zero raised to a negative power is undefined')
  }
  if (base.special === undefined) {
    const magnitude = new Numeric(absolute(base.unscaled), base.scale)
    const order = compareNumeric(magnitude, NUMERIC_ONE)
    if (order === 0) return NUMERIC_ONE
    return order > 0 === growing ? NUMERIC_INFINITY : NUMERIC_ZERO
  }
  return growing ? NUMERIC_INFINITY : NUMERIC_ZERO
}
