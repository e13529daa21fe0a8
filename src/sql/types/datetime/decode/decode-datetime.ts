/**
 * Decodes literals of date, timestamp and timestamptz: any order of date, time, zone and words that PostgreSQL takes.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { MICROS_PER_DAY } from '../calendar.ts'
import { dateTimeError } from './datetime-errors.ts'
import * as Fields from './datetime-fields.ts'
import { DateTimeFields, fault, FaultSignal, parseZoneDisplacement } from './datetime-fields.ts'
import type { FieldOrder } from '../datetime-settings.ts'
import { findDateTimeWord, tokenizeDateTime } from './datetime-tokens.ts'
import type { DateTimeWord, ReservedWord, Token } from './datetime-tokens.ts'
import { findTimeZone, fixedZone, type TimeZone } from '../time-zone.ts'
import { findZoneAbbreviation } from './zone-abbreviations.ts'
import { toLocal, type Timestamp } from '../timestamp-value.ts'

/** What decoding depends on besides the text. */
export interface DecodeSettings {
  readonly order: FieldOrder
  readonly zone: TimeZone
  /** What 'now' and 'today' mean: the transaction's timestamp. */
  readonly now: Timestamp
}

export type DecodedDateTime =
  | { readonly kind: 'infinity' | '-infinity' | 'epoch' }
  | {
      readonly kind: 'value'
      readonly year: number
      readonly month: number
      readonly day: number
      /** Up to and including 24:00:00. */
      readonly micros: number
      /** The zone that the text names; the session's otherwise. */
      readonly zone: TimeZone
      readonly hasZone: boolean
    }

export function decodeDateTime(
  text: string,
  typeName: string,
  settings: DecodeSettings,
): DecodedDateTime {
  try {
    const tokens = tokenizeDateTime(text) ?? fault('format')
    return new DateTimeDecoder(tokens, settings).decode()
  } catch (error) {
    if (error instanceof FaultSignal) throw dateTimeError(error.fault, text, typeName)
    throw error
  }
}

/** A prefix word that says what the next number is. */
type Prefix = 'julian' | 'time' | 'other'

class DateTimeDecoder {
  readonly #tokens: readonly Token[]
  readonly #settings: DecodeSettings
  readonly #fields: DateTimeFields
  #special: 'infinity' | '-infinity' | 'epoch' | undefined
  #zone: TimeZone | undefined
  #offset: number | undefined
  #prefix: Prefix | undefined

  constructor(tokens: readonly Token[], settings: DecodeSettings) {
    this.#tokens = tokens
    this.#settings = settings
    this.#fields = new DateTimeFields(settings.order)
  }

  decode(): DecodedDateTime {
    const fields = this.#fields
    this.#tokens.forEach((token, index) => this.#decodeToken(token, index))
    if (this.#prefix !== undefined) fault('format')
    if (this.#special !== undefined) return { kind: this.#special }
    fields.validateDate()
    fields.applyMeridiem()
    if (!fields.has(Fields.DATE)) fault('format')
    const { year, month, day } = fields
    const hasZone = this.#zone !== undefined || this.#offset !== undefined
    if (fields.has(Fields.DAYLIGHT) && this.#offset === undefined) fault('format')
    const zone =
      this.#zone ??
      (this.#offset === undefined ? this.#settings.zone : fixedZone('', this.#offset, ''))
    return { kind: 'value', year, month, day, micros: fields.timeOfDay(), zone, hasZone }
  }

  #decodeToken(token: Token, index: number): void {
    switch (token.kind) {
      case 'date':
        return this.#decodeDateToken(token.text)
      case 'time':
        if (this.#prefix !== undefined && this.#prefix !== 'time') fault('format')
        this.#prefix = undefined
        this.#fields.decodeTime(token.text)
        this.#fields.mark(Fields.TIME)
        if (this.#fields.timeOverflows()) fault('field overflow')
        return
      case 'zone':
        this.#fields.mark(Fields.ZONE)
        this.#offset = parseZoneDisplacement(token.text)
        return
      case 'number':
        return this.#decodeNumberToken(token.text)
      default:
        return this.#decodeWord(token.text, index)
    }
  }

  /** A date; after one, a zone's name with punctuation, or hhmmss-zz. */
  #decodeDateToken(text: string): void {
    const fields = this.#fields
    if (this.#prefix === 'julian') {
      const match = /^(\d+)(.*)$/.exec(text) ?? fault('format')
      fields.setJulian(Fields.parseInteger(match[1] ?? ''))
      this.#offset = parseZoneDisplacement(match[2] ?? '')
      fields.mark(Fields.DATE | Fields.TIME | Fields.ZONE)
      this.#prefix = undefined
      return
    }
    const hasMonthAndDay = fields.has(Fields.MONTH | Fields.DAY)
    if (this.#prefix === undefined && !hasMonthAndDay) return fields.decodeDate(text)
    if (this.#prefix === undefined && !/^\d/.test(text)) return this.#setNamedZone(text)
    if (this.#prefix === 'other' || fields.has(Fields.TIME)) fault('format')
    this.#prefix = undefined
    const dash = text.indexOf('-')
    if (dash < 0) fault('format')
    this.#offset = parseZoneDisplacement(text.slice(dash))
    fields.mark(fields.decodeRunTogether(text.slice(0, dash), fields.seen) | Fields.ZONE)
  }

  #setNamedZone(name: string): void {
    const zone = findTimeZone(name)
    if (zone === undefined) throw new SqlError('22023', `time zone "${name}" not recognized`)
    this.#zone = zone
    this.#fields.mark(Fields.ZONE)
  }

  #decodeNumberToken(text: string): void {
    const fields = this.#fields
    if (this.#prefix !== undefined) return this.#decodePrefixed(text)
    const point = text.indexOf('.')
    const hasDate = (fields.seen & Fields.DATE) !== 0
    if (point >= 0 && !hasDate) return fields.decodeDate(text)
    const isRunTogether =
      point > 2 || (point < 0 && text.length >= 6 && (!hasDate || !fields.has(Fields.TIME)))
    fields.mark(
      isRunTogether ? fields.decodeRunTogether(text, fields.seen) : fields.decodeNumber(text),
    )
  }

  #decodePrefixed(text: string): void {
    const fields = this.#fields
    if (this.#prefix === 'julian') {
      const [whole = '', fraction] = text.split('.')
      fields.setJulian(Fields.parseInteger(whole))
      fields.mark(Fields.DATE)
      if (fraction !== undefined) {
        fields.setTimeOfDay(Math.round(Number(`0.${fraction}0`) * MICROS_PER_DAY))
        fields.mark(Fields.TIME)
      }
    } else if (this.#prefix === 'time') {
      const set = fields.decodeRunTogether(text, fields.seen | Fields.DATE)
      fields.mark(set)
    } else fault('format')
    this.#prefix = undefined
  }

  #decodeWord(text: string, index: number): void {
    const abbreviation = findZoneAbbreviation(text)
    if (abbreviation !== undefined) {
      this.#offset = abbreviation.offset
      this.#fields.mark(Fields.ZONE)
      return
    }
    const word = findDateTimeWord(text)
    if (word !== undefined) return this.#applyWord(word, index)
    const zone = findTimeZone(text)
    if (zone === undefined) fault('format')
    this.#zone = zone
    this.#fields.mark(Fields.ZONE)
  }

  #applyWord(word: DateTimeWord, index: number): void {
    const fields = this.#fields
    switch (word.kind) {
      case 'ignored':
        return
      case 'reserved':
        return this.#applyReserved(word.value)
      case 'month':
        return this.#applyMonth(word.value)
      case 'daylight':
        this.#offset = (this.#offset ?? fault('format')) + 3600
        return fields.mark(Fields.DAYLIGHT)
      case 'meridiem':
        fields.meridiem = word.value
        return fields.mark(Fields.MERIDIEM)
      case 'era':
        fields.isBeforeChrist = word.value === 'bc'
        return fields.mark(Fields.ERA)
      case 'weekday':
        return fields.mark(Fields.WEEKDAY)
      case 'julian':
        this.#prefix = 'julian'
        return
      case 'unit':
        this.#prefix = 'other'
        return
      case 'isoTime': {
        const next = this.#tokens[index + 1]?.kind
        const isSensible = next === 'number' || next === 'time' || next === 'date'
        if (!fields.has(Fields.DATE) || !isSensible) fault('format')
        this.#prefix = 'time'
      }
    }
  }

  /** A month's name after a number that was taken for the month: that was the day. */
  #applyMonth(month: number): void {
    const fields = this.#fields
    const isDayAlready = fields.has(Fields.MONTH) && !fields.hasTextMonth && !fields.has(Fields.DAY)
    if (isDayAlready && fields.month >= 1 && fields.month <= 31) {
      fields.day = fields.month
      fields.mark(Fields.DAY)
    } else fields.mark(Fields.MONTH)
    fields.month = month
    fields.hasTextMonth = true
  }

  #applyReserved(word: ReservedWord): void {
    const fields = this.#fields
    const everything = Fields.DATE | Fields.TIME | Fields.ZONE
    if (word === 'allballs') {
      fields.mark(Fields.TIME | Fields.ZONE)
      fields.setTimeOfDay(0)
      this.#offset = 0
      return
    }
    if (word === 'infinity' || word === '-infinity' || word === 'epoch') {
      fields.mark(everything)
      this.#special = word
      return
    }
    const local = toLocal(this.#settings.now, this.#settings.zone)
    if (word === 'now') {
      fields.mark(everything)
      fields.setDay(local.days)
      fields.setTimeOfDay(local.micros)
      this.#zone = this.#settings.zone
    } else {
      fields.mark(Fields.DATE)
      fields.setDay(local.days + (word === 'tomorrow' ? 1 : word === 'yesterday' ? -1 : 0))
    }
    // years that 'today' names need no era
    fields.isJulian = true
  }
}
