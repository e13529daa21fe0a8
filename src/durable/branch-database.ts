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
import type { TreeId } from '../storage/access.ts'
import type { Task } from '../storage/task.ts'
import type { BranchRoots, TreeRoot } from '../storage/tree/tree-root.ts'
import { catalogChange, type CatalogChange } from '../sql/catalog/catalog-changes.ts'
import type { CatalogSnapshot } from '../sql/catalog/catalog-snapshot.ts'
import { loadCatalog } from '../sql/catalog/load-catalog.ts'
import { createFunctionLibrary } from '../sql/functions/library.ts'
import type { FunctionLibrary } from '../sql/functions/registry.ts'
import type { Database, OpenTransaction } from '../sql/session/database.ts'
import { LruCache } from '../sql/session/lru-cache.ts'
import { Session } from '../sql/session/session.ts'
import type { SessionOptions } from '../sql/session/session.ts'
import type { Statement } from '../sql/session/statement/statement-cache.ts'
import type { SpillSegments } from '../sql/session/limits/statement-spill.ts'
import { datumCodec } from '../sql/types/datum-codec.ts'
import type { TypeIo } from '../sql/types/type-io.ts'
import { createTypeIo } from '../sql/types/type-io-library.ts'
import { createScramSecret } from './auth/scram-secret.ts'
import type { NotificationHub } from './notification/notification-hub.ts'

/** What the databases of a branch share. */
export interface DatabaseHost {
  readonly store: Store
  readonly platform: StoragePlatform
  readonly notifications: NotificationHub
  nextTransactionNumber(): number
  nextSessionNumber(): number
}

/** Statements whose plans are kept. */
const STATEMENT_CACHE_ENTRIES = 512

/** DDL commits that older transactions are checked against; one that has missed more must begin again. */
const REMEMBERED_DDL = 100

interface BranchTransaction extends OpenTransaction {
  /** How many commits of DDL its snapshot holds. */
  readonly catalogNumber: number
  readonly access: StoreTransaction
}

/** The libraries are pure and the same for every branch of an isolate. */
let libraries: { readonly functions: FunctionLibrary; readonly typeIo: TypeIo } | undefined

function sharedLibraries(): { readonly functions: FunctionLibrary; readonly typeIo: TypeIo } {
  libraries ??= { functions: createFunctionLibrary(), typeIo: createTypeIo() }
  return libraries
}

export class BranchDatabase implements Database {
  readonly name: string
  readonly functions: FunctionLibrary
  readonly typeIo: TypeIo
  readonly codec = datumCodec
  readonly statements = new LruCache<string, Statement>(STATEMENT_CACHE_ENTRIES)
  readonly store: Store
  readonly #host: DatabaseHost
  /** As of the newest commit; undefined when DDL of two transactions crossed and it has to be read again. */
  #catalog: CatalogSnapshot | undefined
  /** Commits of DDL. */
  #catalogChanges = 0
  /** What the newest of them changed. */
  readonly #ddl: CatalogChange[] = []

  constructor(host: DatabaseHost, name: string, catalog: CatalogSnapshot) {
    const { functions, typeIo } = sharedLibraries()
    this.name = name
    this.store = host.store
    this.functions = functions
    this.typeIo = typeIo
    this.#host = host
    this.#catalog = catalog
  }

  newSession(options: SessionOptions): Session {
    return new Session(this, options)
  }

  /** The driver loop for one task; any number run interleaved. */
  run<T>(task: Task<T>): Promise<T> {
    return this.store.run(task)
  }

  /** The catalog is read again first when that is due; call before starting a task that begins a transaction. */
  async refresh(): Promise<CatalogSnapshot> {
    while (this.#catalog === undefined) {
      const transaction = this.store.begin({ readOnly: true })
      const changes = this.#catalogChanges
      const catalog = await this.store.run(loadCatalog(transaction))
      this.store.rollback(transaction)
      // DDL that was committed meanwhile would be missing from it.
      if (this.#catalogChanges === changes) this.#catalog ??= catalog
    }
    return this.#catalog
  }

  begin(readOnly: boolean): BranchTransaction {
    const access = this.store.begin({ readOnly })
    if (this.#catalog === undefined) {
      throw new SqlError(SQLSTATE.SERIALIZATION_FAILURE, 'the catalog has changed concurrently')
    }
    const catalogNumber = this.#catalogChanges
    return { id: this.#host.nextTransactionNumber(), access, catalog: this.#catalog, catalogNumber }
  }

  *commit(transaction: OpenTransaction, catalog: CatalogSnapshot | undefined): Task<void> {
    const begun = transaction as BranchTransaction // every OpenTransaction comes from begin()
    const { access } = begun
    const change = catalog && catalogChange(transaction.catalog, catalog)
    yield* this.store.commit(access, () => this.#validate(begun, change))
    if (change === undefined) return
    this.#catalogChanges++
    this.#catalog = catalog
    this.#ddl.push(change)
    if (this.#ddl.length > REMEMBERED_DDL) this.#ddl.shift()
  }

  /**
   * DDL and writes that crossed: whoever comes second gives way, for neither has seen what the other did. Two transactions with
   * DDL never commit side by side, so the newest catalog always follows from the one before.
   */
  #validate({ access, catalogNumber }: BranchTransaction, change: CatalogChange | undefined): void {
    const missed = this.#catalogChanges - catalogNumber
    if (missed > 0 && (change !== undefined || missed > this.#ddl.length)) throw crossedDdl()
    const touched = missed > 0 ? [...access.touchedTrees()] : []
    if (touched.length > 0) {
      for (const { tables, concernsAll } of this.#ddl.slice(-missed)) {
        if (concernsAll || touched.some((tree) => tables.has(tree))) throw crossedDdl()
      }
    }
    if (change === undefined || access.base === this.store.roots) return
    for (const [tree, newest] of trees(change, this.store.roots)) {
      const seen = access.base.trees.get(tree)
      if (seen !== undefined && seen.lsn !== newest.lsn) throw crossedDdl()
    }
  }

  rollback(transaction: OpenTransaction): void {
    this.store.rollback((transaction as BranchTransaction).access)
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

/** Tables that DDL changed, as they are now; those it dropped or made have no other side. */
function* trees(
  change: CatalogChange,
  { trees: newest }: BranchRoots,
): Generator<readonly [TreeId, TreeRoot]> {
  for (const tree of change.tables) {
    const root = newest.get(tree)
    if (root !== undefined) yield [tree, root]
  }
}

function crossedDdl(): SqlError {
  return new SqlError(
    SQLSTATE.SERIALIZATION_FAILURE,
    'could not serialize access due to a concurrent change of the schema',
  )
}
