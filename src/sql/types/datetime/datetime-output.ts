/** Text output of date, time, timetz, timestamp and timestamptz in every DateStyle. */
import { civilFromDays, DAY_NAMES, MONTH_NAMES, weekday } from './calendar.ts'
import type { TimeTz } from '../value-classes.ts'
import type { DateStyle } from './datetime-settings.ts'
import type { TimeZone } from './time-zone.ts'
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  shift,
  splitTimestamp,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  unixSecondsOf,
  type DayTime,
  type Timestamp,
} from './timestamp-value.ts'

export const ISO_STYLE: DateStyle = { style: 'ISO', order: 'YMD' }

export function pad2(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function padYear(year: number): string {
  return String(year > 0 ? year : 1 - year).padStart(4, '0')
}

/** Seconds with as many decimals as needed. */
function formatSeconds(seconds: number, micros: number): string {
  if (micros === 0) return pad2(seconds)
  return `${pad2(seconds)}.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
}

/** Microseconds of a day as hh:mm:ss[.ffffff]. */
export function formatTime(micros: number): string {
  const seconds = Math.floor(micros / 1e6)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return `${pad2(hours)}:${pad2(minutes)}:${formatSeconds(seconds % 60, micros - seconds * 1e6)}`
}

/** "+05:30", with minutes and seconds only where needed. */
export function formatOffset(offset: number): string {
  const absolute = Math.abs(offset)
  const sign = offset < 0 ? '-' : '+'
  const hours = pad2(Math.floor(absolute / 3600))
  const minutes = Math.floor(absolute / 60) % 60
  const seconds = absolute % 60
  if (seconds !== 0) return `${sign}${hours}:${pad2(minutes)}:${pad2(seconds)}`
  return minutes === 0 ? sign + hours : `${sign}${hours}:${pad2(minutes)}`
}

export function formatTimeTz(value: TimeTz): string {
  return formatTime(value.micros) + formatOffset(-value.zone)
}

function formatCivil(days: number, style: DateStyle): string {
  const { year, month, day } = civilFromDays(days)
  const y = padYear(year)
  const m = pad2(month)
  const d = pad2(day)
  const isDayFirst = style.order === 'DMY'
  switch (style.style) {
    case 'ISO':
      return `${y}-${m}-${d}`
    case 'German':
      return `${d}.${m}.${y}`
    case 'SQL':
      return isDayFirst ? `${d}/${m}/${y}` : `${m}/${d}/${y}`
    case 'Postgres':
      if (style.order === 'YMD') return `${y}-${m}-${d}`
      return isDayFirst ? `${d}-${m}-${y}` : `${m}-${d}-${y}`
  }
}

export function formatDate(days: number, style: DateStyle): string {
  if (days === DATE_INFINITY) return 'infinity'
  if (days === DATE_MINUS_INFINITY) return '-infinity'
  const { year } = civilFromDays(days)
  if (style.style === 'Postgres' && style.order === 'YMD') {
    return formatCivil(days, { style: 'ISO', order: 'YMD' }) + (year <= 0 ? ' BC' : '')
  }
  return formatCivil(days, style) + (year <= 0 ? ' BC' : '')
}

export function formatTimestamp(value: Timestamp, style: DateStyle): string {
  return special(value) ?? formatLocal(splitTimestamp(value), style, '')
}

/** In the time of `zone`, which the text names as DateStyle wants it. */
export function formatTimestampTz(value: Timestamp, style: DateStyle, zone: TimeZone): string {
  const word = special(value)
  if (word !== undefined) return word
  const utc = splitTimestamp(value)
  const { offset, abbreviation } = zone.fixed ?? zone.offsetAt(unixSecondsOf(utc))
  const local = offset === 0 ? utc : shift(utc, offset)
  if (style.style === 'ISO') return formatLocal(local, style, formatOffset(offset))
  return formatLocal(local, style, ` ${abbreviation}`)
}

/** ISO 8601 with a T, as JSON and XML want it. */
export function formatIsoTimestamp(value: Timestamp, zone?: TimeZone): string {
  const text =
    zone === undefined
      ? formatTimestamp(value, ISO_STYLE)
      : formatTimestampTz(value, ISO_STYLE, zone)
  const iso = text.replace(' ', 'T')
  if (zone === undefined) return iso
  return iso.replace(/([+-]\d\d)( BC)?$/, '$1:00$2')
}

function special(value: Timestamp): string | undefined {
  if (typeof value === 'number') return undefined
  if (value === TIMESTAMP_INFINITY) return 'infinity'
  return value === TIMESTAMP_MINUS_INFINITY ? '-infinity' : undefined
}

function formatLocal(local: DayTime, style: DateStyle, zoneText: string): string {
  const { year, month, day } = civilFromDays(local.days)
  const era = year <= 0 ? ' BC' : ''
  const time = formatTime(local.micros)
  if (style.style !== 'Postgres') {
    return `${formatCivil(local.days, style)} ${time}${zoneText}${era}`
  }
  const weekdayName = (DAY_NAMES[weekday(local.days)] ?? '').slice(0, 3)
  const monthName = (MONTH_NAMES[month - 1] ?? '').slice(0, 3)
  const date = style.order === 'DMY' ? `${pad2(day)} ${monthName}` : `${monthName} ${pad2(day)}`
  return `${weekdayName} ${date} ${time} ${padYear(year)}${zoneText}${era}`
}
