/** Sums, differences and products of dates, times, timestamps and intervals; age, justify, overlaps. */
import { SqlError } from '../../../errors/sql-error.ts'
import { compareTimeTz } from './compare-datetime.ts'
import { MICROS_PER_DAY } from '../../types/datetime/calendar.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import * as Spans from '../../types/datetime/interval-value.ts'
import { timeZoneNamed } from '../../types/datetime/time-zone.ts'
import * as Sums from '../../types/datetime/timestamp-arithmetic.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { Timestamp } from '../../types/datetime/timestamp-value.ts'
import { Interval, TimeTz } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

function dateOutOfRange(): never {
  throw new SqlError('22008', 'date out of range')
}

function addDays(days: number, more: number): number {
  if (Value.isInfiniteDate(days)) return days
  const sum = days + more
  return sum >= Value.MIN_DAY && sum < Value.END_DATE_DAY ? sum : dateOutOfRange()
}

/** A date as timestamp at midnight. */
export function dateToTimestamp(days: number): Timestamp {
  if (days === Value.DATE_INFINITY) return Value.TIMESTAMP_INFINITY
  if (days === Value.DATE_MINUS_INFINITY) return Value.TIMESTAMP_MINUS_INFINITY
  const value = Value.tryJoinTimestamp(days, 0)
  if (value === undefined) throw new SqlError('22008', 'date out of range for timestamp')
  return value
}

function addTime(days: number, micros: number): Timestamp {
  if (Value.isInfiniteDate(days)) return dateToTimestamp(days)
  return Value.joinTimestamp(days, micros)
}

/** Time of day plus microseconds, around the clock. */
function turnClock(micros: number, more: number | bigint): number {
  const day = BigInt(MICROS_PER_DAY)
  const sum = (BigInt(micros) + BigInt(more)) % day
  return Number(sum < 0n ? sum + day : sum)
}

function requireFinite(span: Interval, operation: 'add' | 'subtract'): Interval {
  if (Spans.isFiniteInterval(span)) return span
  const verb = operation === 'add' ? 'add infinite interval to' : 'subtract infinite interval from'
  throw new SqlError('22008', `cannot ${verb} time`)
}

export function registerDateTimeArithmetic(registry: FunctionRegistry): void {
  registerDateSums(registry)
  registerTimeSums(registry)
  registerTimestampSums(registry)
  registerIntervalSums(registry)
  registerOverlaps(registry)
}

function registerDateSums(registry: FunctionRegistry): void {
  registry.scalar('date_pli', (_context, days: number, more: number) => addDays(days, more))
  registry.scalar('date_mii', (_context, days: number, less: number) => addDays(days, -less))
  registry.scalar('date_mi', (_context, left: number, right: number) => {
    if (Value.isInfiniteDate(left) || Value.isInfiniteDate(right)) {
      throw new SqlError('22008', 'cannot subtract infinite dates')
    }
    return left - right
  })
  registry.scalar('date_pl_interval', (_context, days: number, span: Interval) =>
    Sums.addIntervalTo(dateToTimestamp(days), span),
  )
  registry.scalar('date_mi_interval', (_context, days: number, span: Interval) =>
    Sums.addIntervalTo(dateToTimestamp(days), Spans.negateInterval(span)),
  )
  registry.scalar('datetime_timestamp', (_context, days: number, micros: number) =>
    addTime(days, micros),
  )
  registry.scalar('datetimetz_timestamptz', (_context, days: number, time: TimeTz) =>
    addTime(days, time.micros + time.zone * 1_000_000),
  )
}

function registerTimeSums(registry: FunctionRegistry): void {
  registry.scalar('time_mi_time', (_context, left: number, right: number) => {
    return new Interval(0, 0, left - right)
  })
  registry.scalar('time_pl_interval', (_context, micros: number, span: Interval) =>
    turnClock(micros, requireFinite(span, 'add').micros),
  )
  registry.scalar('time_mi_interval', (_context, micros: number, span: Interval) =>
    turnClock(micros, Spans.negateInt64(requireFinite(span, 'subtract').micros)),
  )
  registry.scalar('timetz_pl_interval', (_context, time: TimeTz, span: Interval) => {
    return new TimeTz(turnClock(time.micros, requireFinite(span, 'add').micros), time.zone)
  })
  registry.scalar('timetz_mi_interval', (_context, time: TimeTz, span: Interval) => {
    const back = Spans.negateInt64(requireFinite(span, 'subtract').micros)
    return new TimeTz(turnClock(time.micros, back), time.zone)
  })
}

function registerTimestampSums(registry: FunctionRegistry): void {
  registry.scalar('timestamp_mi', (_context, left: Timestamp, right: Timestamp) =>
    Sums.subtractTimestamps(left, right),
  )
  registry.scalar('timestamp_pl_interval', (_context, value: Timestamp, span: Interval) =>
    Sums.addIntervalTo(value, span),
  )
  registry.scalar('timestamp_mi_interval', (_context, value: Timestamp, span: Interval) =>
    Sums.addIntervalTo(value, Spans.negateInterval(span)),
  )
  registry.scalar('timestamptz_pl_interval', (context, value: Timestamp, span: Interval) =>
    Sums.addIntervalTo(value, span, timeZoneOf(context.session)),
  )
  registry.scalar('timestamptz_mi_interval', (context, value: Timestamp, span: Interval) =>
    Sums.addIntervalTo(value, Spans.negateInterval(span), timeZoneOf(context.session)),
  )
  registry.scalar(
    'timestamptz_pl_interval_at_zone',
    (_context, value: Timestamp, span: Interval, zone: string) =>
      Sums.addIntervalTo(value, span, timeZoneNamed(zone)),
  )
  registry.scalar(
    'timestamptz_mi_interval_at_zone',
    (_context, value: Timestamp, span: Interval, zone: string) =>
      Sums.addIntervalTo(value, Spans.negateInterval(span), timeZoneNamed(zone)),
  )
  registry.scalar('timestamp_age', (_context, left: Timestamp, right: Timestamp) =>
    Sums.ageBetween(left, right),
  )
  registry.scalar('timestamptz_age', (context, left: Timestamp, right: Timestamp) =>
    Sums.ageBetween(left, right, timeZoneOf(context.session)),
  )
}

function registerIntervalSums(registry: FunctionRegistry): void {
  registry.scalar('interval_pl', (_context, left: Interval, right: Interval) =>
    Spans.addIntervals(left, right),
  )
  registry.scalar('interval_mi', (_context, left: Interval, right: Interval) =>
    Spans.subtractIntervals(left, right),
  )
  registry.scalar('interval_um', (_context, value: Interval) => Spans.negateInterval(value))
  registry.scalar('interval_mul', (_context, value: Interval, factor: number) =>
    Spans.scaleInterval(value, '*', factor),
  )
  registry.scalar('mul_d_interval', (_context, factor: number, value: Interval) =>
    Spans.scaleInterval(value, '*', factor),
  )
  registry.scalar('interval_div', (_context, value: Interval, divisor: number) =>
    Spans.scaleInterval(value, '/', divisor),
  )
  registry.scalar('interval_justify_hours', (_context, value: Interval) =>
    Spans.justifyHours(value),
  )
  registry.scalar('interval_justify_days', (_context, value: Interval) => Spans.justifyDays(value))
  registry.scalar('interval_justify_interval', (_context, value: Interval) =>
    Spans.justifyInterval(value),
  )
}

/** SQL's OVERLAPS over half-open periods, whose ends come in any order and may be null. */
export function overlaps<T>(
  periods: readonly [T | null, T | null, T | null, T | null],
  compare: (left: T, right: T) => number,
): boolean | null {
  const first = orderPeriod(periods[0], periods[1], compare)
  const second = orderPeriod(periods[2], periods[3], compare)
  if (first === undefined || second === undefined) return null
  const order = compare(first.start, second.start)
  if (order === 0) return first.end === null || second.end === null ? null : true
  const [earlier, later] = order > 0 ? [second, first] : [first, second]
  if (earlier.end === null) return null
  if (compare(later.start, earlier.end) < 0) return true
  return later.end === null ? null : false
}

function orderPeriod<T>(
  start: T | null,
  end: T | null,
  compare: (left: T, right: T) => number,
): { start: T; end: T | null } | undefined {
  if (start === null) return end === null ? undefined : { start: end, end: null }
  if (end !== null && compare(start, end) > 0) return { start: end, end: start }
  return { start, end }
}

function registerOverlaps(registry: FunctionRegistry): void {
  type Period<T> = [T | null, T | null, T | null, T | null]
  const times = (left: number, right: number): number => left - right
  registry.scalar('overlaps_time', (_context: CallContext, ...ends: Period<number>) =>
    overlaps(ends, times),
  )
  registry.scalar('overlaps_timetz', (_context: CallContext, ...ends: Period<TimeTz>) =>
    overlaps(ends, compareTimeTz),
  )
  registry.scalar('overlaps_timestamp', (_context: CallContext, ...ends: Period<Timestamp>) =>
    overlaps(ends, Value.compareTimestamps),
  )
}
