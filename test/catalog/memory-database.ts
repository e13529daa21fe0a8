/** A whole database in memory, for tests: real sessions, real transactions, no pages written. */
import '../../src/sql/parse/libpg-query/load-in-node.ts'
import { SqlError } from '../../src/errors/sql-error.ts'
import type { Lsn, TreeId } from '../../src/storage/access.ts'
import type { Task } from '../../src/storage/task.ts'
import { BranchCounters } from '../../src/storage/transaction/branch-counters.ts'
import { mergeOntoNewest, sealCommit } from '../../src/storage/transaction/commit-transaction.ts'
import { Transaction } from '../../src/storage/transaction/transaction.ts'
import { EMPTY_ROOTS } from '../../src/storage/tree/tree-root.ts'
import type { BranchRoots } from '../../src/storage/tree/tree-root.ts'
import type { CatalogSnapshot } from '../../src/sql/catalog/catalog-snapshot.ts'
import {
  FIRST_DATABASE,
  bootstrapCatalog,
  loadCatalog,
} from '../../src/sql/catalog/load-catalog.ts'
import type { DatabaseDirectory } from '../../src/sql/commands/database/database-directory.ts'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import type { Database, OpenTransaction } from '../../src/sql/session/database.ts'
import { LockManager } from '../../src/sql/lock/lock-manager.ts'
import { LruCache } from '../../src/sql/session/lru-cache.ts'
import { DatabaseCounters } from '../../src/sql/session/activity/database-counters.ts'
import { SessionDirectory } from '../../src/sql/session/activity/session-directory.ts'
import { StatementStatistics } from '../../src/sql/session/statistics/statement-statistics.ts'
import { Session } from '../../src/sql/session/session.ts'
import { CollectedResults } from '../../src/sql/session/result/statement-result.ts'
import type { Notice } from '../../src/sql/session/result/statement-result.ts'
import { datumCodec } from '../../src/sql/types/datum-codec.ts'
import { createTypeIo } from '../../src/sql/types/type-io-library.ts'

/** Runs a task that never has to wait: everything is in memory. */
export function run<T>(task: Task<T>): T {
  for (;;) {
    const step = task.next()
    if (step.done === true) return step.value
    if (step.value.kind !== 'pause') throw new Error(`unexpected suspension: ${step.value.kind}`)
  }
}

function notHere(): never {
  throw new Error('there is no branch')
}

const functions = createFunctionLibrary()
const typeIo = createTypeIo()

export class MemoryDatabase implements Database {
  readonly name = 'postgres'
  readonly oid = FIRST_DATABASE
  readonly databaseCounters = new DatabaseCounters(() => 0)
  readonly statistics = new StatementStatistics(() => 0)
  readonly sessions = new SessionDirectory()
  readonly functions = functions
  readonly typeIo = typeIo
  readonly codec = datumCodec
  readonly statements: Database['statements'] = new LruCache(100)
  readonly shapes: Database['shapes'] = new LruCache(100)
  readonly locks = new LockManager()
  roots: BranchRoots = EMPTY_ROOTS
  catalog: CatalogSnapshot
  private readonly counters = new BranchCounters()
  private readonly storage = { source: { get: () => undefined }, codec: datumCodec }
  private lsn = 0
  private nextId = 1

  constructor() {
    const transaction = this.transaction()
    this.catalog = run(
      bootstrapCatalog(transaction, { databaseName: 'postgres', superuser: 'postgres' }),
    )
    this.install(transaction)
  }

  get newestCatalog(): CatalogSnapshot {
    return this.catalog
  }
  /** Its transactions come one after the other. */
  isNewest(): boolean {
    return true
  }
  *catchUp(): Task<CatalogSnapshot> {
    return this.catalog
  }
  /** Nobody waits. */
  after(): () => void {
    return () => undefined
  }

  begin(): OpenTransaction {
    return { id: this.nextId++, access: this.transaction(), catalog: this.catalog }
  }

  *commit(transaction: OpenTransaction, catalog: CatalogSnapshot | undefined): Task<void> {
    this.install(transaction.access as Transaction) // begin() made it
    if (catalog !== undefined) this.catalog = catalog
  }

  rollback(): void {}
  /** Nobody listens. */
  notify(): void {}
  notificationQueueUsage(): number {
    return 0
  }
  /** It is alone. */
  readonly directory: DatabaseDirectory = {
    all: () => [],
    copy: notHere,
    remove: notHere,
    otherUsers: notHere,
    terminateUsers: notHere,
    estimatedBytes: notHere,
    *otherCatalogs() {
      return new Map()
    },
  }
  createSpill(): never {
    // Made for every statement, used by none of these.
    return undefined as never
  }
  nextSessionNumber(): number {
    return 1
  }
  *passwordSecret(): Task<string> {
    return 'SCRAM-SHA-256$4096:AAAA$AAAA:AAAA'
  }
  nowMicros(): number {
    return 0
  }
  random(): number {
    return 0.5
  }
  randomBytes(length: number): Uint8Array {
    return new Uint8Array(length)
  }

  /** The catalog as a fresh process would read it. */
  reload(): CatalogSnapshot {
    return run(loadCatalog(this.transaction()))
  }

  hasTree(tree: number): boolean {
    return this.transaction().hasTree(tree as TreeId) // any number may be asked for
  }

  private transaction(): Transaction {
    return new Transaction(this.roots, this.storage, this.counters)
  }

  private install(transaction: Transaction): void {
    const merged = run(mergeOntoNewest(transaction, () => this.roots, this.storage))
    const lsn = ++this.lsn as Lsn
    this.roots = sealCommit(
      merged,
      transaction.touchedTrees(),
      lsn,
      this.counters.takeDirtySequences(),
    )
  }
}

export interface Answer {
  readonly tag: string
  readonly rows: readonly (readonly (string | null)[])[]
  readonly notices: readonly Notice[]
}

/** One session of a fresh database. */
export class TestSession {
  readonly database = new MemoryDatabase()
  private readonly session = new Session(this.database, { user: 'postgres' })

  run(sql: string): Answer {
    const sink = new CollectedResults()
    run(this.session.executeScript(sql, sink))
    const last = sink.results.at(-1)
    return { tag: last?.tag ?? '', rows: last?.rows ?? [], notices: sink.notices }
  }

  rows(sql: string): readonly string[] {
    return this.run(sql).rows.map((row) => row.map((cell) => cell ?? '∅').join('|'))
  }

  /** 'SQLSTATE message' with detail and hint on lines of their own. */
  error(sql: string): string {
    try {
      this.run(sql)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const { detail, hint } = error.fields
      return [
        `${error.code} ${error.message}`,
        ...(detail === undefined ? [] : [`DETAIL ${detail}`]),
        ...(hint === undefined ? [] : [`HINT ${hint}`]),
      ].join('\n')
    }
    return 'no error'
  }
}
