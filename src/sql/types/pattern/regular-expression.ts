/**
 * A compiled PostgreSQL regular expression. Whether and where a match starts is JavaScript's answer where its engine
 * is known to be quick, else the linear matcher's; which of several matches at one place counts is PostgreSQL's: the
 * longest, or the shortest when the expression prefers that.
 * LIMIT: which of several captures counts is a backtracking search's choice, not always PostgreSQL's.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { backtrackingRisk, mayTakeTooLong } from './risk/backtracking-risk.ts'
import type { BacktrackingRisk } from './risk/backtracking-risk.ts'
import { invalidRegex } from './bracket-expression.ts'
import type { Found } from './linear/backtrack.ts'
import { LinearMatcher } from './linear/linear-matcher.ts'
import { TextRun } from './linear/text-run.ts'
import { parseRegex } from './parse-regex.ts'
import type { ParsedRegex } from './parse-regex.ts'
import type { RegexOptions } from './regex-options.ts'
import { renderRegex } from './render-regex.ts'

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
  readonly #parsed: ParsedRegex
  readonly #risk: BacktrackingRisk
  /** JavaScript's, each made when first needed. */
  #search: RegExp | undefined
  #test: RegExp | undefined
  #linear: LinearMatcher | undefined

  constructor(pattern: string, options: RegexOptions) {
    this.#parsed = parseRegex(pattern, options)
    const { tree, ignoreCase } = this.#parsed
    this.groups = this.#parsed.groups
    this.#risk = backtrackingRisk(tree, ignoreCase)
  }

  test(text: string): boolean {
    if (!mayTakeTooLong(this.#risk, text.length)) {
      this.#test ??= compile(this.#parsed, '')
      return this.#test.test(text)
    }
    return this.#linearMatcher().test(new TextRun(text))
  }

  /** The first match at or after `from`. */
  match(text: string, from: number): RegexMatch | undefined {
    return this.#match(new TextRun(text), from)
  }

  #match(run: TextRun, from: number): RegexMatch | undefined {
    const { text } = run
    if (mayTakeTooLong(this.#risk, text.length)) {
      const found = this.#linearMatcher().match(run, from, false)
      return found && matchOf(text, found)
    }
    this.#search ??= compile(this.#parsed, 'dg')
    this.#search.lastIndex = from
    const found = this.#search.exec(text)
    if (found === null) return undefined
    const first = matchOfResult(found)
    return this.#parsed.prefers === undefined ? first : this.#preferred(run, first)
  }

  /** Of the matches that begin where JavaScript's does, the one that counts. */
  #preferred(run: TextRun, first: RegexMatch): RegexMatch {
    const found = this.#linearMatcher().match(run, first.start, true)
    return found === undefined || found.end === first.end ? first : matchOf(run.text, found)
  }

  #linearMatcher(): LinearMatcher {
    return (this.#linear ??= new LinearMatcher(this.#parsed))
  }

  /** All matches from `from` on, left to right; an empty one moves on by a character. */
  *matches(text: string, from: number): Generator<RegexMatch, void, void> {
    const run = new TextRun(text)
    for (let at = from; at <= text.length;) {
      const match = this.#match(run, at)
      if (match === undefined) return
      yield match
      at = match.end > match.start ? match.end : nextCharacter(text, match.end)
    }
  }
}

function nextCharacter(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
}

function matchOfResult(found: RegExpExecArray): RegexMatch {
  const spans = found.indices ?? []
  return { start: found.index, end: found.index + found[0].length, groups: [...found], spans }
}

function matchOf(text: string, { start, end, slots }: Found): RegexMatch {
  const spans: ([number, number] | undefined)[] = [[start, end]]
  for (let slot = 2; slot < slots.length; slot += 2) {
    spans.push(slots[slot + 1] < 0 ? undefined : [slots[slot], slots[slot + 1]])
  }
  const groups = spans.map((span) => span && text.slice(span[0], span[1]))
  return { start, end, groups, spans }
}

function compile({ tree, ignoreCase }: ParsedRegex, flags: string): RegExp {
  try {
    return new RegExp(renderRegex(tree), `${flags}${ignoreCase ? 'ui' : 'u'}`)
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
