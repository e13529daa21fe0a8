/** to_char() for timestamps and intervals. */
import { SqlError } from '../../../errors/sql-error.ts'
import {
  civilFromDays,
  DAY_NAMES,
  dayOfYear,
  daysFromCivil,
  EPOCH_JULIAN_DAY,
  isoWeekOf,
  isoYearStart,
  MONTH_NAMES,
  weekday,
} from '../datetime/calendar.ts'
import { formatOffset } from '../datetime/datetime-output.ts'
import { splitInterval } from '../datetime/interval-output.ts'
import type { DayTime } from '../datetime/timestamp-value.ts'
import type { Interval } from '../value-classes.ts'
import { parseTemplate, ROMAN_MONTHS, type TemplateItem } from './template.ts'

/** What the fields are made from. Of an interval, `days` is missing. */
interface Source {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micros: number
  readonly dayOfYear: number
  /** Day number; undefined for intervals, which are tied to no date. */
  readonly days: number | undefined
  readonly offset: number | undefined
  readonly abbreviation: string
}

type Field = Extract<TemplateItem, { kind: 'field' }>

export interface ZoneText {
  readonly offset: number
  readonly abbreviation: string
}

export function formatTimestampAs(local: DayTime, zone: ZoneText | undefined, format: string) {
  const { year, month, day } = civilFromDays(local.days)
  const seconds = Math.floor(local.micros / 1e6)
  return print(format, {
    year,
    month,
    day,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: local.micros - seconds * 1e6,
    dayOfYear: dayOfYear(local.days, year),
    days: local.days,
    offset: zone?.offset,
    abbreviation: zone?.abbreviation ?? '',
  })
}

export function formatIntervalAs(value: Interval, format: string): string {
  const parts = splitInterval(value)
  return print(format, {
    year: parts.years,
    month: parts.months,
    day: parts.days,
    hour: parts.hours,
    minute: parts.minutes,
    second: parts.seconds,
    micros: parts.micros,
    dayOfYear: value.months * 30 + value.days,
    days: undefined,
    offset: undefined,
    abbreviation: '',
  })
}

function print(format: string, source: Source): string {
  let text = ''
  for (const item of parseTemplate(format).items) {
    if (item.kind !== 'field') text += item.text
    else {
      const shown = printField(item, source)
      text +=
        item.ordinal === undefined || !/\d$/.test(shown) ? shown : shown + ordinal(shown, item)
    }
  }
  return text
}

function ordinal(digits: string, { ordinal: style }: Field): string {
  const n = Number(/\d{1,2}$/.exec(digits)?.[0] ?? 0)
  const teen = n >= 11 && n <= 13
  const suffix = (teen ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10]) ?? 'th'
  return style === 'TH' ? suffix.toUpperCase() : suffix
}

function pad(value: number, width: number, { fill }: Field): string {
  if (!fill) return String(value)
  const digits = String(Math.abs(value)).padStart(width, '0')
  return value < 0 ? `-${digits}` : digits
}

function cased(name: string, { spelling }: Field): string {
  if (spelling === spelling.toUpperCase()) return name.toUpperCase()
  return spelling === spelling.toLowerCase() ? name.toLowerCase() : name
}

/** Of the day a source is on; an interval has none. */
function dateOf({ days }: Source): number {
  if (days !== undefined) return days
  throw new SqlError('22007', 'invalid format specification for an interval value', {
    hint: 'Intervals are not tied to specific calendar dates.',
  })
}

function printField(field: Field, source: Source): string {
  return printTime(field, source) ?? printDate(field, source) ?? printYear(field, source)
}

function printTime(field: Field, source: Source): string | undefined {
  const { hour, minute, second, micros } = source
  switch (field.keyword) {
    case 'HH':
    case 'HH12':
      return pad(hour % 12 === 0 ? 12 : hour % 12, 2, field)
    case 'HH24':
      return pad(hour, 2, field)
    case 'MI':
      return pad(minute, 2, field)
    case 'SS':
      return pad(second, 2, field)
    case 'MS':
    case 'FF3':
      return String(Math.trunc(micros / 1000)).padStart(3, '0')
    case 'US':
    case 'FF6':
      return String(micros).padStart(6, '0')
    case 'FF1':
    case 'FF2':
    case 'FF4':
    case 'FF5': {
      const width = Number(field.keyword.slice(2))
      return String(Math.trunc(micros / 10 ** (6 - width))).padStart(width, '0')
    }
    case 'SSSS':
    case 'SSSSS':
      return String(hour * 3600 + minute * 60 + second)
    case 'AM':
    case 'PM':
      return cased(isAfternoon(hour) ? 'PM' : 'AM', field)
    case 'A.M.':
    case 'P.M.':
      return cased(isAfternoon(hour) ? 'P.M.' : 'A.M.', field)
    default:
      return printZone(field, source)
  }
}

function isAfternoon(hour: number): boolean {
  return hour % 24 >= 12
}

function printZone(field: Field, source: Source): string | undefined {
  const { offset = 0, abbreviation } = source
  switch (field.keyword) {
    case 'TZ':
      dateOf(source)
      return cased(abbreviation, field)
    case 'TZH': {
      dateOf(source)
      const hours = String(Math.floor(Math.abs(offset) / 3600)).padStart(2, '0')
      return (offset < 0 ? '-' : '+') + hours
    }
    case 'TZM':
      dateOf(source)
      return String(Math.floor((Math.abs(offset) % 3600) / 60)).padStart(2, '0')
    case 'OF':
      dateOf(source)
      return formatOffset(offset)
    default:
      return undefined
  }
}

function printDate(field: Field, source: Source): string | undefined {
  const { month, day } = source
  const name = (text: string, width: number): string =>
    field.fill ? cased(text, field).padEnd(width) : cased(text, field)
  switch (field.keyword) {
    case 'MONTH':
      dateOf(source)
      return name(MONTH_NAMES[month - 1] ?? '', 9)
    case 'MON':
      dateOf(source)
      return cased((MONTH_NAMES[month - 1] ?? '').slice(0, 3), field)
    case 'MM':
      return pad(month, 2, field)
    case 'DAY':
      return name(DAY_NAMES[weekday(dateOf(source))] ?? '', 9)
    case 'DY':
      return cased((DAY_NAMES[weekday(dateOf(source))] ?? '').slice(0, 3), field)
    case 'DDD':
      return pad(source.dayOfYear, source.dayOfYear < 0 ? 2 : 3, field)
    case 'DD':
      return pad(day, day < 0 ? 1 : 2, field)
    case 'D':
      return String(weekday(dateOf(source)) + 1)
    case 'ID':
      return String(weekday(dateOf(source)) || 7)
    case 'IDDD': {
      const days = dateOf(source)
      return pad(days - isoYearStart(isoWeekOf(days, source.year).year) + 1, 3, field)
    }
    case 'WW':
      return pad(Math.floor((source.dayOfYear - 1) / 7) + 1, 2, field)
    case 'IW':
      return pad(isoWeekOf(dateOf(source), source.year).week, 2, field)
    case 'Q':
      return month === 0 ? '' : String(Math.floor((month - 1) / 3) + 1)
    case 'W':
      return String(Math.floor((day - 1) / 7) + 1)
    case 'J':
      return String(daysFromCivil(source.year, month, day) + EPOCH_JULIAN_DAY)
    case 'RM':
      return romanMonth(field, source)
    default:
      return undefined
  }
}

function romanMonth(field: Field, { month, year, days }: Source): string {
  if (month === 0 && year === 0) return ''
  // an interval of whole years is in month XII, or I if negative; negative months count backwards from XII
  const ofInterval = month === 0 ? (year > 0 ? 12 : 1) : month < 0 ? 13 + month : month
  const index = days === undefined ? ofInterval : month
  const roman = cased(ROMAN_MONTHS[index - 1] ?? '', field)
  return field.fill ? roman.padEnd(4) : roman
}

function printYear(field: Field, source: Source): string {
  const { keyword } = field
  const isInterval = source.days === undefined
  const shown = (year: number): number => (isInterval || year > 0 ? year : 1 - year)
  switch (keyword) {
    case 'AD':
    case 'BC':
      dateOf(source)
      return cased(source.year <= 0 ? 'BC' : 'AD', field)
    case 'A.D.':
    case 'B.C.':
      dateOf(source)
      return cased(source.year <= 0 ? 'B.C.' : 'A.D.', field)
    case 'CC':
      return pad(centuryOf(source.year, isInterval), 2, field)
    case 'Y,YYY': {
      const year = shown(source.year)
      return `${Math.trunc(year / 1000)},${String(Math.abs(year % 1000)).padStart(3, '0')}`
    }
    default: {
      const isIso = keyword.startsWith('I')
      const year = shown(isIso ? isoWeekOf(dateOf(source), source.year).year : source.year)
      const width = keyword.length
      return pad(width === 4 ? year : year % 10 ** width, width, field)
    }
  }
}

function centuryOf(year: number, isInterval: boolean): number {
  if (isInterval) return Math.trunc(year / 100)
  return year > 0 ? Math.floor((year - 1) / 100) + 1 : Math.trunc(year / 100) - 1
}
