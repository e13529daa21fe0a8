/** A growing buffer of messages to be sent. Each message is begun with its tag and ended by filling in its length. */

const INITIAL_BYTES = 1024
/** A larger buffer is let go after it was sent. */
const KEPT_BYTES = 1 << 18
/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const UTF8_MAX = 3
const encoder = new TextEncoder()

export class MessageWriter {
  #bytes = new Uint8Array(INITIAL_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  #messageStart = 0

  get length(): number {
    return this.#length
  }

  begin(tag: string): void {
    this.#reserve(5)
    this.#bytes[this.#length] = tag.charCodeAt(0)
    this.#messageStart = this.#length + 1
    this.#length += 5
  }

  end(): void {
    this.#view.setInt32(this.#messageStart, this.#length - this.#messageStart)
  }

  int8(value: number): void {
    this.#reserve(1)
    this.#view.setUint8(this.#length, value)
    this.#length += 1
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
  take(length = this.#length): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, length)
    this.#bytes.copyWithin(0, length, this.#length)
    this.#length -= length
    if (this.#length === 0 && this.#bytes.length > KEPT_BYTES)
      this.#replace(new Uint8Array(INITIAL_BYTES))
    return taken
  }

  /** Forgets what was written after `length`. */
  truncate(length: number): void {
    this.#length = length
  }

  #sizedText(text: string): void {
    this.#reserve(4)
    const at = this.#length
    this.#length += 4
    this.#text(text)
    this.#view.setInt32(at, this.#length - at - 4)
  }

  #text(text: string): void {
    this.#reserve(text.length * UTF8_MAX)
    const units = text.length
    // Most values are short and plain; for those a loop is faster than the encoder.
    if (units <= 32) {
      let at = this.#length
      for (let i = 0; i < units; i++) {
        const unit = text.charCodeAt(i)
        if (unit > 0x7f) return this.#encode(text)
        this.#bytes[at++] = unit
      }
      this.#length = at
    } else this.#encode(text)
  }

  #encode(text: string): void {
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#replace(grown)
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}
