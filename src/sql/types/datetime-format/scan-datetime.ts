/** to_timestamp(text, template) and to_date(text, template): reads the fields a template names from a text. */
import { SqlError } from '../../../errors/sql-error.ts'
import { DAY_NAMES, MONTH_NAMES } from '../datetime/calendar.ts'
import { findZoneAbbreviation } from '../datetime/decode/zone-abbreviations.ts'
import { parseTemplate, ROMAN_MONTHS, type TemplateItem } from './template.ts'

/** What was read; nothing is checked against the calendar yet. */
export interface ScannedFields {
  year?: number
  /** Digits of a year that was not given in full ('YY'). */
  yearDigits?: number
  isoYear?: number
  century?: number
  isBeforeChrist?: boolean
  month?: number
  day?: number
  dayOfYear?: number
  week?: number
  weekOfMonth?: number
  isoWeek?: number
  isoDayOfYear?: number
  /** 1 = Monday … 7 */
  isoDay?: number
  /** 1 = Sunday … 7 */
  dayOfWeek?: number
  julian?: number
  hour?: number
  isTwelveHour?: boolean
  isAfternoon?: boolean
  minute?: number
  second?: number
  secondOfDay?: number
  millis?: number
  micros?: number
  zoneSign?: number
  zoneHours?: number
  zoneMinutes?: number
  /** Seconds east of UTC, from an abbreviation or OF. */
  zoneOffset?: number
}

type Field = Extract<TemplateItem, { kind: 'field' }>

function invalid(message: string, detail?: string, hint?: string): never {
  throw new SqlError('22007', message, { detail, hint })
}

export function scanFields(text: string, format: string): ScannedFields {
  return new Scanner(text, format).scan()
}

class Scanner {
  readonly #text: string
  readonly #items: readonly TemplateItem[]
  readonly #isExact: boolean
  readonly #fields: ScannedFields = {}
  #at = 0
  /** Blanks and separators skipped beyond what the template has. */
  #surplus = 0
  #index = 0

  constructor(text: string, format: string) {
    const template = parseTemplate(format)
    this.#text = text
    this.#items = template.items
    this.#isExact = template.isExact
  }

  scan(): ScannedFields {
    for (; this.#index < this.#items.length && this.#at < this.#text.length; this.#index++) {
      const item = this.#items[this.#index]! // in range
      if (!this.#isExact && (item.kind === 'field' || this.#index === 0)) {
        this.#surplus += this.#skipBlanks()
      }
      if (item.kind === 'space' || item.kind === 'separator') {
        if (this.#isExact) this.#at++
        else if (/^[\s!-/:-@[-`{-~]$/.test(this.#text[this.#at] ?? '')) this.#at++
        else this.#surplus--
      } else if (item.kind === 'text') {
        if (!this.#isExact && this.#surplus > 0) this.#surplus--
        else this.#at += String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 32).length
      } else {
        this.#scanField(item as Field) // the other kinds are handled above
        if (!this.#isExact) this.#surplus = this.#skipBlanks()
      }
    }
    return this.#fields
  }

  #skipBlanks(): number {
    const start = this.#at
    while (/^\s$/.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#at - start
  }

  #set<Name extends keyof ScannedFields>(
    name: Name,
    value: ScannedFields[Name],
    field: Field,
  ): void {
    const known = this.#fields[name]
    if (known !== undefined && known !== value) {
      invalid(
        `conflicting values for "${field.spelling}" field in formatting string`,
        'This value contradicts a previous setting for the same field type.',
      )
    }
    this.#fields[name] = value
  }

  #scanField(field: Field): void {
    const handled =
      this.#scanTime(field) ||
      this.#scanDay(field) ||
      this.#scanYear(field) ||
      this.#scanZone(field)
    if (!handled) invalid(`formatting field "${field.spelling}" is only supported in to_char`)
    if (field.ordinal !== undefined && /^[a-z]{2}/i.test(this.#text.slice(this.#at))) this.#at += 2
  }

  /** Whether the number may be longer than its field: no digits follow in the template. */
  #isOpenEnded({ fill, ordinal }: Field): boolean {
    if (!fill || ordinal !== undefined) return true
    const next = this.#items[this.#index + 1]
    if (next === undefined) return true
    if (next.kind !== 'field') return !/^\d/.test(next.text)
    return /^(AM|PM|A\.M\.|P\.M\.|AD|BC|A\.D\.|B\.C\.|MONTH|MON|DAY|DY|RM|TZ|OF|TZH)$/.test(
      next.keyword,
    )
  }

  #number(field: Field, width: number): number {
    this.#skipBlanks()
    const rest = this.#text.slice(this.#at)
    const pattern = /^[+-]?\d+/
    const source = this.#isOpenEnded(field) ? rest : rest.slice(0, width)
    if (!this.#isOpenEnded(field) && source.length < width) {
      invalid(
        `source string too short for "${field.spelling}" formatting field`,
        `Field requires ${width} characters, but only ${source.length} remain.`,
        'If your source string is not fixed-width, try using the "FM" modifier.',
      )
    }
    const digits = pattern.exec(source)?.[0]
    const isWhole = this.#isOpenEnded(field) || digits?.length === source.length
    if (digits === undefined || (!isWhole && !this.#isOpenEnded(field))) {
      const shown = source.slice(0, width)
      if (digits === undefined) {
        invalid(`invalid value "${shown}" for "${field.spelling}"`, 'Value must be an integer.')
      }
      invalid(
        `invalid value "${shown}" for "${field.spelling}"`,
        `Field requires ${width} characters, but only ${digits.length} could be parsed.`,
        'If your source string is not fixed-width, try using the "FM" modifier.',
      )
    }
    this.#at += digits.length
    const value = Number(digits)
    if (Math.abs(value) > 2147483647) {
      throw new SqlError(
        '22008',
        `value for "${field.spelling}" in source string is out of range`,
        {
          detail: 'Value must be in the range -2147483648 to 2147483647.',
        },
      )
    }
    return value
  }

  /** Position of the word that stands here; an error if none does. */
  #word(field: Field, words: readonly string[]): number {
    const rest = this.#text.slice(this.#at).toLowerCase()
    const found = words.findIndex((word) => rest.startsWith(word.toLowerCase()))
    if (found >= 0) {
      this.#at += words[found]?.length ?? 0
      return found
    }
    const shown = /^\S*/.exec(this.#text.slice(this.#at))?.[0] ?? ''
    invalid(
      `invalid value "${shown}" for "${field.spelling}"`,
      'The given value did not match any of the allowed values for this field.',
    )
  }

  #scanTime(field: Field): boolean {
    switch (field.keyword) {
      case 'HH':
      case 'HH12':
        this.#set('hour', this.#number(field, 2), field)
        this.#fields.isTwelveHour = true
        return true
      case 'HH24':
        this.#set('hour', this.#number(field, 2), field)
        return true
      case 'MI':
        this.#set('minute', this.#number(field, 2), field)
        return true
      case 'SS':
        this.#set('second', this.#number(field, 2), field)
        return true
      case 'SSSS':
      case 'SSSSS':
        this.#set('secondOfDay', this.#number(field, 5), field)
        return true
      case 'MS':
        this.#set('millis', this.#fraction(field, 3), field)
        return true
      case 'US':
        this.#set('micros', this.#fraction(field, 6), field)
        return true
      case 'AM':
      case 'PM':
        this.#fields.isAfternoon = this.#word(field, ['am', 'pm']) === 1
        this.#fields.isTwelveHour = true
        return true
      case 'A.M.':
      case 'P.M.':
        this.#fields.isAfternoon = this.#word(field, ['a.m.', 'p.m.']) === 1
        this.#fields.isTwelveHour = true
        return true
      default:
        if (!field.keyword.startsWith('FF')) return false
        this.#set('micros', this.#fractionTo6(field, Number(field.keyword.slice(2))), field)
        return true
    }
  }

  /** Digits behind a decimal point: "5" in a field of three means 500. */
  #fraction(field: Field, width: number): number {
    const start = this.#at
    const value = this.#number(field, width)
    const length = Math.min(this.#text.slice(start, this.#at).trim().length, width)
    return value * 10 ** (width - length)
  }

  #fractionTo6(field: Field, width: number): number {
    const start = this.#at
    const value = this.#number(field, width)
    const length = this.#text.slice(start, this.#at).trim().length
    return Math.round(value * 10 ** (6 - length))
  }

  #scanDay(field: Field): boolean {
    const names = { MONTH: MONTH_NAMES, DAY: DAY_NAMES }
    const short = (list: readonly string[]): string[] => list.map((name) => name.slice(0, 3))
    switch (field.keyword) {
      case 'MONTH':
        this.#set('month', this.#word(field, names.MONTH) + 1, field)
        return true
      case 'MON':
        this.#set('month', this.#word(field, short(names.MONTH)) + 1, field)
        return true
      case 'MM':
        this.#set('month', this.#number(field, 2), field)
        return true
      case 'RM': {
        const longestFirst = ROMAN_MONTHS.toSorted((a, b) => b.length - a.length)
        const roman = longestFirst[this.#word(field, longestFirst)] ?? 'I'
        this.#set('month', ROMAN_MONTHS.indexOf(roman) + 1, field)
        return true
      }
      case 'DAY':
        this.#set('dayOfWeek', this.#word(field, names.DAY) + 1, field)
        return true
      case 'DY':
        this.#set('dayOfWeek', this.#word(field, short(names.DAY)) + 1, field)
        return true
      default:
        return this.#scanDayNumber(field)
    }
  }

  #scanDayNumber(field: Field): boolean {
    const numbers: Readonly<Record<string, readonly [keyof ScannedFields, number]>> = {
      DDD: ['dayOfYear', 3],
      IDDD: ['isoDayOfYear', 3],
      DD: ['day', 2],
      D: ['dayOfWeek', 1],
      ID: ['isoDay', 1],
      WW: ['week', 2],
      IW: ['isoWeek', 2],
      W: ['weekOfMonth', 1],
      J: ['julian', 7],
    }
    if (field.keyword === 'Q') {
      this.#number(field, 1)
      return true
    }
    const target = numbers[field.keyword]
    if (target === undefined) return false
    this.#set(target[0], this.#number(field, target[1]), field)
    return true
  }

  #scanYear(field: Field): boolean {
    const { keyword } = field
    switch (keyword) {
      case 'AD':
      case 'BC':
        this.#fields.isBeforeChrist = this.#word(field, ['ad', 'bc']) === 1
        return true
      case 'A.D.':
      case 'B.C.':
        this.#fields.isBeforeChrist = this.#word(field, ['a.d.', 'b.c.']) === 1
        return true
      case 'CC':
        this.#set('century', this.#number(field, 2), field)
        return true
      case 'Y,YYY': {
        const match = /^(\d+),(\d{3})/.exec(this.#text.slice(this.#at))
        if (match === null) invalid('invalid input string for "Y,YYY"')
        this.#at += match[0].length
        this.#set('year', Number(match[1]) * 1000 + Number(match[2]), field)
        return true
      }
      default: {
        if (!/^I?Y+$|^I$/.test(keyword)) return false
        const start = this.#at
        const value = this.#number(field, keyword.length)
        const length = this.#text.slice(start, this.#at).trim().length
        const isPartial = keyword.length < 4 && length < 4
        const year = isPartial ? nearestTo2020(value) : value
        if (isPartial) this.#fields.yearDigits = value
        this.#set(keyword.startsWith('I') ? 'isoYear' : 'year', year, field)
        return true
      }
    }
  }

  #scanZone(field: Field): boolean {
    switch (field.keyword) {
      case 'TZH': {
        const sign = this.#text[this.#at]
        // the sign may have been taken for a separator that the template does not have
        const isSwallowed = this.#surplus > 0 && this.#text[this.#at - 1] === '-'
        const isNegative = sign === '-' || (sign !== '+' && isSwallowed)
        this.#fields.zoneSign = isNegative ? -1 : 1
        if (sign === '-' || sign === '+' || sign === ' ') this.#at++
        this.#set('zoneHours', this.#number(field, 2), field)
        return true
      }
      case 'TZM':
        this.#fields.zoneSign ??= 1
        this.#set('zoneMinutes', this.#number(field, 2), field)
        return true
      case 'OF':
        this.#scanOffset(field)
        return true
      case 'TZ': {
        const word = /^[a-z]+/i.exec(this.#text.slice(this.#at))?.[0]
        const known = word === undefined ? undefined : findZoneAbbreviation(word.toLowerCase())
        if (word === undefined || known === undefined) {
          if (word === undefined) {
            this.#scanOffset(field)
            return true
          }
          const shown = this.#text.slice(this.#at)
          invalid(
            `invalid value "${shown}" for "${field.spelling}"`,
            'Time zone abbreviation is not recognized.',
          )
        }
        this.#at += word.length
        this.#fields.zoneOffset = known.offset
        return true
      }
      default:
        return false
    }
  }

  #scanOffset(field: Field): void {
    const match = /^([+-]?)(\d{1,2})(?::(\d\d))?/.exec(this.#text.slice(this.#at))
    if (match === null) {
      const shown = this.#text.slice(this.#at, this.#at + 2)
      invalid(`invalid value "${shown}" for "${field.spelling}"`, 'Value must be an integer.')
    }
    this.#at += match[0].length
    this.#fields.zoneSign = match[1] === '-' ? -1 : 1
    this.#fields.zoneHours = Number(match[2])
    this.#fields.zoneMinutes = Number(match[3] ?? 0)
  }
}

/** Years of fewer than four digits are those nearest to 2020. */
function nearestTo2020(year: number): number {
  if (year < 70) return year + 2000
  if (year < 100) return year + 1900
  if (year < 520) return year + 2000
  return year < 1000 ? year + 1000 : year
}
