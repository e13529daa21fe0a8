/** What a connection needs of where it runs: the branch, who may come in, and a way to send bytes. */
import type { PasswordCheck } from '../auth/password-check.ts'
import type { Branch } from '../branch.ts'
import type { SavedSession } from '../../sql/session/saved-session.ts'
import type { BackendKey, ConnectionRegistry } from './connection-registry.ts'

export interface ConnectionHost {
  readonly passwords: PasswordCheck
  readonly connections: ConnectionRegistry
  /** Opens the branch if it sleeps. Raises 3D000 when there is none. */
  openBranch(): Promise<Branch>
  /** After each exchange: the log may have grown. */
  afterExchange(branch: Branch): Promise<void>
}

export interface ConnectionSocket {
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(): void
  /** Called whenever that has changed: from it the connection can be resumed. */
  keep(saved: SavedConnection): void
}

/** Survives a structured clone. */
export interface SavedConnection {
  readonly role: string
  readonly parameters: ReadonlyMap<string, string>
  readonly key: BackendKey
  /** undefined in the middle of a transaction: that cannot be put away. */
  readonly session: SavedSession | undefined
}

/** How passwords are asked for. A client that sends its password with the first message is always taken at its word. */
export type PasswordMethod = 'cleartext' | 'scram-sha-256'
