/** Tokens of JSON text, with the errors PostgreSQL raises for malformed input: detail, and the line as context. */
import { SqlError } from '../../../errors/sql-error.ts'

export type JsonTokenKind =
  | 'string'
  | 'number'
  | '{'
  | '}'
  | '['
  | ']'
  | ','
  | ':'
  | 'true'
  | 'false'
  | 'null'
  | 'end'

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[a-zA-Z0-9_\u0080-\uffff]*/y
const WORD_AFTER_NUMBER = /[a-zA-Z0-9_.+\-\u0080-\uffff]*/y
const CONTEXT_CHARACTERS = 50

export class JsonLexer {
  readonly text: string
  kind: JsonTokenKind = 'end'
  start = 0
  end = 0
  /** Whether string contents are decoded (jsonb) or only checked (json). */
  readonly #decodes: boolean
  /** The decoded content of a string token. */
  value = ''

  constructor(text: string, decodes: boolean) {
    this.text = text
    this.#decodes = decodes
  }

  next(): void {
    const { text } = this
    let at = this.end
    while (at < text.length && isBlank(text.charCodeAt(at))) at++
    this.start = at
    const c = text[at]
    switch (c) {
      case undefined:
        this.kind = 'end'
        this.end = at
        return
      case '{':
      case '}':
      case '[':
      case ']':
      case ',':
      case ':':
        this.kind = c
        this.end = at + 1
        return
      case '"':
        this.#lexString(at + 1)
        return
      default:
        if (c === '-' || (c >= '0' && c <= '9')) this.#lexNumber(at)
        else this.#lexWord(at)
    }
  }

  #lexNumber(at: number): void {
    NUMBER.lastIndex = at
    const length = NUMBER.exec(this.text)?.[0].length ?? 0
    WORD_AFTER_NUMBER.lastIndex = at + length
    const trailing = WORD_AFTER_NUMBER.exec(this.text)?.[0].length ?? 0
    this.end = at + length + trailing
    if (length === 0 || trailing > 0) this.#invalidToken()
    this.kind = 'number'
  }

  #lexWord(at: number): void {
    WORD.lastIndex = at
    const word = WORD.exec(this.text)?.[0] ?? ''
    this.end = at + Math.max(word.length, 1)
    if (word !== 'true' && word !== 'false' && word !== 'null') this.#invalidToken()
    this.kind = word
  }

  #lexString(at: number): void {
    const { text } = this
    let content = ''
    let from = at
    let i = at
    for (;;) {
      const code = text.charCodeAt(i)
      if (Number.isNaN(code)) {
        this.end = i
        this.#invalidToken()
      }
      if (code === 34) break
      if (code < 32) this.#controlCharacter(i, code)
      if (code !== 92) {
        i++
        continue
      }
      content += text.slice(from, i)
      const escape = this.#lexEscape(i)
      content += escape.content
      i = escape.end
      from = i
    }
    this.kind = 'string'
    this.value = from === at ? text.slice(at, i) : content + text.slice(from, i)
    this.end = i + 1
  }

  #controlCharacter(at: number, code: number): never {
    this.end = at
    const hex = code.toString(16).padStart(2, '0')
    this.#fail(`Character with value 0x${hex} must be escaped.`)
  }

  /** A backslash at `at` and what belongs to it. */
  #lexEscape(at: number): { content: string; end: number } {
    const c = this.text[at + 1]
    const simple = '"\\/bfnrt'.indexOf(c ?? '?')
    if (c === 'u') return this.#lexUnicode(at)
    if (simple >= 0) return { content: '"\\/\b\f\n\r\t'[simple] ?? '', end: at + 2 }
    if (c === undefined) {
      this.end = at + 1
      this.#invalidToken()
    }
    const character = String.fromCodePoint(this.text.codePointAt(at + 1) ?? 0)
    this.end = at + 1 + character.length
    this.#fail(`Escape sequence "\\${character}" is invalid.`)
  }

  #lexUnicode(at: number): { content: string; end: number } {
    const high = this.#hex(at)
    if (!this.#decodes) return { content: '', end: at + 6 }
    if (high === 0) {
      this.end = at + 6
      throw new SqlError('22P05', 'unsupported Unicode escape sequence', {
        detail: '\\u0000 cannot be converted to text.',
        where: this.#context(),
      })
    }
    if (high >= 0xdc00 && high <= 0xdfff) this.#badSurrogate(at + 6, 'low')
    if (high < 0xd800 || high > 0xdbff) return { content: String.fromCharCode(high), end: at + 6 }
    if (this.text[at + 6] !== '\\' || this.text[at + 7] !== 'u') {
      const isOrdinary = !/^["\\]?$/.test(this.text[at + 6] ?? '')
      this.#badSurrogate(isOrdinary ? at + 7 : at + 6, 'low')
    }
    const low = this.#hex(at + 6)
    if (low >= 0xd800 && low <= 0xdbff) this.#badSurrogate(at + 12, 'high')
    if (low < 0xdc00 || low > 0xdfff) this.#badSurrogate(at + 12, 'low')
    return { content: String.fromCharCode(high, low), end: at + 12 }
  }

  #badSurrogate(end: number, which: 'high' | 'low'): never {
    this.end = end
    this.#fail(
      which === 'high'
        ? 'Unicode high surrogate must not follow a high surrogate.'
        : 'Unicode low surrogate must follow a high surrogate.',
    )
  }

  #hex(at: number): number {
    const digits = /^[0-9a-fA-F]*/.exec(this.text.slice(at + 2, at + 6))?.[0] ?? ''
    if (digits.length === 4) return Number.parseInt(digits, 16)
    this.end = Math.min(at + 2 + digits.length + 1, this.text.length)
    if (at + 2 + digits.length >= this.text.length) this.#invalidToken()
    this.#fail('"\\u" must be followed by four hexadecimal digits.')
  }

  #invalidToken(): never {
    this.#fail(`Token "${this.text.slice(this.start, this.end)}" is invalid.`)
  }

  /** The present token is not what the grammar wants here. */
  unexpected(expected: string): never {
    if (this.kind === 'end') this.#fail('The input string ended unexpectedly.')
    this.#fail(`Expected ${expected}, but found "${this.text.slice(this.start, this.end)}".`)
  }

  #fail(detail: string): never {
    throw new SqlError('22P02', 'invalid input syntax for type json', {
      detail,
      where: this.#context(),
    })
  }

  /** The line up to and including the token that is wrong, shortened from the left. */
  #context(): string {
    const before = this.text.slice(0, this.end)
    const line = before.split('\n').length
    const lineStart = before.lastIndexOf('\n') + 1
    let from = Math.max(lineStart, this.end - CONTEXT_CHARACTERS + 1)
    if (from - lineStart <= 3) from = lineStart
    const next = this.text[this.end]
    const isCut =
      this.kind !== 'end' || this.start < this.text.length
        ? next !== undefined && next !== '\n' && next !== '\r'
        : false
    const shown = this.text.slice(from, this.end)
    return `JSON data, line ${line}: ${from > lineStart ? '...' : ''}${shown}${isCut ? '...' : ''}`
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}
