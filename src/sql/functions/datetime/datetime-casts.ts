/** Casts among the date/time types (pg_cast), precision casts, and AT TIME ZONE. */
import { SqlError } from '../../../errors/sql-error.ts'
import { roundTime, roundTimestamp } from '../../types/datetime/datetime-io.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import { adjustIntervalForTypmod } from '../../types/datetime/interval-typmod.ts'
import { isFiniteInterval } from '../../types/datetime/interval-value.ts'
import { formatInterval } from '../../types/datetime/interval-output.ts'
import { MICROS_PER_DAY } from '../../types/datetime/calendar.ts'
import { fixedZone, timeZoneNamed, type TimeZone } from '../../types/datetime/time-zone.ts'
import { findZoneAbbreviation } from '../../types/datetime/decode/zone-abbreviations.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { Timestamp } from '../../types/datetime/timestamp-value.ts'
import { Interval, TimeTz } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'
import { dateToTimestamp } from './datetime-arithmetic.ts'

function timestampToDate(value: Timestamp): number {
  if (value === Value.TIMESTAMP_INFINITY) return Value.DATE_INFINITY
  if (value === Value.TIMESTAMP_MINUS_INFINITY) return Value.DATE_MINUS_INFINITY
  return Value.splitTimestamp(value).days
}

/** The wall clock of `zone` at an instant, as timestamp without time zone. */
export function instantToLocal(value: Timestamp, zone: TimeZone): Timestamp {
  if (Value.isInfiniteTimestamp(value)) return value
  const { days, micros } = Value.toLocal(value, zone)
  return Value.joinTimestamp(days, micros)
}

export function localToInstant(value: Timestamp, zone: TimeZone): Timestamp {
  if (Value.isInfiniteTimestamp(value)) return value
  return Value.toInstant(Value.splitTimestamp(value), zone)
}

/** The zone argument of timezone(): an abbreviation, a full name or a POSIX specification. */
export function zoneArgument(name: string): TimeZone {
  const abbreviation = findZoneAbbreviation(name.toLowerCase())
  if (abbreviation === undefined) return timeZoneNamed(name)
  return fixedZone(name.toUpperCase(), abbreviation.offset, name.toUpperCase())
}

function zoneOfInterval(span: Interval): TimeZone {
  if (!isFiniteInterval(span)) {
    throw new SqlError('22023', 'interval time zone "infinity" must be finite')
  }
  if (span.months !== 0 || span.days !== 0) {
    const text = formatInterval(span, 'postgres')
    throw new SqlError('22023', `interval time zone "${text}" must not include months or days`)
  }
  return fixedZone('', Math.trunc(Number(span.micros) / 1_000_000), '')
}

function timeZoneOffsetNow(context: CallContext, zone: TimeZone): number {
  return Value.offsetAtTimestamp(context.session.transactionTimestamp, zone)
}

function moveTimeTz(time: TimeTz, offset: number): TimeTz {
  const micros = time.micros + (time.zone + offset) * 1_000_000
  const turned = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY
  return new TimeTz(turned, 0 - offset)
}

export function registerDateTimeCasts(registry: FunctionRegistry): void {
  registerDateCasts(registry)
  registerTimeCasts(registry)
  registerPrecisionCasts(registry)
  registerZoneConversions(registry)
}

function registerDateCasts(registry: FunctionRegistry): void {
  const zoneOf = (context: CallContext): TimeZone => timeZoneOf(context.session)
  registry.scalar('timestamp_date', (_context, value: Timestamp) => timestampToDate(value))
  registry.scalar('date_timestamp', (_context, days: number) => dateToTimestamp(days))
  registry.scalar('timestamptz_date', (context, value: Timestamp) =>
    timestampToDate(instantToLocal(value, zoneOf(context))),
  )
  registry.scalar('date_timestamptz', (context, days: number) =>
    localToInstant(dateToTimestamp(days), zoneOf(context)),
  )
  registry.scalar('timestamptz_timestamp', (context, value: Timestamp) =>
    instantToLocal(value, zoneOf(context)),
  )
  registry.scalar('timestamp_timestamptz', (context, value: Timestamp) =>
    localToInstant(value, zoneOf(context)),
  )
}

function registerTimeCasts(registry: FunctionRegistry): void {
  registry.scalar('timestamp_time', (_context, value: Timestamp) =>
    Value.isInfiniteTimestamp(value) ? null : Value.splitTimestamp(value).micros,
  )
  registry.scalar('timestamptz_time', (context, value: Timestamp) =>
    Value.isInfiniteTimestamp(value)
      ? null
      : Value.toLocal(value, timeZoneOf(context.session)).micros,
  )
  registry.scalar('timestamptz_timetz', (context, value: Timestamp) => {
    if (Value.isInfiniteTimestamp(value)) return null
    const zone = timeZoneOf(context.session)
    return new TimeTz(Value.toLocal(value, zone).micros, 0 - Value.offsetAtTimestamp(value, zone))
  })
  registry.scalar('time_timetz', (context, micros: number) => {
    const zone = timeZoneOf(context.session)
    return new TimeTz(micros, 0 - timeZoneOffsetNow(context, zone))
  })
  registry.scalar('timetz_time', (_context, time: TimeTz) => time.micros)
  registry.scalar('time_interval', (_context, micros: number) => new Interval(0, 0, micros))
  registry.scalar('interval_time', (_context, span: Interval) => {
    if (!isFiniteInterval(span)) {
      throw new SqlError('22008', 'cannot convert infinite interval to time')
    }
    const day = BigInt(MICROS_PER_DAY)
    const rest = BigInt(span.micros) % day
    return Number(rest < 0n ? rest + day : rest)
  })
}

function registerPrecisionCasts(registry: FunctionRegistry): void {
  registry.scalar('timestamp_scale', (_context, value: Timestamp, typmod: number) =>
    roundTimestamp(value, typmod),
  )
  registry.scalar('timestamptz_scale', (_context, value: Timestamp, typmod: number) =>
    roundTimestamp(value, typmod),
  )
  registry.scalar('time_scale', (_context, micros: number, typmod: number) =>
    roundTime(micros, typmod),
  )
  registry.scalar('timetz_scale', (_context, time: TimeTz, typmod: number) => {
    return new TimeTz(roundTime(time.micros, typmod), time.zone)
  })
  registry.scalar('interval_scale', (_context, span: Interval, typmod: number) =>
    adjustIntervalForTypmod(span, typmod),
  )
}

function registerZoneConversions(registry: FunctionRegistry): void {
  registry.scalar('timestamp_zone', (_context, zone: string, value: Timestamp) =>
    localToInstant(value, zoneArgument(zone)),
  )
  registry.scalar('timestamptz_zone', (_context, zone: string, value: Timestamp) =>
    instantToLocal(value, zoneArgument(zone)),
  )
  registry.scalar('timestamp_izone', (_context, zone: Interval, value: Timestamp) =>
    localToInstant(value, zoneOfInterval(zone)),
  )
  registry.scalar('timestamptz_izone', (_context, zone: Interval, value: Timestamp) =>
    instantToLocal(value, zoneOfInterval(zone)),
  )
  registry.scalar('timestamp_at_local', (context, value: Timestamp) =>
    localToInstant(value, timeZoneOf(context.session)),
  )
  registry.scalar('timestamptz_at_local', (context, value: Timestamp) =>
    instantToLocal(value, timeZoneOf(context.session)),
  )
  registry.scalar('timetz_zone', (context, zone: string, time: TimeTz) =>
    moveTimeTz(time, timeZoneOffsetNow(context, zoneArgument(zone))),
  )
  registry.scalar('timetz_izone', (context, zone: Interval, time: TimeTz) =>
    moveTimeTz(time, timeZoneOffsetNow(context, zoneOfInterval(zone))),
  )
  registry.scalar('timetz_at_local', (context, time: TimeTz) =>
    moveTimeTz(time, timeZoneOffsetNow(context, timeZoneOf(context.session))),
  )
}
