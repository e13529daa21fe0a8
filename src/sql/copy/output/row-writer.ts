/** What writes the rows of COPY TO in one of its formats. */
import type { ResultRow } from '../../session/result/statement-result.ts'

export interface RowWriter {
  /** What comes before the first row: the names of the columns, if they are wanted. */
  header(names: readonly string[]): Uint8Array | undefined
  /** The bytes are good until the next row is written. */
  row(values: ResultRow): Uint8Array
  /** What comes after the last row. */
  trailer(): Uint8Array | undefined
}
