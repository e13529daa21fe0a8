/** EXTRACT and date_part: the fields of dates, times, timestamps and intervals as exact numerics. */
import { SqlError } from '../../../errors/sql-error.ts'
import { divideNumeric, addNumeric } from '../number/numeric-arithmetic.ts'
import { makeNumeric, NUMERIC_INFINITY, NUMERIC_MINUS_INFINITY } from '../number/numeric.ts'
import { Numeric, type Interval } from '../value-classes.ts'
import {
  civilFromDays,
  dayOfYear,
  EPOCH_JULIAN_DAY,
  isoWeekOf,
  MICROS_PER_DAY,
  UNIX_TO_POSTGRES_DAYS,
  weekday,
} from './calendar.ts'
import { findIntervalUnit } from './decode/interval-accumulator.ts'
import type { DateTimeUnit } from './datetime-unit.ts'
import { splitInterval } from './interval-output.ts'
import { intervalInfinity } from './interval-value.ts'
import type { DayTime, Timestamp } from './timestamp-value.ts'

export type Field =
  | DateTimeUnit
  | 'dow'
  | 'isodow'
  | 'doy'
  | 'isoyear'
  | 'julian'
  | 'epoch'
  | 'timezone'
  | 'timezone_hour'
  | 'timezone_minute'

const SPECIAL_FIELDS: ReadonlySet<string> = new Set([
  'dow',
  'isodow',
  'doy',
  'isoyear',
  'julian',
  'epoch',
  'timezone',
  'timezone_hour',
  'timezone_minute',
])

const SHORT_FIELDS: Readonly<Record<string, Field>> = {
  timezone_h: 'timezone_hour',
  timezone_m: 'timezone_minute',
}

/** `text` in any case. */
export function findField(text: string): Field | undefined {
  const written = text.toLowerCase()
  const word = SHORT_FIELDS[written] ?? written
  if (SPECIAL_FIELDS.has(word)) return word as Field // the set holds fields
  return findIntervalUnit(word)
}

export function unitNotRecognized(text: string, typeName: string): SqlError {
  return new SqlError('22023', `unit "${text.toLowerCase()}" not recognized for type ${typeName}`)
}

export function unitNotSupported(text: string, typeName: string): SqlError {
  return new SqlError('0A000', `unit "${text.toLowerCase()}" not supported for type ${typeName}`)
}

function integer(value: number): Numeric {
  return new Numeric(value + 0, 0)
}

/** Fields of a day; undefined if `field` is none. */
export function extractFromDay(days: number, field: Field): Numeric | undefined {
  const { year, month, day } = civilFromDays(days)
  switch (field) {
    case 'day':
      return integer(day)
    case 'month':
      return integer(month)
    case 'quarter':
      return integer(Math.floor((month - 1) / 3) + 1)
    case 'week':
      return integer(isoWeekOf(days, year).week)
    case 'year':
      return integer(year > 0 ? year : year - 1)
    case 'isoyear': {
      const isoYear = isoWeekOf(days, year).year
      return integer(isoYear > 0 ? isoYear : isoYear - 1)
    }
    case 'decade':
      return integer(Math.floor(year / 10))
    case 'century':
      return integer(yearsGrouped(year, 100))
    case 'millennium':
      return integer(yearsGrouped(year, 1000))
    case 'julian':
      return integer(days + EPOCH_JULIAN_DAY)
    case 'dow':
      return integer(weekday(days))
    case 'isodow':
      return integer(weekday(days) === 0 ? 7 : weekday(days))
    case 'doy':
      return integer(dayOfYear(days, year))
    default:
      return undefined
  }
}

/** Centuries and millennia: the first begins with year 1, the one before it is -1. */
function yearsGrouped(year: number, size: number): number {
  return year > 0 ? Math.ceil(year / size) : -Math.ceil((1 - year) / size)
}

/** Fields of a time of day; undefined if `field` is none. */
export function extractFromTime(micros: number, field: Field): Numeric | undefined {
  const minuteRest = micros % 60_000_000
  switch (field) {
    case 'microsecond':
      return integer(minuteRest)
    case 'millisecond':
      return new Numeric(minuteRest, 3)
    case 'second':
      return new Numeric(minuteRest, 6)
    case 'minute':
      return integer(Math.floor(micros / 60_000_000) % 60)
    case 'hour':
      return integer(Math.floor(micros / 3_600_000_000))
    default:
      return undefined
  }
}

/** Fields of a zone displacement (seconds east). */
export function extractFromOffset(offset: number, field: Field): Numeric | undefined {
  switch (field) {
    case 'timezone':
      return integer(offset)
    case 'timezone_hour':
      return integer(Math.trunc(offset / 3600))
    case 'timezone_minute':
      return integer(Math.trunc((offset % 3600) / 60))
    default:
      return undefined
  }
}

const UNIX_OFFSET_MICROS = BigInt(UNIX_TO_POSTGRES_DAYS) * BigInt(MICROS_PER_DAY)

/** Seconds since 1970 with six decimals. */
export function epochOfTimestamp(value: Timestamp): Numeric {
  return makeNumeric(BigInt(value) + UNIX_OFFSET_MICROS, 6)
}

export function epochOfDay(days: number): Numeric {
  return integer((days + UNIX_TO_POSTGRES_DAYS) * 86400)
}

/** A Julian day with the time of day as its fraction. */
export function julianOf({ days, micros }: DayTime): Numeric {
  const fraction = divideNumeric(integer(micros), integer(MICROS_PER_DAY))
  return addNumeric(integer(days + EPOCH_JULIAN_DAY), fraction)
}

const ENDLESS_FIELDS: ReadonlySet<string> = new Set([
  'year',
  'decade',
  'century',
  'millennium',
  'julian',
  'isoyear',
  'epoch',
])

/** Fields that grow without end are infinite for infinite values, the cyclic ones null. */
export function extractFromInfinity(field: Field, sign: number): Numeric | null {
  if (!ENDLESS_FIELDS.has(field)) return null
  return sign > 0 ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY
}

const ENDLESS_INTERVAL_FIELDS: ReadonlySet<string> = new Set([
  'hour',
  'day',
  'year',
  'decade',
  'century',
  'millennium',
  'epoch',
])

/** Undefined if `field` is none of an interval. */
export function extractFromInterval(value: Interval, field: Field): Numeric | null | undefined {
  const infinite = intervalInfinity(value)
  if (infinite !== 0) {
    if (extractFromFiniteInterval({ months: 0, days: 0, micros: 0 }, field) === undefined) {
      return undefined
    }
    if (!ENDLESS_INTERVAL_FIELDS.has(field)) return null
    return infinite > 0 ? NUMERIC_INFINITY : NUMERIC_MINUS_INFINITY
  }
  return extractFromFiniteInterval(value, field)
}

function extractFromFiniteInterval(value: Interval, field: Field): Numeric | undefined {
  const parts = splitInterval(value)
  switch (field) {
    case 'microsecond':
      return integer(parts.seconds * 1_000_000 + parts.micros)
    case 'millisecond':
      return new Numeric(parts.seconds * 1_000_000 + parts.micros + 0, 3)
    case 'second':
      return new Numeric(parts.seconds * 1_000_000 + parts.micros + 0, 6)
    case 'minute':
      return integer(parts.minutes)
    case 'hour':
      return integer(parts.hours)
    case 'day':
      return integer(parts.days)
    case 'month':
      return integer(parts.months)
    case 'quarter':
      return integer(Math.trunc(parts.months / 3) + 1)
    case 'year':
      return integer(parts.years)
    case 'decade':
      return integer(Math.trunc(parts.years / 10))
    case 'century':
      return integer(Math.trunc(parts.years / 100))
    case 'millennium':
      return integer(Math.trunc(parts.years / 1000))
    case 'epoch':
      return epochOfInterval(value)
    default:
      return undefined
  }
}

/** Years count 365.25 days, months 30. */
function epochOfInterval(value: Interval): Numeric {
  const years = Math.trunc(value.months / 12)
  const days = BigInt(years * 1461 + (value.months - years * 12) * 120 + value.days * 4)
  return makeNumeric((days * BigInt(MICROS_PER_DAY)) / 4n + BigInt(value.micros), 6)
}
