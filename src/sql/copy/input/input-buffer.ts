/** What has come of the copied data and is not taken yet: one stretch of bytes, growing at its end. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

const INITIAL_BYTES = 64 * 1024
/** A single row may be so long. */
const MAX_BYTES = 64 * 1024 * 1024

export class InputBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(INITIAL_BYTES)
  end = 0
  /** Nothing more will come. */
  isComplete = false

  append(chunk: Uint8Array): void {
    const needed = this.end + chunk.length
    if (needed > this.bytes.length) this.#grow(needed)
    this.bytes.set(chunk, this.end)
    this.end = needed
  }

  /** LATIN1 becomes UTF-8: what is beyond ASCII takes two bytes. */
  appendLatin1(chunk: Uint8Array): void {
    const needed = this.end + 2 * chunk.length
    if (needed > this.bytes.length) this.#grow(needed)
    const { bytes } = this
    let at = this.end
    for (const byte of chunk) {
      if (byte < 0x80) bytes[at++] = byte
      else {
        bytes[at++] = 0xc0 | (byte >> 6)
        bytes[at++] = 0x80 | (byte & 0x3f)
      }
    }
    this.end = at
  }

  /** Forgets the first `count` bytes; the rest moves to the front. */
  discard(count: number): void {
    if (count === 0) return
    this.bytes.copyWithin(0, count, this.end)
    this.end -= count
  }

  #grow(needed: number): void {
    if (needed > MAX_BYTES) {
      throw new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'a row of the copied data is too long', {
        detail: `At most ${MAX_BYTES} bytes are read for one row.`,
      })
    }
    const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2)))
    grown.set(this.bytes.subarray(0, this.end))
    this.bytes = grown
  }
}
