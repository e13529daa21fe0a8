/** Parses jsonpath text. Precedence, loosest first: || && comparisons + - * / % sign, then steps. */
import { SqlError } from '../../../errors/sql-error.ts'
import { parseNumeric } from '../number/numeric.ts'
import * as Tree from './path-tree.ts'
import type { Arithmetic, Comparison, PathNode, PathStep } from './path-tree.ts'

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'variable' | 'symbol' | 'end'
  readonly text: string
  readonly start: number
  readonly end: number
}

const SYMBOLS = /\*\*|==|!=|<>|<=|>=|&&|\|\||[?%$.[\]{}()|&!=<>@#,*:+\-/]/y
const NUMBER =
  /(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y
const WORD = /(?:[^\s?%$.[\]{}()|&!=<>@#,*:+\-/\\"]|\\.)+/y

const METHODS: ReadonlySet<string> = new Set(
  (
    'abs size type floor double ceiling keyvalue datetime bigint boolean date decimal integer number ' +
    'string time time_tz timestamp timestamp_tz'
  ).split(' '),
)

export function parseJsonPath(text: string): Tree.JsonPath {
  return new PathParser(text).parse()
}

class PathParser {
  readonly #text: string
  #token: Token = { kind: 'end', text: '', start: 0, end: 0 }

  constructor(text: string) {
    this.#text = text
    this.#advance()
  }

  parse(): Tree.JsonPath {
    if (this.#isAtEnd()) {
      throw new SqlError('22P02', `invalid input syntax for type jsonpath: "${this.#text}"`)
    }
    const isStrict = this.#takeWord('strict')
    if (!isStrict) this.#takeWord('lax')
    const root = this.#parseOr()
    if (!this.#isAtEnd()) this.#syntaxError()
    return new Tree.JsonPath(!isStrict, root)
  }

  #syntaxError(): never {
    const { kind, start, end } = this.#token
    const where =
      kind === 'end'
        ? 'end of jsonpath input'
        : `or near "${this.#text.slice(start, end)}" of jsonpath input`
    throw new SqlError('42601', `syntax error at ${where}`)
  }

  #advance(): void {
    const blank = /(?:\s|\/\*[^]*?\*\/)*/y
    blank.lastIndex = this.#token.end
    const start = this.#token.end + (blank.exec(this.#text)?.[0].length ?? 0)
    const at = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = start
      return pattern.exec(this.#text)?.[0]
    }
    const c = this.#text[start]
    const make = (kind: Token['kind'], text: string, length: number): void => {
      this.#token = { kind, text, start, end: start + length }
    }
    if (c === undefined) return make('end', '', 0)
    if (c === '"') return this.#lexString(start, 'string', start)
    if (c === '$' && this.#text[start + 1] === '"')
      return this.#lexString(start + 1, 'variable', start)
    if (c === '$') {
      WORD.lastIndex = start + 1
      const name = WORD.exec(this.#text)?.[0]
      if (name !== undefined) return make('variable', name, name.length + 1)
    }
    const number = /[\d.]/.test(c) ? at(NUMBER) : undefined
    if (number !== undefined) return this.#lexNumber(number, start)
    const symbol = at(SYMBOLS)
    if (symbol !== undefined) return make('symbol', symbol === '<>' ? '!=' : symbol, symbol.length)
    const word = at(WORD) ?? c
    make('word', word.replace(/\\(.)/g, '$1'), word.length)
  }

  #lexNumber(text: string, start: number): void {
    WORD.lastIndex = start + text.length
    const junk = WORD.exec(this.#text)?.[0]
    if (junk !== undefined) {
      const shown = text + (junk[0] ?? '')
      throw new SqlError(
        '42601',
        `trailing junk after numeric literal at or near "${shown}" of jsonpath input`,
      )
    }
    this.#token = { kind: 'number', text, start, end: start + text.length }
  }

  #lexString(quote: number, kind: 'string' | 'variable', start: number): void {
    const body = /"((?:[^"\\]|\\[^])*)"/y
    body.lastIndex = quote
    const match = body.exec(this.#text)
    if (match === null) {
      throw new SqlError('42601', 'unterminated quoted string at end of jsonpath input')
    }
    const text = unescape(match[1] ?? '')
    this.#token = { kind, text, start, end: quote + match[0].length }
  }

  #isAtEnd(): boolean {
    return this.#token.kind === 'end'
  }

  #isSymbol(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol
  }

  #take(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false
    this.#advance()
    return true
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#syntaxError()
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'word' && this.#token.text.toLowerCase() === word
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#advance()
    return true
  }

  #parseOr(): PathNode {
    let left = this.#parseAnd()
    while (this.#take('||')) left = { kind: 'or', left, right: this.#parseAnd() }
    return left
  }

  #parseAnd(): PathNode {
    let left = this.#parseComparison()
    while (this.#take('&&')) left = { kind: 'and', left, right: this.#parseComparison() }
    return left
  }

  #parseComparison(): PathNode {
    const left = this.#parseSum()
    const { kind, text } = this.#token
    if (kind === 'symbol' && /^(==|!=|<|<=|>|>=)$/.test(text)) {
      this.#advance()
      return { kind: 'comparison', operator: text as Comparison, left, right: this.#parseSum() }
    }
    if (this.#takeWord('starts')) {
      if (!this.#takeWord('with')) this.#syntaxError()
      if (this.#token.kind !== 'string' && this.#token.kind !== 'variable') this.#syntaxError()
      return { kind: 'startsWith', left, right: this.#parsePrimary() }
    }
    if (this.#takeWord('like_regex')) return this.#parseLikeRegex(left)
    return left
  }

  #parseLikeRegex(left: PathNode): PathNode {
    const pattern = this.#string()
    const flags = this.#takeWord('flag') ? this.#string() : ''
    const bad = /[^ismxq]/.exec(flags)
    if (bad !== null) {
      throw new SqlError('42601', `invalid input syntax for type jsonpath`, {
        detail: `Unrecognized flag character "${bad[0]}" in LIKE_REGEX predicate.`,
      })
    }
    return { kind: 'likeRegex', left, pattern, flags }
  }

  #string(): string {
    const { kind, text } = this.#token
    if (kind !== 'string') this.#syntaxError()
    this.#advance()
    return text
  }

  #parseSum(): PathNode {
    let left = this.#parseProduct()
    while (this.#isSymbol('+') || this.#isSymbol('-')) {
      const operator = this.#token.text as Arithmetic
      this.#advance()
      left = { kind: 'arithmetic', operator, left, right: this.#parseProduct() }
    }
    return left
  }

  #parseProduct(): PathNode {
    let left = this.#parseSign()
    while (this.#isSymbol('*') || this.#isSymbol('/') || this.#isSymbol('%')) {
      const operator = this.#token.text as Arithmetic
      this.#advance()
      left = { kind: 'arithmetic', operator, left, right: this.#parseSign() }
    }
    return left
  }

  #parseSign(): PathNode {
    if (this.#isSymbol('+') || this.#isSymbol('-')) {
      const operator = this.#token.text as '+' | '-'
      this.#advance()
      return { kind: 'sign', operator, operand: this.#parseSign() }
    }
    if (this.#take('!')) return { kind: 'not', operand: this.#parseSteps() }
    return this.#parseSteps()
  }

  #parseSteps(): PathNode {
    let node = this.#parsePrimary()
    for (;;) {
      const step = this.#parseStep()
      if (step === undefined) return node
      node = { kind: 'step', base: node, step }
    }
  }

  #parsePrimary(): PathNode {
    const { kind, text } = this.#token
    switch (kind) {
      case 'string':
        this.#advance()
        return { kind: 'literal', value: text }
      case 'number':
        this.#advance()
        return { kind: 'literal', value: parseNumeric(text) }
      case 'variable':
        this.#advance()
        return { kind: 'variable', name: text }
      case 'word':
        return this.#parseWord(text.toLowerCase())
      default:
        if (this.#take('$')) return { kind: 'root' }
        if (this.#take('@')) return { kind: 'current' }
        return this.#parseParenthesis()
    }
  }

  #parseParenthesis(): PathNode {
    this.#expect('(')
    const inner = this.#parseOr()
    this.#expect(')')
    if (!this.#isWord('is')) return inner
    this.#advance()
    if (!this.#takeWord('unknown')) this.#syntaxError()
    return { kind: 'isUnknown', operand: inner }
  }

  #parseWord(word: string): PathNode {
    switch (word) {
      case 'true':
      case 'false':
        this.#advance()
        return { kind: 'literal', value: word === 'true' }
      case 'null':
        this.#advance()
        return { kind: 'literal', value: null }
      case 'last':
        this.#advance()
        return { kind: 'last' }
      case 'exists': {
        this.#advance()
        this.#expect('(')
        const operand = this.#parseOr()
        this.#expect(')')
        return { kind: 'exists', operand }
      }
      default:
        return this.#syntaxError()
    }
  }

  #parseStep(): PathStep | undefined {
    if (this.#take('[')) return this.#parseSubscripts()
    if (this.#take('?')) {
      this.#expect('(')
      const predicate = this.#parseOr()
      this.#expect(')')
      return { kind: 'filter', predicate }
    }
    if (!this.#take('.')) return undefined
    if (this.#take('**')) return this.#parseDescend()
    if (this.#take('*')) return { kind: 'anyMember' }
    const { kind, text } = this.#token
    if (kind !== 'word' && kind !== 'string') this.#syntaxError()
    this.#advance()
    if (kind === 'word' && METHODS.has(text) && this.#take('(')) return this.#parseMethod(text)
    return { kind: 'member', key: text }
  }

  #parseMethod(name: string): PathStep {
    const args: PathNode[] = []
    while (!this.#isSymbol(')')) {
      if (args.length > 0) this.#expect(',')
      args.push(this.#parseSign())
    }
    this.#expect(')')
    return { kind: 'method', name, args }
  }

  #parseSubscripts(): PathStep {
    if (this.#take('*')) {
      this.#expect(']')
      return { kind: 'anyItem' }
    }
    const subscripts: { from: PathNode; to: PathNode | undefined }[] = []
    do {
      const from = this.#parseSum()
      const to = this.#takeWord('to') ? this.#parseSum() : undefined
      subscripts.push({ from, to })
    } while (this.#take(','))
    this.#expect(']')
    return { kind: 'items', subscripts }
  }

  #parseDescend(): PathStep {
    if (!this.#take('{')) return { kind: 'descend', from: 0, to: Tree.ENDLESS }
    const from = this.#level()
    const to = this.#takeWord('to') ? this.#level() : from
    this.#expect('}')
    return { kind: 'descend', from, to }
  }

  #level(): number {
    if (this.#takeWord('last')) return Tree.ENDLESS
    const { kind, text } = this.#token
    if (kind !== 'number') this.#syntaxError()
    this.#advance()
    return Number(text)
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function unescape(text: string): string {
  return text.replace(
    /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([^]))/g,
    (_all, braced?: string, four?: string, two?: string, simple?: string) => {
      const hex = braced ?? four ?? two
      if (four !== undefined) return String.fromCharCode(Number.parseInt(four, 16))
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      return SIMPLE_ESCAPES[simple ?? ''] ?? simple ?? ''
    },
  )
}
