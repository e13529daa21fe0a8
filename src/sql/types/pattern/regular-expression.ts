/**
 * A compiled PostgreSQL regular expression. Whether and where a match starts is JavaScript's answer; which of several
 * matches at one place counts is PostgreSQL's: the longest, or the shortest when the expression prefers that.
 * LIMIT: texts over 10,000 characters keep JavaScript's choice, and so do captures inside repeated alternatives.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { invalidRegex } from './bracket-expression.ts'
import { translateRegex } from './translate-regex.ts'
import type { RegexOptions, TranslatedRegex } from './translate-regex.ts'

const MAX_SEARCHED_ENDS = 10_000
/** With look-ahead a search compiles an expression for each end it tries. */
const MAX_COMPILED_ENDS = 300

export interface RegexMatch {
  readonly start: number
  readonly end: number
  /** Whole match first, then the groups; undefined where a group took no part. */
  readonly groups: readonly (string | undefined)[]
  /** UTF-16 bounds of each group. */
  readonly spans: readonly (readonly [number, number] | undefined)[]
}

export class RegularExpression {
  readonly groups: number
  readonly #translated: TranslatedRegex
  readonly #search: RegExp
  readonly #test: RegExp
  readonly #flags: string

  constructor(pattern: string, options: RegexOptions) {
    this.#translated = translateRegex(pattern, options)
    this.groups = this.#translated.groups
    this.#flags = this.#translated.ignoreCase ? 'ui' : 'u'
    this.#search = compile(this.#translated.source, `${this.#flags}dg`)
    this.#test = compile(this.#translated.source, this.#flags)
  }

  test(text: string): boolean {
    return this.#test.test(text)
  }

  /** The first match at or after `from`. */
  match(text: string, from: number): RegexMatch | undefined {
    this.#search.lastIndex = from
    const found = this.#search.exec(text)
    if (found === null) return undefined
    const first = toMatch(found, 0)
    if (this.#translated.prefers === undefined) return first
    return this.#preferred(text, first)
  }

  #preferred(text: string, first: RegexMatch): RegexMatch {
    const longest = this.#translated.prefers === 'longest'
    const low = longest ? first.end + 1 : first.start
    const high = longest ? text.length : first.end - 1
    const count = high - low + 1
    if (count <= 0 || count > MAX_SEARCHED_ENDS) return first
    if (this.#translated.looksAhead && count > MAX_COMPILED_ENDS) return first
    for (let i = 0; i < count; i++) {
      const end = longest ? high - i : low + i
      const match = this.#matchExactly(text, first.start, end)
      if (match !== undefined) return match
    }
    return first
  }

  #matchExactly(text: string, start: number, end: number): RegexMatch | undefined {
    const { source, looksAhead } = this.#translated
    if (!looksAhead) {
      this.#exact ??= compile(`(?:${source})(?![\\s\\S])`, `${this.#flags}dy`)
      this.#exact.lastIndex = start
      const found = this.#exact.exec(text.slice(0, end))
      return found === null ? undefined : toMatch(found, 0)
    }
    const rest = Array.from(text.slice(end)).length
    const exact = compile(`(?:${source})(?=[\\s\\S]{${rest}}(?![\\s\\S]))`, `${this.#flags}dy`)
    exact.lastIndex = start
    const found = exact.exec(text)
    return found === null ? undefined : toMatch(found, 0)
  }
  #exact: RegExp | undefined;

  /** All matches from `from` on, left to right; an empty one moves on by a character. */
  *matches(text: string, from: number): Generator<RegexMatch, void, void> {
    for (let at = from; at <= text.length;) {
      const match = this.match(text, at)
      if (match === undefined) return
      yield match
      at = match.end > match.start ? match.end : nextCharacter(text, match.end)
    }
  }
}

function nextCharacter(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
}

function toMatch(found: RegExpExecArray, offset: number): RegexMatch {
  const spans = (found.indices ?? []).map((span) =>
    span === undefined ? undefined : ([span[0] + offset, span[1] + offset] as const),
  )
  const start = found.index + offset
  return { start, end: start + found[0].length, groups: [...found], spans }
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    // Whatever the translation let through that JavaScript refuses.
    throw error instanceof SyntaxError ? invalidRegex('invalid regular expression') : error
  }
}

export function invalidOption(letter: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid regular expression option: "${letter}"`,
  )
}
