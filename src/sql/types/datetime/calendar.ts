/**
 * The proleptic Gregorian calendar over day numbers counted from 2000-01-01, as dates and timestamps store them.
 * Years are astronomical (0 = 1 BC). Pure arithmetic: no zones, no settings, no errors.
 */

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Julian day number of 2000-01-01. */
export const EPOCH_JULIAN_DAY = 2451545
/** Days from 1970-01-01 to 2000-01-01. */
export const UNIX_TO_POSTGRES_DAYS = 10957
export const MICROS_PER_SECOND = 1_000_000
export const MICROS_PER_DAY = 86_400_000_000

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
export const DAY_NAMES = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const DAYS_PER_ERA = 146097
/** Day number of 0000-03-01, where the eras of 400 years begin. */
const ERA_START = -730425

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 31)
}

/** Works for any integer day, also one past the month's end, and for months outside 1…12. */
export function daysFromCivil(year: number, month: number, day: number): number {
  let y = year + Math.floor((month - 1) / 12)
  const m = ((((month - 1) % 12) + 12) % 12) + 1
  if (m <= 2) y -= 1
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5)
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra + ERA_START + day - 1
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days - ERA_START
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day }
}

/** 0 = Sunday. */
export function weekday(days: number): number {
  return (((days + 6) % 7) + 7) % 7
}

/** 1 … 366 */
export function dayOfYear(days: number, year: number): number {
  return days - daysFromCivil(year, 1, 1) + 1
}

/** Day number of the Monday of ISO week 1 of an ISO year. */
export function isoYearStart(isoYear: number): number {
  const fourth = daysFromCivil(isoYear, 1, 4)
  return fourth - ((weekday(fourth) + 6) % 7)
}

export interface IsoWeek {
  readonly year: number
  readonly week: number
}

export function isoWeekOf(days: number, year: number): IsoWeek {
  let isoYear = year
  let start = isoYearStart(isoYear)
  if (days < start) {
    isoYear -= 1
    start = isoYearStart(isoYear)
  } else if (days >= isoYearStart(isoYear + 1)) {
    isoYear += 1
    start = isoYearStart(isoYear)
  }
  return { year: isoYear, week: Math.floor((days - start) / 7) + 1 }
}
