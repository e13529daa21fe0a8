/** Decodes literals of time and timetz: a time of day, perhaps with a zone, perhaps with a date that is only checked. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { dateTimeError } from './datetime-errors.ts'
import * as Fields from './datetime-fields.ts'
import { DateTimeFields, fault, FaultSignal, parseZoneDisplacement } from './datetime-fields.ts'
import type { DecodeSettings } from './decode-datetime.ts'
import { findDateTimeWord, tokenizeDateTime, type Token } from './datetime-tokens.ts'
import { findTimeZone, offsetOfLocal, type TimeZone } from '../time-zone.ts'
import { findZoneAbbreviation } from './zone-abbreviations.ts'
import { daysFromCivil } from '../calendar.ts'
import { toLocal, unixSecondsOf } from '../timestamp-value.ts'

export interface DecodedTime {
  readonly micros: number
  /** Seconds east of UTC. */
  readonly offset: number
}

export function decodeTimeOnly(
  text: string,
  typeName: string,
  settings: DecodeSettings,
): DecodedTime {
  try {
    const tokens = tokenizeDateTime(text) ?? fault('format')
    return new TimeDecoder(tokens, settings, typeName.endsWith('zone')).decode()
  } catch (error) {
    if (error instanceof FaultSignal) throw dateTimeError(error.fault, text, typeName)
    throw error
  }
}

class TimeDecoder {
  readonly #tokens: readonly Token[]
  readonly #settings: DecodeSettings
  readonly #wantsZone: boolean
  readonly #fields: DateTimeFields
  #zone: TimeZone | undefined
  #offset: number | undefined
  #isTimePrefixed = false

  constructor(tokens: readonly Token[], settings: DecodeSettings, wantsZone: boolean) {
    this.#tokens = tokens
    this.#settings = settings
    this.#wantsZone = wantsZone
    this.#fields = new DateTimeFields(settings.order)
  }

  decode(): DecodedTime {
    const fields = this.#fields
    this.#tokens.forEach((token, index) => this.#decodeToken(token, index))
    if (this.#isTimePrefixed) fault('format')
    fields.validateDate()
    fields.applyMeridiem()
    if (fields.timeOverflows()) fault('field overflow')
    if (!fields.has(Fields.TIME)) fault('format')
    return { micros: fields.timeOfDay(), offset: this.#offset ?? this.#offsetOfZone() }
  }

  #offsetOfZone(): number {
    const fields = this.#fields
    if (this.#zone?.fixed !== undefined) return this.#zone.fixed.offset
    const hasDate = fields.has(Fields.DATE)
    // a zone that changes has no offset without a date
    if (this.#zone !== undefined && !hasDate) fault('format')
    const zone = this.#zone ?? this.#settings.zone
    const days = hasDate
      ? daysFromCivil(fields.year, fields.month, fields.day)
      : toLocal(this.#settings.now, zone).days
    return offsetOfLocal(zone, unixSecondsOf({ days, micros: fields.timeOfDay() })).offset
  }

  #decodeToken(token: Token, index: number): void {
    const fields = this.#fields
    switch (token.kind) {
      case 'date':
        return this.#decodeDateToken(token.text, index)
      case 'time':
        this.#isTimePrefixed = false
        fields.decodeTime(token.text)
        return fields.mark(Fields.TIME)
      case 'zone':
        if (!this.#wantsZone && this.#tokens.length === 1) fault('format')
        this.#offset = parseZoneDisplacement(token.text)
        return fields.mark(Fields.ZONE)
      case 'number':
        return this.#decodeNumberToken(token.text, index)
      default:
        return this.#decodeWord(token.text, index)
    }
  }

  #decodeDateToken(text: string, index: number): void {
    const fields = this.#fields
    const tokens = this.#tokens
    const mayBeDate =
      index === 0 &&
      tokens.length >= 2 &&
      (tokens[tokens.length - 1]?.kind === 'date' || tokens[1]?.kind === 'time')
    if (mayBeDate) return fields.decodeDate(text)
    if (!/^\d/.test(text)) {
      this.#zone = findTimeZone(text)
      if (this.#zone === undefined)
        throw new SqlError('22023', `time zone "${text}" not recognized`)
      return fields.mark(Fields.ZONE)
    }
    const dash = text.indexOf('-')
    if (fields.has(Fields.TIME) || dash < 0) fault('format')
    this.#isTimePrefixed = false
    this.#offset = parseZoneDisplacement(text.slice(dash))
    const seen = fields.seen | Fields.DATE
    fields.mark(fields.decodeRunTogether(text.slice(0, dash), seen) | Fields.ZONE)
  }

  #decodeNumberToken(text: string, index: number): void {
    const fields = this.#fields
    const tokens = this.#tokens
    const point = text.indexOf('.')
    const isLong = point < 0 ? text.length > 4 : point > 2
    this.#isTimePrefixed = false
    if (point >= 0 && !isLong) {
      const mayBeDate =
        index === 0 && tokens.length >= 2 && tokens[tokens.length - 1]?.kind === 'date'
      if (!mayBeDate) fault('format')
      return fields.decodeDate(text)
    }
    fields.mark(fields.decodeRunTogether(text, fields.seen | Fields.DATE))
  }

  #decodeWord(text: string, index: number): void {
    const fields = this.#fields
    const abbreviation = findZoneAbbreviation(text)
    if (abbreviation !== undefined) {
      this.#offset = abbreviation.offset
      return fields.mark(Fields.ZONE)
    }
    const word = findDateTimeWord(text)
    switch (word?.kind) {
      case undefined:
        this.#zone = findTimeZone(text) ?? fault('format')
        return fields.mark(Fields.ZONE)
      case 'ignored':
        return
      case 'reserved':
        return this.#applyReserved(word.value)
      case 'meridiem':
        fields.meridiem = word.value
        return fields.mark(Fields.MERIDIEM)
      case 'era':
        fields.isBeforeChrist = word.value === 'bc'
        return fields.mark(Fields.ERA)
      case 'daylight':
        this.#offset = (this.#offset ?? fault('format')) + 3600
        return fields.mark(Fields.DAYLIGHT)
      case 'isoTime': {
        const next = this.#tokens[index + 1]?.kind
        if (next !== 'number' && next !== 'time' && next !== 'date') fault('format')
        this.#isTimePrefixed = true
        return
      }
      default:
        fault('format')
    }
  }

  #applyReserved(word: string): void {
    const fields = this.#fields
    if (word === 'now') {
      fields.mark(Fields.TIME)
      const local = toLocal(this.#settings.now, this.#settings.zone)
      fields.setTimeOfDay(local.micros)
    } else if (word === 'allballs') {
      fields.mark(Fields.TIME | Fields.ZONE)
      fields.setTimeOfDay(0)
      this.#offset = 0
    } else fault('format')
  }
}
