/**
 * The rows of a table of fields as column vectors. The first wrong value, by row and then by column as PostgreSQL meets them, ends
 * the batch: the rows before it still count. With ON_ERROR ignore its row is left out instead.
 */

import { SqlError } from '../../../../errors/sql-error.ts'
import { isNullAt } from '../../../../storage/vector.ts'
import type { Vector } from '../../../../storage/vector.ts'
import { convertFrom } from '../../../types/binary/encodings.ts'
import { atPlace } from '../../error-context.ts'
import type { InputPlace } from '../../error-context.ts'
import type { ColumnDecoder } from './decode-column.ts'
import type { FieldReader } from '../field-reader.ts'
import type { InputColumn } from '../input-column.ts'
import { UNUSUAL } from '../row-table.ts'
import { badFormat } from '../split/row-splitter.ts'

export interface DecodedColumn extends InputColumn {
  readonly decode: ColumnDecoder
}

export interface DecodedRows {
  readonly columns: readonly Vector[]
  /** Per column: rows whose value is the column's default. */
  readonly defaults: readonly (Uint8Array | undefined)[]
  readonly length: number
  /** 1: the row is left out. */
  readonly rejected: Uint8Array | undefined
  readonly rejections: readonly Rejection[]
  /** Of the row after the last one. */
  readonly failure: SqlError | undefined
}

export interface Rejection extends InputPlace {
  readonly row: number
}

export interface DecodeOptions {
  readonly relation: string
  readonly isBinary: boolean
  readonly ignoresErrors: boolean
}

export class BatchDecoder {
  readonly #fields: FieldReader
  readonly #columns: readonly DecodedColumn[]
  readonly #options: DecodeOptions
  #limit = 0
  #failure: SqlError | undefined
  #rejected: Uint8Array | undefined
  #rejections: Rejection[] = []

  constructor(fields: FieldReader, columns: readonly DecodedColumn[], options: DecodeOptions) {
    this.#fields = fields
    this.#columns = columns
    this.#options = options
  }

  decode(): DecodedRows {
    const { table } = this.#fields
    this.#limit = table.length
    this.#failure = undefined
    this.#rejected = undefined
    this.#rejections = []
    this.#checkText()
    this.#checkSurplus()
    const columns: Vector[] = []
    const defaults: (Uint8Array | undefined)[] = []
    for (const [place, column] of this.#columns.entries()) {
      this.#checkMissing(place)
      const marked = this.#defaults(place, column)
      defaults.push(marked)
      columns.push(this.#column(place, column, marked))
    }
    return {
      columns,
      defaults,
      length: this.#limit,
      rejected: this.#rejected,
      rejections: this.#rejections.toSorted((a, b) => a.row - b.row),
      failure: this.#failure,
    }
  }

  #column(place: number, column: DecodedColumn, marked: Uint8Array | undefined): Vector {
    const fields = this.#fields
    const rows = this.#limit
    const nulls = fields.nulls(place, rows, column)
    const values = column.decode({
      fields,
      place,
      rows,
      nulls: union(union(nulls, marked), this.#rejected),
      reject: (row, error) => this.#reject(row, error, place, column.name),
    })
    this.#check(values, place, column, marked)
    return values
  }

  /** Constraints of a domain. */
  #check(
    values: Vector,
    place: number,
    { check, name }: DecodedColumn,
    marked: Uint8Array | undefined,
  ): void {
    if (check === undefined) return
    for (let from = 0; ;) {
      const bad = check(values, from, this.#limit)
      if (bad === undefined) return
      const { row, error } = bad
      // The value is not used.
      const isUnused = marked?.[row] === 1 || this.#rejected?.[row] === 1
      const isNull = isNullAt(values, row)
      if (!isUnused && !this.#reject(row, error, place, name, isNull)) return
      from = row + 1
    }
  }

  #reject(row: number, error: SqlError, place: number, column: string, isNull = false): boolean {
    const line = this.#fields.table.lines[row]!
    const text = this.#options.isBinary ? undefined : isNull ? null : this.#shownText(row, place)
    if (!this.#options.ignoresErrors) {
      this.#fail(row, error, { line, column, text })
      return false
    }
    this.#rejected ??= new Uint8Array(this.#fields.table.capacity)
    this.#rejected[row] = 1
    this.#rejections.push({ row, line, column, text })
    return true
  }

  #shownText(row: number, place: number): string {
    return this.#fields.text(row * this.#fields.table.width + place)
  }

  /** The batch ends before this row. */
  #fail(row: number, error: SqlError, place: InputPlace): void {
    this.#limit = row
    this.#failure = atPlace(error, this.#options.relation, place)
  }

  /** Text must be UTF-8 without zeros. */
  #checkText(): void {
    const { buffer, table } = this.#fields
    for (let row = 0; row < this.#limit; row++) {
      const unusual = table.unusual[row]!
      if (unusual === 0) continue
      if ((unusual & UNUSUAL.escapes) !== 0 && !this.#checkEscapes(row)) return
      const next = row + 1 < table.length ? table.rowStarts[row + 1]! : table.rowEnds[row]! + 1
      const end = Math.min(next, buffer.end)
      try {
        convertFrom(buffer.bytes.subarray(table.rowStarts[row], end), 'UTF8')
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        return this.#fail(row, error, { line: table.lines[row]! })
      }
    }
  }

  #checkEscapes(row: number): boolean {
    const { lines, width } = this.#fields.table
    try {
      for (let index = row * width; index < (row + 1) * width; index++) {
        this.#fields.checkEscapes(index)
      }
      return true
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.#fail(row, error, { line: lines[row]!, text: this.#fields.rowText(row) })
      return false
    }
  }

  #checkSurplus(): void {
    const { table } = this.#fields
    const row = table.firstUneven
    if (row >= this.#limit || table.counts[row]! <= table.width) return
    const error = badFormat('extra data after last expected column')
    this.#fail(row, error, { line: table.lines[row]!, text: this.#fields.rowText(row) })
  }

  #checkMissing(place: number): void {
    const { table } = this.#fields
    const row = table.firstUneven
    if (row >= this.#limit || place < table.counts[row]!) return
    const error = badFormat(`missing data for column "${this.#columns[place]?.name}"`)
    this.#fail(row, error, { line: table.lines[row]!, text: this.#fields.rowText(row) })
  }

  #defaults(place: number, column: DecodedColumn): Uint8Array | undefined {
    const marked = this.#fields.defaults(place, this.#limit)
    if (marked === undefined || column.hasDefault) return marked
    const row = marked.indexOf(1)
    const { lines } = this.#fields.table
    const error = new SqlError('22P04', 'unexpected default marker in COPY data', {
      detail: `Column "${column.name}" has no default value.`,
    })
    this.#fail(row, error, { line: lines[row]!, text: this.#fields.rowText(row) })
    return undefined
  }
}

function union(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.map((value, row) => value | b[row]!)
}
