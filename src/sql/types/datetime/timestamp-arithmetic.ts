/** Arithmetic between timestamps and intervals: sums in local time, differences, age, truncation, bins. */
import { UNIT_MICROS } from './datetime-unit.ts'
import type { DateTimeUnit } from './datetime-unit.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { Interval } from '../value-classes.ts'
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isoWeekOf,
  isoYearStart,
  MICROS_PER_DAY,
} from './calendar.ts'
import * as Spans from './interval-value.ts'
import { UTC, type TimeZone } from './time-zone.ts'
import * as Value from './timestamp-value.ts'
import type { DayTime, Timestamp } from './timestamp-value.ts'

function infinitySign(value: Timestamp): -1 | 0 | 1 {
  if (value === Value.TIMESTAMP_INFINITY) return 1
  return value === Value.TIMESTAMP_MINUS_INFINITY ? -1 : 0
}

/** Moves a day by months; a day that the new month lacks becomes its last. */
export function addMonths(days: number, months: number): number {
  if (months === 0) return days
  const { year, month, day } = civilFromDays(days)
  const total = year * 12 + month - 1 + months
  const newYear = Math.floor(total / 12)
  const newMonth = total - newYear * 12 + 1
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)))
}

/** Months and days are added on the calendar of `zone` (UTC for timestamp without time zone), the rest to the instant. */
export function addIntervalTo(value: Timestamp, span: Interval, zone: TimeZone = UTC): Timestamp {
  const infinite = Spans.intervalInfinity(span)
  const sign = infinitySign(value)
  if (infinite !== 0) {
    if (sign !== 0 && sign !== infinite) Value.timestampOutOfRange()
    return infinite > 0 ? Value.TIMESTAMP_INFINITY : Value.TIMESTAMP_MINUS_INFINITY
  }
  if (sign !== 0) return value
  let moved = value
  if (span.months !== 0 || span.days !== 0) {
    const local = Value.toLocal(value, zone)
    const days = addMonths(local.days, span.months) + span.days
    if (days < Value.MIN_DAY || days >= Value.END_TIMESTAMP_DAY) Value.timestampOutOfRange()
    moved = Value.toInstant({ days, micros: local.micros }, zone)
  }
  return addMicros(moved, span.micros)
}

export function addMicros(value: Timestamp, micros: number | bigint): Timestamp {
  if (micros === 0) return value
  const { days, micros: time } = Value.splitTimestamp(value)
  const { days: moreDays, micros: moreTime } = Value.splitTimestamp(micros)
  return Value.joinTimestamp(days + moreDays, time + moreTime)
}

/** timestamp - timestamp: days and time, no months. */
export function subtractTimestamps(left: Timestamp, right: Timestamp): Interval {
  const a = infinitySign(left)
  const b = infinitySign(right)
  if (a !== 0 || b !== 0) {
    if (a === b) Spans.intervalOutOfRange()
    return a > b ? Spans.INTERVAL_INFINITY : Spans.INTERVAL_MINUS_INFINITY
  }
  const difference = BigInt(left) - BigInt(right)
  if (BigInt.asIntN(64, difference) !== difference) Spans.intervalOutOfRange()
  return Spans.justifyHours(new Interval(0, 0, normalizeInt64(difference)))
}

/** age(): the difference in years, months and days as a person counts them, on local calendars. */
export function ageBetween(left: Timestamp, right: Timestamp, zone: TimeZone = UTC): Interval {
  const a = infinitySign(left)
  const b = infinitySign(right)
  if (a !== 0 || b !== 0) {
    if (a === b) Spans.intervalOutOfRange()
    return a > b ? Spans.INTERVAL_INFINITY : Spans.INTERVAL_MINUS_INFINITY
  }
  const isNegative = Value.compareTimestamps(left, right) < 0
  const [later, earlier] = isNegative ? [right, left] : [left, right]
  const from = Value.toLocal(earlier, zone)
  const to = Value.toLocal(later, zone)
  const start = civilFromDays(from.days)
  const end = civilFromDays(to.days)
  let months = (end.year - start.year) * 12 + end.month - start.month
  let days = end.day - start.day
  let micros = to.micros - from.micros
  if (micros < 0) {
    micros += MICROS_PER_DAY
    days -= 1
  }
  while (days < 0) {
    // A borrowed month has the length of the earlier one, whichever way the age counts.
    days += daysInMonth(start.year, start.month)
    months -= 1
  }
  const age = Spans.makeInterval(months, days, micros)
  return isNegative ? Spans.negateInterval(age) : age
}

/** Truncation of a wall clock. */
export function truncateLocal({ days, micros }: DayTime, unit: DateTimeUnit): DayTime {
  const size = UNIT_MICROS[unit]
  if (size !== undefined) return { days, micros: micros - (micros % size) }
  return { days: truncateDays(days, unit), micros: 0 }
}

function truncateDays(days: number, unit: DateTimeUnit): number {
  const { year, month } = civilFromDays(days)
  switch (unit) {
    case 'week': {
      const iso = isoWeekOf(days, year)
      return isoYearStart(iso.year) + (iso.week - 1) * 7
    }
    case 'month':
      return daysFromCivil(year, month, 1)
    case 'quarter':
      return daysFromCivil(year, Math.floor((month - 1) / 3) * 3 + 1, 1)
    case 'year':
      return daysFromCivil(year, 1, 1)
    case 'decade':
      return daysFromCivil(Math.floor(year / 10) * 10, 1, 1)
    case 'century':
      return daysFromCivil(Math.floor((year - 1) / 100) * 100 + 1, 1, 1)
    case 'millennium':
      return daysFromCivil(Math.floor((year - 1) / 1000) * 1000 + 1, 1, 1)
    default:
      return days
  }
}

export function truncateTimestamp(
  value: Timestamp,
  unit: DateTimeUnit,
  zone: TimeZone = UTC,
): Timestamp {
  if (Value.isInfiniteTimestamp(value)) return value
  if (zone.fixed?.offset === 0) {
    const { days, micros } = truncateLocal(Value.splitTimestamp(value), unit)
    return Value.joinTimestamp(days, micros)
  }
  const local = truncateLocal(Value.toLocal(value, zone), unit)
  if (UNIT_MICROS[unit] === undefined) return Value.toInstant(local, zone)
  // within the day the offset stays, so that repeated hours are kept apart
  const offset = Value.offsetAtTimestamp(value, zone)
  return Value.joinTimestamp(local.days, local.micros - offset * 1_000_000)
}

export function truncateInterval(value: Interval, unit: DateTimeUnit): Interval {
  if (!Spans.isFiniteInterval(value)) return value
  const size = UNIT_MICROS[unit]
  if (size !== undefined) {
    const micros = BigInt(value.micros)
    return Spans.makeInterval(value.months, value.days, micros - (micros % BigInt(size)))
  }
  if (unit === 'day') return Spans.makeInterval(value.months, value.days, 0)
  const months = { quarter: 3, year: 12, decade: 120, century: 1200, millennium: 12000 }
  const step = unit === 'month' || unit === 'week' ? 1 : months[unit as keyof typeof months]
  return Spans.makeInterval(Math.trunc(value.months / step) * step, 0, 0)
}

/** date_bin(): the start of the bin of width `stride`, counted from `origin`. */
export function binTimestamp(stride: Interval, value: Timestamp, origin: Timestamp): Timestamp {
  if (Value.isInfiniteTimestamp(value)) return value
  if (Value.isInfiniteTimestamp(origin)) {
    throw new SqlError('22008', 'origin out of range')
  }
  if (!Spans.isFiniteInterval(stride)) {
    throw new SqlError('22008', 'timestamps cannot be binned into infinite intervals')
  }
  if (stride.months !== 0) {
    throw new SqlError(
      '0A000',
      'timestamps cannot be binned into intervals containing months or years',
    )
  }
  const width = BigInt(stride.days) * BigInt(MICROS_PER_DAY) + BigInt(stride.micros)
  if (width <= 0n) throw new SqlError('22008', 'stride must be greater than zero')
  const start = BigInt(origin)
  const distance = BigInt(value) - start
  if (BigInt.asIntN(64, width) !== width || BigInt.asIntN(64, distance) !== distance) {
    throw new SqlError('22008', 'interval out of range')
  }
  let rest = distance % width
  if (rest < 0n) rest += width
  const bin = normalizeInt64(start + distance - rest)
  const { days, micros } = Value.splitTimestamp(bin)
  return Value.joinTimestamp(days, micros)
}
