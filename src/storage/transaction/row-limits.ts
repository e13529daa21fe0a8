/** How big rows and keys may be, and about how big a write is. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { isVariable } from '../page/column.ts'
import type { DatumCodec } from '../page/node.ts'
import type { Batch, Datum, Vector } from '../vector.ts'
import type { RowOperation } from './apply-operation.ts'

export const ROW_BYTES_MAX = 64 * 1024 * 1024
/** Keys are copied into interior pages, so they never go to overflow pages. PostgreSQL's own bound is 2704. */
export const KEY_BYTES_MAX = 8191

export function checkRowSizes(rows: Batch, codec: DatumCodec): void {
  const sizes = oversizedRows(rows, ROW_BYTES_MAX, codec)
  if (sizes === undefined) return
  throw new SqlError(
    SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
    `row is too big: size ${sizes}, maximum size ${ROW_BYTES_MAX}`,
  )
}

export function checkKeySizes(keys: Batch, codec: DatumCodec): void {
  const size = oversizedRows(keys, KEY_BYTES_MAX, codec)
  if (size === undefined) return
  throw new SqlError(
    SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
    `index row size ${size} exceeds maximum ${KEY_BYTES_MAX}`,
    { hint: 'Values larger than 8191 bytes cannot be indexed.' },
  )
}

/** The size of the first row whose text and datum values take more than `most` bytes. */
function oversizedRows(rows: Batch, most: number, codec: DatumCodec): number | undefined {
  let columnCount = 0
  for (const column of rows.columns) if (isVariable(column.kind)) columnCount++
  if (columnCount === 0) return undefined
  for (let row = 0; row < rows.length; row++) {
    let size = 0
    for (const column of rows.columns) size += sizeAt(column, row, codec)
    if (size > most) return size
  }
  return undefined
}

function sizeAt(column: Vector, row: number, codec: DatumCodec): number {
  if (column.kind === 'text') return column.values[row]?.length ?? 0
  if (column.kind !== 'datum') return 0
  const value: Datum | null | undefined = column.values[row]
  return value === null || value === undefined ? 0 : codec.sizeOf(value)
}

/** About the bytes an operation adds to dirty pages. Deletes add none. */
export function writtenBytes(operation: RowOperation, codec: DatumCodec): number {
  if (operation.kind === 'delete-rows' || operation.kind === 'delete-keys') return 0
  const rows = 'keys' in operation ? operation.keys : operation.after
  let bytes = rows.length * 8
  for (const column of rows.columns) {
    bytes += rows.length * 8
    if (!isVariable(column.kind)) continue
    for (let row = 0; row < rows.length; row++) bytes += sizeAt(column, row, codec)
  }
  return bytes
}
