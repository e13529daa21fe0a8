/**
 * What the platform itself takes: a Worker and an object that understand nothing. Over a hibernating WebSocket the object says yes
 * to everything in as few bytes as PostgreSQL's protocol allows, and writes one row per COMMIT; over HTTP it reads the request
 * and answers a constant. Whatever speaks SQL in a Durable Object comes on top of that.
 */
import type {
  DurableObjectNamespace,
  Request as WorkerRequest,
  Response as WorkerResponse,
  WebSocket,
} from '@cloudflare/workers-types'
import { DurableObject } from 'cloudflare:workers'
import { socketResponse } from '../../src/durable/sockets/socket-response.ts'

interface FloorEnvironment {
  readonly FLOORS: DurableObjectNamespace
}

/** AuthenticationOk, ReadyForQuery. */
const WELCOME = Uint8Array.of(82, 0, 0, 0, 8, 0, 0, 0, 0, 90, 0, 0, 0, 5, 73)
/** CommandComplete with an empty tag, ReadyForQuery. */
const DONE = Uint8Array.of(67, 0, 0, 0, 5, 0, 90, 0, 0, 0, 5, 73)
const [QUERY, COMMIT, TERMINATE] = ['Q'.charCodeAt(0), 'C'.charCodeAt(0), 'X'.charCodeAt(0)]

export class FloorObject extends DurableObject<FloorEnvironment> {
  protected readonly log = this.ctx.storage.sql.exec(
    'CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, bytes BLOB)',
  )

  override async fetch(request: WorkerRequest): Promise<WorkerResponse> {
    if (request.headers.get('Upgrade') !== null) {
      return socketResponse((server) => this.ctx.acceptWebSocket(server))
    }
    await request.text()
    const headers = { 'Content-Encoding': 'identity' }
    // The runtime's Response is what the global is, under another declaration.
    return new Response('{"rows":[{"id":"1"}]}', { headers }) as unknown as WorkerResponse
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    if (typeof data === 'string') return
    const bytes = new Uint8Array(data)
    if (bytes[0] === 0) return socket.send(WELCOME)
    if (bytes[0] === QUERY && bytes[5] === COMMIT) {
      this.ctx.storage.sql.exec('INSERT INTO log (bytes) VALUES (?)', data)
    }
    if (bytes[0] !== TERMINATE) socket.send(DONE)
  }
}

export default {
  fetch(request: Request, { FLOORS }: FloorEnvironment): Promise<Response> {
    // The runtime's Request and Response are what the globals are, under other declarations.
    const object = FLOORS.get(FLOORS.idFromName('floor')) as unknown as typeof globalThis
    return object.fetch(request)
  },
}
