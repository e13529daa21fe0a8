/**
 * The sockets that were open before the object woke, by what their attachments say. Read once, when the object wakes: after that
 * a socket leaves by being resumed or closed.
 */
import type { WebSocket } from '@cloudflare/workers-types'
import type { SessionEntry } from '../../sql/session/activity/session-directory.ts'
import type { BranchDatabase } from '../branch-database.ts'
import type { Delivered } from '../notification/notification-hub.ts'
import { notification } from '../wire/codec/backend-messages.ts'
import { MessageWriter } from '../wire/codec/message-writer.ts'
import { readAttachment } from './attachment.ts'
import type { SleeperFacts } from './attachment.ts'

const UNREAD_BYTES_MAX = 8 << 20
const POLICY_VIOLATION = 1008

export class SleepingSockets {
  readonly #facts = new Map<WebSocket, SleeperFacts>()
  readonly #processIds = new Set<number>()
  /** Sockets that had something open when the object was lost: they cannot go on. */
  readonly lost: readonly WebSocket[]

  constructor(sockets: readonly WebSocket[]) {
    const lost: WebSocket[] = []
    for (const socket of sockets) {
      const { sleeper } = readAttachment(socket)
      if (sleeper === undefined) {
        lost.push(socket)
        continue
      }
      // Without its session: that is read when it is resumed.
      const { saved: _, ...facts } = sleeper
      this.#facts.set(socket, facts)
      this.#processIds.add(facts.processId)
    }
    this.lost = lost
  }

  has(processId: number): boolean {
    return this.#processIds.has(processId)
  }

  /** Undefined when it does not sleep. */
  remove(socket: WebSocket): SleeperFacts | undefined {
    const facts = this.#facts.get(socket)
    if (facts === undefined) return undefined
    this.#facts.delete(socket)
    this.#processIds.delete(facts.processId)
    return facts
  }

  /** They go on holding their advisory locks. */
  holdLocks({ name, locks }: BranchDatabase): void {
    for (const { processId, database, advisoryLocks } of this.#facts.values()) {
      if (database === name) locks.adopt(processId, advisoryLocks)
    }
  }

  ofRole(role: string): number {
    return this.#count((facts) => facts.role === role)
  }
  ofDatabase(database: string): number {
    return this.#count((facts) => facts.database === database)
  }

  expired(nowMs: number): readonly WebSocket[] {
    const sockets: WebSocket[] = []
    for (const [socket, { expiresAtMs }] of this.#facts) {
      if (expiresAtMs !== undefined && expiresAtMs <= nowMs) sockets.push(socket)
    }
    return sockets
  }

  /** Infinity: none of them has to end. */
  get nextExpiryMs(): number {
    let nextMs = Infinity
    for (const { expiresAtMs = Infinity } of this.#facts.values()) {
      nextMs = Math.min(nextMs, expiresAtMs)
    }
    return nextMs
  }

  /** Clients are told what was said on their channels; their sessions sleep on. */
  deliver(database: string, said: readonly Delivered[]): void {
    for (const [socket, facts] of this.#facts) {
      if (facts.channels.size === 0 || facts.database !== database) continue
      const out = new MessageWriter()
      for (const { processId, channel, payload } of said) {
        if (facts.channels.has(channel)) notification(out, processId, channel, payload)
      }
      if (out.length > 0) tell(socket, out.take())
    }
  }

  /** As pg_stat_activity lists them. What sleeps does nothing that could be cancelled. */
  *entries(terminate: (socket: WebSocket) => void): Iterable<SessionEntry> {
    for (const [socket, { activity }] of this.#facts) {
      yield { facts: activity, cancel: () => undefined, terminate: () => terminate(socket) }
    }
  }

  #count(isWanted: (facts: SleeperFacts) => boolean): number {
    let count = 0
    for (const facts of this.#facts.values()) if (isWanted(facts)) count++
    return count
  }
}

/** A client that has left so much unread is cut off. */
function tell(socket: WebSocket, bytes: Uint8Array<ArrayBuffer>): void {
  try {
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.close(POLICY_VIOLATION)
    else socket.send(bytes)
  } catch {
    // The client has gone; the socket's close follows.
  }
}
