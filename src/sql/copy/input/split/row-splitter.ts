/** What finds rows and fields in the bytes of one of COPY's formats. It keeps its place, whatever pieces the bytes come in. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { InputBuffer } from '../input-buffer.ts'
import type { RowTable } from '../row-table.ts'

export interface RowSplitter {
  /** Adds rows to the table until it is full or the bytes are used up. */
  split(buffer: InputBuffer, table: RowTable): void
  /** The input's own end marker was read: what follows does not count. */
  readonly isAtEnd: boolean
  /** What is wrong with the row after the last one; nothing is split any more. */
  readonly problem: SplitProblem | undefined
  /** Line that is being read, from 1; 0 before the first. */
  readonly line: number
  /** The table's rows were taken: their bytes go. */
  restart(buffer: InputBuffer, table: RowTable): void
}

export interface SplitProblem {
  /** The row as it was written, where that is shown. */
  readonly text?: string
  readonly error: SqlError
  readonly line: number
  /** Where one field is to blame. */
  readonly field?: number | undefined
}

export function badFormat(message: string, hint?: string): SqlError {
  return new SqlError(SQLSTATE.BAD_COPY_FILE_FORMAT, message, { hint })
}

/** Which line ends the input has; its first one decides. */
export type LineEnd = 'unknown' | 'lf' | 'cr' | 'crlf'

export const BYTE = { lf: 10, cr: 13, dot: 46, backslash: 92 } as const

/** What a byte means where it stands; of other bytes there is nothing to be done. */
export const CLASS = {
  plain: 0,
  delimiter: 1,
  lineEnd: 2,
  backslash: 3,
  quote: 4,
  /** Zero, or beyond ASCII: the row is looked at again as a whole. */
  unusual: 5,
} as const

export function byteClasses(special: readonly (readonly [number, number])[]): Uint8Array {
  const classes = new Uint8Array(256).fill(CLASS.unusual, 0x80)
  classes[0] = CLASS.unusual
  classes[BYTE.lf] = CLASS.lineEnd
  classes[BYTE.cr] = CLASS.lineEnd
  for (const [byte, kind] of special) classes[byte] = kind
  return classes
}
