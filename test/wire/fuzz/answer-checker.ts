/** Reads what the server says to a client, and notes whatever a server may never say: broken frames, faults of its own. */

const KNOWN_TAGS: ReadonlySet<string> = new Set('RKSZTDCENAtn123sIGHcdv')
const HEADER_BYTES = 5

export class AnswerChecker {
  readonly faults: string[] = []
  /** ReadyForQuery was among the answers. */
  wasReady = false
  #pending: Buffer = Buffer.alloc(0)
  #lastTag = ''

  /** The server waits for data that COPY was promised. */
  get awaitsCopyData(): boolean {
    return this.#lastTag === 'G'
  }

  take(bytes: Uint8Array): void {
    // The one byte that answers a request for encryption.
    if (this.#lastTag === '' && bytes.length === 1 && bytes[0] === 0x4e) return
    this.#pending = Buffer.concat([this.#pending, bytes])
    while (this.#pending.length >= HEADER_BYTES) {
      const length = this.#pending.readInt32BE(1)
      const tag = String.fromCharCode(this.#pending[0] ?? 0)
      if (!KNOWN_TAGS.has(tag) || length < 4) {
        this.faults.push(`a message of tag ${JSON.stringify(tag)} and length ${length}`)
        this.#pending = Buffer.alloc(0)
        return
      }
      if (this.#pending.length <= length) return
      this.#note(tag, this.#pending.subarray(HEADER_BYTES, length + 1))
      this.#pending = this.#pending.subarray(length + 1)
    }
  }

  /** Nothing may be left half said. */
  end(): void {
    if (this.#pending.length > 0) this.faults.push('the last message is cut off')
  }

  #note(tag: string, body: Buffer): void {
    this.#lastTag = tag
    if (tag === 'Z') this.wasReady = true
    if (tag !== 'E') return
    const text = body.toString('utf8')
    // XX000 alone is no fault: PostgreSQL says so of some values in binary, and so do we.
    if (text.includes('\0Minternal error')) this.faults.push(text)
  }
}
