/** A growing buffer for one row of COPY TO. Values are put in with their escapes; the bytes are taken before the next row begins. */
import { convertTo } from '../../types/binary/encodings.ts'
import { GrowingBytes } from '../../types/binary/growing-bytes.ts'
import type { CopyOptions } from '../options.ts'

const encoder = new TextEncoder()

export class RowBytes extends GrowingBytes {
  readonly #encoding: CopyOptions['encoding']

  constructor(encoding: CopyOptions['encoding']) {
    super()
    this.#encoding = encoding
  }

  /** What was put in since the last time; good until something is put in again. */
  take(): Uint8Array {
    const taken = this.data.subarray(0, this.used)
    this.used = 0
    return taken
  }

  /** As it is. */
  text(text: string): void {
    this.escaped(text, NOTHING)
  }

  /** Each byte that `escapes` knows becomes two: what `escapes` says (a zero: the byte itself) after the escape character. */
  escaped(text: string, { escapes, escape }: Escapes): void {
    const units = text.length
    this.reserve(units * 2)
    const bytes = this.data
    let at = this.used
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) return this.#encoded(text, { escapes, escape })
      const other = escapes[unit]!
      if (other !== 0) {
        bytes[at++] = escape
        bytes[at++] = other
      } else bytes[at++] = unit
    }
    this.used = at
  }

  #encoded(text: string, { escapes, escape }: Escapes): void {
    const encoded = this.#encoding === 'utf8' ? encoder.encode(text) : convertTo(text, 'LATIN1')
    this.reserve(encoded.length * 2)
    for (const byte of encoded) {
      const other = byte > 0x7f ? 0 : escapes[byte]!
      if (other !== 0) this.data[this.used++] = escape
      this.data[this.used++] = other !== 0 ? other : byte
    }
  }
}

export interface Escapes {
  readonly escape: number
  /** By byte: what is written after the escape character; 0 where the byte needs none. */
  readonly escapes: Uint8Array
}

const NOTHING: Escapes = { escape: 0, escapes: new Uint8Array(0x80) }
