/**
 * The least client of the PostgreSQL protocol that running a script needs: simple queries and COPY FROM STDIN, over the WebSocket
 * at `/v2`. Rows are not kept.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerError } from './http-client.ts'
import type { Endpoint } from './http-client.ts'

export interface QueryOutcome {
  /** Statements that came to their end. */
  readonly completed: number
  /** Of the next one; what follows it was not run. */
  readonly error: ServerError | undefined
}

const PROTOCOL_3 = 3 << 16
const HEADER_BYTES = 5
const COPY_PIECE_BYTES = 64 * 1024
/** Above this nothing more is sent until the socket has passed some of it on. */
const HIGH_WATER_BYTES = 1 << 20
const DRAIN_POLL_MS = 5
/** Their meaning is in "Error and Notice Message Fields". */
const ERROR_FIELDS: Readonly<Record<string, string>> = {
  C: 'code',
  M: 'message',
  D: 'detail',
  H: 'hint',
  P: 'position',
  W: 'where',
}

interface Message {
  readonly tag: string
  readonly body: Buffer
}

export class WireClient {
  readonly #socket: WebSocket
  #pending: Buffer = Buffer.alloc(0)
  readonly #messages: Message[] = []
  #onMessage: (() => void) | undefined
  #isClosed = false

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) =>
      this.#receive(Buffer.from(data as ArrayBuffer)),
    ) // as binaryType says
    socket.addEventListener('close', () => this.#end())
    socket.addEventListener('error', () => this.#end())
  }

  /** Raises a ServerError when the server does not let the role in. */
  static async open(endpoint: Endpoint): Promise<WireClient> {
    const { username, password, hostname, pathname } = new URL(endpoint.connectionString)
    const client = new WireClient(new WebSocket(socketUrl(endpoint.url, hostname)))
    await client.#opened()
    const user = decodeURIComponent(username)
    const database = decodeURIComponent(pathname.slice(1)) || user
    client.#send(startup({ user, database, application_name: 'lakelet' }))
    for (;;) {
      const message = await client.#next()
      if (message.tag === 'E') throw errorOf(message.body)
      if (message.tag === 'Z') return client
      if (message.tag === 'R' && message.body.readInt32BE(0) !== 0) {
        client.#send(frame('p', text(decodeURIComponent(password))))
      }
    }
  }

  /** `copyData` is for the COPY FROM STDIN in the text; without it such a COPY fails. */
  async query(statements: string, copyData?: string): Promise<QueryOutcome> {
    this.#send(frame('Q', text(statements)))
    let completed = 0
    let error: ServerError | undefined
    for (;;) {
      const { tag, body } = await this.#next()
      if (tag === 'C' || tag === 'I') completed++
      else if (tag === 'E') error = errorOf(body)
      else if (tag === 'G') await this.#copy(copyData)
      else if (tag === 'Z') return { completed, error }
    }
  }

  close(): void {
    this.#send(frame('X', Buffer.alloc(0)))
    this.#socket.close()
  }

  async #copy(data: string | undefined): Promise<void> {
    if (data === undefined) return this.#send(frame('f', text('the script has no data for it')))
    const bytes = Buffer.from(data)
    for (let at = 0; at < bytes.length; at += COPY_PIECE_BYTES) {
      this.#send(frame('d', bytes.subarray(at, at + COPY_PIECE_BYTES)))
      while (this.#socket.bufferedAmount > HIGH_WATER_BYTES && !this.#isClosed) {
        await sleep(DRAIN_POLL_MS)
      }
    }
    this.#send(frame('c', Buffer.alloc(0)))
  }

  #send(bytes: Buffer<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes)
  }

  async #opened(): Promise<void> {
    while (this.#socket.readyState === WebSocket.CONNECTING) {
      await new Promise<void>((resolve) => {
        this.#socket.addEventListener('open', () => resolve(), { once: true })
        this.#onMessage = resolve
      })
    }
    if (this.#isClosed) throw unreachableError(this.#socket.url)
  }

  async #next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift()
      if (message !== undefined) return message
      if (this.#isClosed) throw unreachableError(this.#socket.url)
      await new Promise<void>((resolve) => void (this.#onMessage = resolve))
    }
  }

  #receive(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    let at = 0
    while (this.#pending.length - at >= HEADER_BYTES) {
      const end = at + 1 + this.#pending.readInt32BE(at + 1)
      if (end > this.#pending.length) break
      const tag = String.fromCharCode(this.#pending[at] ?? 0)
      // Rows and settings are of no interest.
      if (tag !== 'D' && tag !== 'd') {
        this.#messages.push({ tag, body: this.#pending.subarray(at + HEADER_BYTES, end) })
      }
      at = end
    }
    this.#pending = this.#pending.subarray(at)
    this.#onMessage?.()
  }

  #end(): void {
    this.#isClosed = true
    this.#onMessage?.()
  }
}

/** The WebSocket beside `POST /sql`; the branch is named by the connection string's host. */
function socketUrl(url: string, host: string): string {
  const target = new URL(url)
  target.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:'
  target.pathname = '/v2'
  target.searchParams.set('address', `${host}:5432`)
  return target.href
}

function unreachableError(url: string): Error {
  return new Error(`the connection to ${url.replace(/\?.*/, '')} is lost, or could not be made`)
}

function startup(parameters: Readonly<Record<string, string>>): Buffer<ArrayBuffer> {
  const body = Object.entries(parameters).map((pair) => `${pair.join('\0')}\0`)
  const bytes = Buffer.from(`\0\0\0\0\0\0\0\0${body.join('')}\0`)
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(PROTOCOL_3, 4)
  return bytes
}

function frame(tag: string, body: Uint8Array): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(HEADER_BYTES + body.length)
  bytes.write(tag, 'latin1')
  bytes.writeInt32BE(body.length + HEADER_BYTES - 1, 1)
  bytes.set(body, HEADER_BYTES)
  return bytes
}

/** Zero-terminated. */
function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

function errorOf(body: Buffer): ServerError {
  const fields: Record<string, string | null> = { position: null }
  for (const part of body.toString().split('\0')) {
    const name = ERROR_FIELDS[part[0] ?? '']
    if (name !== undefined) fields[name] = part.slice(1)
  }
  return new ServerError(fields)
}
