/**
 * One column of a batch: bytes into a vector. Integers, plain decimals, booleans and texts have loops of their own; whatever they
 * do not know, odd spellings and errors included, goes through the type's input function.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { vectorOf } from '../../../../storage/vector.ts'
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { parseIsoDate, parseIsoTimestamp } from './decode-timestamp.ts'
import type { FieldReader } from '../field-reader.ts'
import { textReader } from '../input-column.ts'
import type { InputColumn } from '../input-column.ts'
import { FIELD } from '../row-table.ts'

export interface ColumnRequest {
  readonly fields: FieldReader
  /** Place of the column in the rows. */
  readonly place: number
  /** How many rows are wanted. */
  readonly rows: number
  /** 1: the row's value is null, or not wanted. */
  readonly nulls: Uint8Array | undefined
  /** A value that cannot be read: true to go on with the next row, which leaves it null. */
  readonly reject: (row: number, error: SqlError) => boolean
}

export type ColumnDecoder = (request: ColumnRequest) => Vector

export function columnDecoder(column: InputColumn): ColumnDecoder {
  const { type, typmod } = column.io
  const read = textReader(column)
  switch (type.input) {
    case 'int2in':
      return (request) => decodeInt32(request, parseInt2, read)
    case 'int4in':
      return (request) => decodeInt32(request, parseInt4, read)
    case 'int8in':
      return (request) => decodeInt64(request, parseDigits, read)
    case 'date_in':
      return (request) => decodeInt32(request, parseIsoDate, read)
    case 'timestamp_in':
    case 'timestamptz_in': {
      if (typmod >= 0) break
      const parse = type.input === 'timestamp_in' ? parseTimestamp : parseTimestampTz
      return (request) => decodeInt64(request, parse, read)
    }
    case 'float8in':
      return (request) => decodeFloat64(request, read)
    case 'boolin':
      return (request) => decodeBool(request, read)
    case 'textin':
      return decodeText
    case 'varcharin':
      if (typmod >= 0) break
      return decodeText
  }
  return (request) => decodeWith(request, column, read)
}

/** The value of the commonest spelling; ODD for every other. */
type ByteParser = (bytes: Uint8Array, start: number, end: number) => number
type TextReader = (text: string) => Datum

const MINUS = 45
const DOT = 46
const ZERO = 48
/** Not a plain integer. */
const ODD = NaN
/** So many digits are exact in a double. */
const MAX_DIGITS = 15

/** An integer written with digits and perhaps a sign; ODD for anything else. */
function parseDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const isNegative = bytes[at] === MINUS
  if (isNegative) at++
  if (end - at > MAX_DIGITS || at === end) return ODD
  let value = 0
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) return ODD
    value = value * 10 + digit
  }
  // 0 - 0 is 0, as opposed to -0.
  return isNegative ? 0 - value : value
}

function parseInt2(bytes: Uint8Array, start: number, end: number): number {
  const value = parseDigits(bytes, start, end)
  return value >= -32768 && value <= 32767 ? value : ODD
}

function parseInt4(bytes: Uint8Array, start: number, end: number): number {
  const value = parseDigits(bytes, start, end)
  return value >= -2147483648 && value <= 2147483647 ? value : ODD
}

function parseTimestamp(bytes: Uint8Array, start: number, end: number): number {
  return parseIsoTimestamp(bytes, start, end, false)
}

function parseTimestampTz(bytes: Uint8Array, start: number, end: number): number {
  return parseIsoTimestamp(bytes, start, end, true)
}

function decodeInt32(request: ColumnRequest, parse: ByteParser, read: TextReader): Vector {
  const { fields, place, rows, nulls } = request
  const { starts, ends, forms, width } = fields.table
  const { bytes } = fields.buffer
  const values = new Int32Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    const isPlain = forms[index] !== FIELD.escaped
    let value = isPlain ? parse(bytes, starts[index]!, ends[index]!) : ODD
    if (value !== value) {
      const slow = readSlowly(request, row, index, read)
      if (slow === undefined) break
      value = slow as number // int2, int4 and date are numbers
    }
    values[row] = value
  }
  return { kind: 'int32', values, nulls: request.nulls }
}

function decodeInt64(request: ColumnRequest, parse: ByteParser, read: TextReader): Vector {
  const { fields, place, rows, nulls } = request
  const { starts, ends, forms, width } = fields.table
  const { bytes } = fields.buffer
  const values = new Float64Array(rows)
  let wide: BigInt64Array | undefined
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    const isPlain = forms[index] !== FIELD.escaped
    let value: number | bigint = isPlain ? parse(bytes, starts[index]!, ends[index]!) : ODD
    if (value !== value) {
      const slow = readSlowly(request, row, index, read)
      if (slow === undefined) break
      value = slow as number | bigint // of int8 and timestamps
    }
    if (typeof value === 'bigint') wide ??= BigInt64Array.from(values, BigInt)
    if (wide !== undefined) wide[row] = BigInt(value)
    else values[row] = Number(value)
  }
  return { kind: 'int64', values: wide ?? values, nulls }
}

/** 10^0 … 10^22 are exact doubles: dividing an exact integer by one rounds once, so correctly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** A decimal number without exponent and of few digits; ODD for anything else. */
function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  const isNegative = bytes[at] === MINUS
  if (isNegative) at++
  if (end - at > MAX_DIGITS + 1 || at === end) return ODD
  let value = 0
  let scale = -1
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === DOT && scale < 0) {
      scale = end - at - 1
      continue
    }
    const digit = byte - ZERO
    if (digit < 0 || digit > 9) return ODD
    value = value * 10 + digit
  }
  // A point without a digit on one of its sides is left to those who know what it means.
  if (scale === 0 || scale === end - start - (isNegative ? 2 : 1)) return ODD
  if (value > Number.MAX_SAFE_INTEGER) return ODD
  const size = scale > 0 ? value / POWERS[scale]! : value
  return isNegative ? -size : size
}

function decodeFloat64(request: ColumnRequest, read: TextReader): Vector {
  const { fields, place, rows, nulls } = request
  const { starts, ends, forms, width } = fields.table
  const { bytes } = fields.buffer
  const values = new Float64Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    let value = ODD
    if (forms[index] !== FIELD.escaped) value = parseDecimal(bytes, starts[index]!, ends[index]!)
    if (Number.isNaN(value)) {
      const slow = readSlowly(request, row, index, read)
      if (slow === undefined) break
      value = slow as number // of float8
    }
    values[row] = value
  }
  return { kind: 'float64', values, nulls: request.nulls }
}

const LETTER_T = 116
const LETTER_F = 102

function decodeBool(request: ColumnRequest, read: TextReader): Vector {
  const { fields, place, rows, nulls } = request
  const { starts, ends, forms, width } = fields.table
  const { bytes } = fields.buffer
  const values = new Uint8Array(rows)
  for (let row = 0, index = place; row < rows; row++, index += width) {
    if (nulls?.[row] === 1) continue
    const start = starts[index]!
    const byte = forms[index] !== FIELD.escaped && ends[index]! - start === 1 ? bytes[start]! : 0
    if (byte === LETTER_T) values[row] = 1
    else if (byte !== LETTER_F) {
      const slow = readSlowly(request, row, index, read)
      if (slow === undefined) break
      values[row] = slow === true ? 1 : 0
    }
  }
  return { kind: 'bool', values, nulls: request.nulls }
}

function decodeText({ fields, place, rows, nulls }: ColumnRequest): Vector {
  return { kind: 'text', values: fields.texts(place, rows, nulls) }
}

function decodeWith(request: ColumnRequest, { kind }: InputColumn, read: TextReader): Vector {
  const { fields, place, rows, nulls, reject } = request
  const texts = fields.texts(place, rows, nulls)
  const values = new Array<Datum | null>(rows).fill(null)
  // Neighbours are often equal, and values are immutable.
  let lastText: string | null = null
  let lastValue: Datum | null = null
  for (let row = 0; row < rows; row++) {
    const text = texts[row]
    if (text === null || text === undefined) continue
    if (text !== lastText) {
      const value = attempt(() => read(text), row, reject)
      if (value === STOPPED) break
      if (value === undefined) continue
      lastText = text
      lastValue = value
    }
    values[row] = lastValue
  }
  return vectorOf(kind, values)
}

const STOPPED = Symbol('stopped')

function attempt(
  read: () => Datum,
  row: number,
  reject: ColumnRequest['reject'],
): Datum | undefined | typeof STOPPED {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    return reject(row, error) ? undefined : STOPPED
  }
}

/** undefined: nothing more is wanted. A rejected value is nothing in particular: its row will not be used. */
function readSlowly(
  { fields, reject }: ColumnRequest,
  row: number,
  index: number,
  read: TextReader,
): Datum | undefined {
  const value = attempt(() => read(fields.text(index)), row, reject)
  if (value === STOPPED) return undefined
  return value ?? 0
}
