/** A client that says exactly what it is told to, and shows exactly what comes back. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { serialize } from 'pg-protocol'

export interface RawMessage {
  readonly tag: string
  readonly body: Buffer
}

const HEADER_BYTES = 5

export class RawClient {
  readonly #socket: Socket
  #pending: Buffer = Buffer.alloc(0)
  readonly #messages: RawMessage[] = []
  #wake: () => void = () => undefined
  #isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve, reject) =>
      socket.once('connect', resolve).once('error', reject),
    )
    return new RawClient(socket)
  }

  /** Through startup and a cleartext password, if one is asked for. */
  static async login(port: number, user: string, database: string): Promise<RawClient> {
    const client = await RawClient.open(port)
    client.send(serialize.startup({ user, database }))
    const first = await client.next()
    if (first?.body.readInt32BE(0) === 3) client.send(serialize.password('lakelet'))
    await client.until('Z')
    return client
  }

  send(...messages: Uint8Array[]): void {
    this.#socket.write(Buffer.concat(messages))
  }

  /** undefined once the server has closed. */
  async next(): Promise<RawMessage | undefined> {
    while (this.#messages.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => void (this.#wake = resolve))
    }
    return this.#messages.shift()
  }

  /** Everything up to a message of this tag, or to the end. */
  async until(tag: string): Promise<RawMessage[]> {
    const messages: RawMessage[] = []
    for (;;) {
      const message = await this.next()
      if (message === undefined) return messages
      messages.push(message)
      if (message.tag === tag) return messages
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk])
    while (this.#pending.length >= HEADER_BYTES) {
      const length = this.#pending.readInt32BE(1)
      if (this.#pending.length <= length) break
      const tag = String.fromCharCode(this.#pending[0] ?? 0)
      this.#messages.push({ tag, body: this.#pending.subarray(HEADER_BYTES, length + 1) })
      this.#pending = this.#pending.subarray(length + 1)
    }
    this.#wake()
  }
}

/** The one value of the one row that a statement returns, in binary. */
export async function binaryValue(client: RawClient, expression: string): Promise<string> {
  client.send(
    serialize.parse({ text: `SELECT ${expression}` }),
    serialize.bind({ binary: true }),
    serialize.execute(),
    serialize.sync(),
  )
  const messages = await client.until('Z')
  const row = messages.find(({ tag }) => tag === 'D')
  if (row === undefined) throw new Error(messages.map(({ body }) => body.toString()).join('\n'))
  return row.body.subarray(6).toString('hex')
}

/** What a value in binary is in text, as the server reads it. */
export async function textOfBinary(client: RawClient, type: string, hex: string): Promise<string> {
  client.send(
    serialize.parse({ text: `SELECT ($1::${type})::text` }),
    serialize.bind({ values: [Buffer.from(hex, 'hex')] }),
    serialize.execute(),
    serialize.sync(),
  )
  const messages = await client.until('Z')
  const row = messages.find(({ tag }) => tag === 'D')
  if (row === undefined) throw new Error(messages.map(({ body }) => body.toString()).join('\n'))
  return row.body.subarray(6).toString()
}
