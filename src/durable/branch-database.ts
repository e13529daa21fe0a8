/**
 * One database of a branch, as its sessions see it: the catalog as of the newest commit, the statements that are planned, and
 * transactions over the branch's store. All databases of a branch share one store, one log and one driver loop (`branch.ts`).
 */
import { SqlError } from '../errors/sql-error.ts'
import { SQLSTATE } from '../errors/sql-state.ts'
import type { Notification } from '../sql/session/notify/session-channels.ts'
import type { StoragePlatform } from '../storage/platform/storage-platform.ts'
import type { StoreTransaction } from '../storage/store/store-transaction.ts'
import type { Store } from '../storage/store/store.ts'
import type { ConcurrentAccess, TreeId } from '../storage/access.ts'
import type { Task } from '../storage/task.ts'
import type { BranchRoots, TreeRoot } from '../storage/tree/tree-root.ts'
import { catalogChange, type CatalogChange } from '../sql/catalog/catalog-changes.ts'
import type { CatalogSnapshot } from '../sql/catalog/catalog-snapshot.ts'
import type { Oid } from '../sql/catalog/catalog.ts'
import { rebaseCatalog } from '../sql/catalog/rebase-catalog.ts'
import { createFunctionLibrary } from '../sql/functions/library.ts'
import type { FunctionLibrary } from '../sql/functions/registry.ts'
import { LockManager } from '../sql/lock/lock-manager.ts'
import type { LockOwner } from '../sql/lock/lock-owner.ts'
import type { DatabaseDirectory } from '../sql/commands/database/database-directory.ts'
import type { Database, OpenTransaction } from '../sql/session/database.ts'
import type { DatabaseCounters } from '../sql/session/activity/database-counters.ts'
import type { SessionDirectory } from '../sql/session/activity/session-directory.ts'
import { LruCache } from '../sql/session/lru-cache.ts'
import { Session } from '../sql/session/session.ts'
import { sessionSettings } from '../sql/session/settings/stored-setting.ts'
import type { SessionOptions } from '../sql/session/session.ts'
import type { StatementStatistics } from '../sql/session/statistics/statement-statistics.ts'
import type { Statement } from '../sql/session/statement/plan/statement-cache.ts'
import type { StatementShape } from '../sql/session/statement/plan/statement-template.ts'
import type { SpillSegments } from '../sql/session/limits/statement-spill.ts'
import { datumCodec } from '../sql/types/datum-codec.ts'
import type { TypeIo } from '../sql/types/type-io.ts'
import { createTypeIo } from '../sql/types/type-io-library.ts'
import { createScramSecret } from './auth/scram-secret.ts'
import { accessOf } from './databases/database-trees.ts'
import type { Databases } from './databases/databases.ts'
import { unknownDatabase } from './databases/unknown-database.ts'
import { withShared } from './databases/shared-catalogs.ts'
import type { SharedCatalogs, SharedRows } from './databases/shared-catalogs.ts'
import { TreeSpace } from './databases/tree-space.ts'
import type { NotificationHub } from './notification/notification-hub.ts'

/** What the databases of a branch share. */
export interface DatabaseHost {
  readonly store: Store
  readonly platform: StoragePlatform
  readonly notifications: NotificationHub
  readonly sessions: SessionDirectory
  readonly statistics: StatementStatistics
  readonly databaseCounters: DatabaseCounters
  readonly databases: Databases
  readonly shared: SharedCatalogs
  nextTransactionNumber(): number
  nextSessionNumber(): number
}

/** Statements whose plans are kept, by the characters of their texts: each takes some 70 bytes. */
const STATEMENT_CACHE_CHARACTERS = 250_000
/** Those that stand for many texts, in the same way. */
const SHAPE_CACHE_CHARACTERS = 60_000

/** DDL commits that older transactions are checked against; one that has missed more must begin again. */
const REMEMBERED_DDL = 100

interface BranchTransaction extends OpenTransaction {
  /** How many commits of DDL its snapshot holds. */
  catalogNumber: number
  catalog: CatalogSnapshot
  readonly access: ConcurrentAccess
  /** What it is in the store. */
  readonly whole: StoreTransaction
}

/** The libraries are pure and the same for every branch of an isolate. */
let libraries: { readonly functions: FunctionLibrary; readonly typeIo: TypeIo } | undefined

function sharedLibraries(): { readonly functions: FunctionLibrary; readonly typeIo: TypeIo } {
  libraries ??= { functions: createFunctionLibrary(), typeIo: createTypeIo() }
  return libraries
}

export class BranchDatabase implements Database {
  /** pg_database.oid */
  readonly oid: Oid
  readonly sessions: SessionDirectory
  readonly statistics: StatementStatistics
  readonly databaseCounters: DatabaseCounters
  readonly functions: FunctionLibrary
  readonly typeIo: TypeIo
  readonly codec = datumCodec
  readonly statements = new LruCache<string, Statement>(STATEMENT_CACHE_CHARACTERS)
  readonly shapes = new LruCache<string, StatementShape>(SHAPE_CACHE_CHARACTERS)
  readonly store: Store
  readonly #host: DatabaseHost
  /** As of the newest commit. */
  #catalog: CatalogSnapshot
  /** Commits of DDL. */
  #catalogChanges = 0
  /** What the newest of them changed. */
  readonly #ddl: CatalogChange[] = []
  readonly #space: TreeSpace
  readonly locks = new LockManager()
  #isClosed = false

  constructor(host: DatabaseHost, oid: Oid, catalog: CatalogSnapshot) {
    const { functions, typeIo } = sharedLibraries()
    this.oid = oid
    this.#space = new TreeSpace(oid)
    this.store = host.store
    this.sessions = host.sessions
    this.statistics = host.statistics
    this.databaseCounters = host.databaseCounters
    this.functions = functions
    this.typeIo = typeIo
    this.#host = host
    this.#catalog = catalog
  }

  /** It may be renamed. */
  get name(): string {
    return this.#host.shared.newest.data.rows('pg_database').find('oid', this.oid)?.datname ?? ''
  }

  get directory(): DatabaseDirectory {
    return this.#host.databases
  }

  newSession(options: SessionOptions): Session {
    if (this.#isClosed) throw unknownDatabase(this.name)
    const { newest } = this.#host.shared
    const settings = sessionSettings(newest, this.oid, options.user, options.settings)
    return new Session(this, { ...options, settings })
  }

  /** From now on nobody can enter: it is dropped, or let go. */
  close(): void {
    this.#isClosed = true
  }
  /** It was not dropped after all. */
  reopen(): void {
    this.#isClosed = false
  }

  get newestCatalog(): CatalogSnapshot {
    return this.#catalog
  }

  /** Another database has committed rows of catalogs that all share. */
  adoptShared(rows: SharedRows): void {
    this.#catalog = withShared(this.#catalog, rows)
    this.#noteChange({ tables: new Set(), concernsAll: false })
  }

  /** The driver loop for one task; any number run interleaved. */
  run<T>(task: Task<T>): Promise<T> {
    return this.store.run(task)
  }

  begin(owner: LockOwner): BranchTransaction {
    if (this.#isClosed) throw unknownDatabase(this.name)
    const whole = this.store.begin({ owner })
    const catalogNumber = this.#catalogChanges
    const access = accessOf(whole, this.#space)
    const id = this.#host.nextTransactionNumber()
    this.locks.begin(owner, id, whole)
    return { id, access, whole, catalog: this.#catalog, catalogNumber }
  }

  isNewest(transaction: OpenTransaction): boolean {
    const { whole, catalogNumber } = transaction as BranchTransaction // every OpenTransaction comes from begin()
    return whole.isCurrent && catalogNumber === this.#catalogChanges
  }

  *catchUp(transaction: OpenTransaction, own: CatalogSnapshot | undefined): Task<CatalogSnapshot> {
    const begun = transaction as BranchTransaction // as above
    while (!this.isNewest(begun)) {
      yield* begun.whole.advance()
      if (!begun.whole.isCurrent) continue
      const newest = this.#catalog
      const rebased = own === undefined ? newest : rebaseCatalog(begun.catalog, own, newest)
      begun.catalog = newest
      begun.catalogNumber = this.#catalogChanges
      return rebased
    }
    return own ?? begun.catalog
  }

  *commit(transaction: OpenTransaction, own: CatalogSnapshot | undefined): Task<void> {
    const begun = transaction as BranchTransaction // as above
    const { whole } = begun
    const hasMissed = own !== undefined && begun.catalogNumber !== this.#catalogChanges
    const catalog = hasMissed ? yield* this.catchUp(begun, own) : own
    const change = catalog && catalogChange(transaction.catalog, catalog)
    yield* this.store.commit(whole, () => this.#validate(begun, change))
    if (change === undefined || catalog === undefined) return
    this.#catalog = catalog
    this.#noteChange(change)
    this.#host.databases.settle(whole, true)
    const shared = this.#host.shared.take(catalog)
    if (shared === undefined) return
    for (const other of this.#host.databases.all()) if (other !== this) other.adoptShared(shared)
  }

  #noteChange(change: CatalogChange): void {
    this.#catalogChanges++
    this.#ddl.push(change)
    if (this.#ddl.length > REMEMBERED_DDL) this.#ddl.shift()
  }

  /**
   * DDL and writes that crossed in spite of their locks: whoever comes second gives way, for neither has seen what the other did.
   * What other DDL has committed must be in this transaction's catalog by now (`catchUp`), so that the newest catalog always
   * follows from the one before.
   */
  #validate({ whole, catalogNumber }: BranchTransaction, change: CatalogChange | undefined): void {
    const missed = this.#catalogChanges - catalogNumber
    if (missed > 0 && (change !== undefined || missed > this.#ddl.length)) throw crossedDdl()
    const touched = missed > 0 ? this.#ownTrees(whole) : []
    if (touched.length > 0) {
      for (const { tables, concernsAll } of this.#ddl.slice(-missed)) {
        if (concernsAll || touched.some((tree) => tables.has(tree))) throw crossedDdl()
      }
    }
    if (change === undefined || whole.base === this.store.roots) return
    for (const [tree, newest] of this.#trees(change, this.store.roots)) {
      const seen = whole.base.trees.get(tree)
      if (seen !== undefined && seen.lsn !== newest.lsn) throw crossedDdl()
    }
  }

  /** The database's trees that a transaction has written to, by the numbers of its catalog. */
  #ownTrees(whole: StoreTransaction): TreeId[] {
    return [...whole.touchedTrees()].flatMap((tree) => this.#space.inDatabase(tree) ?? [])
  }

  /** Tables that DDL changed, as they are now; those it dropped or made have no other side. */
  *#trees(
    change: CatalogChange,
    { trees: newest }: BranchRoots,
  ): Generator<readonly [TreeId, TreeRoot]> {
    for (const tree of change.tables) {
      const inStore = this.#space.inStore(tree)
      const root = newest.get(inStore)
      if (root !== undefined) yield [inStore, root]
    }
  }

  rollback(transaction: OpenTransaction): void {
    const { whole } = transaction as BranchTransaction // as above
    this.store.rollback(whole)
    this.#host.databases.settle(whole, false)
  }

  notify(processId: number, said: readonly Notification[]): void {
    this.#host.notifications.publish(this.name, processId, said)
  }
  notificationQueueUsage(): number {
    return this.#host.notifications.usage
  }

  createSpill(): SpillSegments {
    return this.store.createSpill()
  }

  nextSessionNumber(): number {
    return this.#host.nextSessionNumber()
  }
  nowMicros(): number {
    return this.#host.platform.clock.nowMicros()
  }
  after(ms: number, callback: () => void): () => void {
    return this.#host.platform.clock.after(ms, callback)
  }
  random(): number {
    return this.#host.platform.random.next()
  }
  randomBytes(length: number): Uint8Array {
    return this.#host.platform.random.bytes(length)
  }

  *passwordSecret(password: string): Task<string> {
    let secret = ''
    const until = createScramSecret(password).then((made) => void (secret = made))
    yield { kind: 'wait', until }
    return secret
  }
}

function crossedDdl(): SqlError {
  return new SqlError(
    SQLSTATE.SERIALIZATION_FAILURE,
    'could not serialize access due to a concurrent change of the schema',
  )
}
