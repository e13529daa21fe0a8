/** make_date() and friends, to_timestamp(float8), and the functions that ask for the time. */
import { SqlError } from '../../../errors/sql-error.ts'
import { daysFromCivil, daysInMonth, MICROS_PER_DAY } from '../../types/datetime/calendar.ts'
import { DAY_NAMES, MONTH_NAMES, civilFromDays, weekday } from '../../types/datetime/calendar.ts'
import { formatTime, pad2 } from '../../types/datetime/datetime-output.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import * as Spans from '../../types/datetime/interval-value.ts'
import { UTC, type TimeZone } from '../../types/datetime/time-zone.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import { formatFloat8 } from '../../types/number/float.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'
import { zoneArgument } from './datetime-casts.ts'

function makeDay(year: number, month: number, day: number): number | undefined {
  // year -1 is 1 BC; there is no year 0
  if (year === 0) return undefined
  const astronomical = year < 0 ? year + 1 : year
  const isMonth = month >= 1 && month <= 12
  if (!isMonth || day < 1 || day > daysInMonth(astronomical, month)) return undefined
  return daysFromCivil(astronomical, month, day)
}

function dateText(year: number, month: number, day: number): string {
  return `${year}-${pad2(month)}-${pad2(day)}`
}

/** Undefined when a field is out of range; 24:00:00 and a second of 60 are fine. */
function makeMicros(hour: number, minute: number, second: number): number | undefined {
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return undefined
  if (Number.isNaN(second) || second < 0 || second > 60) return undefined
  const micros = (hour * 60 + minute) * 60_000_000 + Spans.roundHalfEven(second * 1e6)
  return micros > MICROS_PER_DAY ? undefined : micros
}

function timeText(hour: number, minute: number, second: number): string {
  const seconds = formatFloat8(Number(second.toPrecision(6))).padStart(2, '0')
  return `${hour}:${pad2(minute)}:${seconds}`
}

type TimestampFields = [number, number, number, number, number, number]

function makeTimestamp(fields: TimestampFields, zone: TimeZone): Value.Timestamp {
  const [year, month, day, hour, minute, second] = fields
  const days = makeDay(year, month, day)
  if (days === undefined) {
    throw new SqlError('22008', `date field value out of range: ${dateText(year, month, day)}`)
  }
  const micros = makeMicros(hour, minute, second)
  if (micros === undefined) {
    throw new SqlError('22008', `time field value out of range: ${timeText(hour, minute, second)}`)
  }
  const value = Value.tryToInstant({ days, micros }, zone)
  if (value !== undefined) return value
  const text = `${dateText(year, month, day)} ${timeText(hour, minute, second)}`
  throw new SqlError('22008', `timestamp out of range: ${text}`)
}

export function registerDateTimeConstructors(registry: FunctionRegistry): void {
  registry.scalar('make_date', (_context, year: number, month: number, day: number) => {
    const days = makeDay(year, month, day)
    if (days !== undefined && days >= Value.MIN_DAY && days < Value.END_DATE_DAY) return days
    const what = days === undefined ? 'date field value out of range' : 'date out of range'
    throw new SqlError('22008', `${what}: ${dateText(year, month, day)}`)
  })
  registry.scalar('make_time', (_context, hour: number, minute: number, second: number) => {
    const micros = makeMicros(hour, minute, second)
    if (micros !== undefined) return micros
    throw new SqlError('22008', `time field value out of range: ${timeText(hour, minute, second)}`)
  })
  registry.scalar('make_timestamp', (_context: CallContext, ...fields: TimestampFields) =>
    makeTimestamp(fields, UTC),
  )
  registry.scalar('make_timestamptz', (context: CallContext, ...fields: TimestampFields) =>
    makeTimestamp(fields, timeZoneOf(context.session)),
  )
  registry.scalar(
    'make_timestamptz_at_timezone',
    (_context: CallContext, ...all: [...TimestampFields, string]) => {
      const [year, month, day, hour, minute, second, zone] = all
      return makeTimestamp([year, month, day, hour, minute, second], makeZone(zone))
    },
  )
  registry.scalar('make_interval', (_context: CallContext, ...fields: IntervalFields) =>
    makeInterval(fields),
  )
  registry.scalar('float8_timestamptz', (_context, seconds: number) => fromEpoch(seconds))
  registerClocks(registry)
}

/** The zone of make_timestamptz(): numeric displacements need a sign. */
function makeZone(text: string): TimeZone {
  if (/^\d/.test(text)) {
    throw new SqlError('22023', `invalid input syntax for type numeric time zone: "${text}"`, {
      hint: 'Numeric time zones must have "-" or "+" as first character.',
    })
  }
  return zoneArgument(
    /^[+-]\d/.test(text) ? `<x>${text.startsWith('+') ? '-' : '+'}${text.slice(1)}` : text,
  )
}

type IntervalFields = [number, number, number, number, number, number, number]

function makeInterval(fields: IntervalFields) {
  const [years, months, weeks, days, hours, minutes, seconds] = fields
  if (!Number.isFinite(seconds)) Spans.intervalOutOfRange()
  if (!Number.isFinite(seconds * 1e6)) throw new SqlError('22003', 'value out of range: overflow')
  const micros =
    BigInt(hours) * 3_600_000_000n +
    BigInt(minutes) * 60_000_000n +
    BigInt(Spans.int64FromFloat(Spans.roundHalfEven(seconds * 1e6)))
  return Spans.makeInterval(years * 12 + months, weeks * 7 + days, micros)
}

function fromEpoch(seconds: number): Value.Timestamp {
  if (Number.isNaN(seconds)) throw new SqlError('22008', 'timestamp cannot be NaN')
  if (seconds === Infinity) return Value.TIMESTAMP_INFINITY
  if (seconds === -Infinity) return Value.TIMESTAMP_MINUS_INFINITY
  const shifted = seconds - 946684800
  const days = Math.floor(shifted / 86400)
  const micros = Spans.roundHalfEven((shifted - days * 86400) * 1e6)
  const value = Value.tryJoinTimestamp(days, micros)
  if (value !== undefined) return value
  const shown = seconds.toPrecision(6).replace(/\.?0+($|e)/, '$1')
  throw new SqlError('22008', `timestamp out of range: "${shown}"`)
}

function registerClocks(registry: FunctionRegistry): void {
  registry.scalar('now', ({ session }) => session.transactionTimestamp)
  registry.scalar('statement_timestamp', ({ session }) => session.statementTimestamp)
  registry.scalar('clock_timestamp', ({ session }) => session.clockTimestamp())
  registry.scalar('timeofday', ({ session }) => {
    const zone = timeZoneOf(session)
    const now = session.clockTimestamp()
    const local = Value.toLocal(now, zone)
    const { year, month, day } = civilFromDays(local.days)
    const { abbreviation } = zone.offsetAt(Value.unixSecondsOf(Value.splitTimestamp(now)))
    const dayName = (DAY_NAMES[weekday(local.days)] ?? '').slice(0, 3)
    const monthName = (MONTH_NAMES[month - 1] ?? '').slice(0, 3)
    const micros = String(local.micros % 1_000_000).padStart(6, '0')
    const time = `${formatTime(local.micros - (local.micros % 1_000_000))}.${micros}`
    return `${dayName} ${monthName} ${pad2(day)} ${time} ${year} ${abbreviation}`
  })
}
