/** parse_ident(): a qualified name taken apart as the SQL parser would. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

function invalid(text: string, detail?: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `string is not a valid identifier: "${text}"`,
    { detail },
  )
}

/** Without `strict`, what follows the last part is ignored. */
export function parseIdentifier(text: string, strict: boolean): string[] {
  const parts: string[] = []
  let at = skipBlanks(text, 0)
  for (let afterDot = false; ; afterDot = true) {
    const match =
      /^(?:"((?:[^"]|"")*)"|([\p{L}_\u0080-\u{10ffff}][\p{L}\p{N}_$\u0080-\u{10ffff}]*))/u.exec(
        text.slice(at),
      )
    if (match === null) throw failure(text, at, afterDot)
    if (match[1] === '') throw invalid(text, 'Quoted identifier must not be empty.')
    parts.push(match[1]?.replaceAll('""', '"') ?? asciiLower(match[2]))
    at = skipBlanks(text, at + match[0].length)
    if (text[at] !== '.') break
    at = skipBlanks(text, at + 1)
  }
  if (at < text.length && strict) throw invalid(text)
  return parts
}

/** Folding of unquoted names leaves letters beyond ASCII alone. */
function asciiLower(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (/[ \t\n\v\f\r]/.test(text[at] ?? '')) at++
  return at
}

function failure(text: string, at: number, afterDot: boolean): SqlError {
  if (text[at] === '"') return invalid(text, 'String has unclosed double quotes.')
  if (text[at] === '.') return invalid(text, 'No valid identifier before ".".')
  return afterDot ? invalid(text, 'No valid identifier after ".".') : invalid(text)
}
