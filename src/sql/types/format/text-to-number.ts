/** to_number: reads digits, sign and decimal point from a text, guided by the format but forgiving about it. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { applyNumericTypmod, parseNumeric, powerOfTen } from '../number/numeric.ts'
import { divideToScale } from '../number/numeric-arithmetic.ts'
import { Numeric } from '../value-classes.ts'
import type { NumberFormat } from './number-format.ts'

class NumberReader {
  readonly #text: string
  readonly #format: NumberFormat
  #at = 0
  #sign = ''
  #digits = ''
  #readPre = 0
  #readPost = 0
  #readPoint = false

  constructor(text: string, format: NumberFormat) {
    this.#text = text
    this.#format = format
  }

  run(): { text: string; post: number } {
    for (const token of this.#format.tokens) {
      if (this.#at >= this.#text.length) break
      if (token.kind === 'literal') this.#at += this.#characterLength()
      else if (this.#pattern(token.id)) this.#at++
    }
    const digits = this.#digits.endsWith('.') ? this.#digits.slice(0, -1) : this.#digits
    return { text: this.#sign + digits, post: this.#readPost }
  }

  #characterLength(): number {
    return (this.#text.codePointAt(this.#at) ?? 0) > 0xffff ? 2 : 1
  }

  /** Whether the character at the cursor is used up by the pattern. */
  #pattern(id: string): boolean {
    const next = this.#text[this.#at]
    switch (id) {
      case '9':
      case '0':
      case '.':
      case 'D':
        this.#digit(id)
        return true
      case ',':
      case 'G':
        return next === ','
      case 'L':
        this.#skipOther(1)
        return false
      case 'TH':
        this.#skipOther(2)
        return false
      case 'MI':
      case 'PL':
      case 'SG':
        return this.#signPattern(id, next)
      default:
        return false
    }
  }

  #signPattern(id: string, next: string): boolean {
    if ((next === '-' && id !== 'PL') || (next === '+' && id !== 'MI')) {
      this.#sign = next
      return true
    }
    this.#skipOther(1)
    return false
  }

  /** Steps over up to `count` characters that cannot belong to a number. */
  #skipOther(count: number): void {
    for (let i = 0; i < count && this.#at < this.#text.length; i++) {
      if ('0123456789.,+-'.includes(this.#text[this.#at])) return
      this.#at += this.#characterLength()
    }
  }

  #digit(id: string): void {
    const { flags } = this.#format
    if (this.#text[this.#at] === ' ') this.#at++
    if (this.#at >= this.#text.length) return
    if (this.#sign === '' && (id === '0' || id === '9') && this.#readPre + this.#readPost === 0) {
      this.#leadingSign()
    }
    if (this.#at >= this.#text.length) return
    let isRead = false
    const next = this.#text[this.#at]
    if (/[0-9]/.test(next)) {
      if (this.#readPoint && this.#readPost === this.#format.post) return
      this.#digits += next
      if (this.#readPoint) this.#readPost++
      else this.#readPre++
      isRead = true
    } else if (flags.has('decimal') && !this.#readPoint && next === '.') {
      this.#digits += '.'
      this.#readPoint = true
      isRead = true
    }
    if (this.#sign === '' && this.#readPre + this.#readPost > 0) this.#trailingSign(isRead)
  }

  #leadingSign(): void {
    const { flags, sign } = this.#format
    const next = this.#text[this.#at]
    if (flags.has('localeSign') && sign !== 'before') {
      // S stands behind: only what is not part of the digits may come first.
      if (next !== '-' && next !== '+') return
    }
    if (next === '-' || (flags.has('bracket') && next === '<')) {
      this.#sign = '-'
      this.#at++
    } else if (next === '+') {
      this.#sign = '+'
      this.#at++
    }
  }

  #trailingSign(isRead: boolean): void {
    const { flags } = this.#format
    const following = this.#text[this.#at + 1]
    if (flags.has('localeSign') && isRead) {
      if (following === '-' || following === '+') {
        this.#sign = following
        this.#at++
      }
    } else if (!isRead && !flags.has('localeSign') && (flags.has('plus') || flags.has('minus'))) {
      const next = this.#text[this.#at]
      if (next === '-' || next === '+') this.#sign = next
    }
  }
}

export function textToNumber(text: string, format: NumberFormat): Numeric {
  if (format.flags.has('roman')) {
    throw new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, '"RN" not supported for input')
  }
  const { text: digits, post } = new NumberReader(text, format).run()
  const scale = post
  const precision = Math.max(1, format.pre + format.multi + scale)
  const typmod = ((precision << 16) | scale) + 4
  const value = applyNumericTypmod(parseNumeric(digits === '' ? ' ' : digits), typmod)
  if (!format.flags.has('multi')) return value
  const divisor = new Numeric(Number(powerOfTen(format.multi)), 0)
  return divideToScale(value, divisor, value.scale + format.multi)
}
