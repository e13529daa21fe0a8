/** Reads the fields of one message. A field that reaches past the message's end raises 08P01. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  int8(): number {
    return this.#view.getUint8(this.#take(1))
  }
  int16(): number {
    return this.#view.getInt16(this.#take(2))
  }
  /** Counts are 16 bits without a sign. */
  count(): number {
    return this.#view.getUint16(this.#take(2))
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4))
  }
  uint32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  /** Text up to a zero byte. */
  string(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end < 0) throw protocolViolation('invalid string in message')
    const text = decodeText(this.#bytes.subarray(this.#at, end))
    this.#at = end + 1
    return text
  }

  /** A copy: the message's buffer is used again. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.slice(start, start + length)
  }

  text(length: number): string {
    const start = this.#take(length)
    return decodeText(this.#bytes.subarray(start, start + length))
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

/** Raises 22021, naming the bytes, when they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
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
