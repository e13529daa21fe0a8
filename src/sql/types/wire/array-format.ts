/**
 * The binary form of an array:
 *
 *   int32 dimensions · int32 1 when there are nulls · int32 element type
 *   per dimension: int32 length · int32 lower bound
 *   per element: int32 length, -1 for null · the element's own binary form
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { TypeIoContext } from '../type-io.ts'
import { PgArray } from '../value-classes.ts'
import { findBinaryFormat } from './binary-formats.ts'
import { receiverOf } from './receive-value.ts'
import type { BinaryFormat } from './binary-formats.ts'
import { incorrectFormat, insufficientData } from './binary-length.ts'

const HEADER_BYTES = 12
const DIMENSION_BYTES = 8
/** PostgreSQL's MAXDIM. */
const MAX_DIMENSIONS = 6

export const arrayFormat: BinaryFormat = { receive, send }

function receive(bytes: Uint8Array, context: TypeIoContext): PgArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES) throw insufficientData()
  const count = view.getInt32(0)
  if (count < 0 || count > MAX_DIMENSIONS) throw invalidDimensions(count)
  requireElementType(view.getUint32(8), context)
  const elementsAt = HEADER_BYTES + count * DIMENSION_BYTES
  if (bytes.length < elementsAt) throw insufficientData()
  const dimensions: number[] = []
  const lowerBounds: number[] = []
  for (let at = HEADER_BYTES; at < elementsAt; at += DIMENSION_BYTES) {
    dimensions.push(view.getInt32(at))
    lowerBounds.push(view.getInt32(at + 4))
  }
  const total = count === 0 ? 0 : dimensions.reduce((product, length) => product * length, 1)
  // Each element takes four bytes at least: a giant count is refused before anything is made for it.
  if (total < 0 || total * 4 > bytes.length - elementsAt) throw insufficientData()
  const elements = readElements(bytes.subarray(elementsAt), total, context)
  return elements.length === 0 ? new PgArray([]) : new PgArray(elements, dimensions, lowerBounds)
}

function readElements(bytes: Uint8Array, total: number, context: TypeIoContext): (Datum | null)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const receive = receiverOf(context, context.type.elementType)
  const elements: (Datum | null)[] = []
  let at = 0
  while (elements.length < total) {
    if (at + 4 > bytes.length) throw insufficientData()
    const length = view.getInt32(at)
    at += 4
    if (length === -1) {
      elements.push(null)
      continue
    }
    if (length < 0 || at + length > bytes.length) throw insufficientData()
    elements.push(receive(bytes.subarray(at, at + length)))
    at += length
  }
  if (at !== bytes.length) throw incorrectFormat()
  return elements
}

function send(value: Datum, context: TypeIoContext): Uint8Array {
  const { dimensions, lowerBounds, elements } = value as PgArray
  const inner = elementContext(context)
  const format = findBinaryFormat(inner)
  const parts = elements.map((element) => (element === null ? null : format.send(element, inner)))
  const headerBytes = HEADER_BYTES + dimensions.length * DIMENSION_BYTES
  const size = parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), headerBytes)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, dimensions.length)
  view.setInt32(4, elements.includes(null) ? 1 : 0)
  view.setUint32(8, inner.type.oid)
  dimensions.forEach((length, index) => {
    view.setInt32(HEADER_BYTES + index * DIMENSION_BYTES, length)
    view.setInt32(HEADER_BYTES + index * DIMENSION_BYTES + 4, lowerBounds[index] ?? 1)
  })
  let at = headerBytes
  for (const part of parts) {
    view.setInt32(at, part === null ? -1 : part.length)
    at += 4
    if (part === null) continue
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function elementContext(context: TypeIoContext): TypeIoContext {
  return { ...context, type: context.catalog.type(context.type.elementType) }
}

function requireElementType(found: number, { type }: TypeIoContext): void {
  if ((found as Oid) === type.elementType) return
  throw new SqlError(
    SQLSTATE.DATATYPE_MISMATCH,
    `binary data has array element type ${found} instead of expected ${type.elementType}`,
  )
}

function invalidDimensions(count: number): SqlError {
  if (count < 0) {
    const message = `invalid number of dimensions: ${count}`
    return new SqlError(SQLSTATE.INVALID_BINARY_REPRESENTATION, message)
  }
  return new SqlError(
    SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
    `number of array dimensions (${count}) exceeds the maximum allowed (${MAX_DIMENSIONS})`,
  )
}
