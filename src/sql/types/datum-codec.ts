/**
 * Values as bytes for pages, the log and spill files: self-describing, so that storage needs no types. Tag byte, then
 *
 *   integers    varint (negative ones as -1-n under a tag of their own)     text       varint length, UTF-8
 *   float       8 bytes LE                                                  bytea      varint length, bytes
 *   int64       8 bytes LE (only beyond safe integers)                      bit        varint bits, packed
 *   numeric     varint scale, then varint digits, or sign, length, bytes    interval   months, days, micros (tagged)
 *   array       dimensions, (length, lower bound)…, tagged elements         timetz     micros varint, zone
 *   record      n, (type, name, tagged value)…                              range      flags, tagged bounds
 *   multirange  n, ranges…                                                  jsonb      tagged node
 *
 * A tag's number is part of the stored format: never reuse or change one.
 */
import { assert } from '../../errors/sql-error.ts'
import type { Datum } from '../../storage/vector.ts'
import { normalizeInt64 } from '../../storage/vector.ts'
import { DatumReader, DatumWriter, corrupted } from './codec-bytes.ts'
import { compareDatums } from './compare-datums.ts'
import {
  BitString,
  Interval,
  Jsonb,
  Numeric,
  PgArray,
  PgMultirange,
  PgRange,
  PgRecord,
  TimeTz,
} from './value-classes.ts'
import type { JsonbNode } from './value-classes.ts'

const TAG = {
  NULL: 0,
  FALSE: 1,
  TRUE: 2,
  INTEGER: 3,
  NEGATIVE: 4,
  FLOAT: 5,
  INT64: 6,
  TEXT: 7,
  NUMERIC: 8,
  NUMERIC_NEGATIVE: 9,
  NUMERIC_BIG: 10,
  NUMERIC_SPECIAL: 11,
  BYTES: 12,
  INTERVAL: 13,
  TIMETZ: 14,
  ARRAY: 15,
  RECORD: 16,
  RANGE: 17,
  MULTIRANGE: 18,
  BITS: 19,
  JSONB: 20,
  JSONB_ARRAY: 21,
  JSONB_OBJECT: 22,
} as const

const SPECIALS = ['NaN', 'Infinity', '-Infinity'] as const
const RANGE_EMPTY = 1
const RANGE_LOWER_INCLUSIVE = 2
const RANGE_UPPER_INCLUSIVE = 4

export interface ValueCodec {
  encode(value: Datum): Uint8Array
  decode(bytes: Uint8Array): Datum
  compare(a: Datum, b: Datum): number
  sizeOf(value: Datum): number
}

const writer = new DatumWriter()

/** What storage and spilling are given; it knows every value class. */
export const datumCodec: ValueCodec = {
  encode(value) {
    writer.reset()
    writeDatum(writer, value)
    return writer.finish()
  },
  decode(bytes) {
    const value = readDatum(new DatumReader(bytes))
    if (value === null) throw corrupted('a null')
    return value
  },
  compare: compareDatums,
  sizeOf: sizeOfDatum,
}

function writeDatum(out: DatumWriter, value: Datum | null): void {
  switch (typeof value) {
    case 'number':
      return writeNumber(out, value)
    case 'string':
      out.byte(TAG.TEXT)
      return out.text(value)
    case 'boolean':
      return out.byte(value ? TAG.TRUE : TAG.FALSE)
    case 'bigint':
      out.byte(TAG.INT64)
      return out.int64(value)
    default:
      return value === null ? out.byte(TAG.NULL) : writeObject(out, value)
  }
}

function writeNumber(out: DatumWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.byte(TAG.FLOAT)
    out.float(value)
  } else if (value >= 0) {
    out.byte(TAG.INTEGER)
    out.varint(value)
  } else {
    out.byte(TAG.NEGATIVE)
    out.varint(-1 - value)
  }
}

function writeObject(out: DatumWriter, value: object): void {
  if (value instanceof Numeric) writeNumeric(out, value)
  else if (value instanceof Uint8Array) writeBytes(out, value)
  else if (value instanceof Jsonb) {
    out.byte(TAG.JSONB)
    writeNode(out, value.root)
  } else if (value instanceof PgArray) writeArray(out, value)
  else if (value instanceof Interval) {
    out.byte(TAG.INTERVAL)
    out.signed(value.months)
    out.signed(value.days)
    writeDatum(out, value.micros)
  } else if (value instanceof TimeTz) {
    out.byte(TAG.TIMETZ)
    out.varint(value.micros)
    out.signed(value.zone)
  } else if (value instanceof PgRecord) writeRecord(out, value)
  else if (value instanceof PgRange) writeRange(out, value)
  else if (value instanceof BitString) writeBits(out, value)
  else {
    assert(value instanceof PgMultirange, `a value of class ${value.constructor.name} has a codec`)
    out.byte(TAG.MULTIRANGE)
    out.varint(value.ranges.length)
    for (const range of value.ranges) writeRange(out, range)
  }
}

function writeNumeric(out: DatumWriter, value: Numeric): void {
  const { unscaled, scale, special } = value
  if (special !== undefined) {
    out.byte(TAG.NUMERIC_SPECIAL)
    return out.byte(SPECIALS.indexOf(special))
  }
  if (typeof unscaled === 'number') {
    out.byte(unscaled < 0 ? TAG.NUMERIC_NEGATIVE : TAG.NUMERIC)
    out.varint(scale)
    return out.varint(Math.abs(unscaled))
  }
  out.byte(TAG.NUMERIC_BIG)
  out.varint(scale)
  out.byte(unscaled < 0n ? 1 : 0)
  const hex = (unscaled < 0n ? -unscaled : unscaled).toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  out.varint(even.length / 2)
  for (let i = 0; i < even.length; i += 2) out.byte(Number.parseInt(even.slice(i, i + 2), 16))
}

function writeBytes(out: DatumWriter, value: Uint8Array): void {
  out.byte(TAG.BYTES)
  out.varint(value.length)
  out.raw(value)
}

function writeArray(out: DatumWriter, value: PgArray): void {
  out.byte(TAG.ARRAY)
  out.varint(value.dimensions.length)
  for (let i = 0; i < value.dimensions.length; i++) {
    out.varint(value.dimensions[i])
    out.signed(value.lowerBounds[i])
  }
  for (const element of value.elements) writeDatum(out, element)
}

function writeRecord(out: DatumWriter, value: PgRecord): void {
  out.byte(TAG.RECORD)
  out.varint(value.values.length)
  for (let i = 0; i < value.values.length; i++) {
    out.varint(value.types[i])
    out.text(value.names[i] ?? '')
    writeDatum(out, value.values[i])
  }
}

function writeRange(out: DatumWriter, value: PgRange): void {
  out.byte(TAG.RANGE)
  out.byte(
    (value.isEmpty ? RANGE_EMPTY : 0) |
      (value.lowerInclusive ? RANGE_LOWER_INCLUSIVE : 0) |
      (value.upperInclusive ? RANGE_UPPER_INCLUSIVE : 0),
  )
  writeDatum(out, value.lower)
  writeDatum(out, value.upper)
}

function writeBits(out: DatumWriter, value: BitString): void {
  out.byte(TAG.BITS)
  out.varint(value.bits.length)
  for (let i = 0; i < value.bits.length; i += 8) {
    out.byte(Number.parseInt(value.bits.slice(i, i + 8).padEnd(8, '0'), 2))
  }
}

function writeNode(out: DatumWriter, node: JsonbNode): void {
  if (Array.isArray(node)) {
    out.byte(TAG.JSONB_ARRAY)
    out.varint(node.length)
    for (const item of node as readonly JsonbNode[]) writeNode(out, item)
  } else if (node instanceof Map) {
    out.byte(TAG.JSONB_OBJECT)
    out.varint(node.size)
    for (const [key, item] of node as ReadonlyMap<string, JsonbNode>) {
      out.text(key)
      writeNode(out, item)
    }
  } else {
    writeDatum(out, node as string | boolean | Numeric | null) // what is left of JsonbNode
  }
}

function readDatum(input: DatumReader): Datum | null {
  const tag = input.byte()
  switch (tag) {
    case TAG.NULL:
      return null
    case TAG.FALSE:
      return false
    case TAG.TRUE:
      return true
    case TAG.INTEGER:
      return input.varint()
    case TAG.NEGATIVE:
      return -1 - input.varint()
    case TAG.FLOAT:
      return input.float()
    case TAG.INT64:
      return normalizeInt64(input.int64())
    case TAG.TEXT:
      return input.text()
    default:
      return readObject(input, tag)
  }
}

function readObject(input: DatumReader, tag: number): Datum {
  switch (tag) {
    case TAG.NUMERIC:
    case TAG.NUMERIC_NEGATIVE:
    case TAG.NUMERIC_BIG:
    case TAG.NUMERIC_SPECIAL:
      return readNumeric(input, tag)
    case TAG.BYTES:
      return input.raw(input.varint())
    case TAG.INTERVAL:
      // Arguments are evaluated in order: months, days, micros.
      return new Interval(input.signed(), input.signed(), readDatum(input) as number | bigint)
    case TAG.TIMETZ:
      return new TimeTz(input.varint(), input.signed())
    case TAG.ARRAY:
      return readArray(input)
    case TAG.RECORD:
      return readRecord(input)
    case TAG.RANGE:
      return readRange(input)
    case TAG.MULTIRANGE: {
      const ranges = Array.from({ length: input.varint() }, () => readDatum(input) as PgRange)
      return new PgMultirange(ranges)
    }
    case TAG.BITS:
      return readBits(input)
    case TAG.JSONB:
      return new Jsonb(readNode(input))
    default:
      throw corrupted(`unknown tag ${tag}`)
  }
}

function readNumeric(input: DatumReader, tag: number): Numeric {
  if (tag === TAG.NUMERIC_SPECIAL) return new Numeric(0, 0, SPECIALS[input.byte()])
  const scale = input.varint()
  if (tag === TAG.NUMERIC) return new Numeric(input.varint(), scale)
  if (tag === TAG.NUMERIC_NEGATIVE) return new Numeric(0 - input.varint(), scale)
  const negative = input.byte() === 1
  let hex = '0x'
  for (const byte of input.raw(input.varint())) hex += byte.toString(16).padStart(2, '0')
  return new Numeric(negative ? -BigInt(hex) : BigInt(hex), scale)
}

function readArray(input: DatumReader): PgArray {
  const rank = input.varint()
  const dimensions: number[] = []
  const lowerBounds: number[] = []
  for (let i = 0; i < rank; i++) {
    dimensions.push(input.varint())
    lowerBounds.push(input.signed())
  }
  const count = rank === 0 ? 0 : dimensions.reduce((product, length) => product * length, 1)
  const elements = Array.from({ length: count }, () => readDatum(input))
  return new PgArray(elements, dimensions, lowerBounds)
}

function readRecord(input: DatumReader): PgRecord {
  const count = input.varint()
  const types: number[] = []
  const names: string[] = []
  const values: (Datum | null)[] = []
  for (let i = 0; i < count; i++) {
    types.push(input.varint())
    names.push(input.text())
    values.push(readDatum(input))
  }
  return new PgRecord(values, types, names)
}

function readRange(input: DatumReader): PgRange {
  const flags = input.byte()
  const lower = readDatum(input)
  const upper = readDatum(input)
  return new PgRange(
    (flags & RANGE_EMPTY) !== 0,
    lower,
    upper,
    (flags & RANGE_LOWER_INCLUSIVE) !== 0,
    (flags & RANGE_UPPER_INCLUSIVE) !== 0,
  )
}

function readBits(input: DatumReader): BitString {
  const count = input.varint()
  let bits = ''
  for (const byte of input.raw(Math.ceil(count / 8))) bits += byte.toString(2).padStart(8, '0')
  return new BitString(bits.slice(0, count))
}

function readNode(input: DatumReader): JsonbNode {
  const tag = input.byte()
  if (tag === TAG.JSONB_ARRAY) {
    return Array.from({ length: input.varint() }, () => readNode(input))
  }
  if (tag === TAG.JSONB_OBJECT) {
    const node = new Map<string, JsonbNode>()
    for (let left = input.varint(); left > 0; left--) {
      const key = input.text()
      node.set(key, readNode(input))
    }
    return node
  }
  if (tag === TAG.NULL) return null
  if (tag === TAG.FALSE || tag === TAG.TRUE) return tag === TAG.TRUE
  return tag === TAG.TEXT ? input.text() : readNumeric(input, tag)
}

/** About the bytes `encode` would give; strings count two bytes a character beyond ASCII at most. */
export function sizeOfDatum(value: Datum | null): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 9
    case 'string':
      return value.length + 3
    case 'boolean':
      return 1
    default:
      return value === null ? 1 : sizeOfObject(value)
  }
}

function sizeOfObject(value: object): number {
  if (value instanceof Numeric) {
    return typeof value.unscaled === 'number' ? 9 : 5 + value.unscaled.toString(16).length / 2
  }
  if (value instanceof Uint8Array) return value.length + 3
  if (value instanceof BitString) return value.bits.length / 8 + 3
  if (value instanceof Jsonb) return sizeOfNode(value.root)
  if (value instanceof PgArray) return sumOfSizes(value.elements, 4)
  if (value instanceof PgRecord) return sumOfSizes(value.values, 4 + value.names.length * 12)
  if (value instanceof PgRange) return 2 + sizeOfDatum(value.lower) + sizeOfDatum(value.upper)
  if (value instanceof PgMultirange) return sumOfSizes(value.ranges, 3)
  return 16
}

function sumOfSizes(values: readonly (Datum | null)[], base: number): number {
  let size = base
  for (const value of values) size += sizeOfDatum(value)
  return size
}

function sizeOfNode(node: JsonbNode): number {
  if (node instanceof Map) {
    let size = 3
    for (const [key, item] of node) size += key.length + 2 + sizeOfNode(item)
    return size
  }
  if (Array.isArray(node)) {
    let size = 3
    for (const item of node as readonly JsonbNode[]) size += sizeOfNode(item)
    return size
  }
  return sizeOfDatum(node as string | boolean | Numeric | null)
}
