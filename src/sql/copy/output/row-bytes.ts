/** A growing buffer for one row of COPY TO. Values are put in with their escapes; the bytes are taken before the next row begins. */
import { convertTo } from '../../types/binary/encodings.ts'
import type { CopyOptions } from '../options.ts'

const INITIAL_BYTES = 1024
const encoder = new TextEncoder()

export class RowBytes {
  readonly #encoding: CopyOptions['encoding']
  #bytes = new Uint8Array(INITIAL_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  constructor(encoding: CopyOptions['encoding']) {
    this.#encoding = encoding
  }

  /** What was put in since the last time; good until something is put in again. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return taken
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  int16(value: number): void {
    this.#reserve(2)
    this.#view.setInt16(this.#length, value)
    this.#length += 2
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#view.setInt32(this.#length, value)
    this.#length += 4
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** As it is. */
  text(text: string): void {
    this.escaped(text, NOTHING)
  }

  /** Each byte that `escapes` knows becomes two: what `escapes` says (a zero: the byte itself) after the escape character. */
  escaped(text: string, { escapes, escape }: Escapes): void {
    const units = text.length
    this.#reserve(units * 2)
    const bytes = this.#bytes
    let at = this.#length
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) return this.#encoded(text, { escapes, escape })
      const other = escapes[unit]!
      if (other !== 0) {
        bytes[at++] = escape
        bytes[at++] = other
      } else bytes[at++] = unit
    }
    this.#length = at
  }

  #encoded(text: string, { escapes, escape }: Escapes): void {
    const encoded = this.#encoding === 'utf8' ? encoder.encode(text) : convertTo(text, 'LATIN1')
    this.#reserve(encoded.length * 2)
    for (const byte of encoded) {
      const other = byte > 0x7f ? 0 : escapes[byte]!
      if (other !== 0) this.#bytes[this.#length++] = escape
      this.#bytes[this.#length++] = other !== 0 ? other : byte
    }
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

export interface Escapes {
  readonly escape: number
  /** By byte: what is written after the escape character; 0 where the byte needs none. */
  readonly escapes: Uint8Array
}

const NOTHING: Escapes = { escape: 0, escapes: new Uint8Array(0x80) }
