/**
 * PostgreSQL's advanced regular expressions read into a tree: classes, escapes, anchors, options, errors and which
 * match is preferred are PostgreSQL's; the tree's leaves are JavaScript source.
 */
import { invalidRegex, readBracket } from './bracket-expression.ts'
import { SHORTHANDS, readCharacterEscape, readEscapeInBracket } from './regex-escapes.ts'
import { withOption } from './regex-options.ts'
import type { RegexOptions } from './regex-options.ts'
import { withLazyQuantifiers } from './regex-tree.ts'
import type { RegexNode } from './regex-tree.ts'

export type Preference = 'longest' | 'shortest'

export interface ParsedRegex {
  readonly tree: RegexNode
  readonly ignoreCase: boolean
  /** Capturing groups. */
  readonly groups: number
  /** What the whole expression prefers when several matches start at one place; undefined = it cannot matter. */
  readonly prefers: Preference | undefined
}

const WORD = '[\\p{L}\\p{N}_]'
const AT_WORD_START = `(?<!${WORD})(?=${WORD})`
const AT_WORD_END = `(?<=${WORD})(?!${WORD})`

const CONSTRAINTS: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  m: AT_WORD_START,
  M: AT_WORD_END,
  y: `(?:${AT_WORD_START}|${AT_WORD_END})`,
  Y: `(?!${AT_WORD_START}|${AT_WORD_END})`,
  Z: '(?![\\s\\S])',
}

/** A recursive descent over the pattern. */
class Parser {
  readonly #text: string
  readonly #options: RegexOptions
  #at = 0
  #groups = 0
  #inLook = false
  #alternatives = false
  #groupsRepeated = false
  #lazy = false

  constructor(text: string, options: RegexOptions) {
    this.#text = text
    this.#options = options
  }

  run(): ParsedRegex {
    const whole = this.#alternation(true)
    if (this.#at < this.#text.length) throw invalidRegex('parentheses () not balanced')
    // Without alternatives, repeated groups and lazy quantifiers JavaScript's match is the longest already.
    const matters = this.#alternatives || this.#groupsRepeated || this.#lazy
    return {
      tree: whole.node,
      ignoreCase: this.#options.ignoreCase,
      groups: this.#groups,
      prefers: matters ? (whole.prefers ?? 'longest') : undefined,
    }
  }

  /** Branches divided by '|': an expression with several always prefers the longest match. */
  #alternation(topLevel: boolean): Piece {
    const first = this.#branch(topLevel)
    const branches = [first.node]
    while (this.#text[this.#at] === '|') {
      this.#at++
      branches.push(this.#branch(topLevel).node)
    }
    if (branches.length === 1) return first
    this.#alternatives = true
    return { node: { kind: 'alternatives', branches }, prefers: 'longest' }
  }

  #branch(topLevel: boolean): Piece {
    const items: RegexNode[] = []
    let prefers: Piece['prefers']
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]
      if (character === '|' || (character === ')' && !topLevel)) break
      if (this.#options.expanded && this.#skipBlank()) continue
      const atom = this.#atom()
      const quantified = this.#quantifier(atom)
      items.push(quantified.node)
      prefers ??= quantified.prefers
    }
    return { node: { kind: 'sequence', items }, prefers }
  }

  #skipBlank(): boolean {
    const match = /^(?:[ \t\n\v\f\r]+|#[^\n]*)/.exec(this.#text.slice(this.#at))
    if (match === null) return false
    this.#at += match[0].length
    return true
  }

  #atom(): Atom {
    const text = this.#text
    const character = text[this.#at]
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return this.#bracket()
      case '\\':
        return this.#escape()
      case '.':
        this.#at++
        return simple(this.#options.newlineStops ? '[^\\n]' : '[\\s\\S]')
      case '^':
        this.#at++
        return constraint(this.#options.newlineAnchors ? '(?<![^\\n])' : '(?<![\\s\\S])')
      case '$':
        this.#at++
        return constraint(this.#options.newlineAnchors ? '(?![^\\n])' : '(?![\\s\\S])')
      case '*':
      case '+':
      case '?':
        throw invalidRegex('quantifier operand invalid')
      case ')':
        throw invalidRegex('parentheses () not balanced')
      case '{':
        if (/^\{[0-9]/.test(text.slice(this.#at))) throw invalidRegex('quantifier operand invalid')
    }
    const whole = String.fromCodePoint(text.codePointAt(this.#at) ?? 0)
    this.#at += whole.length
    return simple(literalSource(whole))
  }

  #group(): Atom {
    const rest = this.#text.slice(this.#at)
    const comment = /^\(\?#[^)]*\)/.exec(rest)
    if (comment !== null) {
      this.#at += comment[0].length
      return { node: EMPTY, prefers: undefined, quantifiable: false, isGroup: false }
    }
    const prefix = /^\((?:\?(?::|=|!|<=|<!))?/.exec(rest)?.[0] ?? '('
    if (prefix === '(' && rest[1] === '?') throw invalidRegex('quantifier operand invalid')
    this.#at += prefix.length
    const isLook = prefix.length > 1 && prefix !== '(?:'
    // Within a look-around nothing is captured.
    const index = prefix === '(' && !this.#inLook ? ++this.#groups : 0
    const body = this.#groupBody(isLook)
    if (!isLook) {
      const node: RegexNode = { kind: 'group', index, body: body.node }
      return { node, prefers: body.prefers, quantifiable: true, isGroup: true }
    }
    const behind = prefix[2] === '<'
    const negated = prefix.endsWith('!')
    const node: RegexNode = { kind: 'look', behind, negated, body: body.node }
    return { node, prefers: undefined, quantifiable: false, isGroup: false }
  }

  #groupBody(isLook: boolean): Piece {
    const outer = this.#inLook
    this.#inLook ||= isLook
    const body = this.#alternation(false)
    this.#inLook = outer
    if (this.#text[this.#at] !== ')') throw invalidRegex('parentheses () not balanced')
    this.#at++
    return body
  }

  #bracket(): Atom {
    const text = this.#text
    for (const [word, source] of [
      ['[[:<:]]', AT_WORD_START],
      ['[[:>:]]', AT_WORD_END],
    ] as const) {
      if (text.startsWith(word, this.#at)) {
        this.#at += word.length
        return constraint(source)
      }
    }
    const { source, end } = readBracket(
      text,
      this.#at + 1,
      this.#options.newlineStops,
      readEscapeInBracket,
    )
    this.#at = end
    return simple(source)
  }

  #escape(): Atom {
    const letter = this.#text[this.#at + 1]
    if (letter === undefined) throw invalidRegex('invalid escape \\ sequence')
    if (Object.hasOwn(CONSTRAINTS, letter)) {
      this.#at += 2
      return constraint(CONSTRAINTS[letter])
    }
    const lower = letter.toLowerCase()
    if (Object.hasOwn(SHORTHANDS, lower) && 'dswDSW'.includes(letter)) {
      this.#at += 2
      return simple(`[${letter === lower ? '' : '^'}${SHORTHANDS[lower]}]`)
    }
    const reference = /^[1-9][0-9]*/.exec(this.#text.slice(this.#at + 1))?.[0]
    if (reference !== undefined) return this.#backReference(reference)
    const escape = readCharacterEscape(this.#text, this.#at)
    if (escape === undefined) throw invalidRegex('invalid escape \\ sequence')
    this.#at = escape.end
    return simple(escape.source)
  }

  #backReference(digits: string): Atom {
    if (this.#inLook || Number(digits) > this.#groups) {
      throw invalidRegex('invalid backreference number')
    }
    this.#at += 1 + digits.length
    return {
      node: { kind: 'reference', index: Number(digits) },
      prefers: undefined,
      quantifiable: true,
      isGroup: false,
    }
  }

  #quantifier(atom: Atom): Piece {
    const match = /^(?:[*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})(\??)/.exec(this.#text.slice(this.#at))
    if (match === null) {
      const rest = this.#text.slice(this.#at)
      if (/^\{[0-9]/.test(rest)) {
        throw invalidRegex(
          rest.includes('}') ? 'invalid repetition count(s)' : 'braces {} not balanced',
        )
      }
      return atom
    }
    if (!atom.quantifiable) throw invalidRegex('quantifier operand invalid')
    const [all, low, comma, high, lazy] = match
    const [min, max] = boundsOf(all, low, comma, high)
    this.#at += all.length
    if (/^[*+?]/.test(this.#text.slice(this.#at))) throw invalidRegex('quantifier operand invalid')
    if (atom.isGroup) this.#groupsRepeated = true
    if (lazy === '?') this.#lazy = true
    // "{n}" has no preference of its own, nor "{n}?".
    const fixed = low !== undefined && comma === undefined
    const prefers = fixed ? atom.prefers : lazy === '?' ? 'shortest' : 'longest'
    // (…){1,1}? asks for the shortest match of what stands inside.
    const isShortened = low === '1' && high === '1' && lazy === '?'
    const body = isShortened ? withLazyQuantifiers(atom.node) : atom.node
    return { node: { kind: 'repeat', body, min, max, lazy: lazy === '?' }, prefers }
  }
}

interface Piece {
  readonly node: RegexNode
  readonly prefers: Preference | undefined
}
interface Atom extends Piece {
  readonly quantifiable: boolean
  readonly isGroup: boolean
}

const EMPTY: RegexNode = { kind: 'sequence', items: [] }

function simple(source: string): Atom {
  return { node: { kind: 'set', source }, prefers: undefined, quantifiable: true, isGroup: false }
}
function constraint(source: string): Atom {
  const node: RegexNode = { kind: 'assertion', source }
  return { node, prefers: undefined, quantifiable: false, isGroup: false }
}

/** PostgreSQL's limit of a bound. */
const MAX_BOUND = 255

function boundsOf(
  all: string,
  low: string | undefined,
  comma: string | undefined,
  high: string | undefined,
): [number, number] {
  if (low === undefined) return [all[0] === '+' ? 1 : 0, all[0] === '?' ? 1 : Infinity]
  const least = Number(low)
  const hasMost = comma !== undefined && high !== '' && high !== undefined
  const most = hasMost ? Number(high) : least
  if (least > MAX_BOUND || most > MAX_BOUND || most < least) {
    throw invalidRegex('invalid repetition count(s)')
  }
  return [least, comma !== undefined && !hasMost ? Infinity : most]
}

export function parseRegex(pattern: string, given: RegexOptions): ParsedRegex {
  let text = pattern
  let options = given
  if (text.startsWith('***=')) {
    text = text.slice(4)
    options = { ...options, literal: true }
  } else if (text.startsWith('***:')) text = text.slice(4)
  else if (text.startsWith('***')) throw invalidRegex('invalid regular expression')
  const embedded = options.literal ? null : /^\(\?([a-z]+)\)/.exec(text)
  if (embedded !== null) {
    text = text.slice(embedded[0].length)
    for (const letter of embedded[1]) {
      const next = withOption(options, letter)
      if (next === undefined) throw invalidRegex('invalid embedded option')
      options = next
    }
  }
  if (!options.literal) return new Parser(text, options).run()
  const items = Array.from(text, (character) => simple(literalSource(character)).node)
  return {
    tree: { kind: 'sequence', items },
    ignoreCase: options.ignoreCase,
    groups: 0,
    prefers: undefined,
  }
}

function literalSource(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}
