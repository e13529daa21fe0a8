/** The session as the expressions of one statement see it. */
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { Task } from '../../storage/task.ts'
import type { Datum } from '../../storage/vector.ts'
import { checkDomainValue } from './statement/plan/planned-query.ts'
import { StatementSpill } from './limits/statement-spill.ts'
import type {
  AdvisoryLocks,
  CursorFacts,
  DatabaseLock,
  EvaluationSession,
  PreparedStatementFacts,
  SequenceService,
  SettingFacts,
} from '../execute/evaluation-session.ts'
import { blockingProcesses, lockFacts } from '../lock/lock-facts.ts'
import { advisoryKey } from '../lock/lock-tag.ts'
import type { StatementFactsSource } from '../execute/statement-facts.ts'
import type { BackendSignal, DatabaseCounts, SessionFacts } from '../execute/session-facts.ts'
import { cancelError } from './limits/statement-timeout.ts'
import { cursorFacts, cursorRowId } from './portal/cursor-commands.ts'
import { checkSequenceUse } from './sequence/sequence-guard.ts'
import { SequenceValues } from './sequence/sequence-values.ts'
import { changeSetting, shownSetting } from './settings/change-setting.ts'
import type { SessionState } from './session-state.ts'
import type { Notice } from './result/statement-result.ts'
import type { RunningTransaction } from './transaction/running-transaction.ts'

export class SessionEvaluation implements EvaluationSession {
  readonly statementTimestamp: number
  readonly #state: SessionState
  readonly #transaction: RunningTransaction
  readonly #onNotice: (notice: Notice) => void
  #sequences: SequenceService | undefined

  constructor(
    state: SessionState,
    transaction: RunningTransaction,
    onNotice: (notice: Notice) => void,
  ) {
    this.#state = state
    this.#transaction = transaction
    this.#onNotice = onNotice
    this.statementTimestamp = state.database.nowMicros()
  }

  /** Most statements use none. */
  get sequences(): SequenceService {
    return (this.#sequences ??= this.#makeSequences())
  }

  #makeSequences(): SequenceService {
    const state = this.#state
    const transaction = this.#transaction
    return new SequenceValues(
      transaction.open.access,
      () => transaction.catalog,
      state.drawnSequences,
      (sequence, use) =>
        checkSequenceUse(
          transaction.catalog,
          state.currentUser,
          state.settings.get('transaction_read_only') === 'on',
          sequence,
          use,
        ),
    )
  }

  get backendPid(): number {
    return this.#state.processId
  }
  *preparedStatements(): Iterable<PreparedStatementFacts> {
    for (const statement of this.#state.prepared.values()) {
      if (statement.name === '') continue
      const { name, text, preparedAtMicros, parameterTypes, columns, isFromSql, runs } = statement
      const resultTypes = columns?.map(({ type }) => type)
      yield { name, text, preparedAtMicros, parameterTypes, resultTypes, isFromSql, runs }
    }
  }
  notify(channel: string, payload: string): void {
    this.#state.channels.notify(channel, payload)
  }
  get listeningChannels(): Iterable<string> {
    return this.#state.channels.listening
  }
  get notificationQueueUsage(): number {
    return this.#state.database.notificationQueueUsage()
  }
  get statements(): StatementFactsSource {
    return this.#state.database.statistics
  }
  *activity(): Iterable<SessionFacts> {
    for (const { facts } of this.#state.database.sessions.all()) yield facts
  }
  databaseCounts(database: number): DatabaseCounts {
    return this.#state.database.databaseCounters.of(database)
  }
  *locks(): Iterable<DatabaseLock> {
    for (const { oid, locks, newestCatalog } of this.#state.database.directory.all()) {
      for (const facts of lockFacts(locks)) {
        const { target } = facts
        const tree = target.kind === 'tuple' ? target.tree : undefined
        const relation =
          tree === undefined
            ? undefined
            : newestCatalog.data.rows('pg_class').find('relfilenode', Number(tree) as Oid)?.oid // see relation-info.ts
        yield { ...facts, database: oid, relation }
      }
    }
  }
  blockingProcesses(processId: number): readonly number[] {
    for (const { locks } of this.#state.database.directory.all()) {
      const found = blockingProcesses(locks, processId)
      if (found.length > 0) return found
    }
    return []
  }
  signalBackend(processId: number, signal: BackendSignal): void {
    const { database } = this.#state
    const entry = database.sessions.find(processId)
    if (signal === 'terminate') {
      entry?.terminate()
      database.databaseCounters.of(database.oid).killed++
    } else if (processId === this.#state.processId) throw cancelError()
    else entry?.cancel()
  }
  cursors(): Iterable<CursorFacts> {
    return cursorFacts(this.#state)
  }
  cursorRowId(cursor: string, table: { readonly oid: Oid; readonly name: string }) {
    return cursorRowId(this.#state, cursor, table)
  }
  setting(name: string): string | undefined {
    return this.#state.settings.get(name)
  }
  shownSetting(name: string): string | undefined {
    return shownSetting(this.#state, this.#transaction.catalog, name)
  }
  *settings(): Iterable<SettingFacts> {
    const { settings } = this.#state
    for (const name of settings.names()) {
      yield {
        name,
        value: settings.get(name) ?? '',
        source: settings.source(name),
        defaultValue: settings.defaultValue(name),
        resetValue: settings.resetValue(name),
      }
    }
  }
  setSetting(name: string, value: string, local: boolean): void {
    changeSetting(this.#state, this.#transaction.catalog, { name, isLocal: local }, value)
  }
  get searchPath(): readonly string[] {
    const path = this.#state.settings.searchPath(this.#state.currentUser)
    const { temporarySchema } = this.#state
    const isThere = this.#transaction.catalog.hasOwnSchema(temporarySchema)
    return isThere ? [temporarySchema, ...path] : path
  }
  get currentUser(): string {
    return this.#state.currentUser
  }
  get sessionUser(): string {
    return this.#state.sessionUser
  }
  get databaseName(): string {
    return this.#state.database.name
  }
  get transactionTimestamp(): number {
    this.#state.timeReads++
    return this.#transaction.startedAtMicros
  }
  clockTimestamp(): number {
    return this.#state.database.nowMicros()
  }
  get transactionId(): number {
    return this.#transaction.open.id
  }
  checkDomain(domain: Oid, value: Datum | null): void {
    const { database } = this.#state
    const { catalog, open } = this.#transaction
    const spill = new StatementSpill(() => database.createSpill(), 0) // one row needs none
    const environment = { database, catalog, access: open.access, session: this, spill }
    checkDomainValue(domain, value, environment)
  }
  *sleep(ms: number): Task<void> {
    if (!(ms > 0)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = { isOver: false }
    const cancel = this.#state.database.after(ms, () => {
      timer.isOver = true
      resolve()
    })
    try {
      while (!timer.isOver) yield { kind: 'blocked', until: promise }
    } finally {
      cancel()
    }
  }
  get advisoryLocks(): AdvisoryLocks {
    const { database, lockOwner } = this.#state
    return {
      tryLock: (key, mode, ofSession) =>
        database.locks.tryAcquire(lockOwner, { kind: 'advisory', key, mode, ofSession }),
      unlock: (key, mode) => database.locks.releaseAdvisory(lockOwner, advisoryKey(key), mode),
      unlockAll: () => database.locks.releaseSession(lockOwner),
    }
  }
  random(): number {
    return this.#state.generator.next()
  }
  setSeed(seed: number): void {
    this.#state.generator.seed(seed)
  }
  randomBytes(length: number): Uint8Array {
    return this.#state.database.randomBytes(length)
  }
  notice(severity: string, code: string, message: string, detail?: string, hint?: string): void {
    this.#onNotice({ severity, code, message, detail, hint })
  }
  rowCount(relationOid: number): number {
    const catalog: CatalogSnapshot = this.#transaction.catalog
    const tree = catalog.relation(relationOid as Oid)?.tree // callers hold a regclass: an oid as a number
    const { access } = this.#transaction.open
    return tree !== undefined && access.hasTree(tree) ? access.rowCount(tree) : 0
  }

  databaseBytes(database: number): number {
    return this.#state.database.directory.estimatedBytes(database as Oid) // callers hold an OID
  }
}
