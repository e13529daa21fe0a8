/** Puts the fields that to_timestamp() and to_date() have read together to a point in time, as PostgreSQL checks them. */
import { SqlError } from '../../../errors/sql-error.ts'
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  EPOCH_JULIAN_DAY,
  isoYearStart,
} from '../datetime/calendar.ts'
import { scanFields, type ScannedFields } from './scan-datetime.ts'

export interface ResolvedDateTime {
  readonly days: number
  readonly micros: number
  /** Seconds east of UTC, when the text named a zone. */
  readonly offset: number | undefined
}

export function readDateTime(text: string, format: string): ResolvedDateTime {
  const fields = scanFields(text, format)
  return {
    days: resolveDay(fields, text),
    micros: resolveTime(fields, text),
    offset: resolveOffset(fields, text),
  }
}

function outOfRange(text: string): never {
  throw new SqlError('22008', `date/time field value out of range: "${text}"`)
}

function resolveTime(fields: ScannedFields, text: string): number {
  const { secondOfDay } = fields
  let hour = fields.hour ?? (secondOfDay === undefined ? 0 : Math.floor(secondOfDay / 3600))
  const minute =
    fields.minute ?? (secondOfDay === undefined ? 0 : Math.floor(secondOfDay / 60) % 60)
  const second = fields.second ?? (secondOfDay === undefined ? 0 : secondOfDay % 60)
  if (fields.isTwelveHour === true && fields.hour !== undefined) {
    if (hour < 1 || hour > 12) {
      throw new SqlError('22007', `hour "${hour}" is invalid for the 12-hour clock`, {
        hint: 'Use the 24-hour clock, or give an hour between 1 and 12.',
      })
    }
    if (fields.isAfternoon === true && hour < 12) hour += 12
    else if (fields.isAfternoon !== true && hour === 12) hour = 0
  }
  const micros = (fields.millis ?? 0) * 1000 + (fields.micros ?? 0)
  const isValid = inRange(hour, 23) && inRange(minute, 59) && inRange(second, 59)
  if (!isValid || micros < 0 || micros >= 1_000_000) outOfRange(text)
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
}

function inRange(value: number, most: number): boolean {
  return value >= 0 && value <= most
}

function resolveOffset(fields: ScannedFields, text: string): number | undefined {
  if (fields.zoneOffset !== undefined) return fields.zoneOffset
  if (fields.zoneSign === undefined) return undefined
  const { zoneSign, zoneHours = 0, zoneMinutes = 0 } = fields
  if (!inRange(zoneHours, 15) || !inRange(zoneMinutes, 59)) {
    throw new SqlError('22009', `time zone displacement out of range: "${text}"`)
  }
  return zoneSign * (zoneHours * 3600 + zoneMinutes * 60)
}

/** Astronomical year; 0 (1 BC) when none was given. */
function resolveYear(fields: ScannedFields): number {
  const year = fields.year ?? fields.isoYear ?? 0
  const century = (fields.century ?? 0) * (fields.isBeforeChrist === true ? -1 : 1)
  if (year === 0) {
    if (century === 0) return 0
    return century > 0 ? (century - 1) * 100 + 1 : century * 100 + 1
  }
  if (century !== 0 && fields.yearDigits !== undefined && fields.yearDigits < 100) {
    const rest = year % 100
    if (rest === 0) return century < 0 ? century * 100 + 1 : century * 100
    return century < 0 ? (century + 1) * 100 - rest + 1 : (century - 1) * 100 + rest
  }
  const signed = fields.isBeforeChrist === true ? -year : year
  return signed < 0 ? signed + 1 : signed
}

function resolveDay(fields: ScannedFields, text: string): number {
  checkConventions(fields)
  if (fields.julian !== undefined) return fields.julian - EPOCH_JULIAN_DAY
  const year = resolveYear(fields)
  const isIso =
    fields.isoYear !== undefined ||
    fields.isoWeek !== undefined ||
    fields.isoDayOfYear !== undefined
  if (isIso && fields.isoWeek !== undefined) {
    const monday = isoYearStart(year) + (fields.isoWeek - 1) * 7
    return monday + (fields.isoDay ?? 1) - 1
  }
  const fromWeek = fields.week === undefined ? undefined : (fields.week - 1) * 7 + 1
  const dayOfYear = fields.dayOfYear ?? fields.isoDayOfYear ?? fromWeek
  const month = fields.month ?? 1
  const fromWeekOfMonth =
    fields.weekOfMonth === undefined ? undefined : (fields.weekOfMonth - 1) * 7 + 1
  const day = fromWeekOfMonth ?? fields.day ?? 1
  if (dayOfYear !== undefined && (month <= 1 || day <= 1)) {
    return dayInYear(fields, { year, dayOfYear, isIso, text })
  }
  if (month < 1 || month > 12 || day < 1 || day > 31) outOfRange(text)
  if (day > daysInMonth(year, month)) outOfRange(text)
  return daysFromCivil(year, month, day)
}

function dayInYear(
  fields: ScannedFields,
  place: {
    readonly year: number
    readonly dayOfYear: number
    readonly isIso: boolean
    readonly text: string
  },
): number {
  const { year, dayOfYear, isIso, text } = place
  if (year === 0 && fields.isBeforeChrist !== true) {
    throw new SqlError('22007', 'cannot calculate day of year without year information')
  }
  const start = isIso ? isoYearStart(year) : daysFromCivil(year, 1, 1)
  const days = start + dayOfYear - 1
  const isOutside = dayOfYear < 1 || (!isIso && civilFromDays(days).year !== year)
  if (isOutside) outOfRange(text)
  return days
}

function checkConventions(fields: ScannedFields): void {
  const iso = [fields.isoYear, fields.isoWeek, fields.isoDay, fields.isoDayOfYear]
  const gregorian = [
    fields.year,
    fields.month,
    fields.day,
    fields.dayOfYear,
    fields.week,
    fields.weekOfMonth,
  ]
  const uses = (list: readonly (number | undefined)[]): boolean =>
    list.some((value) => value !== undefined)
  if (!uses(iso) || !uses(gregorian)) return
  throw new SqlError('22007', 'invalid combination of date conventions', {
    hint: 'Do not mix Gregorian and ISO week date conventions in a formatting template.',
  })
}
