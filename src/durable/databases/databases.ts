/**
 * The databases of a branch: opens them by name, each when it is first asked for, and does for CREATE and DROP DATABASE what
 * is not a row of pg_database. A database in memory is its catalog and its plans; one without sessions is let go when there are
 * many.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { TransactionAccess } from '../../storage/access.ts'
import type { StoreTransaction } from '../../storage/store/store-transaction.ts'
import type { Task } from '../../storage/task.ts'
import type { Oid } from '../../sql/catalog/catalog.ts'
import type { CatalogSnapshot } from '../../sql/catalog/catalog-snapshot.ts'
import { loadCatalog } from '../../sql/catalog/load-catalog.ts'
import type { DatabaseRow } from '../../sql/catalog/rows/object-rows.ts'
import {
  CATALOG_NAMES,
  SHARED_CATALOGS,
  catalogTable,
} from '../../sql/catalog/store/catalog-tables.ts'
import type { DatabaseDirectory } from '../../sql/commands/database/database-directory.ts'
import { BranchDatabase } from '../branch-database.ts'
import type { DatabaseHost } from '../branch-database.ts'
import { prefetchRoots } from '../../storage/store/prefetch-roots.ts'
import {
  accessOf,
  copyTrees,
  dropTrees,
  estimatedBytes,
  hasTrees,
  makeTrees,
  wholeOf,
} from './database-trees.ts'
import { TreeSpace } from './tree-space.ts'
import { unknownDatabase } from './unknown-database.ts'

/** Databases beyond this are let go when nobody is in them. */
const OPEN_MAX = 8
/** DROP DATABASE waits so long for the last session to leave. */
const LEAVE_MS = 1000
const LOOK_MS = 50

export class Databases implements DatabaseDirectory {
  readonly #host: DatabaseHost
  readonly #main: BranchDatabase
  /** By their last use. */
  readonly #open = new Map<Oid, BranchDatabase>()
  readonly #opening = new Map<Oid, Promise<BranchDatabase>>()
  /** Databases that a running transaction drops. */
  readonly #leaving = new Map<Oid, StoreTransaction>()
  #onOpened: ((database: BranchDatabase) => void) | undefined

  constructor(host: DatabaseHost, main: BranchDatabase) {
    this.#host = host
    this.#main = main
    this.#open.set(main.oid, main)
  }

  /** Raises 3D000 when there is none of that name. */
  async named(name: string): Promise<BranchDatabase> {
    const row = this.#host.shared.newest.data.rows('pg_database').find('datname', name)
    if (row === undefined || this.#leaving.has(row.oid)) throw unknownDatabase(name)
    return this.#opened(row)
  }

  /** `onOpened` is told each database that comes into memory, those that are there included. */
  attend(onOpened: (database: BranchDatabase) => void): void {
    this.#onOpened = onOpened
    for (const database of this.#open.values()) onOpened(database)
  }

  /** Those that are in memory. */
  all(): Iterable<BranchDatabase> {
    return this.#open.values()
  }

  async #opened(row: DatabaseRow): Promise<BranchDatabase> {
    const known = this.#open.get(row.oid)
    if (known !== undefined) {
      this.#open.delete(row.oid)
      this.#open.set(row.oid, known)
      return known
    }
    let opening = this.#opening.get(row.oid)
    if (opening === undefined) {
      opening = this.#load(row).finally(() => this.#opening.delete(row.oid))
      this.#opening.set(row.oid, opening)
    }
    return opening
  }

  async #load({ oid, datname }: DatabaseRow): Promise<BranchDatabase> {
    const space = new TreeSpace(oid)
    await this.#ensureTrees(space)
    const own = CATALOG_NAMES.filter((name) => !SHARED_CATALOGS.includes(name))
    const { store, shared } = this.#host
    await prefetchRoots(
      store.pages,
      store.roots,
      own.map((name) => space.inStore(catalogTable(name).tree)),
    )
    const whole = store.begin({ readOnly: true })
    const catalog = await store.run(loadCatalog(accessOf(whole, space), oid))
    store.rollback(whole)
    // Nobody has changed what is the database's own: nobody was in it. What all share may have changed meanwhile.
    const database = new BranchDatabase(this.#host, oid, shared.under(catalog))
    const isThere = this.#host.shared.newest.data.rows('pg_database').find('oid', oid) !== undefined
    if (!isThere || this.#leaving.has(oid)) throw unknownDatabase(datname)
    this.#open.set(oid, database)
    this.#letGo()
    this.#onOpened?.(database)
    return database
  }

  /** The databases that came with the branch begin when somebody first looks into them. */
  async #ensureTrees(space: TreeSpace): Promise<void> {
    const { store } = this.#host
    const whole = store.begin()
    if (hasTrees(whole, space)) return store.rollback(whole)
    await store.run(makeTrees(whole, space))
    await store.run(store.commit(whole))
  }

  #letGo(): void {
    for (const [oid, database] of this.#open) {
      if (this.#open.size <= OPEN_MAX) return
      if (database === this.#main || this.#usersOf(database.name) > 0) continue
      database.close()
      this.#open.delete(oid)
    }
  }

  // --- for CREATE and DROP DATABASE ---------------------------------------------------------------------

  *copy(access: TransactionAccess, template: Oid, made: Oid): Task<void> {
    if (!TreeSpace.hasRoomFor(made)) {
      throw new SqlError(
        SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
        'too many databases were made in this branch',
      )
    }
    yield* copyTrees(wholeOf(access), new TreeSpace(template), new TreeSpace(made))
  }

  remove(access: TransactionAccess, database: Oid): void {
    const whole = wholeOf(access)
    dropTrees(whole, new TreeSpace(database))
    this.#leaving.set(database, whole)
    this.#open.get(database)?.close()
  }

  /** The transaction is over. */
  settle(whole: StoreTransaction, isCommitted: boolean): void {
    for (const [oid, dropping] of this.#leaving) {
      if (dropping !== whole) continue
      this.#leaving.delete(oid)
      if (isCommitted) this.#open.delete(oid)
      else this.#open.get(oid)?.reopen()
    }
  }

  *otherUsers(oid: Oid, asking: number): Task<number> {
    const name = this.#nameOf(oid)
    const { clock } = this.#host.platform
    for (let waitedMs = 0; waitedMs < LEAVE_MS; waitedMs += LOOK_MS) {
      if (this.#usersOf(name, asking) === 0) return 0
      yield { kind: 'wait', until: clock.sleep(LOOK_MS) }
    }
    return this.#usersOf(name, asking)
  }

  #usersOf(name: string, asking?: number): number {
    let users = 0
    for (const { facts } of this.#host.sessions.all()) {
      if (facts.database === name && facts.processId !== asking) users++
    }
    return users
  }

  terminateUsers(oid: Oid): void {
    const name = this.#nameOf(oid)
    for (const session of [...this.#host.sessions.all()]) {
      if (session.facts.database === name) session.terminate()
    }
  }

  #nameOf(oid: Oid): string {
    return this.#host.shared.newest.data.rows('pg_database').find('oid', oid)?.datname ?? ''
  }

  estimatedBytes(database: Oid): number {
    return estimatedBytes(this.#host.store.roots, new TreeSpace(database))
  }

  *otherCatalogs(name: string): Task<ReadonlyMap<string, CatalogSnapshot>> {
    const catalogs = new Map<string, CatalogSnapshot>()
    const { store, shared } = this.#host
    const whole = store.begin({ readOnly: true })
    for (const { oid, datname } of shared.newest.data.rows('pg_database').all()) {
      const space = new TreeSpace(oid)
      if (datname === name || !hasTrees(whole, space)) continue
      const known = this.#open.get(oid)?.newestCatalog
      catalogs.set(datname, known ?? (yield* loadCatalog(accessOf(whole, space), oid)))
    }
    store.rollback(whole)
    return catalogs
  }
}
