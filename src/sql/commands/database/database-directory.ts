/** What the branch does for CREATE, ALTER and DROP DATABASE; rows of pg_database are the commands' own business. */
import type { TransactionAccess } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { LockManager } from '../../lock/lock-manager.ts'

/** A database that is in memory. */
export interface OpenDatabase {
  readonly oid: Oid
  readonly locks: LockManager
  /** undefined while it has to be read again. */
  readonly newestCatalog: CatalogSnapshot
}

export interface DatabaseDirectory {
  /** Those that are in memory. */
  all(): Iterable<OpenDatabase>
  /** Gives a new database what a template holds, as of the transaction's snapshot. */
  copy(access: TransactionAccess, template: Oid, made: Oid): Task<void>
  /** A database's rows go with the transaction's commit; until then nobody may enter it. */
  remove(access: TransactionAccess, database: Oid): void
  /**
   * How many sessions use a database, without the asking one (by its process number). Those about to leave are waited
   * for a moment.
   */
  otherUsers(database: Oid, asking: number): Task<number>
  /** DROP DATABASE … WITH (FORCE): the sessions in it end with 57P01. */
  terminateUsers(database: Oid): void
  /** About how much a database holds, as of the newest commit. */
  estimatedBytes(database: Oid): number
  /** What databases hold besides the named one, by their names: a role may own something there. */
  otherCatalogs(name: string): Task<ReadonlyMap<string, CatalogSnapshot>>
}
