/** COPY TO in the text format: one line a row, backslash escapes. */
import type { ResultRow } from '../../session/result/statement-result.ts'
import type { CopyOptions } from '../options.ts'
import { RowBytes } from './row-bytes.ts'
import type { Escapes } from './row-bytes.ts'
import type { RowWriter } from './row-writer.ts'

const BACKSLASH = 92
const NEWLINE = 10
/** \b \t \n \v \f \r */
const CONTROLS = new Map([
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [11, 'v'],
  [12, 'f'],
  [13, 'r'],
])

export class TextWriter implements RowWriter {
  readonly #bytes: RowBytes
  readonly #delimiter: number
  readonly #nullText: string
  readonly #hasHeader: boolean
  readonly #escapes: Escapes

  constructor({ delimiter, nullText, encoding, header }: CopyOptions) {
    this.#bytes = new RowBytes(encoding)
    this.#delimiter = delimiter.charCodeAt(0)
    this.#nullText = nullText
    this.#hasHeader = header !== 'none'
    this.#escapes = textEscapes(this.#delimiter)
  }

  header(names: readonly string[]): Uint8Array | undefined {
    return this.#hasHeader ? this.row(names) : undefined
  }

  row(values: ResultRow): Uint8Array {
    const bytes = this.#bytes
    for (let i = 0; i < values.length; i++) {
      if (i > 0) bytes.int8(this.#delimiter)
      const value = values[i]!
      if (value === null) bytes.text(this.#nullText)
      else bytes.escaped(value as string, this.#escapes) // asked for as text
    }
    bytes.int8(NEWLINE)
    return bytes.take()
  }

  trailer(): undefined {
    return undefined
  }
}

function textEscapes(delimiter: number): Escapes {
  const escapes = new Uint8Array(0x80)
  for (const [byte, letter] of CONTROLS) escapes[byte] = letter.charCodeAt(0)
  escapes[BACKSLASH] = BACKSLASH
  // A control character as delimiter keeps its letter: \t.
  if (escapes[delimiter] === 0) escapes[delimiter] = delimiter
  return { escape: BACKSLASH, escapes }
}
