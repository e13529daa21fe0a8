/** One column of a batch from the types' binary forms into a vector. Fixed sizes have loops of their own. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { vectorOf } from '../../../../storage/vector.ts'
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { findBinaryFormat } from '../../../types/wire/binary-formats.ts'
import type { ColumnDecoder, ColumnRequest } from './decode-column.ts'
import type { InputColumn } from '../input-column.ts'

export function binaryDecoder(column: InputColumn): ColumnDecoder {
  const format = findBinaryFormat(column.io)
  const receive = (bytes: Uint8Array): Datum => format.receive(bytes, column.io)
  switch (column.io.type.output) {
    case 'int4out':
    case 'date_out':
      return (request) => decodeInt32(request) ?? decodeWith(request, column, receive)
    case 'int8out':
    case 'timestamp_out':
    case 'timestamptz_out':
    case 'time_out':
      return (request) => decodeInt64(request) ?? decodeWith(request, column, receive)
    case 'textout':
      return (request) => decodeText(request) ?? decodeWith(request, column, receive)
    case 'float8out':
      return (request) => decodeFloat64(request) ?? decodeWith(request, column, receive)
    default:
      return (request) => decodeWith(request, column, receive)
  }
}

/** undefined when a value has another length. */
function decodeInt32({ fields, place, rows, nulls }: ColumnRequest): Vector | undefined {
  const { starts, ends, width } = fields.table
  const view = new DataView(fields.buffer.bytes.buffer)
  const values = new Int32Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    if (ends[index]! - starts[index]! !== 4) return undefined
    values[row] = view.getInt32(starts[index]!)
  }
  return { kind: 'int32', values, nulls }
}

/** The upper half of an integer that a double holds exactly is below this. */
const EXACT_HIGH = 2 ** 21

/** undefined when a value has another length, or is no safe integer. */
function decodeInt64({ fields, place, rows, nulls }: ColumnRequest): Vector | undefined {
  const { starts, ends, width } = fields.table
  const view = new DataView(fields.buffer.bytes.buffer)
  const values = new Float64Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    const start = starts[index]!
    if (ends[index]! - start !== 8) return undefined
    const high = view.getInt32(start)
    if (high >= EXACT_HIGH || high <= -EXACT_HIGH) return undefined
    values[row] = high * 2 ** 32 + view.getUint32(start + 4)
  }
  return { kind: 'int64', values, nulls }
}

/** What a byte that is no text is decoded to; and zeros are refused. */
const SUSPECT = /[\0\ufffd]/

/** undefined when a value may be no text. */
function decodeText({ fields, place, rows, nulls }: ColumnRequest): Vector | undefined {
  const values = fields.texts(place, rows, nulls)
  const isSuspect = values.some((value) => value !== null && SUSPECT.test(value))
  return isSuspect ? undefined : { kind: 'text', values }
}

function decodeFloat64({ fields, place, rows, nulls }: ColumnRequest): Vector | undefined {
  const { starts, ends, width } = fields.table
  const view = new DataView(fields.buffer.bytes.buffer)
  const values = new Float64Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    if (ends[index]! - starts[index]! !== 8) return undefined
    values[row] = view.getFloat64(starts[index]!)
  }
  return { kind: 'float64', values, nulls }
}

function decodeWith(
  { fields, place, rows, nulls, reject }: ColumnRequest,
  { kind }: InputColumn,
  receive: (bytes: Uint8Array) => Datum,
): Vector {
  const { starts, ends, width } = fields.table
  const { bytes } = fields.buffer
  const values = new Array<Datum | null>(rows).fill(null)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    try {
      values[row] = receive(bytes.subarray(starts[index], ends[index]))
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      if (!reject(row, error)) break
    }
  }
  return vectorOf(kind, values)
}
