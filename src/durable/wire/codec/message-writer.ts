/** A growing buffer of messages to be sent. Each message is begun with its tag and ended by filling in its length. */
import { GrowingBytes } from '../../../sql/types/binary/growing-bytes.ts'

/** A larger buffer is let go after it was sent. */
const KEPT_BYTES = 1 << 18
/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const UTF8_MAX = 3
const encoder = new TextEncoder()

export class MessageWriter extends GrowingBytes {
  #messageStart = 0

  get length(): number {
    return this.used
  }

  begin(tag: string): void {
    this.reserve(5)
    this.data[this.used] = tag.charCodeAt(0)
    this.#messageStart = this.used + 1
    this.used += 5
  }

  end(): void {
    this.view.setInt32(this.#messageStart, this.used - this.#messageStart)
  }

  /** Zero-terminated. */
  string(value: string): void {
    this.#text(value)
    this.int8(0)
  }

  /** A value of a row: its length, then its bytes; -1 for null. */
  value(value: string | Uint8Array | null): void {
    if (value === null) return this.int32(-1)
    if (typeof value === 'string') return this.#sizedText(value)
    this.int32(value.length)
    this.bytes(value)
  }

  /** Everything written so far, or its first `length` bytes: the writer goes on with the rest. */
  take(length = this.used): Uint8Array<ArrayBuffer> {
    const taken = this.data.slice(0, length)
    this.data.copyWithin(0, length, this.used)
    this.used -= length
    if (this.used === 0 && this.data.length > KEPT_BYTES) this.shrink()
    return taken
  }

  /** Forgets what was written after `length`. */
  truncate(length: number): void {
    this.used = length
  }

  #sizedText(text: string): void {
    this.reserve(4)
    const at = this.used
    this.used += 4
    this.#text(text)
    this.view.setInt32(at, this.used - at - 4)
  }

  #text(text: string): void {
    this.reserve(text.length * UTF8_MAX)
    const units = text.length
    // Most values are short and plain; for those a loop is faster than the encoder.
    if (units <= 32) {
      let at = this.used
      for (let i = 0; i < units; i++) {
        const unit = text.charCodeAt(i)
        if (unit > 0x7f) return this.#encode(text)
        this.data[at++] = unit
      }
      this.used = at
    } else this.#encode(text)
  }

  #encode(text: string): void {
    this.used += encoder.encodeInto(text, this.data.subarray(this.used)).written
  }
}
