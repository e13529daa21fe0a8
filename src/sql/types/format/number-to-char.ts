/**
 * to_char of numbers. The number comes as digits with its sign apart; the tokens are walked once, and each digit
 * position decides between blank, zero, digit and decimal point as PostgreSQL does.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { NumberFormat } from './number-format.ts'

export interface DigitText {
  /** Digits, perhaps with a decimal point; '#' where the number does not fit. */
  readonly digits: string
  readonly negative: boolean
  /** Digit positions in front that stay blank (or become zeros). */
  readonly leading: number
}

/** Lays the digits of `text` out against the format's width; '#' when it has too few positions. */
export function fitDigits(text: string, format: NumberFormat): DigitText {
  const negative = text.startsWith('-')
  const digits = negative ? text.slice(1) : text
  const point = digits.indexOf('.')
  const whole = point < 0 ? digits.length : point
  if (whole <= format.pre) return { digits, negative, leading: format.pre - whole }
  const hashes = '#'.repeat(format.pre + format.post + 1)
  return {
    digits: `${hashes.slice(0, format.pre)}.${hashes.slice(format.pre + 1)}`,
    negative,
    leading: 0,
  }
}

/** EEEE: '#' for what has no exponent. */
export function exponentHashes(format: NumberFormat): string {
  const hashes = '#'.repeat(format.pre + format.post + 6)
  return ` ${hashes.slice(1, format.pre + 1)}.${hashes.slice(format.pre + 2)}`
}

const ROMAN_DIGITS = [
  ['M', 1000], ['CM', 900], ['D', 500], ['CD', 400], ['C', 100], ['XC', 90],
  ['L', 50], ['XL', 40], ['X', 10], ['IX', 9], ['V', 5], ['IV', 4], ['I', 1],
] as const // prettier-ignore

export function romanNumeral(value: number): string {
  if (!(value >= 1 && value <= 3999)) return '###############'
  let rest = value
  let text = ''
  for (const [letters, worth] of ROMAN_DIGITS) {
    while (rest >= worth) {
      text += letters
      rest -= worth
    }
  }
  return text
}

/** The suffix of an ordinal number. */
function ordinalSuffix(digits: string): string {
  const last = digits.at(-1) ?? ''
  if (!/[0-9]/.test(last)) {
    throw new SqlError('22P02', `"${digits}" is not a number`)
  }
  if (digits.at(-2) === '1') return 'th'
  return { 1: 'st', 2: 'nd', 3: 'rd' }[last] ?? 'th'
}

class NumberWriter {
  readonly #format: NumberFormat
  readonly #number: DigitText
  #out = ''
  #signWritten: boolean
  #sign: NumberFormat['sign']
  #bracket: boolean
  readonly #zeroStart: number
  /** Index of the last digit that FM keeps; undefined when nothing is stripped. */
  readonly #lastRelevant: number | undefined
  readonly #count: number
  #next = 0
  #position = 0
  #inNumber = false

  constructor(format: NumberFormat, number: DigitText) {
    const { flags } = format
    this.#format = format
    this.#number = number
    this.#sign = format.sign
    this.#bracket = flags.has('bracket')
    this.#zeroStart = format.zeroStart > 0 ? format.zeroStart - 1 : 0
    this.#signWritten = this.#startSign()
    this.#lastRelevant =
      flags.has('fill') && flags.has('decimal') ? this.#findLastRelevant() : undefined
    const extra = !this.#signWritten && number.leading === 0 ? 1 : 0
    this.#count = format.post + format.pre - 1 + extra
  }

  /** Whether no sign is to be written with the digits. */
  #startSign(): boolean {
    const { flags, pre, preSignDigits } = this.#format
    if (flags.has('plus') || flags.has('minus')) return flags.has('minus') || !flags.has('plus')
    const isPositive = !this.#number.negative
    if (isPositive && flags.has('fill')) this.#bracket = false
    if (this.#sign === 'before' && pre === preSignDigits) this.#sign = 'after'
    return isPositive && flags.has('fill') && !flags.has('localeSign')
  }

  #findLastRelevant(): number | undefined {
    const { digits, leading } = this.#number
    const point = digits.indexOf('.')
    if (point < 0) return undefined
    let last = point
    for (let i = point + 1; i < digits.length; i++) if (digits[i] !== '0') last = i
    const { zeroEnd } = this.#format
    if (zeroEnd > leading) last = Math.max(last, Math.min(digits.length - 1, zeroEnd - leading))
    return last
  }

  run(): string {
    for (const token of this.#format.tokens) {
      if (token.kind === 'literal') this.#out += token.text
      else this.#pattern(token.id, token.lower)
    }
    return this.#out
  }

  #pattern(id: string, lower: boolean): void {
    const { flags } = this.#format
    const isFill = flags.has('fill')
    const { negative, digits } = this.#number
    switch (id) {
      case '9':
      case '0':
      case '.':
      case 'D':
        return this.#digit(id)
      case ',':
      case 'G':
        if (this.#inNumber) this.#out += ','
        else if (!isFill) this.#out += ' '
        return
      case 'L':
        this.#out += ' '
        return
      case 'TH':
        if (digits.startsWith('#') || negative || flags.has('decimal')) return
        this.#out += lower ? ordinalSuffix(digits) : ordinalSuffix(digits).toUpperCase()
        return
      case 'MI':
        if (negative) this.#out += '-'
        else if (!isFill) this.#out += ' '
        return
      case 'PL':
        if (!negative) this.#out += '+'
        else if (!isFill) this.#out += ' '
        return
      case 'SG':
        this.#out += negative ? '-' : '+'
    }
  }

  /** "0.1" under 9.9 has a blank instead of its leading zero. */
  #isBlankZero(): boolean {
    const { flags, post } = this.#format
    return !flags.has('zero') && this.#next === 0 && this.#number.digits[0] === '0' && post !== 0
  }

  #keepsOnlyPoint(): boolean {
    return this.#lastRelevant !== undefined && this.#number.digits[this.#lastRelevant] === '.'
  }

  #digit(id: string): void {
    const { flags } = this.#format
    const { leading } = this.#number
    const isZero = flags.has('zero')
    this.#inNumber = false
    this.#writeLeadingSign()
    if (this.#position < leading && (!isZero || this.#zeroStart > this.#position)) {
      if (!flags.has('fill')) this.#out += ' '
    } else if (isZero && this.#position < leading) {
      this.#out += '0'
      this.#inNumber = true
    } else {
      this.#writeDigit(id)
      if (this.#next < this.#number.digits.length) this.#next++
    }
    this.#writeTrailingSign()
    this.#position++
  }

  #writeDigit(id: string): void {
    const character = this.#number.digits[this.#next] ?? ''
    if (character === '.') {
      this.#out += '.'
    } else if (this.#lastRelevant !== undefined && this.#next > this.#lastRelevant && id !== '0') {
      // FM leaves out trailing zeros.
    } else if (this.#isBlankZero()) {
      if (!this.#format.flags.has('fill')) this.#out += ' '
      else if (this.#keepsOnlyPoint()) this.#out += '0'
    } else {
      this.#out += character
      this.#inNumber = true
    }
  }

  #writeLeadingSign(): void {
    const { flags } = this.#format
    const { leading, negative } = this.#number
    if (this.#signWritten) return
    const begins =
      this.#position >= leading || (flags.has('zero') && this.#zeroStart === this.#position)
    if (!begins || (this.#isBlankZero() && !this.#keepsOnlyPoint())) return
    if (flags.has('localeSign')) {
      if (this.#sign !== 'before') return
      this.#out += negative ? '-' : '+'
    } else if (this.#bracket) this.#out += negative ? '<' : ' '
    else if (negative) this.#out += '-'
    else if (!flags.has('fill')) this.#out += ' '
    this.#signWritten = true
  }

  #writeTrailingSign(): void {
    const { flags } = this.#format
    const { leading, negative, digits } = this.#number
    let end = this.#count + (leading > 0 ? 1 : 0) + (flags.has('decimal') ? 1 : 0)
    if (this.#lastRelevant !== undefined && this.#lastRelevant === this.#next) end = this.#position
    if (this.#position + 1 !== end) return
    if (this.#signWritten && this.#bracket) this.#out += negative ? '>' : ' '
    else if (flags.has('localeSign') && this.#sign === 'after' && digits !== 'NaN')
      this.#out += negative ? '-' : '+'
  }
}

export function writeNumber(format: NumberFormat, number: DigitText): string {
  return new NumberWriter(format, number).run()
}

/** RN: the only thing printed; literals beside it stay. */
export function writeRoman(format: NumberFormat, value: number): string {
  let out = ''
  for (const token of format.tokens) {
    if (token.kind === 'literal') out += token.text
    else if (token.id === 'RN') {
      const numeral = romanNumeral(value)
      const padded = format.flags.has('fill') ? numeral : numeral.padStart(15)
      out += token.lower ? padded.toLowerCase() : padded
    }
  }
  return out
}
