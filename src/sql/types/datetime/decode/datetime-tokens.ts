/**
 * Splits date/time literals into the fields that the decoders of timestamps, times and intervals interpret, and knows
 * the words that may stand in them.
 */
import { DAY_NAMES, MONTH_NAMES } from '../calendar.ts'

export type TokenKind = 'number' | 'string' | 'time' | 'zone' | 'date' | 'special'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9'
const isAlpha = (c: string | undefined): boolean => c !== undefined && /^[a-z]$/i.test(c)
const isSpace = (c: string | undefined): boolean => c !== undefined && /^[ \t\n\v\f\r]$/.test(c)

/** Undefined when a character can belong to no field. */
export function tokenizeDateTime(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  while (at < text.length) {
    const c = text[at]
    if (isSpace(c)) at++
    else if (isDigit(c)) tokens.push(digitToken(text, at, take))
    else if (c === '.') tokens.push({ kind: 'number', text: take(/\.\d*/y) })
    else if (isAlpha(c)) tokens.push(wordToken(text, take, () => at))
    else if (c === '+' || c === '-') {
      at++
      take(/[ \t\n\v\f\r]*/y)
      if (isDigit(text[at])) tokens.push({ kind: 'zone', text: c + take(/[\d:.-]*/y) })
      else if (isAlpha(text[at])) {
        tokens.push({ kind: 'special', text: c + take(/[a-z]*/iy).toLowerCase() })
      } else return undefined
    } else if (/^[!-/:-@[-`{-~]$/.test(c ?? '')) at++
    else return undefined
  }
  return tokens
}

function digitToken(text: string, start: number, take: (pattern: RegExp) => string): Token {
  const digits = take(/\d+/y)
  const delimiter = text[start + digits.length]
  if (delimiter === ':') return { kind: 'time', text: digits + take(/[\d:.]*/y) }
  if (delimiter !== '-' && delimiter !== '/' && delimiter !== '.') {
    return { kind: 'number', text: digits }
  }
  const escaped = delimiter === '-' ? '\\-' : `\\${delimiter}`
  if (!isDigit(text[start + digits.length + 1])) {
    return {
      kind: 'date',
      text: digits + take(new RegExp(`[a-z\\d${escaped}]*`, 'iy')).toLowerCase(),
    }
  }
  const second = take(new RegExp(`${escaped}\\d+`, 'y'))
  const rest = take(new RegExp(`(?:${escaped}[\\d${escaped}]*)?`, 'y'))
  const isDate = delimiter !== '.' || rest !== ''
  return { kind: isDate ? 'date' : 'number', text: digits + second + rest }
}

/** A word; one that runs into a delimiter or, unless known, a digit is a date ("jan-3-1999") or a zone's name. */
function wordToken(text: string, take: (pattern: RegExp) => string, at: () => number): Token {
  const word = take(/[a-z]+/iy).toLowerCase()
  const next = text[at()]
  const runsOn =
    next === '-' ||
    next === '/' ||
    next === '.' ||
    ((next === '+' || isDigit(next)) && findDateTimeWord(word) === undefined)
  if (!runsOn) return { kind: 'string', text: word }
  return { kind: 'date', text: word + take(/[+\-/_.:a-z\d]*/iy).toLowerCase() }
}

export type DateTimeWord =
  | { readonly kind: 'month'; readonly value: number }
  | { readonly kind: 'weekday'; readonly value: number }
  | { readonly kind: 'meridiem'; readonly value: 'am' | 'pm' }
  | { readonly kind: 'era'; readonly value: 'ad' | 'bc' }
  | { readonly kind: 'reserved'; readonly value: ReservedWord }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'julian' }
  | { readonly kind: 'unit' }
  | { readonly kind: 'isoTime' }
  | { readonly kind: 'daylight' }

export type ReservedWord =
  | 'now'
  | 'today'
  | 'tomorrow'
  | 'yesterday'
  | 'epoch'
  | 'infinity'
  | '-infinity'
  | 'allballs'

const WORDS = new Map<string, DateTimeWord>()
MONTH_NAMES.forEach((name, index) => {
  WORDS.set(name.toLowerCase(), { kind: 'month', value: index + 1 })
  WORDS.set(name.slice(0, 3).toLowerCase(), { kind: 'month', value: index + 1 })
})
WORDS.set('sept', { kind: 'month', value: 9 })
DAY_NAMES.forEach((name, index) => {
  WORDS.set(name.toLowerCase(), { kind: 'weekday', value: index })
  WORDS.set(name.slice(0, 3).toLowerCase(), { kind: 'weekday', value: index })
})
for (const [word, value] of [
  ['tues', 2],
  ['weds', 3],
  ['thur', 4],
  ['thurs', 4],
] as const) {
  WORDS.set(word, { kind: 'weekday', value })
}
WORDS.set('am', { kind: 'meridiem', value: 'am' })
WORDS.set('pm', { kind: 'meridiem', value: 'pm' })
WORDS.set('ad', { kind: 'era', value: 'ad' })
WORDS.set('bc', { kind: 'era', value: 'bc' })
for (const value of ['now', 'today', 'tomorrow', 'yesterday', 'epoch', 'allballs'] as const) {
  WORDS.set(value, { kind: 'reserved', value })
}
WORDS.set('infinity', { kind: 'reserved', value: 'infinity' })
WORDS.set('+infinity', { kind: 'reserved', value: 'infinity' })
WORDS.set('-infinity', { kind: 'reserved', value: '-infinity' })
for (const word of ['at', 'on']) WORDS.set(word, { kind: 'ignored' })
for (const word of ['j', 'jd', 'julian']) WORDS.set(word, { kind: 'julian' })
for (const word of ['d', 'h', 'm', 'mm', 's', 'y']) WORDS.set(word, { kind: 'unit' })
WORDS.set('t', { kind: 'isoTime' })
WORDS.set('dst', { kind: 'daylight' })

export function findDateTimeWord(word: string): DateTimeWord | undefined {
  return WORDS.get(word)
}
