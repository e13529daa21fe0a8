/** Fields of a batch of rows as nulls, markers and texts, a column at a time. */
import type { CopyOptions } from '../options.ts'
import { convertFrom } from '../../types/binary/encodings.ts'
import type { InputBuffer } from './input-buffer.ts'
import { FIELD } from './row-table.ts'
import type { RowTable } from './row-table.ts'
import { unescapeCsv, unescapeText } from './unescape.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How the column treats the null marker: FORCE_NULL and FORCE_NOT_NULL. */
export interface NullRules {
  readonly forceNull: boolean
  readonly forceNotNull: boolean
}

export class FieldReader {
  readonly buffer: InputBuffer
  readonly table: RowTable
  readonly #nullText: string
  readonly #nullMarker: Uint8Array
  readonly #defaultMarker: Uint8Array | undefined
  readonly #csv: { readonly quote: number; readonly escape: number } | undefined
  readonly #isBinary: boolean
  #scratch = new Uint8Array(1024)

  constructor(buffer: InputBuffer, table: RowTable, options: CopyOptions) {
    this.buffer = buffer
    this.table = table
    this.#isBinary = options.format === 'binary'
    this.#nullText = options.nullText
    this.#nullMarker = encoder.encode(options.nullText)
    this.#defaultMarker =
      options.defaultText === undefined ? undefined : encoder.encode(options.defaultText)
    this.#csv =
      options.format === 'csv'
        ? { quote: options.quote.charCodeAt(0), escape: options.escape.charCodeAt(0) }
        : undefined
  }

  /** Which of the column's first rows are null; undefined when none is. */
  nulls(column: number, rows: number, rules: NullRules): Uint8Array | undefined {
    const { width, forms } = this.table
    let nulls: Uint8Array | undefined
    const isBinary = this.#isBinary
    for (let row = 0, index = column; row < rows; row++, index += width) {
      const isNull = isBinary ? forms[index] === FIELD.null : this.#isNull(index, rules)
      if (isNull) (nulls ??= new Uint8Array(this.table.capacity))[row] = 1
    }
    return nulls
  }

  /** Which of them are the default marker. */
  defaults(column: number, rows: number): Uint8Array | undefined {
    const marker = this.#defaultMarker
    if (marker === undefined) return undefined
    const { width } = this.table
    let found: Uint8Array | undefined
    for (let row = 0, index = column; row < rows; row++, index += width) {
      if (!this.#isMarker(index, marker)) continue
      found ??= new Uint8Array(this.table.capacity)
      found[row] = 1
    }
    return found
  }

  #isNull(index: number, { forceNull, forceNotNull }: NullRules): boolean {
    if (this.#isMarker(index, this.#nullMarker)) return !forceNotNull
    if (!forceNull || this.table.forms[index] === FIELD.plain) return false
    return this.text(index) === this.#nullText
  }

  /** A marker is one as it was written; a quoted one is a value. */
  #isMarker(index: number, marker: Uint8Array): boolean {
    const { starts, ends, forms } = this.table
    const start = starts[index]!
    if (ends[index]! - start !== marker.length) return false
    const form = forms[index]
    if (form === FIELD.quoted || (form === FIELD.escaped && this.#csv !== undefined)) return false
    const { bytes } = this.buffer
    for (let i = 0; i < marker.length; i++) if (bytes[start + i] !== marker[i]) return false
    return true
  }

  text(index: number): string {
    const { starts, ends, forms } = this.table
    const [start, end] = [starts[index]!, ends[index]!]
    const { bytes } = this.buffer
    if (forms[index] !== FIELD.escaped) return decoder.decode(bytes.subarray(start, end))
    const scratch = this.#room(end - start)
    const csv = this.#csv
    if (csv !== undefined) {
      return decoder.decode(scratch.subarray(0, unescapeCsv(bytes, start, end, scratch, csv)))
    }
    return decoder.decode(scratch.subarray(0, unescapeText(bytes, start, end, scratch)))
  }

  /** Raises 22021 when escapes of the text format have made bytes that are no text. */
  checkEscapes(index: number): void {
    const { starts, ends, forms } = this.table
    if (forms[index] !== FIELD.escaped) return
    const [start, end] = [starts[index]!, ends[index]!]
    const scratch = this.#room(end - start)
    const length = unescapeText(this.buffer.bytes, start, end, scratch)
    convertFrom(scratch.subarray(0, length), 'UTF8')
  }

  /**
   * The texts of a column at once: its bytes are put side by side and decoded together, which is many times faster than one by
   * one. Nulls stay null.
   */
  texts(column: number, rows: number, nulls: Uint8Array | undefined): (string | null)[] {
    const { width, starts, ends, forms } = this.table
    const values = new Array<string | null>(rows)
    const { bytes } = this.buffer
    let total = 0
    for (let row = 0, index = column; row < rows; row++, index += width) {
      if (forms[index] !== FIELD.escaped) total += ends[index]! - starts[index]!
    }
    const joined = this.#room(total)
    let length = 0
    for (let row = 0, index = column; row < rows; row++, index += width) {
      if (forms[index] === FIELD.escaped || nulls?.[row] === 1) continue
      const [start, end] = [starts[index]!, ends[index]!]
      if (end - start < 24) for (let at = start; at < end; at++) joined[length++] = bytes[at]!
      else {
        joined.set(bytes.subarray(start, end), length)
        length += end - start
      }
    }
    const all = decoder.decode(joined.subarray(0, length))
    const isAscii = all.length === length
    let from = 0
    for (let row = 0, index = column; row < rows; row++, index += width) {
      if (nulls?.[row] === 1) values[row] = null
      else if (isAscii && forms[index] !== FIELD.escaped) {
        const to = from + ends[index]! - starts[index]!
        values[row] = all.substring(from, to)
        from = to
      } else values[row] = this.text(index)
    }
    return values
  }

  rowText(row: number): string {
    const { rowStarts, rowEnds } = this.table
    return decoder.decode(this.buffer.bytes.subarray(rowStarts[row], rowEnds[row]))
  }

  #room(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length * 2)
    return this.#scratch
  }
}
