/** Conversions between numeric and the integer and float types, as pg_cast's functions do them. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { Numeric } from '../value-classes.ts'
import { INTEGER_NAMES, outOfRange } from './integer.ts'
import type { Int8, IntegerWidth } from './integer.ts'
import {
  NUMERIC_INFINITY,
  NUMERIC_MINUS_INFINITY,
  NUMERIC_NAN,
  parseNumeric,
  roundToScale,
} from './numeric.ts'

const LIMITS = { 2: 2n ** 15n, 4: 2n ** 31n, 8: 2n ** 63n } as const

/** Rounds half away from zero; 22003 beyond the type, 0A000 for NaN and infinities. */
export function numericToInteger(value: Numeric, width: IntegerWidth): Int8 {
  if (value.special !== undefined) {
    const what = value.special === 'NaN' ? 'NaN' : 'infinity'
    throw new SqlError(
      SQLSTATE.FEATURE_NOT_SUPPORTED,
      `cannot convert ${what} to ${INTEGER_NAMES[width]}`,
    )
  }
  const whole = value.scale === 0 ? value.unscaled : roundToScale(value, 0).unscaled
  const limit = LIMITS[width]
  if (whole < -limit || whole >= limit) throw outOfRange(width)
  return whole
}

/** The nearest double; text in between makes it exact. */
export function numericToFloat8(value: Numeric): number {
  if (value.special !== undefined) return specialToFloat(value)
  if (typeof value.unscaled === 'number' && value.scale <= 22) {
    return value.unscaled / 10 ** value.scale
  }
  const result = Number(`${value.unscaled}e${-value.scale}`)
  if (!Number.isFinite(result)) throw outOfRangeText(value, 'double precision')
  return result
}

export function numericToFloat4(value: Numeric): number {
  if (value.special !== undefined) return specialToFloat(value)
  const double = Number(`${value.unscaled}e${-value.scale}`)
  const single = Math.fround(double)
  if (!Number.isFinite(single) || (single === 0 && value.unscaled !== 0)) {
    throw outOfRangeText(value, 'real')
  }
  return single
}

function outOfRangeText(value: Numeric, typeName: string): SqlError {
  const digits = String(value.unscaled)
  const text =
    value.scale === 0 ? digits : `${digits.slice(0, -value.scale)}.${digits.slice(-value.scale)}`
  return new SqlError(
    SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
    `"${text}" is out of range for type ${typeName}`,
  )
}

function specialToFloat(value: Numeric): number {
  if (value.special === 'NaN') return NaN
  return value.special === 'Infinity' ? Infinity : -Infinity
}

/** Floats carry 15 (float8) or 6 (float4) certain digits: only those become numeric. */
export function floatToNumeric(value: number, digits: 15 | 6): Numeric {
  if (Number.isNaN(value)) return NUMERIC_NAN
  if (value === Infinity) return NUMERIC_INFINITY
  if (value === -Infinity) return NUMERIC_MINUS_INFINITY
  if (Number.isInteger(value) && Math.abs(value) < 10 ** digits) return new Numeric(value + 0, 0)
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e')
  return parseNumeric(`${mantissa.replace(/\.?0+$/, '')}e${exponent}`)
}
