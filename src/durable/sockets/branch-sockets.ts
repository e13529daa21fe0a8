/**
 * The WebSockets of a branch's object. They are accepted with the hibernation API: the object may be evicted while they stay
 * open, and wakes with the next message.
 *
 *   awake      a Connection in memory
 *   settled    the same, and what its session needs to go on stays with its socket
 *   asleep     the object was evicted since: there is a socket with its attachment, and nothing else
 *
 * A connection is settled within a second of its last exchange. Until all are, a timer keeps the object from being put to sleep, so
 * that a connection in the middle of a transaction pins it. When the object is lost all the same, clients of connections that were
 * not settled are told so with 57P01.
 */
import type { DurableObjectState, WebSocket } from '@cloudflare/workers-types'
import type { ObjectAlarm } from '../alarm/object-alarm.ts'
import type { AttemptLimiter } from '../auth/attempt-limiter.ts'
import { maxConnections } from '../auth/connection-limits.ts'
import type { Occupancy } from '../auth/connection-limits.ts'
import type { PasswordCheck } from '../auth/password-check.ts'
import type { BranchAddress } from '../branch-request.ts'
import type { BranchDatabase } from '../branch-database.ts'
import type { Branch } from '../branch.ts'
import { protocolViolation } from '../wire/codec/byte-reader.ts'
import { ConnectionRegistry } from '../wire/connection-registry.ts'
import { terminatedByAdmin, terminatedError } from '../wire/connection-end.ts'
import { Connection } from '../wire/connection.ts'
import { InputBudget } from '../wire/flow/input-budget.ts'
import { SystemClock } from '../../storage/platform/clock.ts'
import { factsOf, readAttachment } from './attachment.ts'
import type { Attachment, SleeperFacts, SocketRequest } from './attachment.ts'
import { SavedStates } from './saved-state.ts'
import { SleepingSockets } from './sleeping-sockets.ts'

/** What the object lends its sockets. */
export interface SocketServices {
  readonly passwords: PasswordCheck
  readonly attempts: AttemptLimiter
  readonly alarm: ObjectAlarm
  openBranch(address: BranchAddress): Promise<Branch>
  afterExchange(branch: Branch): Promise<void> | undefined
  /** A connection that was asleep is gone for good. */
  sleeperGone(sleeper: SleeperFacts): Promise<void>
  /** A database has come into memory. */
  databaseOpened(database: BranchDatabase): void
}

const NORMAL_CLOSURE = 1000
/** How soon after a change a connection is put away. A pending timer keeps the object from being put to sleep. */
const SETTLE_MS = 1_000

export class BranchSockets implements Occupancy {
  readonly #state: DurableObjectState
  readonly #services: SocketServices
  readonly #registry = new ConnectionRegistry()
  readonly #connections = new Map<WebSocket, Connection>()
  /** Those whose attachments do not say yet what they are now. */
  readonly #unsettled = new Set<WebSocket>()
  /** Those whose attachments are good to resume from, but do not say what was done last. */
  readonly #outdated = new Set<WebSocket>()
  /** Process ids of connections that were asleep: theirs again before their sessions are. */
  readonly #resumed = new Map<WebSocket, number>()
  readonly #states: SavedStates
  readonly #sleepers: SleepingSockets
  readonly #input = new InputBudget()
  #isTimerSet = false

  constructor(state: DurableObjectState, services: SocketServices) {
    this.#state = state
    this.#services = services
    this.#states = new SavedStates(state.storage.kv)
    this.#sleepers = new SleepingSockets(state.getWebSockets())
    for (const socket of this.#sleepers.lost) void this.#connect(socket).end(terminatedError())
    this.#states.deleteOthers((processId) => this.#sleepers.has(processId))
  }

  /** The object keeps `server`; its other end goes to the client. */
  accept(server: WebSocket, request: SocketRequest): void {
    this.#state.acceptWebSocket(server)
    server.serializeAttachment({ request } satisfies Attachment)
    this.#connect(server).begin()
  }

  async message(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = this.#connections.get(socket) ?? this.#resume(socket)
    if (typeof data === 'string') {
      return connection.end(protocolViolation('the protocol is spoken in binary frames'))
    }
    await connection.receive(new Uint8Array(data))
  }

  async closed(socket: WebSocket): Promise<void> {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return await this.#sleeperClosed(socket)
    this.#forget(socket)
    connection.close()
    await connection.ended
  }

  /** Connections that have been idle for longer than they may be are ended; the next of them sets the alarm again. */
  async onAlarm(): Promise<void> {
    const nowMs = Date.now()
    for (const connection of this.#connections.values()) connection.expire(nowMs)
    for (const socket of this.#sleepers.expired(nowMs)) this.#resume(socket).expire(nowMs)
    const times = [...this.#connections.values()].map(({ expiresAtMs }) => expiresAtMs ?? Infinity)
    await this.#wakeAt(Math.min(this.#sleepers.nextExpiryMs, ...times))
  }

  /** Sessions that sleep hear what others say on channels, and are seen by them. */
  listen({ notifications, sessions, databases }: Branch): void {
    sessions.listSleeping(() =>
      this.#sleepers.entries((socket) => this.#resume(socket).end(terminatedByAdmin())),
    )
    notifications.deliverToSleepers((database, said) => this.#sleepers.deliver(database, said))
    databases.attend((database) => {
      this.#sleepers.holdLocks(database)
      this.#services.databaseOpened(database)
    })
  }

  isAlive(processId: number): boolean {
    if (this.#registry.has(processId) || this.#sleepers.has(processId)) return true
    return [...this.#resumed.values()].includes(processId)
  }

  /** Twice what may become connections: those of clients that say nothing are not told so one by one. */
  get isFull(): boolean {
    return this.total() >= 2 * maxConnections()
  }

  total(): number {
    return this.#state.getWebSockets().length
  }
  ofRole(role: string): number {
    return this.#registry.count((one) => one.role === role) + this.#sleepers.ofRole(role)
  }
  ofDatabase(database: string): number {
    return (
      this.#registry.count((one) => one.database === database) + this.#sleepers.ofDatabase(database)
    )
  }

  #connect(socket: WebSocket): Connection {
    const { request } = readAttachment(socket)
    const { passwords, attempts, openBranch, afterExchange } = this.#services
    const host = {
      passwords,
      attempts,
      occupancy: this,
      connections: this.#registry,
      input: this.#input,
      timers: new SystemClock(),
      openBranch: () => openBranch(request),
      afterExchange,
    }
    const connection = new Connection(
      host,
      {
        address: request.address,
        send: (bytes) => socket.send(bytes),
        unsentBytes: () => socket.bufferedAmount ?? 0,
        close: () => {
          this.#forget(socket)
          socket.close(NORMAL_CLOSURE)
        },
        changed: () => this.#changed(socket),
        rested: () => this.#rested(socket),
      },
      request.method,
    )
    this.#connections.set(socket, connection)
    return connection
  }

  #forget(socket: WebSocket): void {
    this.#connections.delete(socket)
    this.#unsettled.delete(socket)
    this.#outdated.delete(socket)
    this.#resumed.delete(socket)
    const { sleeper } = readAttachment(socket)
    if (typeof sleeper?.saved === 'number') this.#states.delete(sleeper.processId)
  }

  async #sleeperClosed(socket: WebSocket): Promise<void> {
    const sleeper = this.#sleepers.remove(socket)
    if (sleeper === undefined) return
    this.#states.delete(sleeper.processId)
    await this.#services.sleeperGone(sleeper)
  }

  /** What its attachment says is not true any more: should the object be lost now, it could not be resumed. */
  #changed(socket: WebSocket): void {
    if (this.#unsettled.has(socket)) return
    const { request, sleeper } = readAttachment(socket)
    if (typeof sleeper?.saved === 'number') this.#states.delete(sleeper.processId)
    socket.serializeAttachment({ request } satisfies Attachment)
    this.#unsettled.add(socket)
    this.#setTimer()
  }

  #rested(socket: WebSocket): void {
    if (this.#unsettled.has(socket)) return
    this.#outdated.add(socket)
    this.#setTimer()
  }

  /** Only what pg_stat_activity says of it is new. */
  #update(socket: WebSocket): void {
    this.#outdated.delete(socket)
    const activity = this.#connections.get(socket)?.facts
    const { request, sleeper } = readAttachment(socket)
    if (activity === undefined || sleeper === undefined) return
    try {
      socket.serializeAttachment({
        request,
        sleeper: { ...sleeper, activity },
      } satisfies Attachment)
    } catch {
      // Too large by the newer text: what it says of the last but one will do.
    }
  }

  #setTimer(): void {
    if (this.#isTimerSet) return
    this.#isTimerSet = true
    setTimeout(() => {
      this.#isTimerSet = false
      for (const socket of this.#unsettled) this.#trySettle(socket)
      for (const socket of this.#outdated) this.#update(socket)
      if (this.#unsettled.size > 0) this.#setTimer()
    }, SETTLE_MS)
  }

  /** One that cannot be put away keeps the object awake, and is tried again. */
  #trySettle(socket: WebSocket): void {
    try {
      this.#settle(socket)
    } catch {
      // The storage refused it: the others are put away all the same.
    }
  }

  /** With the socket if it fits, else in the object's storage. */
  #settle(socket: WebSocket): void {
    const connection = this.#connections.get(socket)
    const [saved, activity] = [connection?.saved, connection?.facts]
    if (saved?.session === undefined || activity === undefined) return
    const facts = factsOf(saved, activity, saved.session)
    const { request } = readAttachment(socket)
    try {
      const sleeper = { ...facts, saved }
      socket.serializeAttachment({ request, sleeper } satisfies Attachment)
    } catch {
      const pieces = this.#states.put(facts.processId, saved)
      if (pieces === undefined) return
      const sleeper = { ...facts, saved: pieces }
      socket.serializeAttachment({ request, sleeper } satisfies Attachment)
    }
    this.#unsettled.delete(socket)
    void this.#wakeAt(saved.expiresAtMs ?? Infinity)
  }

  async #wakeAt(timeMs: number): Promise<void> {
    if (timeMs !== Infinity) await this.#services.alarm.wakeAt(timeMs)
  }

  /** The object slept since the last message. */
  #resume(socket: WebSocket): Connection {
    const processId = this.#sleepers.remove(socket)?.processId
    if (processId !== undefined) this.#resumed.set(socket, processId)
    const { sleeper } = readAttachment(socket)
    const connection = this.#connect(socket)
    const saved =
      typeof sleeper?.saved === 'number'
        ? this.#states.get(sleeper.processId, sleeper.saved)
        : sleeper?.saved
    if (saved === undefined) connection.end(terminatedError())
    else connection.resume(saved)
    return connection
  }
}
