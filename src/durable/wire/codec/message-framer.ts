/**
 * Cuts a stream of bytes into messages of the PostgreSQL protocol, version 3. Chunks may split or join messages anywhere.
 *
 *   startup      int32 length (itself included) · body
 *   afterwards   byte tag · int32 length (itself included, the tag not) · body
 *
 * A length beyond its limit is refused as soon as it is read, before anything is kept for it.
 */
import { protocolViolation, readInt32 } from './byte-reader.ts'

export interface FramedMessage {
  /** 0 for a message of the startup phase, which has none. */
  readonly tag: number
  /** Without tag and length. Good until the next chunk comes. */
  readonly body: Uint8Array
}

const LENGTH_BYTES = 4
/** PostgreSQL's MAX_STARTUP_PACKET_LENGTH. */
const MAX_STARTUP_BYTES = 10_000
/** What a client may send before it is known, and messages that carry names only. */
const MAX_SMALL_BYTES = 10_000
const MAX_AUTHENTICATION_BYTES = 65_535
/** Statements, parameters and copied data. An isolate has 128 MB. */
const MAX_LARGE_BYTES = 32 * 1024 * 1024
/** Query, Parse, Bind, CopyData, FunctionCall. */
const LARGE_TAGS: ReadonlySet<number> = new Set([...'QPBdF'].map((tag) => tag.charCodeAt(0)))
const PASSWORD_TAG = 'p'.charCodeAt(0)

export class MessageFramer {
  /** Bytes that have come and are not read yet: `#buffer[#start … #end)`. */
  #buffer: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  #isStartup = true

  /** The startup message has been read: from now on messages have tags. */
  leaveStartup(): void {
    this.#isStartup = false
  }

  /** Bytes behind the messages read so far, complete ones or not. */
  get pendingBytes(): number {
    return this.#end - this.#start
  }

  /** The chunk is the framer's from now on. */
  append(chunk: Uint8Array): void {
    const pending = this.pendingBytes
    if (pending === 0) {
      this.#buffer = chunk
      this.#start = 0
      this.#end = chunk.length
      return
    }
    if (this.#end + chunk.length > this.#buffer.length) this.#grow(pending + chunk.length)
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** The next complete message; undefined when more bytes are needed. Raises 08P01 for an impossible length. */
  next(): FramedMessage | undefined {
    const headerBytes = this.#isStartup ? LENGTH_BYTES : LENGTH_BYTES + 1
    if (this.pendingBytes < headerBytes) return undefined
    const tag = this.#isStartup ? 0 : this.#buffer[this.#start]! // pendingBytes says it is there
    const length = readInt32(this.#buffer, this.#start + headerBytes - LENGTH_BYTES)
    this.#checkLength(tag, length)
    const total = headerBytes - LENGTH_BYTES + length
    if (this.pendingBytes < total) return undefined
    const body = this.#buffer.subarray(this.#start + headerBytes, this.#start + total)
    this.#start += total
    return { tag, body }
  }

  #checkLength(tag: number, length: number): void {
    if (this.#isStartup) {
      if (length >= LENGTH_BYTES + 4 && length <= MAX_STARTUP_BYTES) return
      throw protocolViolation('invalid length of startup packet')
    }
    const most = LARGE_TAGS.has(tag)
      ? MAX_LARGE_BYTES
      : tag === PASSWORD_TAG
        ? MAX_AUTHENTICATION_BYTES
        : MAX_SMALL_BYTES
    if (length < LENGTH_BYTES || length > most) throw protocolViolation('invalid message length')
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.pendingBytes * 2))
    grown.set(this.#buffer.subarray(this.#start, this.#end))
    this.#buffer = grown
    this.#end -= this.#start
    this.#start = 0
  }
}
