/**
 * The form in which programs write timestamps, `2026-01-31 23:59:59.123456+02`, read in one pass without tokens. The general
 * decoder reads it to the same value; anything else, wrong values included, is left to that one.
 */
import { MICROS_PER_SECOND, daysInMonth } from '../calendar.ts'

export interface IsoDateTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly micros: number
  /** Seconds east of UTC; undefined when the text names no zone. */
  readonly offset: number | undefined
}

const ZERO = 0x30
const FRACTION_DIGITS_MAX = 6
const MAX_ZONE_HOURS = 15

/** `YYYY-MM-DD`, then perhaps ` hh:mm:ss` or `Thh:mm:ss`, a fraction, and `Z`, `±hh`, `±hhmm` or `±hh:mm`. */
export function decodeIso(text: string): IsoDateTime | undefined {
  const year = digitPair(text, 0) * 100 + digitPair(text, 2)
  const month = digitPair(text, 5)
  const day = digitPair(text, 8)
  // A comparison with NaN is false.
  if (!(year > 0 && month > 0 && day > 0) || text[4] !== '-' || text[7] !== '-') return undefined
  if (month > 12 || day > daysInMonth(year, month)) return undefined
  if (text.length === 10) return { year, month, day, micros: 0, offset: undefined }
  const seconds = secondsOfDay(text)
  if (seconds === undefined) return undefined
  let end = 19
  let fraction = 0
  if (text[19] === '.') {
    end = digitsEnd(text, 20)
    if (end === 20 || end > 20 + FRACTION_DIGITS_MAX) return undefined
    fraction = Number(text.slice(20, end)) * 10 ** (FRACTION_DIGITS_MAX - (end - 20))
  }
  const offset = end === text.length ? undefined : zoneOffset(text, end)
  if (Number.isNaN(offset)) return undefined
  return { year, month, day, micros: seconds * MICROS_PER_SECOND + fraction, offset }
}

function secondsOfDay(text: string): number | undefined {
  if (text[10] !== ' ' && text[10] !== 'T') return undefined
  if (text[13] !== ':' || text[16] !== ':') return undefined
  const hour = digitPair(text, 11)
  const minute = digitPair(text, 14)
  const second = digitPair(text, 17)
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  return (hour * 60 + minute) * 60 + second
}

/** NaN when it is none of the forms. */
function zoneOffset(text: string, at: number): number {
  const sign = text[at]
  if (sign === 'Z' && text.length === at + 1) return 0
  if (sign !== '+' && sign !== '-') return Number.NaN
  const hours = digitPair(text, at + 1)
  if (!(hours <= MAX_ZONE_HOURS)) return Number.NaN
  const minutes = zoneMinutes(text, at + 3)
  const total = (hours * 60 + minutes) * 60
  return sign === '-' ? -total : total
}

function zoneMinutes(text: string, at: number): number {
  if (text.length === at) return 0
  const start = text[at] === ':' ? at + 1 : at
  const minutes = digitPair(text, start)
  return text.length === start + 2 && minutes < 60 ? minutes : Number.NaN
}

/** The number that two digits make; NaN when they are no digits. */
function digitPair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function digitsEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    const digit = text.charCodeAt(at) - ZERO
    if (!(digit >= 0 && digit <= 9)) return at
    at++
  }
}
