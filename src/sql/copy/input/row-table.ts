/**
 * Where the fields of a batch of rows are in the input buffer: nothing is decoded yet.
 *
 * Field `row * width + column` is `bytes[starts[i] … ends[i])`; its `form` says what those bytes are. Rows may have fewer or more
 * fields than the table has columns: `counts` says so, and fields beyond the width are not kept.
 */

export const FIELD = {
  /** The bytes are the value, or the null marker. */
  plain: 0,
  /** The bytes are the value: it was quoted, so that it is no marker. */
  quoted: 1,
  /** Escapes or quotes have to be taken out; start and end enclose everything that was written. */
  escaped: 2,
  /** Null, where the format says so itself. */
  null: 3,
} as const

export const UNUSUAL = {
  /** Bytes that are not plain ASCII, or zeros. */
  bytes: 1,
  /** Escapes that stand for a byte by its number. */
  escapes: 2,
} as const

const MAX_ROWS = 1024
/** Tables of very many columns are read in smaller batches. */
const MAX_FIELDS = 64 * 1024

export class RowTable {
  readonly width: number
  readonly capacity: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly forms: Uint8Array
  readonly counts: Int32Array
  /** The whole row, without its line end. */
  readonly rowStarts: Int32Array
  readonly rowEnds: Int32Array
  /** Line of the input that the row ends in, from 1. */
  readonly lines: Float64Array
  /** What has to be looked at in the row as a whole: bits of UNUSUAL. */
  readonly unusual: Uint8Array
  length = 0
  /** The first row with another number of fields than columns; the length where there is none. */
  firstUneven = 0

  constructor(width: number, mostRows: number = MAX_ROWS) {
    this.width = width
    this.capacity = Math.max(1, Math.min(mostRows, Math.floor(MAX_FIELDS / Math.max(width, 1))))
    const fields = this.capacity * width
    this.starts = new Int32Array(fields)
    this.ends = new Int32Array(fields)
    this.forms = new Uint8Array(fields)
    this.counts = new Int32Array(this.capacity)
    this.rowStarts = new Int32Array(this.capacity)
    this.rowEnds = new Int32Array(this.capacity)
    this.lines = new Float64Array(this.capacity)
    this.unusual = new Uint8Array(this.capacity)
  }

  get isFull(): boolean {
    return this.length === this.capacity
  }

  /** The fields of the row in progress stay, `shift` bytes further to the front and as row 0. */
  restart(shift: number, fieldsInProgress: number): void {
    const from = this.length * this.width
    const count = Math.min(fieldsInProgress, this.width)
    for (let i = 0; i < count; i++) {
      this.starts[i] = this.starts[from + i]! - shift
      this.ends[i] = this.ends[from + i]! - shift
      this.forms[i] = this.forms[from + i]!
    }
    this.length = 0
    this.firstUneven = 0
  }

  /** The row's fields are all there. */
  finishRow(count: number, start: number, end: number, line: number, unusual: number): void {
    const row = this.length++
    this.counts[row] = count
    this.rowStarts[row] = start
    this.rowEnds[row] = end
    this.lines[row] = line
    this.unusual[row] = unusual
    if (this.firstUneven === row && count === this.width) this.firstUneven = row + 1
  }
}
