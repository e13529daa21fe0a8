/** Single values with a tag: keys and min/max in interior pages, and page addresses. */
import type { Datum } from '../vector.ts'
import type { DatumCodec, LargeValue } from './node.ts'
import type { PageAddress } from './page-address.ts'
import { damaged } from './byte-writer.ts'
import type { ByteReader, ByteWriter } from './byte-writer.ts'

const TAG = {
  absent: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  bigint: 5,
  text: 6,
  datum: 7,
} as const

export function writeDatum(
  writer: ByteWriter,
  value: Datum | null | undefined,
  codec: DatumCodec,
): void {
  if (value === undefined) return writer.u8(TAG.absent)
  if (value === null) return writer.u8(TAG.null)
  switch (typeof value) {
    case 'boolean':
      return writer.u8(value ? TAG.true : TAG.false)
    case 'number':
      writer.u8(TAG.number)
      return writer.f64(value)
    case 'bigint':
      writer.u8(TAG.bigint)
      return writer.i64(value)
    case 'string':
      writer.u8(TAG.text)
      return writer.text(value)
    default:
      writer.u8(TAG.datum)
      return writer.blob(codec.encode(value))
  }
}

export function readDatum(reader: ByteReader, codec: DatumCodec): Datum | null | undefined {
  const tag = reader.u8()
  switch (tag) {
    case TAG.absent:
      return undefined
    case TAG.null:
      return null
    case TAG.false:
      return false
    case TAG.true:
      return true
    case TAG.number:
      return reader.f64()
    case TAG.bigint:
      return reader.i64()
    case TAG.text:
      return reader.text()
    case TAG.datum:
      return codec.decode(reader.blob())
    default:
      throw damaged(`page or log record: unknown tag ${tag}`)
  }
}

export function writeAddress(writer: ByteWriter, address: PageAddress): void {
  writer.text(address.layer)
  writer.f64(address.offset)
  writer.u32(address.length)
  writer.u32(address.checksum)
}

export function readAddress(reader: ByteReader): PageAddress {
  return {
    layer: reader.text(),
    offset: reader.f64(),
    length: reader.u32(),
    checksum: reader.u32(),
  }
}

export function writeLargeValue(writer: ByteWriter, value: LargeValue): void {
  writer.u32(value.length)
  writer.text(value.prefix)
  writer.u32(value.chunks.length)
  for (const chunk of value.chunks) writeAddress(writer, chunk)
}

export function readLargeValue(reader: ByteReader, valueKind: 'text' | 'datum'): LargeValue {
  const length = reader.u32()
  const prefix = reader.text()
  const chunks: PageAddress[] = []
  for (let count = reader.u32(); count > 0; count--) chunks.push(readAddress(reader))
  return { kind: 'large-value', valueKind, length, chunks, prefix }
}
