/**
 * The client's end of a WebSocket (RFC 6455) that carries bytes: binary frames, and nothing else of it. Unlike Node's own it can be
 * held back: while nobody takes what has come, nothing more is read from the network, and the other end notices.
 *
 *   frame    byte FIN and opcode · byte MASK and length (126: uint16 follows, 127: uint64) · mask, from clients · payload
 */
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'

export interface WebSocketEvents {
  /** False: hold the next ones back until `resume`. */
  onData(payload: Uint8Array): boolean
  /** `wasClean`: the other end has said that it closes. */
  onClose(wasClean: boolean): void
}

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
const FINAL = 0x80
const MASKED = 0x80
const LENGTH_16 = 126
const LENGTH_64 = 127
const MASK_BYTES = 4
const MASK_POOL_BYTES = 4096
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const NORMAL_CLOSURE = 1000

/** Rejects when the other end does not take it. `url` is ws:// or wss://. */
export async function openWebSocket(url: string, events: WebSocketEvents): Promise<ByteSocket> {
  const key = randomBytes(16).toString('base64')
  const { socket, head, response } = await upgrade(url, key)
  const expected = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64')
  if (response.headers['sec-websocket-accept'] !== expected) {
    socket.destroy()
    throw new Error('not a WebSocket')
  }
  return new ByteSocket(socket, head, events)
}

interface Upgraded {
  readonly response: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

function upgrade(url: string, key: string): Promise<Upgraded> {
  const isSecure = url.startsWith('wss:')
  const send = isSecure ? httpsRequest : httpRequest
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
  }
  return new Promise((resolve, reject) => {
    const request = send(url.replace(/^ws/, 'http'), { headers })
    request.on('upgrade', (response, socket, head) => resolve({ response, socket, head }))
    request.on('response', (response) => {
      response.resume()
      reject(new Error(`answered with status ${response.statusCode}`))
    })
    request.on('error', reject)
    request.end()
  })
}

export class ByteSocket {
  readonly #socket: Duplex
  readonly #events: WebSocketEvents
  /** What has come and is not read yet. */
  #pending: Buffer
  /** The frame that is being read: its payload is handed on as it comes. */
  #frame: FrameHeader | undefined
  #wasClean = false
  #isHeldBack = false

  constructor(socket: Duplex, head: Buffer, events: WebSocketEvents) {
    this.#socket = socket
    this.#events = events
    this.#pending = head
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('end', () => socket.end())
    socket.on('close', () => events.onClose(this.#wasClean))
    if (head.length > 0) setImmediate(() => this.#read())
  }

  /** False: more should wait until `onDrain` is called. */
  send(payload: Uint8Array): boolean {
    return this.#write(OPCODE.binary, payload)
  }

  onDrain(listener: () => void): void {
    this.#socket.once('drain', listener)
  }

  /** What was held back may come. */
  resume(): void {
    this.#isHeldBack = false
    this.#read()
    if (!this.#isHeldBack) this.#socket.resume()
  }

  close(): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    const code = Buffer.alloc(2)
    code.writeUInt16BE(NORMAL_CLOSURE)
    this.#write(OPCODE.close, code)
    this.#socket.end()
    this.#isHeldBack = false
    this.#socket.resume()
  }

  #take(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    this.#read()
  }

  #read(): void {
    while (!this.#isHeldBack) {
      this.#frame ??= this.#nextHeader()
      const payload = this.#frame === undefined ? undefined : this.#payloadOf(this.#frame)
      if (payload === undefined || this.#frame === undefined) return
      const { opcode } = this.#frame
      this.#frame.remaining -= payload.length
      if (this.#frame.remaining === 0) this.#frame = undefined
      this.#answer(opcode, payload)
    }
  }

  #nextHeader(): FrameHeader | undefined {
    const header = readHeader(this.#pending)
    if (header !== undefined) this.#pending = this.#pending.subarray(header.bytes)
    return header
  }

  /** Of data whatever is there, of other frames all or nothing. */
  #payloadOf({ opcode, remaining }: FrameHeader): Buffer | undefined {
    const isWhole = this.#pending.length >= remaining
    if (!isWhole && (opcode >= OPCODE.close || this.#pending.length === 0)) return undefined
    const payload = this.#pending.subarray(0, remaining)
    this.#pending = this.#pending.subarray(payload.length)
    return payload
  }

  #answer(opcode: number, payload: Buffer): void {
    switch (opcode) {
      case OPCODE.binary:
      case OPCODE.continuation:
        if (payload.length === 0 || this.#events.onData(payload)) return
        this.#isHeldBack = true
        this.#socket.pause()
        return
      case OPCODE.ping:
        this.#write(OPCODE.pong, payload)
        return
      case OPCODE.pong:
        return
      case OPCODE.close:
        this.#wasClean = true
        this.close()
        return
      // Text has no place here.
      default:
        this.#socket.destroy()
    }
  }

  #write(opcode: number, payload: Uint8Array): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return true
    return this.#socket.write(maskedFrame(opcode, payload))
  }
}

interface FrameHeader {
  readonly opcode: number
  /** Its own length. */
  readonly bytes: number
  /** Of the payload. */
  remaining: number
}

/** undefined until all of it has come. Servers do not mask. */
function readHeader(pending: Buffer): FrameHeader | undefined {
  if (pending.length < 2) return undefined
  const short = (pending[1] ?? 0) & ~MASKED
  const bytes = short === LENGTH_64 ? 10 : short === LENGTH_16 ? 4 : 2
  if (pending.length < bytes) return undefined
  let remaining = short
  if (short === LENGTH_16) remaining = pending.readUInt16BE(2)
  else if (short === LENGTH_64) remaining = Number(pending.readBigUInt64BE(2))
  return { opcode: (pending[0] ?? 0) & 0x0f, bytes, remaining }
}

let masks = Buffer.alloc(0)

/** Unpredictable, as RFC 6455 asks; drawn many at a time, since asking the system takes longer than sending. */
function nextMask(): Buffer {
  if (masks.length < MASK_BYTES) masks = randomBytes(MASK_POOL_BYTES)
  const mask = masks.subarray(0, MASK_BYTES)
  masks = masks.subarray(MASK_BYTES)
  return mask
}

function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const lengthBytes = length < LENGTH_16 ? 0 : length <= 0xffff ? 2 : 8
  const start = 2 + lengthBytes + MASK_BYTES
  const frame = Buffer.allocUnsafe(start + length)
  frame[0] = FINAL | opcode
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? LENGTH_16 : LENGTH_64)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  else if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  const mask = nextMask()
  mask.copy(frame, start - MASK_BYTES)
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
  return frame
}
