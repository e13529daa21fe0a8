/** What a branch gives its sessions: transactions over its storage, and the libraries that all of them share. */
import type { ConcurrentAccess } from '../../storage/access.ts'
import type { Task } from '../../storage/task.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.ts'
import type { DatabaseDirectory } from '../commands/database/database-directory.ts'
import type { DatumCodec } from '../execute/memory/spill-store.ts'
import type { FunctionLibrary } from '../functions/registry.ts'
import type { LockManager } from '../lock/lock-manager.ts'
import type { LockOwner } from '../lock/lock-owner.ts'
import type { TypeIo } from '../types/type-io.ts'
import type { DatabaseCounters } from './activity/database-counters.ts'
import type { SessionDirectory } from './activity/session-directory.ts'
import type { LruCache } from './lru-cache.ts'
import type { Notification } from './notify/session-channels.ts'
import type { StatementStatistics } from './statistics/statement-statistics.ts'
import type { Statement } from './statement/plan/statement-cache.ts'
import type { StatementShape } from './statement/plan/statement-template.ts'
import type { SpillSegments } from './limits/statement-spill.ts'

/** A transaction begun by the branch, and the catalog as of its snapshot. */
export interface OpenTransaction {
  readonly id: number
  readonly access: ConcurrentAccess
  readonly catalog: CatalogSnapshot
}

export interface Database {
  readonly name: string
  /** pg_database.oid */
  readonly oid: Oid
  /** The other databases of the branch. */
  readonly directory: DatabaseDirectory
  /** Of the whole branch. */
  readonly databaseCounters: DatabaseCounters
  /** Of the whole branch. */
  readonly statistics: StatementStatistics
  /** Of the whole branch. */
  readonly sessions: SessionDirectory
  readonly functions: FunctionLibrary
  readonly typeIo: TypeIo
  readonly codec: DatumCodec
  /** Statements by text, parsed and planned; shared by all sessions of the branch. */
  readonly statements: LruCache<string, Statement>
  /** What statements look like apart from their literals. */
  readonly shapes: LruCache<string, StatementShape>
  readonly locks: LockManager
  readonly newestCatalog: CatalogSnapshot
  begin(owner: LockOwner): OpenTransaction
  /** Nothing has been committed since the transaction's snapshot. */
  isNewest(transaction: OpenTransaction): boolean
  /**
   * Moves the snapshot to the newest commit; returns the catalog to go on with. `own` is the transaction's catalog when it has
   * run DDL.
   */
  catchUp(transaction: OpenTransaction, own: CatalogSnapshot | undefined): Task<CatalogSnapshot>
  /** `catalog` is given when the transaction ran DDL. Raises 40001 when another transaction was faster. */
  commit(transaction: OpenTransaction, catalog: CatalogSnapshot | undefined): Task<void>
  rollback(transaction: OpenTransaction): void
  /** Hands on what a committed transaction of the session has to say. */
  notify(processId: number, said: readonly Notification[]): void
  /** 0 … 1: how much of the room is taken by what sessions in the middle of transactions have not heard yet. */
  notificationQueueUsage(): number
  createSpill(): SpillSegments
  /** Numbers sessions, so that each has a temporary schema of its own. */
  nextSessionNumber(): number
  /** Microseconds since 2000-01-01 UTC. */
  nowMicros(): number
  /** Calls back once, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
  random(): number
  randomBytes(length: number): Uint8Array
  /** The SCRAM-SHA-256 secret that is stored for a password. */
  passwordSecret(password: string): Task<string>
}
