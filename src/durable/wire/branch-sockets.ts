/**
 * The WebSockets of a branch's object. They are accepted with the hibernation API: the object may be evicted while they stay
 * open, and wakes with the next message.
 *
 * A connection that was in the middle of something when its object was lost cannot go on: it is told so with 57P01.
 */
import type { DurableObjectState, WebSocket } from '@cloudflare/workers-types'
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { PasswordCheck } from '../auth/password-check.ts'
import type { BranchAddress } from '../branch-request.ts'
import type { Branch } from '../branch.ts'
import { protocolViolation } from './byte-reader.ts'
import type { PasswordMethod } from './connection-host.ts'
import { ConnectionRegistry } from './connection-registry.ts'
import { Connection } from './connection.ts'

/** What the Worker says of a new socket, and what stays with the socket while the object is away. */
export interface SocketRequest extends BranchAddress {
  readonly method: PasswordMethod
}

/** What the object lends its sockets. */
export interface SocketServices {
  readonly passwords: PasswordCheck
  openBranch(address: BranchAddress): Promise<Branch>
  afterExchange(branch: Branch): Promise<void>
}

const NORMAL_CLOSURE = 1000

export class BranchSockets {
  readonly #state: DurableObjectState
  readonly #services: SocketServices
  readonly #registry = new ConnectionRegistry()
  readonly #connections = new Map<WebSocket, Connection>()

  constructor(state: DurableObjectState, services: SocketServices) {
    this.#state = state
    this.#services = services
  }

  /** The object keeps `server`; its other end goes to the client. */
  accept(server: WebSocket, request: SocketRequest): void {
    this.#state.acceptWebSocket(server)
    server.serializeAttachment(request)
    this.#connect(server, request)
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = this.#connections.get(socket) ?? this.#lost(socket)
    if (typeof data === 'string') {
      return connection.end(protocolViolation('the protocol is spoken in binary frames'))
    }
    await connection.receive(new Uint8Array(data))
  }

  closed(socket: WebSocket): void {
    this.#connections.get(socket)?.close()
    this.#connections.delete(socket)
  }

  #connect(socket: WebSocket, request: SocketRequest): Connection {
    const { passwords, openBranch, afterExchange } = this.#services
    const host = {
      passwords,
      connections: this.#registry,
      openBranch: () => openBranch(request),
      afterExchange,
    }
    const connection = new Connection(
      host,
      {
        send: (bytes) => socket.send(bytes),
        close: () => {
          this.#connections.delete(socket)
          socket.close(NORMAL_CLOSURE)
        },
      },
      request.method,
    )
    this.#connections.set(socket, connection)
    return connection
  }

  /** The object was evicted since the last message, and the session with it. */
  #lost(socket: WebSocket): Connection {
    const request = socket.deserializeAttachment() as SocketRequest // accept() has put it there
    const connection = this.#connect(socket, request)
    const message = 'terminating connection due to administrator command'
    const detail = 'The branch was moved or restarted, and the session has ended with it.'
    connection.end(new SqlError(SQLSTATE.ADMIN_SHUTDOWN, message, { detail }))
    return connection
  }
}
