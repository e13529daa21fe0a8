/**
 * POSIX time zone specifications: "EST5EDT", "FOO+3", "<+03>-03", "CET-1CEST,M3.5.0,M10.5.0/3". Tried last, after the
 * zone database. Offsets are written west-positive.
 */
import { civilFromDays, daysFromCivil, daysInMonth, isLeapYear, weekday } from './calendar.ts'
import { UNIX_TO_POSTGRES_DAYS } from './calendar.ts'
import { fixedZone, type TimeZone, type ZoneOffset } from './time-zone.ts'

const NAME = String.raw`([A-Za-z]{3,}|<[A-Za-z0-9+-]+>)`
const OFFSET = String.raw`([+-]?\d{1,3}(?::\d{1,2}){0,2})`
const RULE = String.raw`([MJ]?[\d.]+(?:/[+-]?[\d:]+)?)`
const PATTERN = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?(?:,${RULE},${RULE})?)?$`)
/** What the zone database's "posixrules" says: the present rules of the United States. */
const DEFAULT_START = 'M3.2.0'
const DEFAULT_END = 'M11.1.0'

export function parsePosixZone(text: string): TimeZone | undefined {
  const match = PATTERN.exec(text)
  if (match === null) return undefined
  const [, standardName = '', standardText = '', daylightName, daylightText, start, end] = match
  const offset = -seconds(standardText)
  if (Math.abs(offset) > 167 * 3600) return undefined
  const standard = { offset, isDaylight: false, abbreviation: bare(standardName) }
  if (daylightName === undefined) return fixedZone(text, offset, standard.abbreviation)
  const daylightOffset = daylightText === undefined ? offset + 3600 : -seconds(daylightText)
  const daylight = { offset: daylightOffset, isDaylight: true, abbreviation: bare(daylightName) }
  return new RuleZone(text, standard, daylight, [start ?? DEFAULT_START, end ?? DEFAULT_END])
}

class RuleZone implements TimeZone {
  readonly name: string
  readonly fixed = undefined
  readonly #standard: ZoneOffset
  readonly #daylight: ZoneOffset
  readonly #rules: readonly [string, string]

  constructor(
    name: string,
    standard: ZoneOffset,
    daylight: ZoneOffset,
    rules: readonly [string, string],
  ) {
    this.name = name
    this.#standard = standard
    this.#daylight = daylight
    this.#rules = rules
  }

  offsetAt(unixSeconds: number): ZoneOffset {
    const local = unixSeconds + this.#standard.offset
    const days = Math.floor(local / 86400) - UNIX_TO_POSTGRES_DAYS
    const { year } = civilFromDays(days)
    const start = ruleSeconds(this.#rules[0], year) - this.#standard.offset
    const end = ruleSeconds(this.#rules[1], year) - this.#daylight.offset
    const isDaylight =
      start < end
        ? unixSeconds >= start && unixSeconds < end
        : unixSeconds >= start || unixSeconds < end
    return isDaylight ? this.#daylight : this.#standard
  }
}

function bare(name: string): string {
  return name.startsWith('<') ? name.slice(1, -1) : name
}

function seconds(text: string): number {
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  const total = hours * 3600 + minutes * 60 + rest
  return text.startsWith('-') ? -total : total
}

/** Local Unix seconds at which a rule strikes in `year`. */
function ruleSeconds(rule: string, year: number): number {
  const [date = '', time = '2'] = rule.split('/')
  return (ruleDay(date, year) + UNIX_TO_POSTGRES_DAYS) * 86400 + seconds(time)
}

function ruleDay(date: string, year: number): number {
  if (date.startsWith('J')) {
    const day = Number(date.slice(1))
    const leap = isLeapYear(year) && day >= 60 ? 1 : 0
    return daysFromCivil(year, 1, 1) + day - 1 + leap
  }
  if (!date.startsWith('M')) return daysFromCivil(year, 1, 1) + Number(date)
  const [month = 1, week = 1, dayOfWeek = 0] = date.slice(1).split('.').map(Number)
  const first = daysFromCivil(year, month, 1)
  const offset = (dayOfWeek - weekday(first) + 7) % 7
  const day = 1 + offset + (week - 1) * 7
  return first + (day > daysInMonth(year, month) ? day - 8 : day - 1)
}
