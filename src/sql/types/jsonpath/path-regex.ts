/** like_regex of jsonpath: XQuery's flags over PostgreSQL's regular expressions. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { DEFAULT_OPTIONS, type RegexOptions } from '../pattern/regex-options.ts'
import { RegularExpression } from '../pattern/regular-expression.ts'

const compiled = new Map<string, RegularExpression>()
const MAX_COMPILED = 200

export function matchesLikeRegex(text: string, pattern: string, flags: string): boolean {
  const key = `${flags}/${pattern}`
  let expression = compiled.get(key)
  if (expression === undefined) {
    if (compiled.size >= MAX_COMPILED) compiled.clear()
    expression = new RegularExpression(pattern, optionsOf(flags))
    compiled.set(key, expression)
  }
  return expression.test(text)
}

/** Without 's' a dot leaves out line feeds; 'q' quotes the whole pattern. */
function optionsOf(flags: string): RegexOptions {
  if (flags.includes('x') && !flags.includes('q')) {
    throw unsupported('XQuery "x" flag (expanded regular expressions)')
  }
  if (flags.includes('q')) {
    if (/[smx]/.test(flags)) throw new SqlError('0A000', 'XQuery "x" flag is not supported yet')
    return { ...DEFAULT_OPTIONS, literal: true, ignoreCase: flags.includes('i') }
  }
  return {
    ...DEFAULT_OPTIONS,
    ignoreCase: flags.includes('i'),
    newlineStops: !flags.includes('s'),
    newlineAnchors: flags.includes('m'),
  }
}
