/**
 * One column as bytes; used by leaf pages and by log records.
 *
 *   u8 kind, u8 flags (1 = has nulls, 2 = has large values)
 *   [null bits]  [u32 count, per large value: u32 row, LargeValue]
 *   values: see number-codec.ts and string-codec.ts
 */
import { AssertionError } from '../../errors/sql-error.ts'
import type { ColumnKind, Datum } from '../vector.ts'
import { INLINE_BYTES_MAX, columnValues, isLargeValue } from './column.ts'
import type { ValueRange } from './column.ts'
import { damaged } from './byte-writer.ts'
import type { ByteReader, ByteWriter } from './byte-writer.ts'
import { readLargeValue, writeLargeValue } from './datum-codec.ts'
import type { Column, ColumnValues, DatumCodec, LargeValue } from './node.ts'
import {
  readBits,
  readInt32s,
  readInt64s,
  skipInts,
  writeBits,
  writeInt32s,
  writeInt64s,
  writeOneInteger,
} from './number-codec.ts'
import {
  readDatums,
  readStrings,
  skipDatums,
  skipStrings,
  writeDatums,
  writeOneString,
  writeStrings,
} from './string-codec.ts'

const KINDS: readonly ColumnKind[] = ['bool', 'int32', 'int64', 'float64', 'text', 'datum']
const HAS_NULLS = 1
const HAS_LARGE = 2

/** Moves a value to overflow pages; absent in log records, which keep values whole. */
export type Overflow = (
  bytes: Uint8Array,
  valueKind: 'text' | 'datum',
  prefix: string,
) => LargeValue

const PREFIX_UNITS = 24
const ENCODER = new TextEncoder()

const KIND_NUMBERS: Readonly<Record<ColumnKind, number>> = {
  bool: 0,
  int32: 1,
  int64: 2,
  float64: 3,
  text: 4,
  datum: 5,
}

export function writeKind(writer: ByteWriter, kind: ColumnKind): void {
  writer.u8(KIND_NUMBERS[kind])
}

export function readKind(reader: ByteReader): ColumnKind {
  const kind = KINDS[reader.u8()]
  if (kind === undefined) throw damaged('page or log record: unknown column kind')
  return kind
}

export function writeColumn(
  writer: ByteWriter,
  range: ValueRange,
  length: number,
  codec: DatumCodec,
  overflow?: Overflow,
): void {
  writeKind(writer, range.kind)
  if (length === 1 && writeOneValue(writer, range)) return
  if (range.kind === 'text' || range.kind === 'datum') {
    return writeVariable(writer, range, length, codec, overflow)
  }
  const { nulls } = range
  const hasNulls = nulls !== undefined && nulls.subarray(0, length).includes(1)
  writer.u8(hasNulls ? HAS_NULLS : 0)
  if (hasNulls) writeBits(writer, nulls, length)
  writeFixed(writer, range, length)
}

/** The same bytes for a column of one value, as most log records have them; false: nothing was written. */
function writeOneValue(writer: ByteWriter, { kind, values, nulls }: ValueRange): boolean {
  if (kind === 'text') {
    const value = values[0] as Datum | LargeValue | null
    if (value !== null && (typeof value !== 'string' || value.length > INLINE_BYTES_MAX))
      return false
    writeFlags(writer, value === null)
    writeOneString(writer, value ?? '')
    return true
  }
  if (kind === 'datum' || values instanceof BigInt64Array) return false
  writeFlags(writer, nulls?.[0] === 1)
  const value = values[0] as number // of a typed array
  if (kind === 'int32' || kind === 'int64') writeOneInteger(writer, value)
  else {
    writer.align()
    if (kind === 'bool') writer.u8(value)
    else writer.f64(value)
  }
  return true
}

function writeFlags(writer: ByteWriter, isNull: boolean): void {
  writer.u8(isNull ? HAS_NULLS : 0)
  if (isNull) writer.u8(1)
}

function writeFixed(writer: ByteWriter, range: ValueRange, length: number): void {
  // `kind` decides the class of `values`; see column.ts.
  const values = range.values as Exclude<ColumnValues, unknown[]>
  const part = values.length === length ? values : values.subarray(0, length)
  if (range.kind === 'int64') writeInt64s(writer, part as Float64Array | BigInt64Array)
  else if (range.kind === 'int32') writeInt32s(writer, part as Int32Array)
  else writer.array(part)
}

function writeVariable(
  writer: ByteWriter,
  range: ValueRange,
  length: number,
  codec: DatumCodec,
  overflow: Overflow | undefined,
): void {
  const values = range.values as readonly (Datum | LargeValue | null)[]
  let nulls: Uint8Array | undefined
  const large: (readonly [number, LargeValue])[] = []
  const texts: string[] = []
  const datums: Uint8Array[] = []
  for (let row = 0; row < length; row++) {
    const value = values[row] ?? null
    if (value === null) (nulls ??= new Uint8Array(length))[row] = 1
    const stored = value === null ? null : storedForm(value, codec, overflow)
    if (isLargeValue(stored)) large.push([row, stored])
    const inline = isLargeValue(stored) ? null : stored
    // Kind text has strings, kind datum encoded bytes.
    if (range.kind === 'text') texts.push((inline as string | null) ?? '')
    else datums.push((inline as Uint8Array | null) ?? EMPTY)
  }
  writer.u8((nulls === undefined ? 0 : HAS_NULLS) | (large.length > 0 ? HAS_LARGE : 0))
  if (nulls !== undefined) writeBits(writer, nulls, length)
  if (large.length > 0) writeLargeList(writer, large)
  if (range.kind === 'text') writeStrings(writer, texts)
  else writeDatums(writer, datums)
}

const EMPTY = new Uint8Array(0)

function storedForm(
  value: Datum | LargeValue,
  codec: DatumCodec,
  overflow: Overflow | undefined,
): string | Uint8Array | LargeValue {
  if (isLargeValue(value)) return value
  if (typeof value === 'string') {
    if (overflow === undefined || value.length <= INLINE_BYTES_MAX) return value
    return overflow(ENCODER.encode(value), 'text', prefixOf(value))
  }
  const bytes = codec.encode(value)
  if (overflow === undefined || bytes.length <= INLINE_BYTES_MAX) return bytes
  return overflow(bytes, 'datum', '')
}

/** How the text begins, without half a surrogate pair at its end. */
function prefixOf(text: string): string {
  const last = text.charCodeAt(PREFIX_UNITS - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? PREFIX_UNITS - 1 : PREFIX_UNITS)
}

function writeLargeList(
  writer: ByteWriter,
  large: readonly (readonly [number, LargeValue])[],
): void {
  writer.u32(large.length)
  for (const [row, value] of large) {
    writer.u32(row)
    writeLargeValue(writer, value)
  }
}

export function readColumn(reader: ByteReader, length: number, codec: DatumCodec): Column {
  const kind = readKind(reader)
  const flags = reader.u8()
  const nulls = flags & HAS_NULLS ? readBits(reader, length) : undefined
  switch (kind) {
    case 'bool':
      return fixed(kind, reader.u8s(length), nulls)
    case 'int32':
      return fixed(kind, readInt32s(reader, length), nulls)
    case 'int64':
      return fixed(kind, readInt64s(reader, length), nulls)
    case 'float64':
      return fixed(kind, reader.f64s(length), nulls)
    default:
      return readVariable(reader, kind, flags, length, nulls, codec)
  }
}

/** A column that keeps nothing of the reader's bytes: decoded at once, views copied. */
export function readOwnColumn(reader: ByteReader, length: number, codec: DatumCodec): Column {
  const column = readColumn(reader, length, codec)
  const values = columnValues(column)
  if (!Array.isArray(values) && values.buffer === reader.bytes.buffer)
    column.values = values.slice()
  return column
}

/** Past a column that nobody will read. */
export function skipColumn(reader: ByteReader, length: number): Column {
  const kind = readKind(reader)
  const flags = reader.u8()
  if (flags & HAS_NULLS) reader.raw((length + 7) >>> 3)
  switch (kind) {
    case 'bool':
      reader.skipArray(length)
      break
    case 'int32':
      skipInts(reader, length, 4)
      break
    case 'int64':
      skipInts(reader, length, 8)
      break
    case 'float64':
      reader.skipArray(length * 8)
      break
    default:
      readLargeList(reader, kind, flags)
      if (kind === 'text') skipStrings(reader, length)
      else skipDatums(reader, length)
  }
  return { kind, values: undefined, nulls: undefined, hasLarge: false, decode: notRead }
}

function notRead(): never {
  throw new AssertionError('a column was not asked for when its page was read')
}

function fixed(kind: ColumnKind, values: ColumnValues, nulls: Uint8Array | undefined): Column {
  return { kind, values, nulls, hasLarge: false, decode: undefined }
}

function readLargeList(
  reader: ByteReader,
  kind: 'text' | 'datum',
  flags: number,
): Map<number, LargeValue> {
  const large = new Map<number, LargeValue>()
  if ((flags & HAS_LARGE) === 0) return large
  for (let count = reader.u32(); count > 0; count--) {
    const row = reader.u32()
    large.set(row, readLargeValue(reader, kind))
  }
  return large
}

function readVariable(
  reader: ByteReader,
  kind: 'text' | 'datum',
  flags: number,
  length: number,
  nulls: Uint8Array | undefined,
  codec: DatumCodec,
): Column {
  const large = readLargeList(reader, kind, flags)
  const lazy =
    kind === 'text'
      ? readStrings(reader, length)
      : readDatums(reader, length, (row) => nulls?.[row] !== 1 && !large.has(row), codec)
  const decode = (): (Datum | LargeValue | null)[] => {
    const values: (Datum | LargeValue | null)[] = lazy()
    if (nulls !== undefined)
      for (let row = 0; row < length; row++) if (nulls[row]) values[row] = null
    for (const [row, value] of large) values[row] = value
    return values
  }
  return { kind, values: undefined, nulls: undefined, hasLarge: large.size > 0, decode }
}
