/** upper, lower and initcap by Unicode's simple mappings: one character stays one character, as in PostgreSQL. */
import { characterCount } from './characters.ts'

const ASCII = /^\p{ASCII}*$/u

function mapEach(text: string, map: (character: string) => string): string {
  let result = ''
  for (const character of text) {
    const mapped = map(character)
    result += characterCount(mapped) === 1 ? mapped : character
  }
  return result
}

export function upperCase(text: string): string {
  return ASCII.test(text) ? text.toUpperCase() : mapEach(text, (c) => c.toUpperCase())
}
export function lowerCase(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : mapEach(text, (c) => c.toLowerCase())
}

const ALPHANUMERIC = /[\p{L}\p{N}]/u

/** First character of each run of letters and digits in upper case, the rest in lower. */
export function initialCapitals(text: string): string {
  let inside = false
  let result = ''
  for (const character of text) {
    result += inside ? lowerCase(character) : upperCase(character)
    inside = ALPHANUMERIC.test(character)
  }
  return result
}
