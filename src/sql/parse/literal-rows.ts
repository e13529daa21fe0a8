/**
 * The rows of a bulk INSERT, read without the grammar. In `INSERT INTO t VALUES (…), (…), …` each row after the first
 * takes PostgreSQL's parser from a state back to the same state, so rows of nothing but literals can be cut out of the
 * text and read here; the grammar then parses what is left, with the same result and the same errors.
 *
 * Only what the scanner of PostgreSQL reads in one way is read here: plain strings, decimal numbers, NULL, TRUE, FALSE
 * and DEFAULT between commas and parentheses. The first thing that is anything else ends the run, and the grammar
 * parses on from there.
 */
import type { Expression } from './ast/expression.ts'
import type { Gap } from './convert/source-text.ts'
import { STATEMENT_CHARACTERS_MAX } from './libpg-query/pg-query.ts'

export interface LiteralRows {
  /** The text with one space in place of `rows`. */
  readonly reducedText: string
  /** Where it differs from the whole. */
  readonly gap: Gap
  /** They follow the first row of the first statement, an INSERT. */
  readonly rows: readonly (readonly Expression[])[]
}

/** A shorter text, or one with fewer such rows, is parsed as fast as it is read. */
const TEXT_LENGTH_MIN = 1024
const ROWS_MIN = 8

const SPACE = String.raw`[ \t\n\r\f\v]`
const NAME = String.raw`(?:[A-Za-z_][\w$]*|"[^"]+")`
/** INSERT INTO schema.table (columns) VALUES, up to the first parenthesis. */
const HEAD = new RegExp(
  `${SPACE}*INSERT${SPACE}+INTO${SPACE}+${NAME}(?:${SPACE}*\\.${SPACE}*${NAME})?${SPACE}*` +
    `(?:\\(${SPACE}*${NAME}(?:${SPACE}*,${SPACE}*${NAME})*${SPACE}*\\))?${SPACE}*VALUES${SPACE}*(?=\\()`,
  'iy',
)
/** Here a character is not one unit of the text, or the parser refuses the text. */
const UNUSUAL = /[\0\ud800-\udfff]/

export function scanLiteralRows(sql: string): LiteralRows | undefined {
  if (sql.length < TEXT_LENGTH_MIN || sql.length > STATEMENT_CHARACTERS_MAX) return undefined
  HEAD.lastIndex = 0
  if (!HEAD.test(sql) || UNUSUAL.test(sql)) return undefined
  const scanner = new LiteralScanner(sql, HEAD.lastIndex)
  if (scanner.row() === undefined) return undefined
  const start = scanner.at
  let end = start
  const rows: (readonly Expression[])[] = []
  while (scanner.skipComma()) {
    const row = scanner.row()
    if (row === undefined) break
    rows.push(row)
    end = scanner.at
  }
  if (rows.length < ROWS_MIN) return undefined
  const reducedText = `${sql.slice(0, start)} ${sql.slice(end)}`
  return { reducedText, gap: { start, length: end - start - 1 }, rows }
}

const QUOTE = 0x27
const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const INT4_MAX = 2147483647
/** So many digits are an int4 whatever they are. */
const SAFE_DIGITS = 9

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const WHOLE = /^\d+$/
const WORD = /[A-Za-z]+/y

class LiteralScanner {
  readonly #text: string
  at: number

  constructor(text: string, at: number) {
    this.#text = text
    this.at = at
  }

  skipComma(): boolean {
    this.#skipSpace()
    if (this.#text.charCodeAt(this.at) !== COMMA) return false
    this.at++
    return true
  }

  /** The literals in parentheses; `at` is behind them. */
  row(): readonly Expression[] | undefined {
    this.#skipSpace()
    if (this.#text.charCodeAt(this.at) !== OPEN) return undefined
    const values: Expression[] = []
    do {
      this.at++
      this.#skipSpace()
      const value = this.#literal()
      if (value === undefined) return undefined
      values.push(value)
      this.#skipSpace()
    } while (this.#text.charCodeAt(this.at) === COMMA)
    if (this.#text.charCodeAt(this.at) !== CLOSE) return undefined
    this.at++
    return values
  }

  /** What PostgreSQL's scanner skips, without comments. */
  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.at)
      if (code !== 0x20 && !(code >= 0x09 && code <= 0x0d)) return
      this.at++
    }
  }

  /** The caller checks that a comma, a parenthesis or a space follows. */
  #literal(): Expression | undefined {
    const code = this.#text.charCodeAt(this.at)
    if (code === QUOTE) return this.#string()
    if (code === MINUS || code === POINT || isDigit(code)) return this.#number(code === MINUS)
    return this.#word()
  }

  #string(): Expression | undefined {
    const text = this.#text
    const start = this.at + 1
    let end = text.indexOf("'", start)
    let hasQuotes = false
    while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) {
      hasQuotes = true
      end = text.indexOf("'", end + 2)
    }
    if (end < 0) return undefined
    this.at = end + 1
    const value = text.slice(start, end)
    return {
      kind: 'string',
      value: hasQuotes ? value.replaceAll("''", "'") : ownCopy(value),
      position: start,
    }
  }

  #number(isNegative: boolean): Expression | undefined {
    const text = this.#text
    const position = this.at + 1
    const start = isNegative ? this.at + 1 : this.at
    let end = start
    let value = 0
    for (let code = text.charCodeAt(end); isDigit(code); code = text.charCodeAt(++end)) {
      value = value * 10 + (code - ZERO)
    }
    if (end === start || end - start > SAFE_DIGITS || !isBetweenLiterals(text.charCodeAt(end))) {
      return this.#longNumber(start, isNegative)
    }
    this.at = end
    return { kind: 'integer', value: isNegative ? 0 - value : value, position }
  }

  /** With a point, an exponent or many digits. */
  #longNumber(start: number, isNegative: boolean): Expression | undefined {
    NUMBER.lastIndex = start
    const digits = NUMBER.exec(this.#text)?.[0]
    if (digits === undefined) return undefined
    const position = (isNegative ? start - 1 : start) + 1
    this.at = start + digits.length
    const value = Number(digits)
    if (WHOLE.test(digits) && value <= INT4_MAX) {
      return { kind: 'integer', value: isNegative ? 0 - value : value, position }
    }
    return { kind: 'number', text: isNegative ? `-${digits}` : ownCopy(digits), position }
  }

  #word(): Expression | undefined {
    WORD.lastIndex = this.at
    const word = WORD.exec(this.#text)?.[0]
    if (word === undefined) return undefined
    const position = this.at + 1
    this.at += word.length
    switch (word.toLowerCase()) {
      case 'null':
        return { kind: 'null', position }
      case 'true':
        return { kind: 'boolean', value: true, position }
      case 'false':
        return { kind: 'boolean', value: false, position }
      case 'default':
        return { kind: 'default', position }
      default:
        return undefined
    }
  }
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9
}

function isBetweenLiterals(code: number): boolean {
  return code === COMMA || code === CLOSE || code === 0x20
}

/** Engines make a longer slice a view, which would keep the whole statement's text in memory for as long as the value. */
const VIEW_LENGTH_MIN = 13

function ownCopy(slice: string): string {
  return slice.length < VIEW_LENGTH_MIN ? slice : ` ${slice}`.slice(1)
}
