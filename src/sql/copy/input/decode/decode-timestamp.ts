/**
 * Dates and timestamps in the form in which PostgreSQL writes them, read from the bytes: `2026-01-31`, `2026-01-31 23:59:59.123456`, with
 * `+02` or `-03:30` after it. NaN for every other form, which the type's input function reads to the same value or refuses.
 */
import { daysFromCivil, daysInMonth } from '../../../types/datetime/calendar.ts'

const ZERO = 48
const DASH = 45
const PLUS = 43
const COLON = 58
const DOT = 46
const SPACE = 32
const DATE_BYTES = 10
const TIME_END = 19
const MICROS_PER_SECOND = 1_000_000
const SECONDS_PER_DAY = 86_400
const MAX_ZONE_HOURS = 15

/** Days since 2000-01-01. */
export function parseIsoDate(bytes: Uint8Array, start: number, end: number): number {
  return end - start === DATE_BYTES ? daysAt(bytes, start) : NaN
}

/** Microseconds since 2000-01-01. With a zone, the text must name one: the session's is not known here. */
export function parseIsoTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  hasZone: boolean,
): number {
  if (end - start < TIME_END || bytes[start + DATE_BYTES] !== SPACE) return NaN
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return NaN
  const hour = pairAt(bytes, start + 11)
  const minute = pairAt(bytes, start + 14)
  const second = pairAt(bytes, start + 17)
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN
  const seconds = daysAt(bytes, start) * SECONDS_PER_DAY + (hour * 60 + minute) * 60 + second
  let at = start + TIME_END
  let micros = 0
  if (at < end && bytes[at] === DOT) {
    let unit = MICROS_PER_SECOND / 10
    for (at++; at < end && unit >= 1; at++, unit /= 10) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      micros += digit * unit
    }
    if (bytes[at - 1] === DOT) return NaN
  }
  const zone = hasZone ? zoneAt(bytes, at, end) : at === end ? 0 : NaN
  const value = (seconds - zone) * MICROS_PER_SECOND + micros
  return Number.isSafeInteger(value) ? value : NaN
}

/** Two digits; NaN for anything else. */
function pairAt(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at]! - ZERO, bytes[at + 1]! - ZERO]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function daysAt(bytes: Uint8Array, start: number): number {
  const year = pairAt(bytes, start) * 100 + pairAt(bytes, start + 2)
  const month = pairAt(bytes, start + 5)
  const day = pairAt(bytes, start + 8)
  // A comparison with NaN is false.
  if (!(year > 0 && month > 0 && month <= 12 && day > 0)) return NaN
  if (bytes[start + 4] !== DASH || bytes[start + 7] !== DASH) return NaN
  return day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) : NaN
}

/** Seconds east of UTC. */
function zoneAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return NaN
  const sign = bytes[at] === PLUS ? 1 : bytes[at] === DASH ? -1 : NaN
  const hours = pairAt(bytes, at + 1)
  if (!(hours <= MAX_ZONE_HOURS)) return NaN
  if (at + 3 === end) return sign * hours * 3600
  const minutes = at + 6 === end && bytes[at + 3] === COLON ? pairAt(bytes, at + 4) : NaN
  return minutes < 60 ? sign * (hours * 3600 + minutes * 60) : NaN
}
