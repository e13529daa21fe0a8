/**
 * Interval arithmetic: sums with overflow checks, scaling by a float as PostgreSQL cascades fractions downwards,
 * comparison by the normalised span, justification, and the infinities (all three fields at their extremes).
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { Interval } from '../value-classes.ts'
import { MICROS_PER_DAY } from './calendar.ts'

const MAX_INT32 = 2147483647
const MIN_INT32 = -2147483648
const MAX_INT64 = 9223372036854775807n
const MIN_INT64 = -9223372036854775808n
const DAYS_PER_MONTH = 30

export const INTERVAL_INFINITY = new Interval(MAX_INT32, MAX_INT32, MAX_INT64)
export const INTERVAL_MINUS_INFINITY = new Interval(MIN_INT32, MIN_INT32, MIN_INT64)

/** 1 for infinity, -1 for -infinity, 0 for finite intervals. */
export function intervalInfinity({ months, days, micros }: Interval): -1 | 0 | 1 {
  if (months === MAX_INT32 && days === MAX_INT32 && micros === MAX_INT64) return 1
  return months === MIN_INT32 && days === MIN_INT32 && micros === MIN_INT64 ? -1 : 0
}

export function isFiniteInterval(interval: Interval): boolean {
  return intervalInfinity(interval) === 0
}

export function intervalOutOfRange(): never {
  throw new SqlError('22008', 'interval out of range')
}

/** Undefined when a field overflows, or when the fields happen to spell an infinity. */
export function tryInterval(
  months: number,
  days: number,
  micros: number | bigint,
): Interval | undefined {
  const interval = tryAnyInterval(months, days, micros)
  return interval !== undefined && isFiniteInterval(interval) ? interval : undefined
}

/** Undefined when a field overflows. */
export function tryAnyInterval(
  months: number,
  days: number,
  micros: number | bigint,
): Interval | undefined {
  const fits = months <= MAX_INT32 && months >= MIN_INT32 && days <= MAX_INT32 && days >= MIN_INT32
  if (!fits || micros > MAX_INT64 || micros < MIN_INT64) return undefined
  return new Interval(
    months + 0,
    days + 0,
    typeof micros === 'bigint' ? normalizeInt64(micros) : micros + 0,
  )
}

export function makeInterval(months: number, days: number, micros: number | bigint): Interval {
  return tryInterval(months, days, micros) ?? intervalOutOfRange()
}

export function addInt64(left: number | bigint, right: number | bigint): number | bigint {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  return normalizeInt64(BigInt(left) + BigInt(right))
}

export function negateInt64(value: number | bigint): number | bigint {
  return typeof value === 'number' ? 0 - value : normalizeInt64(-value)
}

export function negateInterval(value: Interval): Interval {
  const infinite = intervalInfinity(value)
  if (infinite !== 0) return infinite > 0 ? INTERVAL_MINUS_INFINITY : INTERVAL_INFINITY
  return makeInterval(0 - value.months, 0 - value.days, negateInt64(value.micros))
}

export function addIntervals(left: Interval, right: Interval): Interval {
  const a = intervalInfinity(left)
  const b = intervalInfinity(right)
  if (a !== 0 || b !== 0) {
    if (a + b === 0) intervalOutOfRange()
    return a + b > 0 ? INTERVAL_INFINITY : INTERVAL_MINUS_INFINITY
  }
  return makeInterval(
    left.months + right.months,
    left.days + right.days,
    addInt64(left.micros, right.micros),
  )
}

export function subtractIntervals(left: Interval, right: Interval): Interval {
  return addIntervals(left, negateInterval(right))
}

/** Total microseconds with months of 30 days and days of 24 hours: what comparison goes by. */
export function intervalSpan(value: Interval): bigint {
  const days = BigInt(value.months * DAYS_PER_MONTH + value.days)
  return days * BigInt(MICROS_PER_DAY) + BigInt(value.micros)
}

export function compareIntervals(left: Interval, right: Interval): number {
  const a = quickSpan(left)
  const b = quickSpan(right)
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0
  const exactLeft = intervalSpan(left)
  const exactRight = intervalSpan(right)
  return exactLeft < exactRight ? -1 : exactLeft > exactRight ? 1 : 0
}

function quickSpan({ months, days, micros }: Interval): number | undefined {
  if (typeof micros === 'bigint') return undefined
  const span = (months * DAYS_PER_MONTH + days) * MICROS_PER_DAY + micros
  return Number.isSafeInteger(span) ? span : undefined
}

/** rint(): halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** A float's exact integer as int64. */
export function int64FromFloat(value: number): number | bigint {
  if (Number.isSafeInteger(value)) return value + 0
  if (!Number.isFinite(value)) intervalOutOfRange()
  const exact = BigInt(value)
  return exact > MAX_INT64 || exact < MIN_INT64 ? intervalOutOfRange() : exact
}

function infinityTimes(infinite: -1 | 1, factor: number): Interval {
  if (factor === 0) intervalOutOfRange()
  return infinite * factor > 0 ? INTERVAL_INFINITY : INTERVAL_MINUS_INFINITY
}

/** interval * float8 (`scale` = multiply) or interval / float8: fractions of months go to days, of days to time. */
export function scaleInterval(value: Interval, operation: '*' | '/', factor: number): Interval {
  if (operation === '/' && factor === 0) throw new SqlError('22012', 'division by zero')
  const infinite = intervalInfinity(value)
  if (Number.isNaN(factor)) intervalOutOfRange()
  if (infinite !== 0) {
    if (operation === '/' && !Number.isFinite(factor)) intervalOutOfRange()
    return infinityTimes(infinite, factor)
  }
  if (!Number.isFinite(factor) && operation === '*') {
    return infiniteProduct(value, factor)
  }
  const scale = (field: number): number => (operation === '*' ? field * factor : field / factor)
  return cascade(value, scale)
}

function infiniteProduct(value: Interval, factor: number): Interval {
  const sign = compareIntervals(value, new Interval(0, 0, 0))
  if (sign === 0) intervalOutOfRange()
  return sign * factor > 0 ? INTERVAL_INFINITY : INTERVAL_MINUS_INFINITY
}

/** Rounds to PostgreSQL's TSROUND: six decimals. */
function roundMicro(value: number): number {
  return roundHalfEven(value * 1e6) / 1e6
}

function cascade(value: Interval, scale: (field: number) => number): Interval {
  const scaledMonths = scale(value.months)
  const scaledDays = scale(value.days)
  if (Math.abs(scaledMonths) > MAX_INT32 || Math.abs(scaledDays) > MAX_INT32) intervalOutOfRange()
  const months = Math.trunc(scaledMonths)
  let days = Math.trunc(scaledDays)
  let monthRemainderDays = roundMicro((scaledMonths - months) * DAYS_PER_MONTH)
  let seconds = roundMicro(
    (scaledDays - days + monthRemainderDays - Math.trunc(monthRemainderDays)) * 86400,
  )
  // a rounding up to the whole day belongs to the days
  if (Math.abs(seconds) >= 86400) {
    const extra = Math.trunc(seconds / 86400)
    days += extra
    seconds -= extra * 86400
  }
  monthRemainderDays = Math.trunc(monthRemainderDays)
  const micros = roundHalfEven(scale(Number(value.micros)) + seconds * 1e6)
  return makeInterval(months, days + monthRemainderDays, int64FromFloat(micros))
}

/** justify_hours: 24-hour stretches become days. */
export function justifyHours(value: Interval): Interval {
  if (!isFiniteInterval(value)) return value
  const perDay = BigInt(MICROS_PER_DAY)
  const whole = BigInt(value.micros) / perDay
  let days = value.days + Number(whole)
  let micros = BigInt(value.micros) - whole * perDay
  if (days > 0 && micros < 0n) {
    micros += perDay
    days -= 1
  } else if (days < 0 && micros > 0n) {
    micros -= perDay
    days += 1
  }
  return makeInterval(value.months, days, micros)
}

/** justify_days: 30-day stretches become months. */
export function justifyDays(value: Interval): Interval {
  if (!isFiniteInterval(value)) return value
  const whole = Math.trunc(value.days / DAYS_PER_MONTH)
  let months = value.months + whole
  let days = value.days - whole * DAYS_PER_MONTH
  if (months > 0 && days < 0) {
    days += DAYS_PER_MONTH
    months -= 1
  } else if (months < 0 && days > 0) {
    days -= DAYS_PER_MONTH
    months += 1
  }
  return makeInterval(months, days, value.micros)
}

/** justify_interval: both, and all fields get the sign of the largest. */
export function justifyInterval(value: Interval): Interval {
  if (!isFiniteInterval(value)) return value
  const perDay = BigInt(MICROS_PER_DAY)
  const wholeDays = BigInt(value.micros) / perDay
  let micros = BigInt(value.micros) - wholeDays * perDay
  const allDays = value.days + Number(wholeDays)
  const wholeMonths = Math.trunc(allDays / DAYS_PER_MONTH)
  let days = allDays - wholeMonths * DAYS_PER_MONTH
  let months = value.months + wholeMonths
  if (months > 0 && (days < 0 || (days === 0 && micros < 0n))) {
    days += DAYS_PER_MONTH
    months -= 1
  } else if (months < 0 && (days > 0 || (days === 0 && micros > 0n))) {
    days -= DAYS_PER_MONTH
    months += 1
  }
  if (days > 0 && micros < 0n) {
    micros += perDay
    days -= 1
  } else if (days < 0 && micros > 0n) {
    micros -= perDay
    days += 1
  }
  return makeInterval(months, days, micros)
}
