/** Checks that binary values are as long as they must be. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

/** A type's fixed size must be met exactly. */
export function requireLength(bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length) throw insufficientData()
  if (bytes.length > length) throw incorrectFormat()
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function insufficientData(): SqlError {
  return new SqlError(SQLSTATE.PROTOCOL_VIOLATION, 'insufficient data left in message')
}

export function incorrectFormat(): SqlError {
  return new SqlError(SQLSTATE.INVALID_BINARY_REPRESENTATION, 'incorrect binary data format')
}
