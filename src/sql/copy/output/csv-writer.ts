/** COPY TO as CSV: values are quoted where they have to be, or where FORCE_QUOTE says so. */
import type { ResultRow } from '../../session/result/statement-result.ts'
import type { CopyOptions } from '../options.ts'
import { RowBytes } from './row-bytes.ts'
import type { Escapes } from './row-bytes.ts'
import type { RowWriter } from './row-writer.ts'

const NEWLINE = 10
/** Alone on its line it would end the data. */
const END_MARKER = '\\.'

export class CsvWriter implements RowWriter {
  readonly #bytes: RowBytes
  readonly #options: CopyOptions
  readonly #delimiter: number
  readonly #quote: number
  readonly #escapes: Escapes
  /** Bytes that a value must not have outside of quotes. */
  readonly #special: Uint8Array
  readonly #forced: readonly boolean[]

  /** `forced`: by column, whether its values are always quoted. */
  constructor(options: CopyOptions, forced: readonly boolean[]) {
    const { delimiter, quote, escape } = options
    this.#bytes = new RowBytes(options.encoding)
    this.#options = options
    this.#delimiter = delimiter.charCodeAt(0)
    this.#quote = quote.charCodeAt(0)
    this.#forced = forced
    const escapes = new Uint8Array(0x80)
    for (const character of [quote, escape]) {
      escapes[character.charCodeAt(0)] = character.charCodeAt(0)
    }
    this.#escapes = { escape: escape.charCodeAt(0), escapes }
    this.#special = new Uint8Array(0x80)
    for (const character of [delimiter, quote, '\n', '\r']) {
      this.#special[character.charCodeAt(0)] = 1
    }
  }

  header(names: readonly string[]): Uint8Array | undefined {
    if (this.#options.header === 'none') return undefined
    return this.#line(names, NEVER)
  }

  row(values: ResultRow): Uint8Array {
    return this.#line(values, this.#forced)
  }

  trailer(): undefined {
    return undefined
  }

  #line(values: ResultRow, forced: readonly boolean[]): Uint8Array {
    const bytes = this.#bytes
    for (let i = 0; i < values.length; i++) {
      if (i > 0) bytes.int8(this.#delimiter)
      const value = values[i] as string | null // asked for as text
      if (value === null) bytes.text(this.#options.nullText)
      else if (forced[i] === true || this.#needsQuotes(value, values.length === 1)) {
        bytes.int8(this.#quote)
        bytes.escaped(value, this.#escapes)
        bytes.int8(this.#quote)
      } else bytes.text(value)
    }
    bytes.int8(NEWLINE)
    return bytes.take()
  }

  #needsQuotes(value: string, isAlone: boolean): boolean {
    if (value === this.#options.nullText || (isAlone && value === END_MARKER)) return true
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      if (unit < 0x80 && this.#special[unit] === 1) return true
    }
    return false
  }
}

const NEVER: readonly boolean[] = []
