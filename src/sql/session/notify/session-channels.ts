/**
 * LISTEN, UNLISTEN and NOTIFY of one session. Both what it listens to and what it has to say take effect at COMMIT; a rollback,
 * or one to a savepoint, takes back what came after. What a transaction says twice is said once.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { utf8Length } from '../../types/text/characters.ts'

export interface Notification {
  readonly channel: string
  readonly payload: string
}

/** What had been asked for and said at a moment of the transaction. */
export interface ChannelsMark {
  readonly commands: number
  readonly pending: number
}

/** LISTEN name, UNLISTEN name, UNLISTEN *. */
interface ChannelCommand {
  readonly kind: 'listen' | 'unlisten'
  /** absent: all */
  readonly channel?: string | undefined
}

/** PostgreSQL's NAMEDATALEN and NOTIFY_PAYLOAD_MAX_LENGTH: the first lengths that are too long. */
const CHANNEL_BYTES_END = 64
const PAYLOAD_BYTES_END = 8000
const NOTHING: readonly Notification[] = []
/** What one transaction may have to say; PostgreSQL's queue is full then. */
const PENDING_BYTES_MAX = 8 << 20
/** What keeping a notification takes besides its bytes. */
const ENTRY_BYTES = 64

export class SessionChannels {
  /** Replaced, never changed: whoever holds it can tell whether it is still the same. */
  #listening: ReadonlySet<string> = new Set()
  #commands: ChannelCommand[] = []
  #pending: Notification[] = []
  readonly #pendingKeys = new Set<string>()
  #pendingBytes = 0

  /** As of the last commit. */
  get listening(): ReadonlySet<string> {
    return this.#listening
  }

  /** The transaction has something to say. */
  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  listen(channel: string): void {
    this.#commands.push({ kind: 'listen', channel })
  }

  unlisten(channel: string | undefined): void {
    this.#commands.push({ kind: 'unlisten', channel })
  }

  /** Raises 22023 for a name or payload that PostgreSQL would not take. */
  notify(channel: string, payload: string): void {
    if (channel === '') throw invalid('channel name cannot be empty')
    const channelBytes = utf8Length(channel)
    const payloadBytes = utf8Length(payload)
    if (channelBytes >= CHANNEL_BYTES_END) throw invalid('channel name too long')
    if (payloadBytes >= PAYLOAD_BYTES_END) throw invalid('payload string too long')
    const key = keyOf(channel, payload)
    if (this.#pendingKeys.has(key)) return
    this.#pendingBytes += channelBytes + payloadBytes + ENTRY_BYTES
    if (this.#pendingBytes > PENDING_BYTES_MAX) throw queueFullError()
    this.#pendingKeys.add(key)
    this.#pending.push({ channel, payload })
  }

  mark(): ChannelsMark {
    return { commands: this.#commands.length, pending: this.#pending.length }
  }

  rollbackTo({ commands, pending }: ChannelsMark): void {
    this.#commands.length = commands
    for (const { channel, payload } of this.#pending.splice(pending)) {
      this.#pendingKeys.delete(keyOf(channel, payload))
      this.#pendingBytes -= utf8Length(channel) + utf8Length(payload) + ENTRY_BYTES
    }
  }

  /** The transaction is over. Returns what it has to say, in order. */
  commit(): readonly Notification[] {
    if (this.#commands.length === 0 && this.#pending.length === 0) return NOTHING
    for (const command of this.#commands) this.#apply(command)
    const said = this.#pending
    this.#forget()
    return said
  }

  rollback(): void {
    if (this.#commands.length > 0 || this.#pending.length > 0) this.#forget()
  }

  /** Of a session that was put away. */
  resume(channels: Iterable<string>): void {
    this.#listening = new Set(channels)
  }

  #apply({ kind, channel }: ChannelCommand): void {
    const channels = new Set(this.#listening)
    if (channel === undefined) channels.clear()
    else if (kind === 'listen') channels.add(channel)
    else channels.delete(channel)
    this.#listening = channels
  }

  #forget(): void {
    this.#commands = []
    this.#pending = []
    this.#pendingKeys.clear()
    this.#pendingBytes = 0
  }
}

/** Nobody reads them: sessions that listen have been in their transactions for too long. */
export function queueFullError(): SqlError {
  return new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'too many notifications in the NOTIFY queue')
}

/** A channel's name holds no NUL. */
function keyOf(channel: string, payload: string): string {
  return `${channel}\0${payload}`
}

function invalid(message: string): SqlError {
  return new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message)
}
