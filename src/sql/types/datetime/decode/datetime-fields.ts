/**
 * The fields of a date/time literal while it is decoded, and the interpretation of single tokens: dates, times, numbers
 * whose meaning depends on what came before them, zone displacements. Shared by the decoders of timestamps and times.
 */
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  EPOCH_JULIAN_DAY,
  MICROS_PER_DAY,
} from '../calendar.ts'
import type { DateTimeFault } from './datetime-errors.ts'
import type { FieldOrder } from '../datetime-settings.ts'
import { findDateTimeWord } from './datetime-tokens.ts'

export const YEAR = 1
export const MONTH = 2
export const DAY = 4
export const TIME = 8
export const ZONE = 16
export const DAYLIGHT = 32
export const DAY_OF_YEAR = 64
export const MERIDIEM = 128
export const ERA = 256
export const WEEKDAY = 512
export const DATE = YEAR | MONTH | DAY

const MAX_ZONE_HOURS = 15
const MAX_INT32 = 2147483647

/** Thrown inside the decoders only; their entry points turn it into the error that names type and text. */
export class FaultSignal extends Error {
  readonly fault: DateTimeFault
  constructor(fault: DateTimeFault) {
    super(fault)
    this.fault = fault
  }
}

export function fault(kind: DateTimeFault): never {
  throw new FaultSignal(kind)
}

export function parseInteger(digits: string): number {
  const value = Number(digits)
  return value > MAX_INT32 ? fault('field overflow') : value
}

/** ".123" in microseconds. */
export function fractionMicros(text: string): number {
  if (!/^\.\d*$/.test(text)) fault('format')
  const scaled = Number(`0${text}0`) * 1e6
  const rounded = Math.round(scaled)
  return rounded - scaled === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded
}

/** Seconds east of UTC of "+hh", "-hhmm", "+hh:mm:ss". */
export function parseZoneDisplacement(text: string): number {
  const match = /^([+-])(\d+)(?::(\d+)(?::(\d+))?)?$/.exec(text)
  if (match === null) fault('format')
  const [, sign, first = '', minuteText, secondText] = match
  let hours = parseInteger(first)
  let minutes = minuteText === undefined ? 0 : parseInteger(minuteText)
  const seconds = secondText === undefined ? 0 : parseInteger(secondText)
  if (minuteText === undefined && first.length > 2) {
    minutes = hours % 100
    hours = Math.floor(hours / 100)
  }
  if (hours > MAX_ZONE_HOURS || minutes >= 60 || seconds >= 60) fault('zone displacement')
  const total = (hours * 60 + minutes) * 60 + seconds
  return sign === '-' ? -total : total
}

export class DateTimeFields {
  year = 0
  month = 0
  day = 0
  hour = 0
  minute = 0
  second = 0
  micros = 0
  dayOfYear = 0
  hasTextMonth = false
  isTwoDigitYear = false
  isJulian = false
  isBeforeChrist = false
  meridiem: 'am' | 'pm' | undefined
  /** Fields seen so far. */
  seen = 0
  readonly order: FieldOrder

  constructor(order: FieldOrder) {
    this.order = order
  }

  /** Marks fields as seen; a field given twice is a format error. */
  mark(fields: number): void {
    if ((this.seen & fields) !== 0) fault('format')
    this.seen |= fields
  }

  has(fields: number): boolean {
    return (this.seen & fields) === fields
  }

  setDay(days: number): void {
    const civil = civilFromDays(days)
    this.year = civil.year
    this.month = civil.month
    this.day = civil.day
  }

  setJulian(julian: number): void {
    this.setDay(julian - EPOCH_JULIAN_DAY)
    this.isJulian = true
  }

  setTimeOfDay(micros: number): void {
    const seconds = Math.floor(micros / 1e6)
    this.hour = Math.floor(seconds / 3600)
    this.minute = Math.floor(seconds / 60) % 60
    this.second = seconds % 60
    this.micros = micros - seconds * 1e6
  }

  timeOfDay(): number {
    return ((this.hour * 60 + this.minute) * 60 + this.second) * 1e6 + this.micros
  }

  timeOverflows(): boolean {
    return (
      this.hour > 24 ||
      this.minute > 59 ||
      this.second > 60 ||
      this.micros > 1e6 ||
      this.timeOfDay() > MICROS_PER_DAY
    )
  }

  /** "hh:mm", "hh:mm:ss", "hh:mm:ss.fff", and "mm:ss.fff" */
  decodeTime(text: string): void {
    const match = /^(\d+):(\d*)(?:(\.\d*)|:(\d*)(\.\d*)?)?$/.exec(text)
    if (match === null) fault('format')
    const [, first = '', second = '', shortFraction, third, fraction] = match
    this.hour = parseInteger(first)
    this.minute = parseInteger(second)
    this.second = third === undefined ? 0 : parseInteger(third)
    this.micros = fraction === undefined ? 0 : fractionMicros(fraction)
    if (shortFraction !== undefined) {
      this.second = this.minute
      this.minute = this.hour
      this.hour = 0
      this.micros = fractionMicros(shortFraction)
    }
    if (this.minute > 59 || this.second > 60) fault('field overflow')
  }

  /** A date with separators, its month perhaps a word. */
  decodeDate(text: string): void {
    const parts = text.match(/\d+|[a-z]+/gi) ?? fault('format')
    const numbers: string[] = []
    const before = this.seen
    for (const part of parts) {
      if (/^\d/.test(part)) {
        numbers.push(part)
        continue
      }
      const word = findDateTimeWord(part.toLowerCase())
      if (word?.kind === 'ignored') continue
      if (word?.kind !== 'month') fault('format')
      this.month = word.value
      this.hasTextMonth = true
      this.mark(MONTH)
    }
    for (const number of numbers) this.mark(this.decodeNumber(number))
    if ((this.seen & DATE) !== DATE || (before & DATE) !== 0) fault('format')
  }

  /** A number that is a year, month, day or, after them, a time. Returns the fields it has set. */
  decodeNumber(text: string): number {
    const point = text.indexOf('.')
    const digits = point < 0 ? text : text.slice(0, point)
    if (!/^\d+$/.test(digits)) fault('format')
    if (point >= 0) {
      if (point > 2) return this.decodeRunTogether(text, this.seen | DATE)
      this.micros = fractionMicros(text.slice(point))
    }
    const value = parseInteger(digits)
    const date = this.seen & DATE
    if (text.length === 3 && date === YEAR && value >= 1 && value <= 366) {
      this.dayOfYear = value
      return DAY_OF_YEAR | MONTH | DAY
    }
    return date === DATE
      ? this.decodeRunTogether(text, this.seen)
      : this.#assignNumber(text.length, value, date)
  }

  #assignNumber(length: number, value: number, date: number): number {
    const looksLikeYear = length >= 3 || this.order === 'YMD'
    switch (date) {
      case 0:
        if (looksLikeYear) return this.#setYear(length, value)
        return this.order === 'DMY' ? this.#setDayOfMonth(value) : this.#setMonth(value)
      case YEAR:
        return this.#setMonth(value)
      case MONTH:
        if (this.hasTextMonth && looksLikeYear) return this.#setYear(length, value)
        return this.#setDayOfMonth(value)
      case YEAR | MONTH:
        if (this.hasTextMonth && length >= 3 && this.isTwoDigitYear) {
          // DD-MON-YYYY although DateStyle says the year comes first
          const day = this.year
          this.#setYear(length, value)
          return this.#setDayOfMonth(day)
        }
        return this.#setDayOfMonth(value)
      case DAY:
        return this.#setMonth(value)
      case MONTH | DAY:
        return this.#setYear(length, value)
      default:
        return fault('format')
    }
  }

  #setYear(length: number, value: number): number {
    this.year = value
    this.isTwoDigitYear = length <= 2
    return YEAR
  }

  #setMonth(value: number): number {
    this.month = value
    return MONTH
  }

  #setDayOfMonth(value: number): number {
    this.day = value
    return DAY
  }

  /** Digits run together: yyyymmdd, yymmdd, hhmmss, hhmm, perhaps with a fraction. `seen` says what is known already. */
  decodeRunTogether(text: string, seen: number): number {
    const point = text.indexOf('.')
    const digits = point < 0 ? text : text.slice(0, point)
    if (!/^\d*$/.test(digits)) fault('format')
    if (point >= 0) {
      this.micros = fractionMicros(text.slice(point))
    } else if ((seen & DATE) !== DATE && digits.length >= 6) {
      const n = digits.length
      this.day = Number(digits.slice(n - 2))
      this.month = Number(digits.slice(n - 4, n - 2))
      this.year = parseInteger(digits.slice(0, n - 4))
      if (n - 4 === 2) this.isTwoDigitYear = true
      return DATE
    }
    if ((seen & TIME) === TIME || (digits.length !== 6 && digits.length !== 4)) fault('format')
    this.hour = Number(digits.slice(0, 2))
    this.minute = Number(digits.slice(2, 4))
    this.second = Number(digits.slice(4) || '0')
    return TIME
  }

  /** Settles era, two-digit years and days of the year, and checks the ranges. */
  validateDate(): void {
    if (this.has(YEAR) && !this.isJulian) this.#settleYear()
    if (this.has(DAY_OF_YEAR)) {
      this.setDay(daysFromCivil(this.year, 1, 1) + this.dayOfYear - 1)
    }
    if (this.has(MONTH) && (this.month < 1 || this.month > 12)) fault('month or day overflow')
    if (this.has(DAY) && (this.day < 1 || this.day > 31)) fault('month or day overflow')
    if (this.has(DATE) && this.day > daysInMonth(this.year, this.month)) fault('field overflow')
  }

  #settleYear(): void {
    if (this.isBeforeChrist) {
      if (this.year <= 0) fault('field overflow')
      this.year = 1 - this.year
    } else if (this.isTwoDigitYear) {
      if (this.year < 70) this.year += 2000
      else if (this.year < 100) this.year += 1900
    } else if (this.year <= 0) fault('field overflow')
  }

  applyMeridiem(): void {
    if (this.meridiem === undefined) return
    if (this.hour > 12) fault('field overflow')
    if (this.meridiem === 'am' && this.hour === 12) this.hour = 0
    else if (this.meridiem === 'pm' && this.hour !== 12) this.hour += 12
  }
}
