/**
 * What expressions may see of the session and transaction they run in. Built by the session for each statement;
 * plain data and a few callbacks, so that functions can be tested alone.
 */
import type { Task } from '../../storage/task.ts'
import type { Datum } from '../../storage/vector.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { LockFacts } from '../lock/lock-facts.ts'
import type { TableLockMode } from '../lock/lock-mode.ts'
import type { AdvisoryKey } from '../lock/lock-tag.ts'
import type { StatementFactsSource } from './statement-facts.ts'
import type { BackendSignal, DatabaseCounts, SessionFacts } from './session-facts.ts'

export interface EvaluationSession {
  /** Current values of settings, by lower-case name ('timezone', 'datestyle', 'intervalstyle', 'search_path' …), numbers in their base units. */
  setting(name: string): string | undefined
  /** As SHOW prints it, with units. */
  shownSetting?(name: string): string | undefined
  /** pg_settings */
  settings?(): Iterable<SettingFacts>
  /** set_config(): applies at once, for the transaction only if `local`. */
  setSetting(name: string, value: string, local: boolean): void
  readonly searchPath: readonly string[]
  readonly currentUser: string
  readonly sessionUser: string
  readonly databaseName: string
  /** Microseconds since 2000-01-01 UTC. now() is the first, clock_timestamp() the last. */
  readonly transactionTimestamp: number
  readonly statementTimestamp: number
  clockTimestamp(): number
  readonly transactionId: number
  /** What pg_backend_pid() says: the id that cancel requests and pg_stat_activity use. */
  readonly backendPid?: number
  /** pg_prepared_statements */
  preparedStatements?(): Iterable<PreparedStatementFacts>
  /** pg_notify(): heard by others when the transaction commits. */
  notify?(channel: string, payload: string): void
  readonly listeningChannels?: Iterable<string>
  /** 0 … 1 */
  readonly notificationQueueUsage?: number
  /** pg_stat_statements, of all databases of the branch. */
  readonly statements?: StatementFactsSource
  /** pg_stat_activity: all sessions of the branch. */
  activity?(): Iterable<SessionFacts>
  /** pg_stat_database, by the database's oid. */
  databaseCounts?(database: number): DatabaseCounts
  /** pg_locks, of all databases of the branch that are in memory. */
  locks?(): Iterable<DatabaseLock>
  /** pg_blocking_pids() */
  blockingProcesses?(processId: number): readonly number[]
  /** Ends what a session does, or the session. */
  signalBackend?(processId: number, signal: BackendSignal): void
  /** pg_cursors */
  cursors?(): Iterable<CursorFacts>
  /** WHERE CURRENT OF: the row of the table that the cursor stands on. */
  cursorRowId?(
    cursor: string,
    table: { readonly oid: Oid; readonly name: string },
  ): number | undefined
  /** pg_sleep() */
  sleep(ms: number): Task<void>
  readonly advisoryLocks?: AdvisoryLocks
  /** [0,1) from the session's seeded generator (setseed). */
  random(): number
  setSeed(seed: number): void
  randomBytes(length: number): Uint8Array
  /** NOTICE, WARNING … to the client. */
  notice(severity: string, code: string, message: string, detail?: string, hint?: string): void
  /** Sequences and other stateful services of the transaction. */
  readonly sequences: SequenceService
  /** Raises what a value (or null) violates of a domain's constraints: for values that are made while a statement runs. */
  checkDomain(domain: Oid, value: Datum | null): void
  /** Facts about stored relations for pg_relation_size() and friends: live rows. */
  rowCount(relationOid: number): number
  /** About how much another database of the branch holds, by its OID. */
  databaseBytes?(database: number): number
}

/** A lock, and the database that it is in. */
export interface DatabaseLock extends LockFacts {
  readonly database: Oid
  /** Of the table that a row is in. */
  readonly relation: Oid | undefined
}

/** A statement that the session keeps by name. */
export interface PreparedStatementFacts {
  readonly name: string
  readonly text: string
  readonly preparedAtMicros: number
  readonly parameterTypes: readonly Oid[]
  /** undefined when it returns no rows. */
  readonly resultTypes: readonly Oid[] | undefined
  readonly isFromSql: boolean
  readonly runs: number
}

export interface SettingFacts {
  readonly name: string
  readonly value: string
  readonly source: 'default' | 'client' | 'session'
  readonly defaultValue: string
  readonly resetValue: string
}

/** A portal of the session. */
export interface CursorFacts {
  readonly name: string
  readonly text: string
  readonly isHoldable: boolean
  readonly isBinary: boolean
  readonly isScrollable: boolean
  readonly createdAtMicros: number
}

/** Advisory locks, as far as nobody waits for them. */
export interface AdvisoryLocks {
  /** False when another session has it. */
  tryLock(key: AdvisoryKey, mode: TableLockMode, ofSession: boolean): boolean
  /** False when the session does not hold it. */
  unlock(key: AdvisoryKey, mode: TableLockMode): boolean
  unlockAll(): void
}

export interface SequenceService {
  nextValue(sequenceOid: number): number | bigint
  currentValue(sequenceOid: number): number | bigint
  lastValue(): number | bigint
  setValue(sequenceOid: number, value: number | bigint, isCalled: boolean): void
}
