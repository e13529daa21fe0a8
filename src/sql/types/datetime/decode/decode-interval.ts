/**
 * Decodes interval literals: quantities with units ("1 day 02:03"), SQL standard forms ("1-2 3 4:05:06"), ISO 8601
 * durations ("P1Y2M3DT4H"), "infinity"; and applies the fields and precision that a typmod names.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Interval } from '../../value-classes.ts'
import { dateTimeError } from './datetime-errors.ts'
import { fault, FaultSignal, fractionMicros, parseInteger } from './datetime-fields.ts'
import type { IntervalStyle } from '../datetime-settings.ts'
import { findDateTimeWord, tokenizeDateTime, type Token } from './datetime-tokens.ts'
import { findIntervalUnit, IntervalAccumulator } from './interval-accumulator.ts'
import type { DateTimeUnit } from '../datetime-unit.ts'
import { decodeIsoInterval } from './decode-iso-interval.ts'
import { adjustIntervalForTypmod, rangeOfTypmod } from '../interval-typmod.ts'
import { INTERVAL_INFINITY, INTERVAL_MINUS_INFINITY } from '../interval-value.ts'

export function decodeInterval(text: string, style: IntervalStyle, typmod: number): Interval {
  return adjustIntervalForTypmod(decodeUnadjusted(text, style, typmod), typmod)
}

function decodeUnadjusted(text: string, style: IntervalStyle, typmod: number): Interval {
  try {
    return decodeTokens(text, style, typmod)
  } catch (error) {
    if (!(error instanceof FaultSignal)) throw error
    if (error.fault === 'format') {
      const iso = tryIso(text)
      if (iso !== undefined) return iso
    }
    // a literal has nothing that SQL calls a field: only its parts overflow
    const kind = error.fault === 'field overflow' ? 'interval overflow' : error.fault
    throw dateTimeError(kind, text, 'interval')
  }
}

function tryIso(text: string): Interval | undefined {
  try {
    return decodeIsoInterval(text)
  } catch (error) {
    if (!(error instanceof FaultSignal)) throw error
    if (error.fault === 'format') return undefined
    throw new SqlError('22015', `interval field value out of range: "${text}"`)
  }
}

function decodeTokens(text: string, style: IntervalStyle, typmod: number): Interval {
  const tokens = tokenizeDateTime(text) ?? fault('format')
  const decoder = new IntervalDecoder(tokens, typmod, style === 'sql_standard')
  return decoder.decode()
}

/** What a time of day says. */
const TIME_FIELDS = ['hour', 'minute', 'second', 'millisecond', 'microsecond']

/** Reads the tokens from right to left, as units come behind their numbers. */
class IntervalDecoder {
  readonly #tokens: readonly Token[]
  readonly #typmod: number
  readonly #forceNegative: boolean
  readonly #sum = new IntervalAccumulator()
  readonly #seen = new Set<string>()
  #unit: DateTimeUnit | undefined
  /** A unit was read whose number is still to come. */
  #isUnitPending = false
  #isBefore = false
  #infinity: Interval | undefined

  constructor(tokens: readonly Token[], typmod: number, isSqlStandard: boolean) {
    this.#tokens = tokens
    this.#typmod = typmod
    // SQL: one leading minus sign counts for all fields, unless another one has its own sign
    this.#forceNegative =
      isSqlStandard &&
      tokens[0]?.text.startsWith('-') === true &&
      tokens.slice(1).every(({ text }) => !/^[+-]/.test(text))
  }

  decode(): Interval {
    for (let i = this.#tokens.length - 1; i >= 0; i--) {
      const token = this.#tokens[i]! // i is in range
      this.#decodeToken(token, i)
    }
    if (this.#infinity !== undefined) {
      return this.#isBefore ? fault('format') : this.#infinity
    }
    if (this.#seen.size === 0 || this.#isUnitPending) fault('format')
    if (this.#isBefore) this.#sum.negate()
    return this.#sum.finish()
  }

  #mark(field: string): void {
    if (this.#seen.has(field) || this.#infinity !== undefined) fault('format')
    this.#seen.add(field)
  }

  #decodeToken(token: Token, index: number): void {
    const { kind, text } = token
    switch (kind) {
      case 'time':
        this.#addTime(text, this.#forceNegative)
        return
      case 'zone':
        // a sign makes a "zone" of numbers and times alike
        if (text.includes(':')) this.#addTime(text.slice(1), text.startsWith('-'))
        else this.#addNumber(text)
        return
      case 'date':
      case 'number':
        this.#addNumber(text)
        return
      default:
        this.#applyWord(text, index)
    }
  }

  #addTime(text: string, isNegative: boolean): void {
    const match = /^(\d+):(\d*)(?:(\.\d*)|:(\d*)(\.\d*)?)?$/.exec(text)
    if (match === null || this.#isUnitPending) fault('format')
    const [, first = '', second = '', shortFraction, third, fraction] = match
    let hours = BigInt(first)
    let minutes = parseInteger(second)
    let seconds = third === undefined ? 0 : parseInteger(third)
    const range = rangeOfTypmod(this.#typmod)
    const isMinuteToSecond = third === undefined && range === 'minute to second'
    if (shortFraction !== undefined || isMinuteToSecond) {
      seconds = minutes
      minutes = Number(hours)
      hours = 0n
    }
    const micros = fractionMicros(shortFraction ?? fraction ?? '.')
    if (minutes > 59 || seconds > 60) fault('field overflow')
    for (const field of TIME_FIELDS) this.#mark(field)
    const total =
      hours * 3_600_000_000n + BigInt(minutes * 60_000_000 + seconds * 1_000_000 + micros)
    this.#sum.addMicros(isNegative ? -total : total)
    // "1 02:03" counts days before the time
    this.#unit = 'day'
  }

  #addNumber(text: string): void {
    const unit = this.#unit ?? unitOfTypmod(this.#typmod)
    const isNegative = text.startsWith('-') || this.#forceNegative
    const match = /^[+-]?(\d*)(?:-(\d+)|(\.\d*))?$/.exec(text)
    if (match === null || (match[1] === '' && match[3] === undefined)) fault('format')
    const [, digits = '', monthText, fractionText] = match
    let whole = digits === '' ? 0n : BigInt(digits)
    if (whole > (isNegative ? 9223372036854775808n : 9223372036854775807n)) fault('field overflow')
    let fraction = fractionText === undefined ? 0 : Number(`0${fractionText}0`)
    this.#isUnitPending = false
    if (monthText !== undefined) {
      const months = parseInteger(monthText)
      if (months >= 12) fault('field overflow')
      whole = whole * 12n + BigInt(months)
      fraction = 0
      this.#add('month', isNegative ? -whole : whole, 0)
      this.#unit = 'month'
      return
    }
    this.#add(unit, isNegative ? -whole : whole, isNegative ? -fraction : fraction)
    if (unit === 'hour') this.#unit = 'day'
    else this.#unit = unit
  }

  #add(unit: DateTimeUnit, whole: bigint, fraction: number): void {
    this.#mark(unit)
    if (unit === 'second' && fraction !== 0) {
      this.#mark('millisecond')
      this.#mark('microsecond')
    }
    this.#sum.add(unit, whole, fraction)
  }

  #applyWord(text: string, index: number): void {
    const unit = findIntervalUnit(text)
    if (unit !== undefined) {
      if (this.#isUnitPending || unit === 'quarter') fault('format')
      this.#unit = unit
      this.#isUnitPending = true
      return
    }
    if (text === 'ago') {
      if (index !== this.#tokens.length - 1) fault('format')
      this.#isBefore = true
      return
    }
    const word = findDateTimeWord(text)
    if (word?.kind === 'ignored') return
    const isInfinity =
      word?.kind === 'reserved' && (word.value === 'infinity' || word.value === '-infinity')
    if (!isInfinity || this.#seen.size > 0 || this.#isUnitPending) fault('format')
    this.#mark('infinity')
    this.#infinity = word.value === 'infinity' ? INTERVAL_INFINITY : INTERVAL_MINUS_INFINITY
    if (index > 0) fault('format')
  }
}

/** What a number without unit counts. */
function unitOfTypmod(typmod: number): DateTimeUnit {
  const range = rangeOfTypmod(typmod)
  switch (range) {
    case 'year':
    case 'day':
    case 'hour':
    case 'minute':
      return range
    case 'month':
    case 'year to month':
      return 'month'
    case 'day to hour':
      return 'hour'
    case 'day to minute':
    case 'hour to minute':
      return 'minute'
    default:
      return 'second'
  }
}
