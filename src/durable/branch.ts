/**
 * A branch: one store, and the databases in it. It knows nothing of Cloudflare: `branch-object.ts` wraps it in a Durable Object,
 * tests and benchmarks run it in plain Node.
 *
 * The driver loop: everything in the engine is a synchronous generator that yields what it waits for. `run` awaits
 * that and resumes; between two yields nothing else runs, which is what makes a commit atomic.
 */
import type { StoragePlatform } from '../storage/platform/storage-platform.ts'
import type { StoreOptions } from '../storage/store/store-options.ts'
import { Store } from '../storage/store/store.ts'
import type { Task } from '../storage/task.ts'
import type { CatalogSnapshot } from '../sql/catalog/catalog-snapshot.ts'
import { FIRST_DATABASE, bootstrapCatalog, loadCatalog } from '../sql/catalog/load-catalog.ts'
import { CATALOG_NAMES, catalogTable } from '../sql/catalog/store/catalog-tables.ts'
import { DatabaseCounters } from '../sql/session/activity/database-counters.ts'
import { SessionDirectory } from '../sql/session/activity/session-directory.ts'
import type { Session } from '../sql/session/session.ts'
import type { SessionOptions } from '../sql/session/session.ts'
import { StatementStatistics } from '../sql/session/statistics/statement-statistics.ts'
import { datumCodec } from '../sql/types/datum-codec.ts'
import { BranchDatabase } from './branch-database.ts'
import type { DatabaseHost } from './branch-database.ts'
import { Databases } from './databases/databases.ts'
import { SharedCatalogs } from './databases/shared-catalogs.ts'
import { NotificationHub } from './notification/notification-hub.ts'

export interface BranchOptions {
  readonly databaseName: string
  /** The first role, made with the branch. */
  readonly superuser: string
  /** The SCRAM secret that a new branch gives it. Asked for only when the branch is new. */
  readonly superuserSecret?: () => Promise<string>
  readonly storage: Omit<StoreOptions, 'codec'>
}

const CATALOG_TREES = CATALOG_NAMES.map((name) => catalogTable(name).tree)

export class Branch implements DatabaseHost {
  readonly store: Store
  readonly platform: StoragePlatform
  /** The database that the branch was made with. */
  readonly main: BranchDatabase
  readonly notifications = new NotificationHub()
  readonly sessions = new SessionDirectory()
  readonly statistics: StatementStatistics
  readonly databaseCounters: DatabaseCounters
  readonly databases: Databases
  readonly shared: SharedCatalogs
  #transactionsBegun = 0
  #sessionsBegun = 0

  private constructor(store: Store, platform: StoragePlatform, catalog: CatalogSnapshot) {
    this.store = store
    this.platform = platform
    this.statistics = new StatementStatistics(() => this.nowMicros())
    this.databaseCounters = new DatabaseCounters(() => this.nowMicros())
    this.shared = new SharedCatalogs(catalog)
    this.main = new BranchDatabase(this, FIRST_DATABASE, catalog)
    this.databases = new Databases(this, this.main)
  }

  /** Opens the branch's storage; a branch that has none yet begins with an empty database. */
  static async open(platform: StoragePlatform, options: BranchOptions): Promise<Branch> {
    const store = await Store.open(platform, {
      ...options.storage,
      codec: datumCodec,
      firstTrees: CATALOG_TREES,
    })
    const catalog = await openCatalog(store, options)
    return new Branch(store, platform, catalog)
  }

  /** A session in the main database. */
  newSession(options: SessionOptions): Session {
    return this.main.newSession(options)
  }

  /** The driver loop for one task; any number run interleaved. */
  run<T>(task: Task<T>): Promise<T> {
    return this.store.run(task)
  }

  nextTransactionNumber(): number {
    return ++this.#transactionsBegun
  }
  nextSessionNumber(): number {
    return ++this.#sessionsBegun
  }
  nowMicros(): number {
    return this.platform.clock.nowMicros()
  }
}

async function openCatalog(store: Store, options: BranchOptions): Promise<CatalogSnapshot> {
  const isNew = store.roots.lsn === 0
  const { databaseName, superuser } = options
  const superuserSecret = isNew ? await options.superuserSecret?.() : undefined
  const transaction = store.begin()
  const catalog = await store.run(
    isNew
      ? bootstrapCatalog(transaction, { databaseName, superuser, superuserSecret })
      : loadCatalog(transaction),
  )
  if (isNew) await store.run(store.commit(transaction))
  else store.rollback(transaction)
  return catalog
}
