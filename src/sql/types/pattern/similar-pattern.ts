/** SIMILAR TO and substring(… similar …): SQL's regular expressions rewritten as PostgreSQL's advanced ones. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

const PLAIN: Readonly<Record<string, string>> = {
  '%': '.*',
  _: '.',
  '(': '(?:',
  '\\': '\\\\',
  '.': '\\.',
  '^': '\\^',
  $: '\\$',
}
/** escape-double-quote divides the pattern in three; the middle part is what substring() returns. */
const SEPARATORS = ['){1,1}?(', '){1,1}(?:']

/** `escape` undefined = the default backslash; empty = none. */
export function similarToRegular(pattern: string, escape: string | undefined): string {
  const escapeCharacter = escape ?? '\\'
  if (Array.from(escapeCharacter).length > 1) {
    throw new SqlError(SQLSTATE.INVALID_ESCAPE_SEQUENCE, 'invalid escape string', {
      hint: 'Escape string must be empty or one character.',
    })
  }
  let result = '^(?:'
  let afterEscape = false
  let inBracket = false
  let separators = 0
  for (const character of pattern) {
    if (afterEscape) {
      if (character === '"' && !inBracket) result += separatorAt(separators++)
      else result += `\\${character}`
      afterEscape = false
    } else if (character === escapeCharacter) {
      afterEscape = true
    } else if (inBracket) {
      result += character === '\\' ? '\\\\' : character
      if (character === ']') inBracket = false
    } else {
      if (character === '[') inBracket = true
      result += PLAIN[character] ?? character
    }
  }
  return `${result})$`
}

function separatorAt(index: number): string {
  if (index >= SEPARATORS.length) {
    throw new SqlError(
      '2200C',
      'SQL regular expression may not contain more than two escape-double-quote separators',
    )
  }
  return SEPARATORS[index]
}
