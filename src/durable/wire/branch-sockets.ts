/**
 * The WebSockets of a branch's object. They are accepted with the hibernation API: the object may be evicted while they stay
 * open, and wakes with the next message.
 *
 * What a session needs to go on stays with its socket, so that an idle connection costs nothing and loses nothing. An open
 * transaction keeps the object awake; when the object is lost all the same, its client is told so with 57P01.
 */
import type { DurableObjectState, WebSocket } from '@cloudflare/workers-types'
import type { PasswordCheck } from '../auth/password-check.ts'
import type { BranchAddress } from '../branch-request.ts'
import type { Branch } from '../branch.ts'
import { protocolViolation } from './codec/byte-reader.ts'
import type { PasswordMethod, SavedConnection } from './connection-host.ts'
import { ConnectionRegistry } from './connection-registry.ts'
import { Connection, terminatedError } from './connection.ts'

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

/** What stays with a socket. */
interface Attachment {
  readonly request: SocketRequest
  /** undefined until the client is known. */
  readonly saved?: SavedConnection
  /** Too large to stay with the socket: it is in the object's storage under this key. */
  readonly storedAt?: string
}

/** A pending timer keeps the object from being put to sleep. */
const PIN_MS = 5_000

export class BranchSockets {
  readonly #state: DurableObjectState
  readonly #services: SocketServices
  readonly #registry = new ConnectionRegistry()
  readonly #connections = new Map<WebSocket, Connection>()
  readonly #inTransaction = new Set<WebSocket>()
  /** Keys of connections that are too large to stay with their sockets. */
  readonly #stored = new Set<string>()
  #isPinned = false

  constructor(state: DurableObjectState, services: SocketServices) {
    this.#state = state
    this.#services = services
  }

  /** The object keeps `server`; its other end goes to the client. */
  accept(server: WebSocket, request: SocketRequest): void {
    this.#state.acceptWebSocket(server)
    server.serializeAttachment({ request } satisfies Attachment)
    this.#connect(server, request)
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = this.#connections.get(socket) ?? this.#resume(socket)
    if (typeof data === 'string') {
      return connection.end(protocolViolation('the protocol is spoken in binary frames'))
    }
    await connection.receive(new Uint8Array(data))
  }

  async closed(socket: WebSocket): Promise<void> {
    const connection = this.#connections.get(socket) ?? this.#resume(socket)
    this.#forget(socket)
    connection.close()
    await connection.ended
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
          this.#forget(socket)
          socket.close(NORMAL_CLOSURE)
        },
        keep: (saved) => this.#keep(socket, request, saved),
      },
      request.method,
    )
    this.#connections.set(socket, connection)
    return connection
  }

  #forget(socket: WebSocket): void {
    this.#connections.delete(socket)
    this.#inTransaction.delete(socket)
    const { storedAt } = attachmentOf(socket)
    if (storedAt !== undefined) this.#state.storage.kv.delete(storedAt)
  }

  /** With the socket if it fits, else in the object's storage. */
  #keep(socket: WebSocket, request: SocketRequest, saved: SavedConnection): void {
    const isOpen = saved.session === undefined
    if (isOpen) this.#inTransaction.add(socket)
    else this.#inTransaction.delete(socket)
    if (isOpen) this.#pin()
    const storedAt = `connection/${saved.key.processId}`
    try {
      socket.serializeAttachment({ request, saved } satisfies Attachment)
      if (this.#stored.delete(storedAt)) this.#state.storage.kv.delete(storedAt)
    } catch {
      this.#stored.add(storedAt)
      this.#state.storage.kv.put(storedAt, saved)
      socket.serializeAttachment({ request, storedAt } satisfies Attachment)
    }
  }

  /** The object slept, or was lost, since the last message. */
  #resume(socket: WebSocket): Connection {
    const { request, saved, storedAt } = attachmentOf(socket)
    const connection = this.#connect(socket, request)
    const stored =
      storedAt === undefined ? undefined : this.#state.storage.kv.get<SavedConnection>(storedAt)
    const kept = saved ?? stored
    if (kept === undefined) connection.end(terminatedError())
    else connection.resume(kept)
    return connection
  }

  /** While a transaction is open the object stays awake. */
  #pin(): void {
    if (this.#isPinned) return
    this.#isPinned = true
    setTimeout(() => {
      this.#isPinned = false
      if (this.#inTransaction.size > 0) this.#pin()
    }, PIN_MS)
  }
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment // accept() has put it there
}
