/** What a connection needs of where it runs: the branch, who may come in, timers, and a way to send bytes. */
import type { AttemptLimiter } from '../auth/attempt-limiter.ts'
import type { Occupancy } from '../auth/connection-limits.ts'
import type { PasswordCheck } from '../auth/password-check.ts'
import type { Branch } from '../branch.ts'
import type { SavedSession } from '../../sql/session/saved-session.ts'
import type { BackendKey, ConnectionRegistry } from './connection-registry.ts'
import type { InputBudget } from './flow/input-budget.ts'
import type { Timers } from './time/timers.ts'

export interface ConnectionHost {
  readonly passwords: PasswordCheck
  readonly attempts: AttemptLimiter
  readonly occupancy: Occupancy
  readonly connections: ConnectionRegistry
  readonly input: InputBudget
  readonly timers: Timers
  /** PostgreSQL's, unless a test is in a hurry. */
  readonly authenticationTimeoutMs?: number
  /** Opens the branch if it sleeps. Raises 3D000 when there is none. */
  openBranch(): Promise<Branch>
  /** After each exchange: the log may have grown. undefined when there is nothing to wait for. */
  afterExchange(branch: Branch): Promise<void> | undefined
}

export interface ConnectionSocket {
  /** Where the client is, if that is known. */
  readonly address?: string | undefined
  send(bytes: Uint8Array<ArrayBuffer>): void
  /** Taken by `send`, and not on its way to the client yet. */
  unsentBytes(): number
  close(): void
  /** Called whenever what `Connection.saved` returns has changed. */
  changed(): void
  /** An exchange is over that has changed nothing of that: only what `Connection.facts` says is new. */
  rested?(): void
}

/** What a connection can be resumed from. Survives a structured clone. */
export interface SavedConnection {
  readonly role: string
  readonly parameters: ReadonlyMap<string, string>
  readonly key: BackendKey
  /** undefined in the middle of a transaction or of a message: that cannot be put away. */
  readonly session: SavedSession | undefined
  /** When idle_session_timeout ends it. Milliseconds since 1970. */
  readonly expiresAtMs: number | undefined
}

/** How passwords are asked for. A client that sends its password with the first message is always taken at its word. */
export type PasswordMethod = 'cleartext' | 'scram-sha-256'
