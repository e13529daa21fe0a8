/** Bytes of the datum codec: a growing writer and a reader over varints, text and doubles. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class DatumWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  reset(): void {
    this.#length = 0
  }

  /** A copy: the writer is reused. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** A non-negative safe integer, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.#room(8)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  /** A 32-bit integer of either sign. */
  signed(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  float(value: number): void {
    this.#room(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  int64(value: bigint): void {
    this.#room(8)
    this.#view.setBigInt64(this.#length, value, true)
    this.#length += 8
  }

  text(value: string): void {
    const n = value.length
    this.#room(n + 5)
    if (n < 128 && this.#ascii(value, n)) return
    const bytes = encoder.encode(value)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  #ascii(value: string, n: number): boolean {
    const start = this.#length
    this.#bytes[start] = n
    for (let i = 0; i < n; i++) {
      const code = value.charCodeAt(i)
      if (code > 127) return false
      this.#bytes[start + 1 + i] = code
    }
    this.#length = start + 1 + n
    return true
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }
}

export class DatumReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  byte(): number {
    if (this.#offset >= this.#bytes.length) throw corrupted('value ends early')
    return this.#bytes[this.#offset++]
  }

  varint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  float(): number {
    this.#offset += 8
    return this.#view.getFloat64(this.#offset - 8, true)
  }

  int64(): bigint {
    this.#offset += 8
    return this.#view.getBigInt64(this.#offset - 8, true)
  }

  text(): string {
    return decoder.decode(this.#take(this.varint()))
  }

  /** A copy, so that a value does not keep its page in memory. */
  raw(length: number): Uint8Array {
    return this.#take(length).slice()
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw corrupted('value ends early')
    const part = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return part
  }
}

export function corrupted(what: string): SqlError {
  return new SqlError(SQLSTATE.DATA_CORRUPTED, `stored value is damaged: ${what}`)
}
