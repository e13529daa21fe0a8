/**
 * COPY FROM's data as batches of rows: pieces of input are collected until a batch is full, cut into fields, decoded a column at a
 * time. Memory is bounded by a batch and one piece, unless a single row is longer.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { BatchStream, Task } from '../../../storage/task.ts'
import type { Batch, Vector } from '../../../storage/vector.ts'
import { gather } from '../../execute/vectors/gather.ts'
import type { CopyInput } from '../copy-channel.ts'
import { atPlace, clip } from '../error-context.ts'
import type { InputPlace } from '../error-context.ts'
import type { CopyOptions } from '../options.ts'
import { BinarySplitter } from './split/binary-splitter.ts'
import { CsvSplitter } from './split/csv-splitter.ts'
import { BatchDecoder } from './decode/decode-batch.ts'
import type { DecodedRows } from './decode/decode-batch.ts'
import { binaryDecoder } from './decode/decode-binary.ts'
import { columnDecoder } from './decode/decode-column.ts'
import { FieldReader } from './field-reader.ts'
import { checkHeader } from './header.ts'
import { InputBuffer } from './input-buffer.ts'
import type { InputColumn } from './input-column.ts'
import type { RowSplitter } from './split/row-splitter.ts'
import { RowTable } from './row-table.ts'
import { TextSplitter } from './split/text-splitter.ts'

/** A batch of long rows is taken when so many bytes have come. */
const BATCH_BYTES = 512 * 1024

export interface ReaderOptions {
  readonly relation: string
  readonly copy: CopyOptions
  readonly columns: readonly InputColumn[]
  readonly notice: (message: string, where?: string) => void
}

export class CopyReader {
  readonly #options: ReaderOptions
  readonly #buffer = new InputBuffer()
  readonly #splitter: RowSplitter
  readonly #table: RowTable
  readonly #fields: FieldReader
  readonly #decoder: BatchDecoder
  /** Rows of the table that are in the batch last given; undefined: the first ones. */
  #kept: Int32Array | undefined
  #skipped = 0

  constructor(options: ReaderOptions) {
    const { copy, columns, relation } = options
    const isBinary = copy.format === 'binary'
    this.#options = options
    this.#splitter = splitterFor(copy)
    this.#table = new RowTable(columns.length)
    this.#fields = new FieldReader(this.#buffer, this.#table, copy)
    const makeDecoder = isBinary ? binaryDecoder : columnDecoder
    this.#decoder = new BatchDecoder(
      this.#fields,
      columns.map((column) => ({ ...column, decode: makeDecoder(column) })),
      { relation, isBinary, ignoresErrors: copy.onError === 'ignore' },
    )
  }

  /** The columns in their order; with a DEFAULT marker, after them one boolean for each column: it was the marker. */
  *batches(input: CopyInput): BatchStream {
    if (this.#options.copy.header !== 'none') yield* this.#header(input)
    for (;;) {
      yield* this.#fill(input, this.#table)
      const rows = this.#decoder.decode()
      for (const rejection of rows.rejections) this.#noteRejection(rejection)
      const batch = this.#batch(rows)
      if (batch.length > 0) yield batch
      if (rows.failure !== undefined) throw rows.failure
      this.#raiseProblem()
      if (this.#splitter.isAtEnd) break
      this.#splitter.restart(this.#buffer, this.#table)
    }
    // Whatever follows the end marker does not count.
    while ((yield* input.read()) !== undefined);
    if (this.#skipped > 0) this.#options.notice(skippedRows(this.#skipped))
  }

  /** Where row `row` of the batch last given comes from. */
  placeOf(row: number, withText: boolean): InputPlace {
    const at = this.#kept?.[row] ?? row
    const line = this.#table.lines[at]!
    const isShown = withText && this.#options.copy.format !== 'binary'
    return { line, text: isShown ? this.#fields.rowText(at) : undefined }
  }

  *#header(input: CopyInput): Task<void> {
    const { copy, columns, relation } = this.#options
    const table = new RowTable(columns.length, 1)
    yield* this.#fill(input, table)
    this.#raiseProblem()
    if (copy.header === 'match') {
      // Nothing at all is read as an empty line.
      if (table.length === 0) table.finishRow(1, 0, 0, 1, 0)
      const fields = new FieldReader(this.#buffer, table, copy)
      const names = columns.map((column) => column.name)
      checkHeader(fields, names, copy.nullText, relation)
    }
    if (table.length > 0) this.#splitter.restart(this.#buffer, table)
  }

  *#fill(input: CopyInput, table: RowTable): Task<void> {
    const [buffer, splitter] = [this.#buffer, this.#splitter]
    for (;;) {
      splitter.split(buffer, table)
      if (table.isFull || splitter.isAtEnd || splitter.problem !== undefined) return
      if (table.length > 0 && buffer.end > BATCH_BYTES) return
      if (buffer.isComplete) return
      const piece = yield* this.#read(input)
      if (piece === undefined) buffer.isComplete = true
      else if (this.#options.copy.encoding === 'latin1') buffer.appendLatin1(piece)
      else buffer.append(piece)
    }
  }

  /** An error tells the line that was being read; the binary header stands before the first. */
  *#read(input: CopyInput): Task<Uint8Array | undefined> {
    try {
      return yield* input.read()
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      throw atPlace(error, this.#options.relation, { line: this.#splitter.line + 1 })
    }
  }

  #batch(rows: DecodedRows): Batch {
    const columns: Vector[] = [...rows.columns]
    if (this.#options.copy.defaultText !== undefined) {
      for (const marked of rows.defaults) {
        const values = marked ?? new Uint8Array(rows.length)
        columns.push({ kind: 'bool', values, nulls: undefined })
      }
    }
    this.#kept = undefined
    const { rejected, length } = rows
    if (rejected === undefined) return { kind: 'batch', length, columns }
    const all = Int32Array.from({ length }, (_, row) => row)
    const kept = all.filter((row) => rejected[row] === 0)
    this.#kept = kept
    this.#skipped += length - kept.length
    const picked = columns.map((column) => gather(column, kept, kept.length))
    return { kind: 'batch', length: kept.length, columns: picked }
  }

  #noteRejection({ line, column, text }: InputPlace): void {
    if (!this.#options.copy.isVerbose) return
    const shown = text === null || text === undefined ? 'null input' : `"${clip(text)}"`
    this.#options.notice(
      `skipping row due to data type incompatibility at line ${line} for column "${column}": ${shown}`,
      `COPY ${this.#options.relation}`,
    )
  }

  #raiseProblem(): void {
    const { problem } = this.#splitter
    if (problem === undefined) return
    const { error, line, text, field } = problem
    const { columns, relation } = this.#options
    const column = field === undefined ? undefined : columns[field]?.name
    throw line === 0 ? error : atPlace(error, relation, { line, column, text })
  }
}

function splitterFor(copy: CopyOptions): RowSplitter {
  switch (copy.format) {
    case 'text':
      return new TextSplitter(copy.delimiter)
    case 'csv':
      return new CsvSplitter(copy)
    case 'binary':
      return new BinarySplitter()
  }
}

function skippedRows(count: number): string {
  const rows = count === 1 ? '1 row was' : `${count} rows were`
  return `${rows} skipped due to data type incompatibility`
}
