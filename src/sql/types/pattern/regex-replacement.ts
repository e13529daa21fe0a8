/** regexp_replace: which matches are replaced, and \1 … \9, \& and \\ in the replacement. */
import type { RegexMatch, RegularExpression } from './regular-expression.ts'

export interface ReplaceRequest {
  /** UTF-16 index at which the search begins. */
  readonly from: number
  /** Which match to replace, from 1; 0 = all. */
  readonly occurrence: number
}

export function replaceMatches(
  text: string,
  expression: RegularExpression,
  replacement: string,
  request: ReplaceRequest,
): string {
  const pieces = parseReplacement(replacement)
  let result = ''
  let copied = 0
  let number = 0
  for (const match of expression.matches(text, request.from)) {
    number++
    if (request.occurrence !== 0 && number < request.occurrence) continue
    result += text.slice(copied, match.start) + expand(pieces, match)
    copied = match.end
    if (request.occurrence !== 0) break
  }
  return result + text.slice(copied)
}

/** Text, or the number of a group. */
type Piece = string | number

function parseReplacement(replacement: string): Piece[] {
  if (!replacement.includes('\\')) return [replacement]
  const pieces: Piece[] = []
  for (const part of replacement.match(/\\[\s\S]|\\$|[^\\]+/g) ?? []) {
    const next = part[1]
    if (part[0] !== '\\') pieces.push(part)
    else if (next === '&') pieces.push(0)
    else if (next !== undefined && next >= '1' && next <= '9') pieces.push(Number(next))
    else if (next === '\\' || next === undefined) pieces.push('\\')
    else pieces.push(part)
  }
  return pieces
}

function expand(pieces: readonly Piece[], match: RegexMatch): string {
  let result = ''
  for (const piece of pieces) {
    result += typeof piece === 'string' ? piece : (match.groups[piece] ?? '')
  }
  return result
}
