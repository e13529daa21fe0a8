/**
 * Text and datum values as bytes.
 *
 *   text, plain:       u32s ends (in UTF-16 units of the whole), u32 byte length, UTF-8 of all values run together
 *   text, dictionary:  u32 entries, the entries as plain text, u8s or u16s codes
 *   datum:             u32s ends (in bytes), then the bytes that DatumCodec made, run together
 *
 * Ends count UTF-16 units so that a column decodes with one call of TextDecoder and one substring a value: for ASCII
 * text that is a copy of the bytes, for other text it is still a single pass. Nulls and large values are kept beside
 * and take no room here.
 */
import type { Datum } from '../vector.ts'
import { damaged } from './byte-writer.ts'
import type { ByteReader, ByteWriter } from './byte-writer.ts'
import type { DatumCodec } from './node.ts'

const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

const PLAIN = 0
const DICTIONARY_8 = 1
const DICTIONARY_16 = 2

/** Below this many values a dictionary never pays. */
const DICTIONARY_ROWS_MIN = 16

/** Decodes when called; the reader has moved past the values already. */
export type LazyValues = () => (Datum | null)[]

export function writeStrings(writer: ByteWriter, values: readonly string[]): void {
  const dictionary = dictionaryOf(values)
  if (dictionary === undefined) {
    writer.u8(PLAIN)
    return writePlain(writer, values)
  }
  const wide = dictionary.size > 0x100
  writer.u8(wide ? DICTIONARY_16 : DICTIONARY_8)
  writer.u32(dictionary.size)
  writePlain(writer, [...dictionary.keys()])
  const codes = wide ? new Uint16Array(values.length) : new Uint8Array(values.length)
  // Every value is in its dictionary.
  for (let row = 0; row < values.length; row++) codes[row] = dictionary.get(values[row]!)!
  writer.array(codes)
}

/** The same for a single value. */
export function writeOneString(writer: ByteWriter, value: string): void {
  writer.u8(PLAIN)
  writer.align()
  writer.u32(value.length)
  writer.text(value)
}

/** The distinct values with their codes, when there are few enough of them. */
function dictionaryOf(values: readonly string[]): Map<string, number> | undefined {
  if (values.length < DICTIONARY_ROWS_MIN) return undefined
  const most = Math.min(values.length >>> 1, 0x10000)
  const dictionary = new Map<string, number>()
  for (const value of values) {
    if (dictionary.has(value)) continue
    if (dictionary.size === most) return undefined
    dictionary.set(value, dictionary.size)
  }
  return dictionary
}

function writePlain(writer: ByteWriter, values: readonly string[]): void {
  writer.align()
  let end = 0
  for (const value of values) writer.u32((end += value.length))
  writer.text(values.length === 1 ? values[0]! : values.join(''))
}

export function readStrings(reader: ByteReader, count: number): LazyValues {
  const encoding = reader.u8()
  if (encoding === PLAIN) return readPlain(reader, count)
  if (encoding !== DICTIONARY_8 && encoding !== DICTIONARY_16) {
    throw damaged(`page or log record: unknown text encoding ${encoding}`)
  }
  const entries = readPlain(reader, reader.u32())
  const codes = encoding === DICTIONARY_8 ? reader.u8s(count) : reader.u16s(count)
  return () => {
    const dictionary = entries()
    const values: (Datum | null)[] = []
    for (let row = 0; row < count; row++) values.push(dictionary[codes[row]!]!)
    return values
  }
}

/** Past what `readStrings` would read. */
export function skipStrings(reader: ByteReader, count: number): void {
  const encoding = reader.u8()
  if (encoding === PLAIN) return skipPlain(reader, count)
  skipPlain(reader, reader.u32())
  reader.skipArray(encoding === DICTIONARY_8 ? count : count * 2)
}

function skipPlain(reader: ByteReader, count: number): void {
  reader.skipArray(count * 4)
  reader.raw(reader.u32())
}

function readPlain(reader: ByteReader, count: number): LazyValues {
  const ends = reader.u32s(count)
  const bytes = reader.blob()
  return () => {
    const whole = DECODER.decode(bytes)
    const values: (Datum | null)[] = []
    let start = 0
    for (let row = 0; row < count; row++) {
      const end = ends[row]!
      values.push(whole.substring(start, end))
      start = end
    }
    return values
  }
}

export function writeDatums(writer: ByteWriter, encoded: readonly Uint8Array[]): void {
  writer.align()
  let end = 0
  for (const bytes of encoded) writer.u32((end += bytes.length))
  writer.u32(end)
  for (const bytes of encoded) writer.raw(bytes)
}

/** Past what `readDatums` would read. */
export function skipDatums(reader: ByteReader, count: number): void {
  skipPlain(reader, count)
}

export function readDatums(
  reader: ByteReader,
  count: number,
  present: (row: number) => boolean,
  codec: DatumCodec,
): LazyValues {
  const ends = reader.u32s(count)
  const bytes = reader.blob()
  return () => {
    const values: (Datum | null)[] = []
    let start = 0
    for (let row = 0; row < count; row++) {
      const end = ends[row]!
      values.push(present(row) ? codec.decode(bytes.subarray(start, end)) : null)
      start = end
    }
    return values
  }
}
