/** Rows and fields of CSV: quotes anywhere in a field, line ends within them, an escape character inside them. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { CopyOptions } from '../../options.ts'
import type { InputBuffer } from '../input-buffer.ts'
import { CSV_LINE_ENDS, LineEnds, MORE } from './line-ends.ts'
import { BYTE, CLASS, byteClasses } from './row-splitter.ts'
import type { RowSplitter, SplitProblem } from './row-splitter.ts'
import { badFormat } from './row-splitter.ts'
import { FIELD, UNUSUAL } from '../row-table.ts'
import type { RowTable } from '../row-table.ts'

export class CsvSplitter implements RowSplitter {
  readonly #classes: Uint8Array
  readonly #quote: number
  readonly #escape: number
  readonly #lineEnds = new LineEnds(CSV_LINE_ENDS)
  #position = 0
  #rowStart = 0
  #fieldStart = 0
  #field = 0
  #form: number = FIELD.plain
  #isQuoting = false
  #unusual = 0
  /** Line ends inside the quotes of the row in progress. */
  #innerLines = 0
  #finishedLines = 0
  isAtEnd = false
  problem: SplitProblem | undefined

  constructor({ delimiter, quote, escape }: Pick<CopyOptions, 'delimiter' | 'quote' | 'escape'>) {
    this.#quote = quote.charCodeAt(0)
    this.#escape = escape.charCodeAt(0)
    this.#classes = byteClasses([
      [BYTE.backslash, CLASS.backslash],
      [delimiter.charCodeAt(0), CLASS.delimiter],
      [this.#quote, CLASS.quote],
    ])
  }

  get line(): number {
    return this.#finishedLines
  }

  split(buffer: InputBuffer, table: RowTable): void {
    if (this.problem !== undefined || this.isAtEnd) return
    try {
      this.#scan(buffer, table)
      if (!buffer.isComplete || table.isFull || this.isAtEnd) return
      if (this.#position === buffer.end && this.#rowStart < buffer.end) {
        this.#endWithoutLineEnd(buffer, table)
      }
      if (this.problem === undefined && this.#rowStart === buffer.end) this.isAtEnd = true
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.problem = { error, line: this.#finishedLines + 1 + this.#innerLines }
    }
  }

  restart(buffer: InputBuffer, table: RowTable): void {
    const shift = this.#rowStart
    table.restart(shift, this.#field)
    buffer.discard(shift)
    this.#position -= shift
    this.#fieldStart -= shift
    this.#rowStart = 0
  }

  #endWithoutLineEnd(buffer: InputBuffer, table: RowTable): void {
    if (!this.#isQuoting) return this.#finishRow(table, buffer.end, buffer.end)
    const line = this.#finishedLines + 1 + this.#innerLines
    const where = new TextDecoder().decode(buffer.bytes.subarray(this.#rowStart, buffer.end))
    const error = badFormat('unterminated CSV quoted field')
    this.problem = { error, line, text: where }
  }

  #scan(buffer: InputBuffer, table: RowTable): void {
    let position = this.#position
    while (position < buffer.end && !table.isFull && !this.isAtEnd) {
      const next = this.#isQuoting
        ? this.#scanQuoted(buffer, position)
        : this.#scanPlain(buffer, table, position)
      if (next === MORE) break
      position = next
    }
    this.#position = position
  }

  /** Up to the next quote, or the place where more bytes are needed. */
  #scanPlain(buffer: InputBuffer, table: RowTable, from: number): number {
    const { bytes, end } = buffer
    const classes = this.#classes
    let position = from
    while (position < end) {
      const kind = classes[bytes[position]!]
      if (kind === CLASS.plain) position++
      else if (kind === CLASS.delimiter) {
        this.#finishField(table, position)
        this.#fieldStart = ++position
      } else if (kind === CLASS.lineEnd) {
        const next = this.#lineEnds.pass(buffer, position)
        if (next === MORE) return stop(position, from)
        this.#finishRow(table, position, next)
        position = next
        if (table.isFull) break
      } else if (kind === CLASS.quote) {
        // What stood before the quote has to be joined with what stands in it.
        this.#form =
          position === this.#fieldStart && this.#form === FIELD.plain ? FIELD.quoted : FIELD.escaped
        this.#isQuoting = true
        return position + 1
      } else if (kind === CLASS.backslash && position === this.#rowStart) {
        const ends = this.#endMarker(buffer, position)
        if (ends === MORE) return stop(position, from)
        if (ends) return end
        position++
      } else {
        if (kind === CLASS.unusual) this.#unusual = UNUSUAL.bytes
        position++
      }
    }
    return position
  }

  #scanQuoted(buffer: InputBuffer, from: number): number {
    const { bytes, end, isComplete } = buffer
    const [quote, escape] = [this.#quote, this.#escape]
    const lineByte = this.#lineEnds.kind === 'lf' ? BYTE.lf : BYTE.cr
    for (let position = from; position < end; position++) {
      const byte = bytes[position]!
      if (byte === lineByte) this.#innerLines++
      else if (byte === 0 || byte >= 0x80) this.#unusual = UNUSUAL.bytes
      else if (byte === escape || byte === quote) {
        if (position + 1 >= end && !isComplete) return stop(position, from)
        const next = position + 1 < end ? bytes[position + 1]! : -1
        if (byte === escape && (next === quote || next === escape)) {
          this.#form = FIELD.escaped
          position++
        } else if (byte === quote) {
          this.#isQuoting = false
          if (!this.#endsField(next)) this.#form = FIELD.escaped
          return position + 1
        }
      }
    }
    return end
  }

  #endsField(next: number): boolean {
    const kind = next < 0 ? CLASS.lineEnd : this.#classes[next]
    return kind === CLASS.delimiter || kind === CLASS.lineEnd
  }

  /** `\.` alone on its line; anything else that begins so is data. */
  #endMarker(buffer: InputBuffer, position: number): boolean | typeof MORE {
    const { bytes, end, isComplete } = buffer
    if (position + 1 >= end && !isComplete) return MORE
    if (bytes[position + 1] !== BYTE.dot || position + 1 >= end) return false
    try {
      const ends = this.#lineEnds.endsInput(buffer, position)
      if (ends === true) this.isAtEnd = true
      return ends
    } catch (error) {
      if (error instanceof SqlError) return false
      throw error
    }
  }

  #finishField(table: RowTable, end: number): void {
    if (this.#field < table.width) {
      const index = table.length * table.width + this.#field
      const isQuoted = this.#form === FIELD.quoted
      table.starts[index] = isQuoted ? this.#fieldStart + 1 : this.#fieldStart
      table.ends[index] = isQuoted ? end - 1 : end
      table.forms[index] = this.#form
    }
    this.#field++
    this.#form = FIELD.plain
  }

  #finishRow(table: RowTable, end: number, next: number): void {
    const isEmpty = table.width === 0 && end === this.#rowStart
    if (!isEmpty) this.#finishField(table, end)
    this.#finishedLines += 1 + this.#innerLines
    table.finishRow(this.#field, this.#rowStart, end, this.#finishedLines, this.#unusual)
    this.#rowStart = next
    this.#fieldStart = next
    this.#field = 0
    this.#innerLines = 0
    this.#unusual = 0
  }
}

/** More bytes are needed at `position`: scanning has got so far, or nowhere. */
function stop(position: number, from: number): number {
  return position > from ? position : MORE
}
