/** A TCP client that does not read holds the bridge back, and through it the other end. */
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBridge } from '../../src/cli/bridge.ts'
import type { Bridge } from '../../src/cli/bridge.ts'

const FRAME_BYTES = 1 << 20
const FRAMES = 64

let bridge: Bridge
let remote: Promise<Duplex>
const server = createServer()

beforeEach(async () => {
  remote = new Promise((resolve) => {
    server.once('upgrade', ({ headers }, socket: Duplex) => {
      const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  bridge = await openBridge({ host: '127.0.0.1', port: 0, url: `ws://127.0.0.1:${port}/v2` })
})
afterEach(async () => {
  ;(await remote).destroy()
  await bridge.close()
  server.close()
})

/** A binary frame from the server; `opcode` with FIN. */
function frame(opcode: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(10)
  header[0] = opcode
  header[1] = 127
  header.writeBigUInt64BE(BigInt(payload.length), 2)
  return Buffer.concat([header, payload])
}

test('from the server to the client', async () => {
  const client = connect(bridge.port, '127.0.0.1')
  client.write(Buffer.alloc(16, 1))
  const socket = await remote
  client.pause()
  let sent = 0
  for (let i = 0; i < FRAMES; i++) {
    // Alternating: whole ones, and the two halves of one.
    const opcode = i % 3 === 0 ? 0x82 : i % 3 === 1 ? 0x02 : 0x80
    socket.write(frame(opcode, Buffer.alloc(FRAME_BYTES, i)), () => (sent += FRAME_BYTES))
  }
  socket.write(Buffer.from([0x89, 2, 7, 8]))
  await sleep(300)
  expect(sent).toBeLessThan((FRAMES * FRAME_BYTES) / 2)
  const answers: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answers.push(chunk))
  let received = 0
  let isRight = true
  client.on('data', (chunk) => {
    for (let i = 0; i < chunk.length; i += 4099) {
      if (chunk[i] !== Math.floor((received + i) / FRAME_BYTES)) isRight = false
    }
    received += chunk.length
  })
  client.resume()
  await expect.poll(() => received, { timeout: 20_000 }).toBe(FRAMES * FRAME_BYTES)
  expect(isRight).toBe(true)
  // The ping in the end is answered: FIN and pong, two masked bytes.
  await expect.poll(() => Buffer.concat(answers).subarray(-8, -6).toString('hex')).toBe('8a82')
  client.destroy()
})

test('from the client to the server', async () => {
  const client = connect(bridge.port, '127.0.0.1')
  client.write(Buffer.alloc(16, 1))
  const socket = await remote
  socket.pause()
  let sent = 0
  for (let i = 0; i < FRAMES; i++)
    client.write(Buffer.alloc(FRAME_BYTES), () => (sent += FRAME_BYTES))
  await sleep(300)
  expect(sent).toBeLessThan((FRAMES * FRAME_BYTES) / 2)
  socket.resume()
  await expect.poll(() => sent, { timeout: 20_000 }).toBe(FRAMES * FRAME_BYTES)
  client.destroy()
})

test('a clean end and an unclean one', async () => {
  const client = connect(bridge.port, '127.0.0.1')
  client.write(Buffer.alloc(16, 1))
  const heard: Buffer[] = []
  client.on('data', (chunk) => heard.push(chunk))
  ;(await remote).destroy()
  await once(client, 'close')
  expect(Buffer.concat(heard).toString()).toContain('57P01')
})
