/** Text output of intervals in the four IntervalStyles. */
import type { Interval } from '../value-classes.ts'
import { pad2 } from './datetime-output.ts'
import type { IntervalStyle } from './datetime-settings.ts'
import { intervalInfinity } from './interval-value.ts'

/** An interval's fields as they print; those of the time share one sign. */
interface Parts {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly micros: number
}

export interface IntervalParts extends Parts {}

export function splitInterval(value: Interval): IntervalParts {
  const years = Math.trunc(value.months / 12)
  const total = BigInt(value.micros)
  const hours = total / 3_600_000_000n
  const rest = Number(total - hours * 3_600_000_000n)
  const minutes = Math.trunc(rest / 60_000_000)
  const seconds = Math.trunc((rest - minutes * 60_000_000) / 1e6)
  return {
    years,
    months: value.months - years * 12,
    days: value.days,
    hours: Number(hours),
    minutes,
    seconds,
    micros: rest - minutes * 60_000_000 - seconds * 1e6,
  }
}

export function formatInterval(value: Interval, style: IntervalStyle): string {
  const infinite = intervalInfinity(value)
  if (infinite !== 0) return infinite > 0 ? 'infinity' : '-infinity'
  const parts = splitInterval(value)
  switch (style) {
    case 'postgres':
      return formatPostgres(parts)
    case 'postgres_verbose':
      return formatVerbose(parts)
    case 'sql_standard':
      return formatSqlStandard(parts)
    case 'iso_8601':
      return formatIso(parts)
  }
}

/** |seconds| with needed decimals; `fill` pads to two digits. */
function secondsText({ seconds, micros }: Parts, fill: boolean): string {
  const whole = Math.abs(seconds)
  const text = fill ? pad2(whole) : String(whole)
  if (micros === 0) return text
  return `${text}.${String(Math.abs(micros)).padStart(6, '0').replace(/0+$/, '')}`
}

function isNegativeTime({ hours, minutes, seconds, micros }: Parts): boolean {
  return hours < 0 || minutes < 0 || seconds < 0 || micros < 0
}

function clock(parts: Parts, padHours: boolean): string {
  const hours = Math.abs(parts.hours)
  const first = padHours ? pad2(hours) : String(hours)
  return `${first}:${pad2(Math.abs(parts.minutes))}:${secondsText(parts, true)}`
}

/** "1 year 2 mons -3 days +04:05:06": a plus sign follows a negative field. */
function formatPostgres(parts: Parts): string {
  const pieces: string[] = []
  let wasNegative = false
  const add = (value: number, unit: string): void => {
    if (value === 0) return
    const sign = wasNegative && value > 0 ? '+' : ''
    pieces.push(`${sign}${value} ${unit}${value === 1 ? '' : 's'}`)
    wasNegative = value < 0
  }
  add(parts.years, 'year')
  add(parts.months, 'mon')
  add(parts.days, 'day')
  const { hours, minutes, seconds, micros } = parts
  const hasTime = hours !== 0 || minutes !== 0 || seconds !== 0 || micros !== 0
  if (hasTime || pieces.length === 0) {
    const sign = isNegativeTime(parts) ? '-' : wasNegative ? '+' : ''
    pieces.push(sign + clock(parts, true))
  }
  return pieces.join(' ')
}

/** "@ 1 year 2 mons ago": the first field's sign becomes that of all. */
function formatVerbose(parts: Parts): string {
  const pieces: string[] = []
  let isBefore: boolean | undefined
  const add = (value: number, unit: string): void => {
    if (value === 0) return
    isBefore ??= value < 0
    const shown = isBefore ? -value : value
    pieces.push(`${shown} ${unit}${shown === 1 ? '' : 's'}`)
  }
  add(parts.years, 'year')
  add(parts.months, 'mon')
  add(parts.days, 'day')
  add(parts.hours, 'hour')
  add(parts.minutes, 'min')
  if (parts.seconds !== 0 || parts.micros !== 0) {
    const isNegative = parts.seconds < 0 || parts.micros < 0
    isBefore ??= isNegative
    const sign = isNegative === isBefore ? '' : '-'
    const isOne = parts.micros === 0 && Math.abs(parts.seconds) === 1
    pieces.push(`${sign}${secondsText(parts, false)} sec${isOne ? '' : 's'}`)
  }
  if (pieces.length === 0) return '@ 0'
  return `@ ${pieces.join(' ')}${isBefore === true ? ' ago' : ''}`
}

function formatSqlStandard(parts: Parts): string {
  const fields = Object.values(parts) as number[] // all fields are numbers
  const hasNegative = fields.some((field) => field < 0)
  const hasPositive = fields.some((field) => field > 0)
  const hasYearMonth = parts.years !== 0 || parts.months !== 0
  const hasTime =
    isNegativeTime(parts) || parts.hours + parts.minutes + parts.seconds + parts.micros > 0
  const hasDay = parts.days !== 0
  if (!hasNegative && !hasPositive) return '0'
  const isStandard = !(hasNegative && hasPositive) && !(hasYearMonth && (hasDay || hasTime))
  if (!isStandard) {
    const sign = (isNegative: boolean): string => (isNegative ? '-' : '+')
    const yearMonth = `${sign(parts.years < 0 || parts.months < 0)}${Math.abs(parts.years)}-${Math.abs(parts.months)}`
    const days = `${sign(parts.days < 0)}${Math.abs(parts.days)}`
    return `${yearMonth} ${days} ${sign(isNegativeTime(parts))}${clock(parts, false)}`
  }
  const sign = hasNegative ? '-' : ''
  if (hasYearMonth) return `${sign}${Math.abs(parts.years)}-${Math.abs(parts.months)}`
  if (hasDay) return `${sign}${Math.abs(parts.days)} ${clock(parts, false)}`
  return sign + clock(parts, false)
}

function formatIso(parts: Parts): string {
  const date =
    (parts.years === 0 ? '' : `${parts.years}Y`) +
    (parts.months === 0 ? '' : `${parts.months}M`) +
    (parts.days === 0 ? '' : `${parts.days}D`)
  let time =
    (parts.hours === 0 ? '' : `${parts.hours}H`) + (parts.minutes === 0 ? '' : `${parts.minutes}M`)
  if (parts.seconds !== 0 || parts.micros !== 0) {
    const sign = parts.seconds < 0 || parts.micros < 0 ? '-' : ''
    time += `${sign}${secondsText(parts, false)}S`
  }
  if (date === '' && time === '') return 'PT0S'
  return time === '' ? `P${date}` : `P${date}T${time}`
}
