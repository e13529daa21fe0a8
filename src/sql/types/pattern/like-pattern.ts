/** LIKE and ILIKE: a pattern becomes a matcher once; the usual shapes need no regular expression. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { lowerCase } from '../text/letter-case.ts'

export type TextMatcher = (text: string) => boolean

type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'any' | 'one' }

function parsePattern(pattern: string): Part[] {
  const parts: Part[] = []
  let literal = ''
  const flush = (): void => {
    if (literal !== '') parts.push({ kind: 'text', text: literal })
    literal = ''
  }
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]
    if (character === '\\') {
      if (++i >= pattern.length) {
        throw new SqlError(
          SQLSTATE.INVALID_ESCAPE_SEQUENCE,
          'LIKE pattern must not end with escape character',
        )
      }
      literal += pattern[i]
    } else if (character === '%' || character === '_') {
      flush()
      parts.push({ kind: character === '%' ? 'any' : 'one' })
    } else {
      literal += character
    }
  }
  flush()
  return parts
}

/** Matcher of a LIKE pattern whose escape character is the backslash. */
export function compileLike(pattern: string): TextMatcher {
  const parts = parsePattern(pattern)
  const shape = parts
    .map((part) => (part.kind === 'text' ? 't' : part.kind === 'any' ? '%' : '_'))
    .join('')
  const literal = parts.find((part) => part.kind === 'text')?.text ?? ''
  switch (shape) {
    case '':
      return (text) => text === ''
    case '%':
      return () => true
    case 't':
      return (text) => text === literal
    case 't%':
      return (text) => text.startsWith(literal)
    case '%t':
      return (text) => text.endsWith(literal)
    case '%t%':
      return (text) => text.includes(literal)
    default:
      return shape.includes('_') ? wildcardMatcher(parts) : piecesMatcher(parts)
  }
}

/** Literals with only % between: each is searched after the one before. */
function piecesMatcher(parts: readonly Part[]): TextMatcher {
  const pieces = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  const anchoredStart = parts[0].kind === 'text'
  const anchoredEnd = parts[parts.length - 1].kind === 'text'
  return (text) => {
    let from = 0
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]
      if (i === pieces.length - 1 && anchoredEnd) {
        return text.length - piece.length >= from && text.endsWith(piece)
      }
      const at =
        i === 0 && anchoredStart ? (text.startsWith(piece) ? 0 : -1) : text.indexOf(piece, from)
      if (at < 0) return false
      from = at + piece.length
    }
    return true
  }
}

/** '%' and '_' in any order: after a mismatch only the last '%' takes a character more, as it can do for all before. */
function wildcardMatcher(parts: readonly Part[]): TextMatcher {
  const steps = parts.flatMap((part): (number | 'any' | 'one')[] =>
    part.kind === 'text'
      ? Array.from(part.text, (character) => character.codePointAt(0) ?? 0)
      : [part.kind],
  )
  return (text) => {
    let step = 0
    let at = 0
    let stepAfterAny = -1
    let atAfterAny = 0
    while (at < text.length) {
      const character = text.codePointAt(at) ?? 0
      if (steps[step] === 'any') {
        stepAfterAny = ++step
        atAfterAny = at
      } else if (steps[step] === 'one' || steps[step] === character) {
        step++
        at += character > 0xffff ? 2 : 1
      } else if (stepAfterAny >= 0) {
        atAfterAny += (text.codePointAt(atAfterAny) ?? 0) > 0xffff ? 2 : 1
        at = atAfterAny
        step = stepAfterAny
      } else return false
    }
    while (steps[step] === 'any') step++
    return step === steps.length
  }
}

/** ILIKE: both sides in lower case. */
export function compileInsensitiveLike(pattern: string): TextMatcher {
  const matches = compileLike(lowerCase(pattern))
  return (text) => matches(lowerCase(text))
}

/** LIKE … ESCAPE e: the same pattern with the backslash as escape character. */
export function likeEscape(pattern: string, escape: string): string {
  if (escape === '') return pattern.replaceAll('\\', '\\\\')
  if (Array.from(escape).length > 1) {
    throw new SqlError(SQLSTATE.INVALID_ESCAPE_SEQUENCE, 'invalid escape string', {
      hint: 'Escape string must be empty or one character.',
    })
  }
  if (escape === '\\') return pattern
  let result = ''
  let escaped = false
  for (const character of pattern) {
    if (character === escape && !escaped) {
      result += '\\'
      escaped = true
    } else {
      result += character === '\\' && !escaped ? '\\\\' : character
      escaped = false
    }
  }
  return result
}
