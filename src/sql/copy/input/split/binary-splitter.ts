/**
 * Rows and fields of COPY's binary format.
 *
 *   header   "PGCOPY\n\377\r\n\0" · int32 flags · int32 length of an extension · the extension
 *   row      int16 number of fields · per field: int32 length, -1 for null · bytes
 *   end      int16 -1
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { InputBuffer } from '../input-buffer.ts'
import { badFormat } from './row-splitter.ts'
import type { RowSplitter, SplitProblem } from './row-splitter.ts'
import { FIELD } from '../row-table.ts'
import type { RowTable } from '../row-table.ts'

export const SIGNATURE = Uint8Array.of(80, 71, 67, 79, 80, 89, 10, 0xff, 13, 10, 0)
const FLAG_OIDS = 1 << 16
const INT32 = 4
const INT16 = 2
const HEADER_BYTES = SIGNATURE.length + 2 * INT32

export class BinarySplitter implements RowSplitter {
  #rowStart = 0
  #hasHeader = false
  /** Of the row that is being split. */
  #field: number | undefined
  #view: DataView = new DataView(new ArrayBuffer(0))
  line = 0
  isAtEnd = false
  problem: SplitProblem | undefined

  split(buffer: InputBuffer, table: RowTable): void {
    if (this.problem !== undefined || this.isAtEnd) return
    this.#view = new DataView(buffer.bytes.buffer)
    try {
      if (!this.#hasHeader) this.#hasHeader = this.#header(buffer)
      if (!this.#hasHeader) return
      while (!table.isFull && !this.isAtEnd && this.#row(buffer, table));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.problem = { error, line: this.#hasHeader ? this.line + 1 : 0, field: this.#field }
    }
  }

  restart(buffer: InputBuffer, table: RowTable): void {
    table.restart(0, 0)
    buffer.discard(this.#rowStart)
    this.#rowStart = 0
  }

  /** False when more bytes are needed. */
  #header({ bytes, end, isComplete }: InputBuffer): boolean {
    const known = Math.min(end, SIGNATURE.length)
    for (let i = 0; i < known; i++) if (bytes[i] !== SIGNATURE[i]) throw unrecognized()
    if (end < HEADER_BYTES && !isComplete) return false
    if (end < SIGNATURE.length) throw unrecognized()
    if (end < SIGNATURE.length + INT32) throw badHeader('missing flags')
    const flags = this.#view.getInt32(SIGNATURE.length)
    if ((flags & FLAG_OIDS) !== 0) throw badHeader('WITH OIDS')
    if (flags >> 16 !== 0) throw badFormat('unrecognized critical flags in COPY file header')
    if (end < HEADER_BYTES) throw badHeader('missing length')
    const extension = this.#view.getInt32(HEADER_BYTES - INT32)
    if (extension < 0) throw badHeader('missing length')
    if (end < HEADER_BYTES + extension) {
      if (isComplete) throw badHeader('wrong length')
      return false
    }
    this.#rowStart = HEADER_BYTES + extension
    return true
  }

  /** False when more bytes are needed. */
  #row({ end, isComplete }: InputBuffer, table: RowTable): boolean {
    const start = this.#rowStart
    this.#field = undefined
    if (start + INT16 > end) {
      if (isComplete) this.isAtEnd = true
      return false
    }
    const count = this.#view.getInt16(start)
    if (count === -1) return this.#endMarker(end, isComplete)
    if (count !== table.width) {
      throw badFormat(`row field count is ${count}, expected ${table.width}`)
    }
    let position = start + INT16
    for (let field = 0; field < count; field++) {
      this.#field = field
      if (position + INT32 > end) return needMore(isComplete)
      const length = this.#view.getInt32(position)
      if (length < -1) throw badFormat('invalid field size')
      position += INT32
      const index = table.length * table.width + field
      table.starts[index] = position
      if (length > 0) position += length
      if (position > end) return needMore(isComplete)
      table.ends[index] = position
      table.forms[index] = length < 0 ? FIELD.null : FIELD.quoted
    }
    this.#field = undefined
    this.line++
    table.finishRow(count, start, position, this.line, 0)
    this.#rowStart = position
    return true
  }

  /** Nothing may follow it, but that is known only when the client has sent everything. */
  #endMarker(end: number, isComplete: boolean): boolean {
    if (end > this.#rowStart + INT16) throw badFormat('received copy data after EOF marker')
    if (isComplete) this.isAtEnd = true
    return false
  }
}

function needMore(isComplete: boolean): boolean {
  if (isComplete) throw badFormat('unexpected EOF in COPY data')
  return false
}

function unrecognized(): SqlError {
  return badFormat('COPY file signature not recognized')
}

function badHeader(what: string): SqlError {
  return badFormat(`invalid COPY file header (${what})`)
}
