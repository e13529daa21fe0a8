/** Bracket expressions of PostgreSQL's regular expressions as character classes of JavaScript's (flag u). */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

export function invalidRegex(reason: string): SqlError {
  return new SqlError(SQLSTATE.INVALID_REGULAR_EXPRESSION, `invalid regular expression: ${reason}`)
}

/** Content of a JavaScript class for each POSIX class. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{N}',
  alpha: '\\p{L}',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f-\\x9f',
  digit: '0-9',
  graph: '\\x21-\\x7e\\u00a1-\\u{10ffff}',
  lower: '\\p{Ll}',
  print: '\\x20-\\x7e\\u00a0-\\u{10ffff}',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: ' \\t\\n\\v\\f\\r\\u0085\\u2028\\u2029\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u205f\\u3000',
  upper: '\\p{Lu}',
  word: '\\p{L}\\p{N}_',
  xdigit: '0-9A-Fa-f',
}

const COLLATING_NAMES: Readonly<Record<string, string>> = {
  space: ' ', tab: '\t', newline: '\n', period: '.', hyphen: '-', comma: ',', colon: ':', semicolon: ';',
  slash: '/', backslash: '\\', NUL: '\0', underscore: '_', 'left-square-bracket': '[', 'right-square-bracket': ']',
} // prettier-ignore

export function escapeForClass(character: string): string {
  return /[\\\]^\-[&!#$%*+,.:;<=>?@`{|}~/()]/.test(character) ? escapeUnit(character) : character
}
function escapeUnit(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

export function posixClass(name: string): string {
  if (!Object.hasOwn(CLASSES, name)) throw invalidRegex('invalid character class')
  return CLASSES[name]
}

export interface BracketResult {
  /** The whole class, `[…]`, as JavaScript source. */
  readonly source: string
  /** Index after the closing bracket. */
  readonly end: number
}

interface Cursor {
  readonly text: string
  at: number
}

/** Reads from after '['. With `newlines`, a negated class does not match a line feed. */
export function readBracket(
  text: string,
  start: number,
  newlines: boolean,
  escape: (
    text: string,
    at: number,
  ) => { source: string; character: string | undefined; end: number },
): BracketResult {
  const cursor: Cursor = { text, at: start }
  const negated = text[start] === '^'
  if (negated) cursor.at++
  let body = ''
  for (let first = true; ; first = false) {
    if (cursor.at >= text.length) throw invalidRegex('brackets [] not balanced')
    if (text[cursor.at] === ']' && !first) break
    body += readMember(cursor, escape)
  }
  if (negated && newlines) body += '\\n'
  return { source: `[${negated ? '^' : ''}${body}]`, end: cursor.at + 1 }
}

type EscapeReader = Parameters<typeof readBracket>[3]

function readMember(cursor: Cursor, escape: EscapeReader): string {
  const low = readElement(cursor, escape)
  const { text } = cursor
  if (text[cursor.at] !== '-' || text[cursor.at + 1] === ']' || cursor.at + 1 >= text.length) {
    return low.source
  }
  cursor.at++
  const high = readElement(cursor, escape)
  if (low.character === undefined || high.character === undefined) {
    throw invalidRegex('invalid character range')
  }
  if ((low.character.codePointAt(0) ?? 0) > (high.character.codePointAt(0) ?? 0)) {
    throw invalidRegex('invalid character range')
  }
  return `${low.source}-${high.source}`
}

interface Element {
  readonly source: string
  /** undefined for a class, which cannot end a range. */
  readonly character: string | undefined
}

function readElement(cursor: Cursor, escape: EscapeReader): Element {
  const { text } = cursor
  const kind = text[cursor.at] === '[' ? text[cursor.at + 1] : undefined
  if (kind === ':' || kind === '.' || kind === '=') {
    const end = text.indexOf(`${kind}]`, cursor.at + 2)
    if (end < 0) throw invalidRegex('brackets [] not balanced')
    const name = text.slice(cursor.at + 2, end)
    cursor.at = end + 2
    if (kind === ':') return { source: posixClass(name), character: undefined }
    return literalElement(collatingElement(name))
  }
  if (text[cursor.at] === '\\') {
    const { source, character, end } = escape(text, cursor.at)
    cursor.at = end
    return { source, character }
  }
  const character = String.fromCodePoint(text.codePointAt(cursor.at) ?? 0)
  cursor.at += character.length
  return literalElement(character)
}

function literalElement(character: string): Element {
  return { source: escapeForClass(character), character }
}

function collatingElement(name: string): string {
  if (Array.from(name).length === 1) return name
  if (!Object.hasOwn(COLLATING_NAMES, name)) throw invalidRegex('invalid collating element')
  return COLLATING_NAMES[name]
}
