/**
 * Fixed-width values as bytes. Whole numbers are stored as offsets from their least value where that is narrower:
 *
 *   u8 width; width 0: f64 value · 1, 2, 4: f64 least, then u8/u16/u32 offsets · 8: raw f64 · 9: raw i64
 *
 * int32 has raw i32 for width 4, float64 is always raw, so those decode as views.
 */
import type { ByteReader, ByteWriter } from './byte-writer.ts'
import { damaged } from './byte-writer.ts'

const WIDTH_RAW = 8
const WIDTH_BIGINT = 9

export function writeInt64s(writer: ByteWriter, values: Float64Array | BigInt64Array): void {
  if (values instanceof BigInt64Array) {
    writer.u8(WIDTH_BIGINT)
    writer.array(values)
    return
  }
  if (values.length === 1) return writeOneInteger(writer, values[0]!)
  const { least, width } = rangeOf(values)
  writer.u8(width)
  if (width === WIDTH_RAW) return writer.array(values)
  writer.f64(least)
  writeOffsets(writer, values, least, width)
}

export function readInt64s(reader: ByteReader, count: number): Float64Array | BigInt64Array {
  const width = reader.u8()
  if (width === WIDTH_BIGINT) return reader.i64s(count)
  if (width === WIDTH_RAW) return reader.f64s(count)
  const least = reader.f64()
  const values = new Float64Array(count)
  addOffsets(values, readOffsets(reader, count, width), least)
  return values
}

/** What either of the above and below writes for a single whole number. */
export function writeOneInteger(writer: ByteWriter, value: number): void {
  writer.u8(0)
  writer.f64(value)
}

/** Past what `readInt64s` or `readInt32s` would read. */
export function skipInts(reader: ByteReader, count: number, rawBytes: 4 | 8): void {
  const width = reader.u8()
  if (width === WIDTH_BIGINT || width === WIDTH_RAW || width === rawBytes) {
    reader.skipArray(count * rawBytes)
    return
  }
  reader.f64()
  if (width > 0) reader.skipArray(count * width)
}

export function writeInt32s(writer: ByteWriter, values: Int32Array): void {
  const { least, width } = rangeOf(values)
  writer.u8(width)
  if (width === 4) return writer.array(values)
  writer.f64(least)
  writeOffsets(writer, values, least, width)
}

export function readInt32s(reader: ByteReader, count: number): Int32Array {
  const width = reader.u8()
  if (width === 4) return reader.i32s(count)
  const least = reader.f64()
  const values = new Int32Array(count)
  addOffsets(values, readOffsets(reader, count, width), least)
  return values
}

function rangeOf(values: Int32Array | Float64Array): { least: number; width: number } {
  if (values.length === 0) return { least: 0, width: 0 }
  let least = values[0]!
  let greatest = least
  for (let row = 1; row < values.length; row++) {
    const value = values[row]!
    if (value < least) least = value
    else if (value > greatest) greatest = value
  }
  const spread = greatest - least
  if (spread === 0) return { least, width: 0 }
  if (spread < 0x100) return { least, width: 1 }
  if (spread < 0x10000) return { least, width: 2 }
  return { least, width: spread < 0x100000000 ? 4 : WIDTH_RAW }
}

function writeOffsets(
  writer: ByteWriter,
  values: Int32Array | Float64Array,
  least: number,
  width: number,
): void {
  if (width === 0) return
  const offsets = offsetsOf(values.length, width)
  for (let row = 0; row < values.length; row++) offsets[row] = values[row]! - least
  writer.array(offsets)
}

/** Used within one call only. */
const scratch = new ArrayBuffer(16 * 1024)

function offsetsOf(count: number, width: number): Uint8Array | Uint16Array | Uint32Array {
  const buffer = count * width <= scratch.byteLength ? scratch : new ArrayBuffer(count * width)
  if (width === 1) return new Uint8Array(buffer, 0, count)
  return width === 2 ? new Uint16Array(buffer, 0, count) : new Uint32Array(buffer, 0, count)
}

type Offsets = Uint8Array | Uint16Array | Uint32Array | undefined

function readOffsets(reader: ByteReader, count: number, width: number): Offsets {
  switch (width) {
    case 0:
      return undefined
    case 1:
      return reader.u8s(count)
    case 2:
      return reader.u16s(count)
    case 4:
      return reader.u32s(count)
    default:
      throw damaged(`page or log record: unknown width ${width}`)
  }
}

function addOffsets(values: Int32Array | Float64Array, offsets: Offsets, least: number): void {
  if (offsets === undefined) values.fill(least)
  else for (let row = 0; row < values.length; row++) values[row] = offsets[row]! + least
}

/** Nulls as bits, eight rows a byte. */
export function writeBits(writer: ByteWriter, flags: Uint8Array, count: number): void {
  const bits = new Uint8Array((count + 7) >>> 3)
  for (let row = 0; row < count; row++) if (flags[row] === 1) bits[row >>> 3]! |= 1 << (row & 7)
  writer.raw(bits)
}

export function readBits(reader: ByteReader, count: number): Uint8Array {
  const bits = reader.raw((count + 7) >>> 3)
  const flags = new Uint8Array(count)
  for (let row = 0; row < count; row++) flags[row] = (bits[row >>> 3]! >>> (row & 7)) & 1
  return flags
}
