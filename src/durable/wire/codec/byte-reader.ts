/** Reads the fields of one message. A field that reaches past the message's end raises 08P01. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** So short a text is put together faster than the decoder is called. */
const SHORT_BYTES = 12

export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  int8(): number {
    return this.#bytes[this.#take(1)] ?? 0
  }
  int16(): number {
    return (this.count() << 16) >> 16
  }
  /** Counts are 16 bits without a sign. */
  count(): number {
    return readUint16(this.#bytes, this.#take(2))
  }
  int32(): number {
    return readInt32(this.#bytes, this.#take(4))
  }
  uint32(): number {
    return this.int32() >>> 0
  }

  /** Text up to a zero byte. */
  string(): string {
    const start = this.#at
    // Most names are empty.
    const end = this.#bytes[start] === 0 ? start : this.#bytes.indexOf(0, start)
    if (end < 0) throw protocolViolation('invalid string in message')
    this.#at = end + 1
    return decodeRange(this.#bytes, start, end)
  }

  /** A copy: the message's buffer is used again. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.slice(start, start + length)
  }

  text(length: number): string {
    const start = this.#take(length)
    return decodeRange(this.#bytes, start, start + length)
  }

  /** Nothing may follow the last field. */
  end(): void {
    if (this.remaining !== 0) throw protocolViolation('invalid message format')
  }

  #take(length: number): number {
    const start = this.#at
    if (length < 0 || length > this.remaining) {
      throw protocolViolation('insufficient data left in message')
    }
    this.#at += length
    return start
  }
}

// A DataView for each message would take longer than reading it.

/** 0 where there are no bytes: callers have looked. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/** As `readUint16`. */
export function readInt32(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) << 16) | readUint16(bytes, at + 2)
}

/** Raises 22021, naming the bytes, when they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  return decodeRange(bytes, 0, bytes.length)
}

function decodeRange(bytes: Uint8Array, start: number, end: number): string {
  const plain = end - start <= SHORT_BYTES ? decodePlain(bytes, start, end) : undefined
  return plain ?? decodeUtf8(bytes.subarray(start, end))
}

/** undefined where it is not ASCII. */
function decodePlain(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    const shown = [...bytes.subarray(firstInvalid(bytes))].slice(0, 4)
    const hex = shown.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')
    throw new SqlError(
      SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
      `invalid byte sequence for encoding "UTF8": ${hex}`,
    )
  }
}

/** Decoding replaces what is invalid; up to there the text encodes to the same bytes. */
function firstInvalid(bytes: Uint8Array): number {
  const encoded = new TextEncoder().encode(new TextDecoder().decode(bytes))
  const at = encoded.findIndex((byte, index) => byte !== bytes[index])
  return at < 0 ? Math.min(encoded.length, bytes.length - 1) : at
}

export function protocolViolation(message: string): SqlError {
  return new SqlError(SQLSTATE.PROTOCOL_VIOLATION, message)
}
