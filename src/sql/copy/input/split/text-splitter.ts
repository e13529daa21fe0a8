/** Rows and fields of COPY's text format: lines, delimiters, backslashes. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { InputBuffer } from '../input-buffer.ts'
import { LineEnds, MORE, TEXT_LINE_ENDS } from './line-ends.ts'
import { BYTE, CLASS, byteClasses } from './row-splitter.ts'
import type { RowSplitter, SplitProblem } from './row-splitter.ts'
import { FIELD, UNUSUAL } from '../row-table.ts'
import type { RowTable } from '../row-table.ts'

const ZERO = 48
const SEVEN = 55
const LOWER_X = 120

export class TextSplitter implements RowSplitter {
  readonly #classes: Uint8Array
  readonly #lineEnds = new LineEnds(TEXT_LINE_ENDS)
  #position = 0
  #rowStart = 0
  #fieldStart = 0
  #field = 0
  #form: number = FIELD.plain
  #unusual = 0
  line = 0
  isAtEnd = false
  problem: SplitProblem | undefined

  constructor(delimiter: string) {
    this.#classes = byteClasses([
      [BYTE.backslash, CLASS.backslash],
      [delimiter.charCodeAt(0), CLASS.delimiter],
    ])
  }

  split(buffer: InputBuffer, table: RowTable): void {
    if (this.problem !== undefined || this.isAtEnd) return
    try {
      this.#scan(buffer, table)
      if (!buffer.isComplete || table.isFull || this.isAtEnd) return
      // The last line may have no line end.
      if (this.#position === buffer.end && this.#rowStart < buffer.end) {
        this.#finishRow(table, buffer.end, buffer.end)
      }
      if (this.#rowStart === buffer.end) this.isAtEnd = true
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.problem = { error, line: this.line + 1 }
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

  #scan(buffer: InputBuffer, table: RowTable): void {
    const { bytes, end } = buffer
    const classes = this.#classes
    let position = this.#position
    while (!table.isFull) {
      while (position < end && classes[bytes[position]!] === CLASS.plain) position++
      if (position >= end) break
      const kind = classes[bytes[position]!]
      if (kind === CLASS.delimiter) {
        this.#finishField(table, position)
        this.#fieldStart = ++position
      } else if (kind === CLASS.lineEnd) {
        const next = this.#lineEnds.pass(buffer, position)
        if (next === MORE) break
        this.#finishRow(table, position, next)
        position = next
      } else if (kind === CLASS.backslash) {
        const next = this.#backslash(buffer, table, position)
        if (next === MORE) break
        position = next
        if (this.isAtEnd) break
      } else {
        this.#unusual |= UNUSUAL.bytes
        position++
      }
    }
    this.#position = position
  }

  /** The place behind what the backslash escapes. */
  #backslash(buffer: InputBuffer, table: RowTable, position: number): number {
    const { bytes, end, isComplete } = buffer
    if (position + 1 >= end) {
      if (!isComplete) return MORE
      this.#form = FIELD.escaped
      return end
    }
    const next = bytes[position + 1]!
    if (next === BYTE.dot) {
      if (this.#lineEnds.endsInput(buffer, position) === MORE) return MORE
      if (position > this.#rowStart) this.#finishRow(table, position, position)
      this.isAtEnd = true
      return end
    }
    this.#form = FIELD.escaped
    if (next === 0 || next >= 0x80) this.#unusual |= UNUSUAL.bytes
    else if (next === LOWER_X || (next >= ZERO && next <= SEVEN)) this.#unusual |= UNUSUAL.escapes
    return position + 2
  }

  #finishField(table: RowTable, end: number): void {
    if (this.#field < table.width) {
      const index = table.length * table.width + this.#field
      table.starts[index] = this.#fieldStart
      table.ends[index] = end
      table.forms[index] = this.#form
    }
    this.#field++
    this.#form = FIELD.plain
  }

  #finishRow(table: RowTable, end: number, next: number): void {
    // An empty line is a row without fields where a table has no columns.
    const isEmpty = table.width === 0 && end === this.#rowStart
    if (!isEmpty) this.#finishField(table, end)
    this.line++
    table.finishRow(this.#field, this.#rowStart, end, this.line, this.#unusual)
    this.#rowStart = next
    this.#fieldStart = next
    this.#field = 0
    this.#unusual = 0
  }
}
