/**
 * The bridge for clients that speak the PostgreSQL protocol over TCP: psql, pg_dump, JDBC, GUIs. It refuses encryption (the
 * client sits on the same machine), and passes all other bytes unchanged to a WebSocket of a local or deployed Lakelet.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { openWebSocket } from './web-socket.ts'

export interface BridgeOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** ws:// or wss://, path included. */
  readonly url: string
}

export interface Bridge {
  readonly port: number
  close(): Promise<void>
}

const SSL_REQUEST = 80877103
const GSSENC_REQUEST = 80877104
const REQUEST_BYTES = 8
/** The WebSocket was cut without a closing message: a crash, a deploy, a network that failed. */
const CONNECTION_LOST = fatal(
  '57P01',
  'terminating connection: the branch was restarted or is out of reach',
)

export async function openBridge({ host, port, url }: BridgeOptions): Promise<Bridge> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    void carry(socket, url)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: () => closeAll(server, sockets),
  }
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
}

/** One client's bytes, both ways, until either side ends. Whoever does not read holds the other back. */
async function carry(socket: Socket, url: string): Promise<void> {
  socket.on('error', () => socket.destroy())
  const first = await refuseEncryption(socket)
  if (first === undefined) return
  const remote = await openWebSocket(url, {
    onData: (payload) => socket.write(payload),
    onClose: (wasClean) => void socket.end(wasClean ? '' : CONNECTION_LOST),
  }).catch(() => undefined)
  if (remote === undefined) return void socket.end(connectionFailure(url))
  if (socket.destroyed) return remote.close()
  const send = (chunk: Uint8Array): void => {
    if (remote.send(chunk)) return
    socket.pause()
    remote.onDrain(() => socket.resume())
  }
  socket.on('drain', () => remote.resume())
  socket.on('close', () => remote.close())
  socket.on('data', send)
  send(first)
  socket.resume()
}

/** Answers requests for encryption; resolves with what comes after them, undefined when the client has gone. */
async function refuseEncryption(socket: Socket): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let pending: Buffer<ArrayBuffer> = Buffer.alloc(0)
  for (;;) {
    const chunk = await nextChunk(socket)
    if (chunk === undefined) return undefined
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= REQUEST_BYTES && isEncryptionRequest(pending)) {
      socket.write('N')
      pending = pending.subarray(REQUEST_BYTES)
    }
    if (pending.length >= REQUEST_BYTES) return pending
  }
}

function isEncryptionRequest(bytes: Buffer): boolean {
  const code = bytes.readInt32BE(4)
  return bytes.readInt32BE(0) === REQUEST_BYTES && (code === SSL_REQUEST || code === GSSENC_REQUEST)
}

function nextChunk(socket: Socket): Promise<Buffer<ArrayBuffer> | undefined> {
  return new Promise((resolve) => {
    const done = (chunk?: Buffer<ArrayBuffer>): void => {
      socket.pause()
      socket.off('data', done)
      socket.off('close', gone)
      resolve(chunk)
    }
    const gone = (): void => done()
    socket.once('data', done)
    socket.once('close', gone)
    socket.once('end', gone)
    socket.resume()
  })
}

function connectionFailure(url: string): Uint8Array {
  return fatal('08006', `could not connect to Lakelet at ${url.replace(/\?.*/, '')}`)
}

/** ErrorResponse: severity, SQLSTATE, message. */
function fatal(code: string, message: string): Uint8Array {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const header = Buffer.alloc(5)
  header.write('E')
  header.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([header, fields])
}
