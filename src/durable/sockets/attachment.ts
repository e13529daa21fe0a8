/** What stays with a WebSocket while its object sleeps. The platform allows it 16 KiB. */
import type { WebSocket } from '@cloudflare/workers-types'
import type { SessionFacts } from '../../sql/execute/session-facts.ts'
import type { AdvisoryHoldings } from '../../sql/lock/lock-owner.ts'
import type { SavedSession } from '../../sql/session/saved-session.ts'
import type { BranchAddress } from '../branch-request.ts'
import type { PasswordMethod, SavedConnection } from '../wire/connection-host.ts'
import { databaseOf } from '../wire/login/startup-parameters.ts'

/** What the Worker says of a new socket. */
export interface SocketRequest extends BranchAddress {
  readonly method: PasswordMethod
  /** Where the client is, if that is known. */
  readonly address: string | undefined
}

export interface Attachment {
  readonly request: SocketRequest
  /** undefined until the client is known, and while something of it is open. */
  readonly sleeper?: Sleeper
}

/** A connection that is put away. */
export interface Sleeper extends SleeperFacts {
  /** Itself, or in how many pieces it is in the object's storage. */
  readonly saved: SavedConnection | number
}

/** Enough to count it, to tell it what it listens to and to end it, without its session. */
export interface SleeperFacts {
  readonly processId: number
  readonly role: string
  readonly database: string
  readonly channels: ReadonlySet<string>
  readonly advisoryLocks: AdvisoryHoldings
  readonly expiresAtMs: number | undefined
  /** As it was when its last exchange ended. */
  readonly activity: SessionFacts
}

export function readAttachment(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment // BranchSockets has put it there
}

export function factsOf(
  { role, parameters, key, expiresAtMs }: SavedConnection,
  activity: SessionFacts,
  { channels, advisoryLocks }: Pick<SavedSession, 'channels' | 'advisoryLocks'>,
): SleeperFacts {
  const database = databaseOf(role, parameters)
  const { processId } = key
  return { processId, role, database, channels, advisoryLocks, expiresAtMs, activity }
}
