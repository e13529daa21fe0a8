/** ~ and its kin, substring(… from pattern), and the regexp_… family. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { replaceMatches } from '../../types/pattern/regex-replacement.ts'
import { RegularExpression, invalidOption } from '../../types/pattern/regular-expression.ts'
import type { RegexMatch } from '../../types/pattern/regular-expression.ts'
import { similarToRegular } from '../../types/pattern/similar-pattern.ts'
import { DEFAULT_OPTIONS, withOption } from '../../types/pattern/regex-options.ts'
import type { RegexOptions } from '../../types/pattern/regex-options.ts'
import { characterCount, characterSlice } from '../../types/text/characters.ts'
import { PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'

const INSENSITIVE: RegexOptions = { ...DEFAULT_OPTIONS, ignoreCase: true }
const MAX_REMEMBERED = 100

interface Flags {
  readonly options: RegexOptions
  readonly global: boolean
}

function parseFlags(text: string): Flags {
  let options = DEFAULT_OPTIONS
  let global = false
  for (const letter of text) {
    if (letter === 'g') global = true
    else {
      const next = withOption(options, letter)
      if (next === undefined) throw invalidOption(letter)
      options = next
    }
  }
  return { options, global }
}

/** 'g' makes no sense for the functions that look for one match. */
function optionsWithoutGlobal(flags: string, functionName: string, hint?: string): RegexOptions {
  const { options, global } = parseFlags(flags)
  if (global) {
    throw new SqlError(
      SQLSTATE.INVALID_PARAMETER_VALUE,
      `${functionName} does not support the "global" option`,
      { hint },
    )
  }
  return options
}

/** Compiled once for a call site. */
function expressionOf(
  context: CallContext,
  pattern: string,
  options: RegexOptions,
): RegularExpression {
  const key = `${optionsKey(options)}${pattern}`
  let expression = context.memo.get(key) as RegularExpression | undefined // only this file writes here
  if (expression === undefined) {
    expression = new RegularExpression(pattern, options)
    if (context.memo.size >= MAX_REMEMBERED) context.memo.clear()
    context.memo.set(key, expression)
  }
  return expression
}

function optionsKey(o: RegexOptions): string {
  const bits = [o.ignoreCase, o.newlineStops, o.newlineAnchors, o.expanded, o.literal]
  return bits.map((bit) => (bit ? '1' : '0')).join('')
}

export function registerRegularExpressions(registry: FunctionRegistry): void {
  registerOperators(registry)
  registerSubstring(registry)
  registerReplace(registry)
  registerMatch(registry)
  registerSplit(registry)
  registerCounting(registry)
  registerSubstr(registry)
}

function registerOperators(registry: FunctionRegistry): void {
  for (const type of ['text', 'name', 'bpchar']) {
    for (const [suffix, options, expected] of [
      ['regexeq', DEFAULT_OPTIONS, true],
      ['regexne', DEFAULT_OPTIONS, false],
      ['icregexeq', INSENSITIVE, true],
      ['icregexne', INSENSITIVE, false],
    ] as const) {
      registry.scalar(
        type + suffix,
        (context: CallContext, text: string, pattern: string) =>
          expressionOf(context, pattern, options).test(text) === expected,
      )
    }
  }
  const like = (context: CallContext, text: string, pattern: string, flags = ''): Value =>
    expressionOf(context, pattern, optionsWithoutGlobal(flags, 'regexp_like()')).test(text)
  registry.scalar('regexp_like', like)
  registry.scalar('regexp_like_no_flags', like)
}

/** The first group if there is one, else the whole match. */
function groupOrWhole(match: RegexMatch | undefined, groups: number): string | null {
  if (match === undefined) return null
  return (groups > 0 ? match.groups[1] : match.groups[0]) ?? null
}

function registerSubstring(registry: FunctionRegistry): void {
  registry.scalar('textregexsubstr', (context: CallContext, text: string, pattern: string) => {
    const expression = expressionOf(context, pattern, DEFAULT_OPTIONS)
    return groupOrWhole(expression.match(text, 0), expression.groups)
  })
  registry.scalar(
    'substring(text,text,text)',
    (context: CallContext, text: string, pattern: string, escape: string) => {
      const expression = expressionOf(context, similarToRegular(pattern, escape), DEFAULT_OPTIONS)
      return groupOrWhole(expression.match(text, 0), expression.groups)
    },
  )
}

function requirePositive(value: number, name: string): void {
  if (value > 0) return
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid value for parameter "${name}": ${value}`,
  )
}

function requireNotNegative(value: number, name: string): void {
  if (value < 0) requirePositive(value, name)
}

/** UTF-16 index of the character position `start` (from 1). */
function indexOfPosition(text: string, start: number): number {
  return characterSlice(text, 0, start - 1).length + Math.max(0, start - 1 - characterCount(text))
}

function registerReplace(registry: FunctionRegistry): void {
  const replace = (
    context: CallContext,
    text: string,
    pattern: string,
    replacement: string,
    flags = '',
  ): Value => {
    if (/^[0-9]/.test(flags)) {
      throw new SqlError(
        SQLSTATE.INVALID_PARAMETER_VALUE,
        `invalid regular expression option: "${flags[0]}"`,
        {
          hint: 'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
        },
      )
    }
    const { options, global } = parseFlags(flags)
    const request = { from: 0, occurrence: global ? 0 : 1 }
    return replaceMatches(text, expressionOf(context, pattern, options), replacement, request)
  }
  registry.scalar('textregexreplace', replace)
  registry.scalar('textregexreplace_noopt', replace)
  const extended = (
    context: CallContext,
    text: string,
    pattern: string,
    replacement: string,
    start: number,
    occurrence?: number,
    flags = '',
  ): Value => {
    requirePositive(start, 'start')
    requireNotNegative(occurrence ?? 1, 'n')
    const { options, global } = parseFlags(flags)
    const request = {
      from: indexOfPosition(text, start),
      occurrence: occurrence ?? (global ? 0 : 1),
    }
    return replaceMatches(text, expressionOf(context, pattern, options), replacement, request)
  }
  registry.scalar('textregexreplace_extended', extended)
  registry.scalar('textregexreplace_extended_no_flags', extended)
  registry.scalar('textregexreplace_extended_no_n', extended)
}

/** The groups as a text array, or the whole match when there are none. */
function groupsArray(match: RegexMatch): PgArray {
  const groups = match.groups.length > 1 ? match.groups.slice(1) : match.groups
  return new PgArray(groups.map((group) => group ?? null))
}

function registerMatch(registry: FunctionRegistry): void {
  const match = (context: CallContext, text: string, pattern: string, flags = ''): Value => {
    const options = optionsWithoutGlobal(
      flags,
      'regexp_match()',
      'Use the regexp_matches function instead.',
    )
    const found = expressionOf(context, pattern, options).match(text, 0)
    return found === undefined ? null : groupsArray(found)
  }
  registry.scalar('regexp_match', match)
  registry.scalar('regexp_match_no_flags', match)
  const matches = function* (
    context: CallContext,
    text: string,
    pattern: string,
    flags = '',
  ): Generator<Value> {
    const { options, global } = parseFlags(flags)
    for (const found of expressionOf(context, pattern, options).matches(text, 0)) {
      yield groupsArray(found)
      if (!global) return
    }
  }
  registry.set('regexp_matches', matches)
  registry.set('regexp_matches_no_flags', matches)
}

/** Empty matches at the start, the end or right after a match split nothing. */
function* splitPieces(text: string, expression: RegularExpression): Generator<string> {
  let from = 0
  for (const match of expression.matches(text, 0)) {
    const isEmpty = match.end === match.start
    if (isEmpty && (match.start === from || match.start >= text.length)) continue
    yield text.slice(from, match.start)
    from = match.end
  }
  yield text.slice(from)
}

function registerSplit(registry: FunctionRegistry): void {
  const toArray = (context: CallContext, text: string, pattern: string, flags = ''): Value => {
    const options = optionsWithoutGlobal(flags, 'regexp_split_to_array()')
    return new PgArray([...splitPieces(text, expressionOf(context, pattern, options))])
  }
  registry.scalar('regexp_split_to_array', toArray)
  registry.scalar('regexp_split_to_array_no_flags', toArray)
  const toTable = (
    context: CallContext,
    text: string,
    pattern: string,
    flags = '',
  ): Iterable<Value> => {
    const options = optionsWithoutGlobal(flags, 'regexp_split_to_table()')
    return splitPieces(text, expressionOf(context, pattern, options))
  }
  registry.set('regexp_split_to_table', toTable)
  registry.set('regexp_split_to_table_no_flags', toTable)
}

function nthMatch(
  expression: RegularExpression,
  text: string,
  from: number,
  n: number,
): RegexMatch | undefined {
  let number = 0
  for (const match of expression.matches(text, from)) if (++number === n) return match
  return undefined
}

/** Without groups the whole match is the first. */
function groupIndex(expression: RegularExpression, group: number): number {
  return expression.groups === 0 && group === 1 ? 0 : group
}

function registerCounting(registry: FunctionRegistry): void {
  const count = (
    context: CallContext,
    text: string,
    pattern: string,
    start = 1,
    flags = '',
  ): Value => {
    requirePositive(start, 'start')
    const expression = expressionOf(context, pattern, optionsWithoutGlobal(flags, 'regexp_count()'))
    let matches = 0
    for (const _ of expression.matches(text, indexOfPosition(text, start))) matches++
    return matches
  }
  for (const suffix of ['', '_no_flags', '_no_start'])
    registry.scalar(`regexp_count${suffix}`, count)
  const instr = (
    context: CallContext,
    text: string,
    pattern: string,
    start = 1,
    n = 1,
    endOption = 0,
    flags = '',
    group = 0,
  ): Value => {
    requirePositive(start, 'start')
    requirePositive(n, 'n')
    if (endOption !== 0 && endOption !== 1) {
      throw new SqlError(
        SQLSTATE.INVALID_PARAMETER_VALUE,
        `invalid value for parameter "endoption": ${endOption}`,
      )
    }
    requireNotNegative(group, 'subexpr')
    const expression = expressionOf(context, pattern, optionsWithoutGlobal(flags, 'regexp_instr()'))
    const span = nthMatch(expression, text, indexOfPosition(text, start), n)?.spans[
      groupIndex(expression, group)
    ]
    return span === undefined ? 0 : characterCount(text.slice(0, span[endOption])) + 1
  }
  for (const suffix of ['', '_no_endoption', '_no_flags', '_no_n', '_no_start', '_no_subexpr']) {
    registry.scalar(`regexp_instr${suffix}`, instr)
  }
}

function registerSubstr(registry: FunctionRegistry): void {
  const substr = (
    context: CallContext,
    text: string,
    pattern: string,
    start = 1,
    n = 1,
    flags = '',
    group = 0,
  ): Value => {
    requirePositive(start, 'start')
    requirePositive(n, 'n')
    requireNotNegative(group, 'subexpr')
    const expression = expressionOf(
      context,
      pattern,
      optionsWithoutGlobal(flags, 'regexp_substr()'),
    )
    return (
      nthMatch(expression, text, indexOfPosition(text, start), n)?.groups[
        groupIndex(expression, group)
      ] ?? null
    )
  }
  for (const suffix of ['', '_no_flags', '_no_n', '_no_start', '_no_subexpr']) {
    registry.scalar(`regexp_substr${suffix}`, substr)
  }
}
