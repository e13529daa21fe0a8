/** Mathematical functions of float8 with PostgreSQL's domain errors; degrees variants are exact at the usual angles. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { checkFloat, floatOverflow, floatUnderflow } from './float.ts'

function domainError(): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'input is out of range')
}

export function squareRoot(x: number): number {
  if (x < 0) throw new SqlError('2201F', 'cannot take square root of a negative number')
  return checkFloat(Math.sqrt(x), !Number.isFinite(x), x === 0)
}

export function naturalLogarithm(x: number): number {
  return logarithm(x, Math.log)
}
export function decimalLogarithm(x: number): number {
  return logarithm(x, Math.log10)
}
function logarithm(x: number, log: (x: number) => number): number {
  if (x === 0) throw new SqlError('2201E', 'cannot take logarithm of zero')
  if (x < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number')
  return checkFloat(log(x), !Number.isFinite(x), x === 1)
}

export function exponential(x: number): number {
  if (Number.isNaN(x)) return x
  if (!Number.isFinite(x)) return x > 0 ? x : 0
  const result = Math.exp(x)
  if (result === Infinity) throw floatOverflow()
  if (result === 0) throw floatUnderflow()
  return result
}

/** x ^ y as C99 and PostgreSQL define its corners: 1 ^ NaN = 1, NaN ^ 0 = 1. */
export function powerFloat(x: number, y: number): number {
  if (Number.isNaN(x)) return y === 0 ? 1 : NaN
  if (Number.isNaN(y)) return x === 1 ? 1 : NaN
  if (x === 0 && y < 0) throw new SqlError('2201F', 'zero raised to a negative power is undefined')
  if (x < 0 && Number.isFinite(y) && !Number.isInteger(y)) {
    throw new SqlError(
      '2201F',
      'a negative number raised to a non-integer power yields a complex result',
    )
  }
  if (!Number.isFinite(y) && Math.abs(x) === 1) return 1
  const result = x ** y
  if (!Number.isFinite(x) || !Number.isFinite(y)) return result
  return checkFloat(result, false, x === 0)
}

/** sin, cos, tan, cot: an infinite angle has no value. */
export function circular(operation: (x: number) => number): (x: number) => number {
  return (x) => {
    if (x === Infinity || x === -Infinity) throw domainError()
    return operation(x)
  }
}
/** asin, acos, atanh …: outside [low, high] there is no value. */
export function bounded(
  operation: (x: number) => number,
  low: number,
  high: number,
): (x: number) => number {
  return (x) => {
    if (x < low || x > high) throw domainError()
    return operation(x)
  }
}

const RADIAN = Math.PI / 180
const SIN_30 = Math.sin(30 * RADIAN)
const ONE_MINUS_COS_60 = 1 - Math.cos(60 * RADIAN)
const TAN_45 = sinOfQuadrant(45) / cosOfQuadrant(45)
const ASIN_HALF = Math.asin(0.5)
const ACOS_HALF = Math.acos(0.5)
const ATAN_ONE = Math.atan(1)

function sinOfQuadrant(degrees: number): number {
  return degrees <= 30 ? sin0To30(degrees) : cos0To60(90 - degrees)
}
function cosOfQuadrant(degrees: number): number {
  return degrees <= 60 ? cos0To60(degrees) : sin0To30(90 - degrees)
}
function sin0To30(degrees: number): number {
  return Math.sin(degrees * RADIAN) / SIN_30 / 2
}
function cos0To60(degrees: number): number {
  return 1 - (1 - Math.cos(degrees * RADIAN)) / ONE_MINUS_COS_60 / 2
}

/** Folds an angle in degrees to [0, 90] and tells the signs of its sine and cosine. */
function fold(degrees: number): { angle: number; sine: number; cosine: number } {
  let angle = degrees % 360
  let sine = 1
  let cosine = 1
  if (angle < 0) {
    angle = -angle
    sine = -sine
  }
  if (angle > 180) {
    angle = 360 - angle
    sine = -sine
  }
  if (angle > 90) {
    angle = 180 - angle
    cosine = -cosine
  }
  return { angle, sine, cosine }
}

export const sineDegrees = circular((x) => {
  const { angle, sine } = fold(x)
  return sine * sinOfQuadrant(angle)
})
export const cosineDegrees = circular((x) => {
  const { angle, cosine } = fold(x)
  return cosine * cosOfQuadrant(angle)
})
export const tangentDegrees = circular((x) => {
  const { angle, sine, cosine } = fold(x)
  const result = sine * cosine * (sinOfQuadrant(angle) / cosOfQuadrant(angle) / TAN_45)
  return result === 0 ? 0 : result
})
export const cotangentDegrees = circular((x) => {
  const { angle, sine, cosine } = fold(x)
  const result = sine * cosine * (cosOfQuadrant(angle) / sinOfQuadrant(angle) / TAN_45)
  return result === 0 ? 0 : result
})

function asinOfQuadrant(x: number): number {
  return x <= 0.5 ? (Math.asin(x) / ASIN_HALF) * 30 : 90 - (Math.acos(x) / ACOS_HALF) * 60
}
function acosOfQuadrant(x: number): number {
  return x <= 0.5 ? 90 - (Math.asin(x) / ASIN_HALF) * 30 : (Math.acos(x) / ACOS_HALF) * 60
}
export const arcsineDegrees = bounded(
  (x) => (x >= 0 ? asinOfQuadrant(x) : -asinOfQuadrant(-x)),
  -1,
  1,
)
export const arccosineDegrees = bounded(
  (x) => (x >= 0 ? acosOfQuadrant(x) : 90 + asinOfQuadrant(-x)),
  -1,
  1,
)
export function arctangentDegrees(x: number): number {
  return (Math.atan(x) / ATAN_ONE) * 45
}
export function arctangent2Degrees(y: number, x: number): number {
  return (Math.atan2(y, x) / ATAN_ONE) * 45
}

/** The error function by its series (small x) or continued fraction (large x), to double precision. */
export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x
  return Math.abs(x) < 2.5 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(Math.abs(x)))
}
export function complementaryErrorFunction(x: number): number {
  if (Number.isNaN(x)) return x
  if (x < 0) return 2 - complementaryErrorFunction(-x)
  return x < 2.5 ? 1 - erfSeries(x) : erfcFraction(x)
}
function erfSeries(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}
function erfcFraction(x: number): number {
  if (x > 27.3) return 0
  let tail = 0
  for (let n = 120; n > 0; n--) tail = n / 2 / (x + tail)
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail)
}
