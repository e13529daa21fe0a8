/**
 * PostgreSQL's advanced regular expressions as JavaScript source. Where the dialects agree the text passes through;
 * classes, escapes, anchors, options and errors are PostgreSQL's.
 */
import { invalidRegex, posixClass, readBracket } from './bracket-expression.ts'

export interface RegexOptions {
  readonly ignoreCase: boolean
  /** '.' and negated brackets leave out line feeds. */
  readonly newlineStops: boolean
  /** '^' and '$' match around line feeds. */
  readonly newlineAnchors: boolean
  /** Blanks and comments in the pattern mean nothing. */
  readonly expanded: boolean
  readonly literal: boolean
}

export interface TranslatedRegex {
  readonly source: string
  readonly ignoreCase: boolean
  /** Capturing groups. */
  readonly groups: number
  /** What the whole expression prefers when several matches start at one place; undefined = it cannot matter. */
  readonly prefers: 'longest' | 'shortest' | undefined
  /** Something looks past the end of the match: '$', lookahead, word ends. */
  readonly looksAhead: boolean
}

export const DEFAULT_OPTIONS: RegexOptions = {
  ignoreCase: false,
  newlineStops: false,
  newlineAnchors: false,
  expanded: false,
  literal: false,
}

/** One option letter, of regexp functions' flags or embedded "(?i)"; undefined if PostgreSQL has none such. */
export function withOption(options: RegexOptions, letter: string): RegexOptions | undefined {
  switch (letter) {
    case 'i':
      return { ...options, ignoreCase: true }
    case 'c':
      return { ...options, ignoreCase: false }
    case 'n':
    case 'm':
      return { ...options, newlineStops: true, newlineAnchors: true }
    case 'p':
      return { ...options, newlineStops: true, newlineAnchors: false }
    case 'w':
      return { ...options, newlineStops: false, newlineAnchors: true }
    case 's':
      return { ...options, newlineStops: false, newlineAnchors: false }
    case 'x':
      return { ...options, expanded: true }
    case 't':
      return { ...options, expanded: false }
    case 'q':
      return { ...options, literal: true }
    case 'e':
      return options
    default:
      return undefined
  }
}

const WORD = '[\\p{L}\\p{N}_]'
const AT_WORD_START = `(?<!${WORD})(?=${WORD})`
const AT_WORD_END = `(?<=${WORD})(?!${WORD})`

const CONTROL: Readonly<Record<string, string>> = {
  a: '\\x07', b: '\\x08', B: '\\\\', e: '\\x1b', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v',
} // prettier-ignore

const CONSTRAINTS: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  m: AT_WORD_START,
  M: AT_WORD_END,
  y: `(?:${AT_WORD_START}|${AT_WORD_END})`,
  Y: `(?!${AT_WORD_START}|${AT_WORD_END})`,
  Z: '(?![\\s\\S])',
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  d: posixClass('digit'),
  s: posixClass('space'),
  w: posixClass('word'),
}

function hexEscape(code: number): string {
  if (code > 0x10ffff) throw invalidRegex('invalid escape \\ sequence')
  return `\\u{${code.toString(16)}}`
}

interface Escape {
  readonly source: string
  readonly character: string | undefined
  readonly end: number
}

/** A character escape at `at` (a backslash): its source and, for a single character, the character. */
function readCharacterEscape(text: string, at: number): Escape | undefined {
  const letter = text[at + 1]
  const rest = text.slice(at + 1)
  const numeric = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]+)|(0[0-7]{0,2}))/.exec(
    rest,
  )
  if (numeric !== null) {
    const [all, u, big, x, octal] = numeric
    const code =
      octal === undefined ? Number.parseInt(u ?? big ?? x, 16) : Number.parseInt(octal, 8)
    return {
      source: hexEscape(code),
      character: String.fromCodePoint(Math.min(code, 0x10ffff)),
      end: at + 1 + all.length,
    }
  }
  if (letter === 'c' && text[at + 2] !== undefined) {
    const code = text.charCodeAt(at + 2) & 31
    return { source: hexEscape(code), character: String.fromCharCode(code), end: at + 3 }
  }
  if (Object.hasOwn(CONTROL, letter)) {
    return { source: CONTROL[letter], character: 'x', end: at + 2 }
  }
  if (/[0-9a-zA-Z]/.test(letter)) return undefined
  const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 0)
  const code = character.codePointAt(0) ?? 0
  return { source: hexEscape(code), character, end: at + 1 + character.length }
}

function readEscapeInBracket(text: string, at: number): Escape {
  if (at + 1 >= text.length) throw invalidRegex('invalid escape \\ sequence')
  const letter = text[at + 1]
  if (Object.hasOwn(SHORTHANDS, letter)) {
    return { source: SHORTHANDS[letter], character: undefined, end: at + 2 }
  }
  const escape = readCharacterEscape(text, at)
  if (escape === undefined) throw invalidRegex('invalid escape \\ sequence')
  return escape
}

/** State of one translation: a recursive descent over the pattern. */
class Translator {
  readonly #text: string
  readonly #options: RegexOptions
  #at = 0
  #groups = 0
  #looksAhead = false
  #alternatives = false
  #groupsRepeated = false
  #lazy = false

  constructor(text: string, options: RegexOptions) {
    this.#text = text
    this.#options = options
  }

  run(): TranslatedRegex {
    const whole = this.#alternation(true)
    if (this.#at < this.#text.length) throw invalidRegex('parentheses () not balanced')
    // Without alternatives, repeated groups and lazy quantifiers JavaScript's match is the longest already.
    const matters = this.#alternatives || this.#groupsRepeated || this.#lazy
    return {
      source: whole.source,
      ignoreCase: this.#options.ignoreCase,
      groups: this.#groups,
      prefers: matters ? (whole.prefers ?? 'longest') : undefined,
      looksAhead: this.#looksAhead,
    }
  }

  /** Branches divided by '|': an expression with several always prefers the longest match. */
  #alternation(topLevel: boolean): Piece {
    let { source, prefers } = this.#branch(topLevel)
    while (this.#text[this.#at] === '|') {
      this.#at++
      this.#alternatives = true
      source += `|${this.#branch(topLevel).source}`
      prefers = 'longest'
    }
    return { source, prefers }
  }

  #branch(topLevel: boolean): Piece {
    let source = ''
    let prefers: Piece['prefers']
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]
      if (character === '|' || (character === ')' && !topLevel)) break
      if (this.#options.expanded && this.#skipBlank()) continue
      const atom = this.#atom()
      const quantified = this.#quantifier(atom)
      source += quantified.source
      prefers ??= quantified.prefers
    }
    return { source, prefers }
  }

  #skipBlank(): boolean {
    const match = /^(?:[ \t\n\v\f\r]+|#[^\n]*)/.exec(this.#text.slice(this.#at))
    if (match === null) return false
    this.#at += match[0].length
    return true
  }

  #atom(): Atom {
    const text = this.#text
    const character = text[this.#at]
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return this.#bracket()
      case '\\':
        return this.#escape()
      case '.':
        this.#at++
        return simple(this.#options.newlineStops ? '[^\\n]' : '[\\s\\S]')
      case '^':
        this.#at++
        return constraint(this.#options.newlineAnchors ? '(?<![^\\n])' : '(?<![\\s\\S])')
      case '$':
        this.#at++
        this.#looksAhead = true
        return constraint(this.#options.newlineAnchors ? '(?![^\\n])' : '(?![\\s\\S])')
      case '*':
      case '+':
      case '?':
        throw invalidRegex('quantifier operand invalid')
      case ')':
        throw invalidRegex('parentheses () not balanced')
      case '{':
        if (/^\{[0-9]/.test(text.slice(this.#at))) throw invalidRegex('quantifier operand invalid')
    }
    const whole = String.fromCodePoint(text.codePointAt(this.#at) ?? 0)
    this.#at += whole.length
    return simple(/[\\^$.*+?()[\]{}|/]/.test(whole) ? `\\${whole}` : whole)
  }

  #group(): Atom {
    const rest = this.#text.slice(this.#at)
    const comment = /^\(\?#[^)]*\)/.exec(rest)
    if (comment !== null) {
      this.#at += comment[0].length
      return constraint('')
    }
    const prefix = /^\((?:\?(?::|=|!|<=|<!))?/.exec(rest)?.[0] ?? '('
    if (prefix === '(' && rest[1] === '?') throw invalidRegex('quantifier operand invalid')
    this.#at += prefix.length
    if (prefix === '(') this.#groups++
    const isLook = prefix.length > 1 && prefix !== '(?:'
    if (isLook) this.#looksAhead = true
    const body = this.#alternation(false)
    if (this.#text[this.#at] !== ')') throw invalidRegex('parentheses () not balanced')
    this.#at++
    const source = `${prefix}${body.source})`
    if (isLook) return constraint(source)
    return { source, prefers: body.prefers, quantifiable: true, isGroup: true }
  }

  #bracket(): Atom {
    const text = this.#text
    for (const [word, source] of [
      ['[[:<:]]', AT_WORD_START],
      ['[[:>:]]', AT_WORD_END],
    ] as const) {
      if (text.startsWith(word, this.#at)) {
        this.#at += word.length
        this.#looksAhead = true
        return constraint(source)
      }
    }
    const { source, end } = readBracket(
      text,
      this.#at + 1,
      this.#options.newlineStops,
      readEscapeInBracket,
    )
    this.#at = end
    return simple(source)
  }

  #escape(): Atom {
    const letter = this.#text[this.#at + 1]
    if (letter === undefined) throw invalidRegex('invalid escape \\ sequence')
    if (Object.hasOwn(CONSTRAINTS, letter)) {
      this.#at += 2
      this.#looksAhead = true
      return constraint(CONSTRAINTS[letter])
    }
    const lower = letter.toLowerCase()
    if (Object.hasOwn(SHORTHANDS, lower) && 'dswDSW'.includes(letter)) {
      this.#at += 2
      return simple(`[${letter === lower ? '' : '^'}${SHORTHANDS[lower]}]`)
    }
    const reference = /^[1-9][0-9]*/.exec(this.#text.slice(this.#at + 1))?.[0]
    if (reference !== undefined) return this.#backReference(reference)
    const escape = readCharacterEscape(this.#text, this.#at)
    if (escape === undefined) throw invalidRegex('invalid escape \\ sequence')
    this.#at = escape.end
    return simple(escape.source)
  }

  #backReference(digits: string): Atom {
    if (Number(digits) > this.#groups) throw invalidRegex('invalid backreference number')
    this.#at += 1 + digits.length
    return simple(`(?:\\${digits})`)
  }

  #quantifier(atom: Atom): Piece {
    const match = /^(?:[*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})(\??)/.exec(this.#text.slice(this.#at))
    if (match === null) {
      const rest = this.#text.slice(this.#at)
      if (/^\{[0-9]/.test(rest)) {
        throw invalidRegex(
          rest.includes('}') ? 'invalid repetition count(s)' : 'braces {} not balanced',
        )
      }
      return atom
    }
    if (!atom.quantifiable) throw invalidRegex('quantifier operand invalid')
    const [all, low, comma, high, lazy] = match
    checkBounds(low, comma, high)
    this.#at += all.length
    if (/^[*+?]/.test(this.#text.slice(this.#at))) throw invalidRegex('quantifier operand invalid')
    if (atom.isGroup) this.#groupsRepeated = true
    if (lazy === '?') this.#lazy = true
    // "{n}" has no preference of its own, nor "{n}?".
    const fixed = low !== undefined && comma === undefined
    const prefers = fixed ? atom.prefers : lazy === '?' ? 'shortest' : 'longest'
    // (…){1,1}? asks for the shortest match of what stands inside.
    const isShortened = low === '1' && high === '1' && lazy === '?'
    return { source: (isShortened ? withLazyQuantifiers(atom.source) : atom.source) + all, prefers }
  }
}

interface Piece {
  readonly source: string
  readonly prefers: 'longest' | 'shortest' | undefined
}
interface Atom extends Piece {
  readonly quantifiable: boolean
  readonly isGroup: boolean
}

function simple(source: string): Atom {
  return { source, prefers: undefined, quantifiable: true, isGroup: false }
}
function constraint(source: string): Atom {
  return { source, prefers: undefined, quantifiable: false, isGroup: false }
}

const QUANTIFIERS =
  /\\(?:[up]\{[^}]*\}|.)|\[(?:\\.|[^\]])*\]|\(\?(?:[:=!]|<[=!])|([*+?]|\{\d+(?:,\d*)?\})\??/gsu

/** Translated source with every quantifier made lazy; escapes, classes and group heads are stepped over. */
function withLazyQuantifiers(source: string): string {
  return source.replace(QUANTIFIERS, (all: string, quantifier: string | undefined) =>
    quantifier === undefined ? all : `${quantifier}?`,
  )
}

/** PostgreSQL's limit of a bound. */
const MAX_BOUND = 255
function checkBounds(
  low: string | undefined,
  comma: string | undefined,
  high: string | undefined,
): void {
  const least = Number(low ?? 0)
  const most = comma !== undefined && high !== '' && high !== undefined ? Number(high) : least
  if (least > MAX_BOUND || most > MAX_BOUND || most < least) {
    throw invalidRegex('invalid repetition count(s)')
  }
}

export function translateRegex(pattern: string, given: RegexOptions): TranslatedRegex {
  let text = pattern
  let options = given
  if (text.startsWith('***=')) {
    text = text.slice(4)
    options = { ...options, literal: true }
  } else if (text.startsWith('***:')) text = text.slice(4)
  else if (text.startsWith('***')) throw invalidRegex('invalid regular expression')
  const embedded = options.literal ? null : /^\(\?([a-z]+)\)/.exec(text)
  if (embedded !== null) {
    text = text.slice(embedded[0].length)
    for (const letter of embedded[1]) {
      const next = withOption(options, letter)
      if (next === undefined) throw invalidRegex('invalid embedded option')
      options = next
    }
  }
  if (!options.literal) return new Translator(text, options).run()
  const source = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return {
    source,
    ignoreCase: options.ignoreCase,
    groups: 0,
    prefers: undefined,
    looksAhead: false,
  }
}
