/** The text form of arrays: "{1,NULL,"a b"}", nested, with explicit bounds where they do not start at 1. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import { PgArray } from '../value-classes.ts'

export const MAX_ARRAY_DIMENSIONS = 6
export const MAX_ARRAY_SIZE = 134217727
/** PostgreSQL's limit is 16 times as high; an isolate has no memory for that. */
export const MAX_ELEMENTS = 8388607

export function tooManyDimensions(count?: number): SqlError {
  const what = count === undefined ? '' : `(${count}) `
  return new SqlError(
    '54000',
    count === undefined
      ? `number of array dimensions exceeds the maximum allowed (${MAX_ARRAY_DIMENSIONS})`
      : `number of array dimensions ${what}exceeds the maximum allowed (${MAX_ARRAY_DIMENSIONS})`,
  )
}

export function arrayTooLarge(most = MAX_ARRAY_SIZE): SqlError {
  return new SqlError('54000', `array size exceeds the maximum allowed (${most})`)
}

/** `readElement` turns an element's text into its datum. */
export function parseArray(
  text: string,
  delimiter: string,
  readElement: (text: string) => Datum,
): PgArray {
  return new ArrayParser(text, delimiter, readElement).parse()
}

const BLANKS = ' \t\n\r\v\f'

class ArrayParser {
  readonly #text: string
  readonly #delimiter: string
  readonly #readElement: (text: string) => Datum
  #at = 0
  readonly #elements: (Datum | null)[] = []
  /** Lengths found so far, by depth; undefined while the first sub-array of that depth is still open. */
  readonly #lengths: (number | undefined)[] = []

  constructor(text: string, delimiter: string, readElement: (text: string) => Datum) {
    this.#text = text
    this.#delimiter = delimiter
    this.#readElement = readElement
  }

  parse(): PgArray {
    const bounds = this.#parseBounds()
    this.#skipBlanks()
    if (this.#text[this.#at] !== '{') {
      this.#fail(
        bounds === undefined
          ? 'Array value must start with "{" or dimension information.'
          : 'Array contents must start with "{".',
      )
    }
    this.#parseLevel(0)
    this.#skipBlanks()
    if (this.#at < this.#text.length) this.#fail('Junk after closing right brace.')
    const lengths = this.#lengths.map((length) => length ?? 0)
    const isEmpty = lengths.includes(0) || this.#elements.length === 0
    if (bounds === undefined) {
      return isEmpty ? new PgArray([]) : new PgArray(this.#elements, lengths)
    }
    const matches =
      bounds.length === lengths.length &&
      bounds.every(({ lower, upper }, i) => upper - lower + 1 === lengths[i])
    if (!matches) this.#fail('Specified array dimensions do not match array contents.')
    return isEmpty
      ? new PgArray([])
      : new PgArray(
          this.#elements,
          lengths,
          bounds.map(({ lower }) => lower),
        )
  }

  #fail(detail: string): never {
    throw new SqlError('22P02', `malformed array literal: "${this.#text}"`, { detail })
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && BLANKS.includes(this.#text[this.#at] ?? '')) this.#at++
  }

  /** "[1:2][0:3]=" */
  #parseBounds(): { lower: number; upper: number }[] | undefined {
    const bounds: { lower: number; upper: number }[] = []
    for (;;) {
      this.#skipBlanks()
      if (this.#text[this.#at] !== '[') break
      this.#at++
      if (bounds.length >= MAX_ARRAY_DIMENSIONS) throw tooManyDimensions()
      bounds.push(this.#parseBound())
    }
    if (bounds.length === 0) return undefined
    if (this.#text[this.#at] !== '=') this.#fail('Missing "=" after array dimensions.')
    this.#at++
    return bounds
  }

  #parseBound(): { lower: number; upper: number } {
    const first = this.#parseInteger()
    if (first === undefined) {
      this.#fail('"[" must introduce explicitly-specified array dimensions.')
    }
    let lower = 1
    let upper = first
    if (this.#text[this.#at] === ':') {
      this.#at++
      lower = first
      upper = this.#parseInteger() ?? this.#fail('Missing array dimension value.')
    }
    if (this.#text[this.#at] !== ']') this.#fail('Missing "]" after array dimensions.')
    this.#at++
    if (upper === 2147483647) {
      throw new SqlError('54000', `array upper bound is too large: ${upper}`)
    }
    if (upper < lower) throw new SqlError('2202E', 'upper bound cannot be less than lower bound')
    return { lower, upper }
  }

  #parseInteger(): number | undefined {
    const match = /[+-]?\d+/y
    match.lastIndex = this.#at
    const digits = match.exec(this.#text)?.[0]
    if (digits === undefined) return undefined
    this.#at += digits.length
    const value = Number(digits)
    if (value > 2147483647 || value < -2147483648) {
      throw new SqlError('54000', 'array bound is out of integer range')
    }
    return value
  }

  /** One "{…}"; the opening brace is the next character. */
  #parseLevel(depth: number): void {
    if (depth >= MAX_ARRAY_DIMENSIONS) throw tooManyDimensions()
    const isFirst = depth >= this.#lengths.length
    if (isFirst) this.#lengths.push(undefined)
    this.#at++
    let count = 0
    this.#skipBlanks()
    if (this.#text[this.#at] === '}') this.#at++
    else {
      for (;;) {
        this.#parseItem(depth)
        count++
        if (this.#parseSeparator()) break
      }
    }
    const length = this.#lengths[depth]
    if (length !== undefined && length !== count) this.#mismatch()
    this.#lengths[depth] = count
  }

  #mismatch(): never {
    this.#fail('Multidimensional arrays must have sub-arrays with matching dimensions.')
  }

  /** After an item: true at the closing brace, false at a delimiter. */
  #parseSeparator(): boolean {
    this.#skipBlanks()
    const c = this.#text[this.#at]
    if (c === undefined) this.#fail('Unexpected end of input.')
    this.#at++
    if (c === '}') return true
    if (c !== this.#delimiter) {
      this.#fail(c === '{' ? 'Unexpected "{" character.' : 'Unexpected array element.')
    }
    return false
  }

  #parseItem(depth: number): void {
    this.#skipBlanks()
    const c = this.#text[this.#at]
    if (c === undefined) this.#fail('Unexpected end of input.')
    if (c === '{') {
      if (this.#elements.length > 0 && depth + 1 >= this.#lengths.length) this.#mismatch()
      return this.#parseLevel(depth + 1)
    }
    if (c === '}') this.#fail('Unexpected "}" character.')
    if (c === this.#delimiter) this.#fail(`Unexpected "${this.#delimiter}" character.`)
    if (depth + 1 < this.#lengths.length) this.#mismatch()
    this.#elements.push(c === '"' ? this.#parseQuoted() : this.#parseBare())
  }

  #parseQuoted(): Datum {
    let content = ''
    this.#at++
    for (;;) {
      let c = this.#text[this.#at++]
      if (c === '"') break
      if (c === '\\') c = this.#text[this.#at++]
      if (c === undefined) this.#fail('Unexpected end of input.')
      content += c
    }
    this.#skipBlanks()
    const next = this.#text[this.#at]
    if (next !== undefined && next !== '}' && next !== this.#delimiter) {
      this.#fail('Incorrectly quoted array element.')
    }
    return this.#readElement(content)
  }

  #parseBare(): Datum | null {
    let content = ''
    /** Length up to the last character that counts; trailing blanks do not. */
    let kept = 0
    let isEscaped = false
    for (;;) {
      const c = this.#text[this.#at]
      if (c === undefined) this.#fail('Unexpected end of input.')
      if (c === '"') this.#fail('Incorrectly quoted array element.')
      if (c === '{') this.#fail('Unexpected "{" character.')
      if (c === '}' || c === this.#delimiter) break
      this.#at++
      if (c === '\\') {
        isEscaped = true
        content += this.#text[this.#at++] ?? this.#fail('Unexpected end of input.')
        kept = content.length
      } else {
        content += c
        if (!BLANKS.includes(c)) kept = content.length
      }
    }
    const element = content.slice(0, kept)
    return !isEscaped && element.toUpperCase() === 'NULL' ? null : this.#readElement(element)
  }
}

/** `printElement` turns a datum into its text. */
export function printArray(
  array: PgArray,
  delimiter: string,
  printElement: (value: Datum) => string,
): string {
  const { dimensions, lowerBounds, elements } = array
  if (dimensions.length === 0) return '{}'
  let next = 0
  const printLevel = (depth: number): string => {
    const parts: string[] = []
    const length = dimensions[depth] ?? 0
    const isInner = depth < dimensions.length - 1
    for (let i = 0; i < length; i++) {
      if (isInner) parts.push(printLevel(depth + 1))
      else {
        const element = elements[next++] ?? null
        parts.push(element === null ? 'NULL' : quoteElement(printElement(element), delimiter))
      }
    }
    return `{${parts.join(delimiter)}}`
  }
  const bounds = lowerBounds.every((lower) => lower === 1)
    ? ''
    : `${lowerBounds.map((lower, i) => `[${lower}:${lower + (dimensions[i] ?? 0) - 1}]`).join('')}=`
  return bounds + printLevel(0)
}

function quoteElement(text: string, delimiter: string): string {
  const needsQuotes =
    text === '' ||
    /["\\{} \t\n\r\v\f]/.test(text) ||
    text.includes(delimiter) ||
    text.toUpperCase() === 'NULL'
  return needsQuotes ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}
