/** Backslash escapes of PostgreSQL's regular expressions that stand for characters and classes. */
import { invalidRegex, posixClass } from './bracket-expression.ts'

const CONTROL: Readonly<Record<string, string>> = {
  a: '\\x07', b: '\\x08', B: '\\\\', e: '\\x1b', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v',
} // prettier-ignore

/** Class content of \d, \s and \w. */
export const SHORTHANDS: Readonly<Record<string, string>> = {
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
export function readCharacterEscape(text: string, at: number): Escape | undefined {
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

export function readEscapeInBracket(text: string, at: number): Escape {
  if (at + 1 >= text.length) throw invalidRegex('invalid escape \\ sequence')
  const letter = text[at + 1]
  if (Object.hasOwn(SHORTHANDS, letter)) {
    return { source: SHORTHANDS[letter], character: undefined, end: at + 2 }
  }
  const escape = readCharacterEscape(text, at)
  if (escape === undefined) throw invalidRegex('invalid escape \\ sequence')
  return escape
}
