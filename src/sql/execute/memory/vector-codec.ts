/**
 * Batches as bytes, for spilling only: written and read by the same process, so there is no version and no checksum.
 *
 *   u32 rows │ per column: u8 form │ u8 has nulls │ [null bytes] │ values
 *   forms: bool u8, int32, float64 and int64 raw arrays; bigint raw;
 *          text: every value's length in UTF-16 units (i32, -1 = null), then chunks of joined texts, u32 bytes + UTF-8:
 *          a call of the encoder costs more than most texts, but a chunk stays in memory with any part of it, so it is small;
 *          datum u32 length + tag byte + payload each, objects through the injected codec
 */
import { assert } from '../../../errors/sql-error.ts'
import { releaseBytes } from '../../../storage/release-bytes.ts'
import type { Batch, ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import type { DatumCodec } from './spill-store.ts'

const FORM_NUMBERS = 0
const FORM_BIGINTS = 1
const FORM_OBJECTS = 2
const FORM_TEXTS = 3
const TAG_STRING = 0
const TAG_NUMBER = 1
const TAG_BIGINT = 2
const TAG_BOOLEAN = 3
const TAG_OBJECT = 4
const NULL_LENGTH = 0xffffffff

const encoder = new TextEncoder()
// A text may begin with U+FEFF like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** A chunk of texts ends after so many values, or characters. */
const CHUNK_VALUES = 64
const CHUNK_CHARACTERS = 4096
/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3

/** One for all batches: a spilling statement would else leave its buffers behind by the tens of megabytes. */
let scratch: Uint8Array<ArrayBuffer> = new Uint8Array(4096)
const SCRATCH_BYTES_MAX = 1 << 20

/** The bytes are valid until the next call. */
export function encodeBatch(batch: Batch, codec: DatumCodec | undefined): Uint8Array {
  const writer = new ByteWriter()
  writer.u32(batch.length)
  for (const vector of batch.columns) encodeVector(writer, vector, batch.length, codec)
  return writer.finish()
}

function encodeVector(
  writer: ByteWriter,
  vector: Vector,
  n: number,
  codec: DatumCodec | undefined,
): void {
  if (vector.kind === 'text') {
    writer.u8(FORM_TEXTS)
    encodeTexts(writer, vector.values, n)
    return
  }
  if (vector.kind === 'datum') {
    writer.u8(FORM_OBJECTS)
    for (let i = 0; i < n; i++) encodeDatum(writer, vector.values[i], codec)
    return
  }
  const { values, nulls } = vector
  writer.u8(values instanceof BigInt64Array ? FORM_BIGINTS : FORM_NUMBERS)
  writer.u8(nulls === undefined ? 0 : 1)
  if (nulls !== undefined) writer.bytes(nulls.subarray(0, n))
  const part = values.subarray(0, n)
  writer.bytes(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
}

function encodeTexts(writer: ByteWriter, values: readonly (string | null)[], n: number): void {
  const lengths = new Int32Array(n)
  for (let i = 0; i < n; i++) lengths[i] = values[i]?.length ?? -1
  writer.bytes(new Uint8Array(lengths.buffer))
  for (let start = 0; start < n;) {
    const end = chunkEnd(lengths, start)
    let chunk = ''
    for (let i = start; i < end; i++) chunk += values[i] ?? ''
    writer.text(chunk)
    start = end
  }
}

function decodeTexts(reader: ByteReader, n: number): (string | null)[] {
  const lengths = new Int32Array(reader.bytes(n * 4).buffer)
  const values = new Array<string | null>(n)
  for (let start = 0; start < n;) {
    const end = chunkEnd(lengths, start)
    const chunk = decoder.decode(reader.view(reader.u32()))
    let offset = 0
    for (let i = start; i < end; i++) {
      const length = lengths[i]
      values[i] = length < 0 ? null : chunk.slice(offset, offset + length)
      if (length > 0) offset += length
    }
    start = end
  }
  return values
}

/** Where the chunk that begins with value `start` ends; both sides ask the lengths alone. */
function chunkEnd(lengths: Int32Array, start: number): number {
  const last = Math.min(lengths.length, start + CHUNK_VALUES)
  let characters = 0
  let end = start
  while (end < last && characters < CHUNK_CHARACTERS) characters += Math.max(0, lengths[end++])
  return end
}

function encodeDatum(writer: ByteWriter, value: Datum | null, codec: DatumCodec | undefined): void {
  if (value === null) {
    writer.u32(NULL_LENGTH)
    return
  }
  const [tag, payload] = payloadOf(value, codec)
  writer.u32(payload.length)
  writer.u8(tag)
  writer.bytes(payload)
}

function payloadOf(value: Datum, codec: DatumCodec | undefined): [number, Uint8Array] {
  switch (typeof value) {
    case 'string':
      // PostgreSQL's text is valid UTF-8, so no string has a lone surrogate.
      return [TAG_STRING, encoder.encode(value)]
    case 'number':
      return [TAG_NUMBER, new Uint8Array(Float64Array.of(value).buffer)]
    case 'bigint':
      return [TAG_BIGINT, encoder.encode(value.toString())]
    case 'boolean':
      return [TAG_BOOLEAN, Uint8Array.of(value ? 1 : 0)]
    default:
      assert(codec !== undefined, 'spilling objects needs a datum codec')
      return [TAG_OBJECT, codec.encode(value)]
  }
}

/** The batch holds nothing of `bytes`. */
export function decodeBatch(
  bytes: Uint8Array,
  kinds: readonly ColumnKind[],
  codec: DatumCodec | undefined,
): Batch {
  const reader = new ByteReader(bytes)
  const length = reader.u32()
  const columns = kinds.map((kind) => decodeVector(reader, kind, length, codec))
  return { kind: 'batch', length, columns }
}

function decodeVector(
  reader: ByteReader,
  kind: ColumnKind,
  n: number,
  codec: DatumCodec | undefined,
): Vector {
  const form = reader.u8()
  if (form === FORM_TEXTS) return { kind, values: decodeTexts(reader, n) } as Vector // a text column
  if (form === FORM_OBJECTS) {
    const values = Array.from({ length: n }, () => decodeDatum(reader, codec))
    return { kind, values } as Vector // a column of datums
  }
  const nulls = reader.u8() === 1 ? reader.bytes(n) : undefined
  return { kind, values: decodeNumbers(reader, kind, n, form === FORM_BIGINTS), nulls } as Vector // of this kind
}

function decodeNumbers(reader: ByteReader, kind: ColumnKind, n: number, isBig: boolean) {
  if (kind === 'bool') return reader.bytes(n)
  if (kind === 'int32') return new Int32Array(reader.bytes(n * 4).buffer)
  const { buffer } = reader.bytes(n * 8)
  return isBig ? new BigInt64Array(buffer) : new Float64Array(buffer)
}

function decodeDatum(reader: ByteReader, codec: DatumCodec | undefined): Datum | null {
  const length = reader.u32()
  if (length === NULL_LENGTH) return null
  const tag = reader.u8()
  const payload = reader.bytes(length)
  switch (tag) {
    case TAG_STRING:
      return decoder.decode(payload)
    case TAG_NUMBER:
      return new Float64Array(payload.buffer)[0]
    case TAG_BIGINT:
      return BigInt(decoder.decode(payload))
    case TAG_BOOLEAN:
      return payload[0] === 1
    default:
      assert(codec !== undefined, 'spilled objects need a datum codec')
      return codec.decode(payload)
  }
}

class ByteWriter {
  #buffer = scratch
  #length = 0

  u8(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  u32(value: number): void {
    this.#reserve(4)
    new DataView(this.#buffer.buffer).setUint32(this.#length, value, true)
    this.#length += 4
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** u32 byte length and UTF-8. */
  text(text: string): void {
    this.#reserve(4 + text.length * UTF8_BYTES_MAX)
    const { written } = encoder.encodeInto(text, this.#buffer.subarray(this.#length + 4))
    this.u32(written)
    this.#length += written
  }

  finish(): Uint8Array {
    scratch = this.#buffer.length <= SCRATCH_BYTES_MAX ? this.#buffer : new Uint8Array(4096)
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + more))
    grown.set(this.#buffer)
    // Also when it is the scratch, which is the writer's alone until it has finished.
    releaseBytes(this.#buffer)
    this.#buffer = grown
  }
}

class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(): number {
    return this.#bytes[this.#offset++]
  }

  u32(): number {
    const value = this.#view.getUint32(this.#offset, true)
    this.#offset += 4
    return value
  }

  /** Not a copy: to be read at once. */
  view(length: number): Uint8Array {
    this.#offset += length
    return this.#bytes.subarray(this.#offset - length, this.#offset)
  }

  /** A copy, aligned to its own buffer. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length)
    copy.set(this.#bytes.subarray(this.#offset, this.#offset + length))
    this.#offset += length
    return copy
  }
}
