/**
 * A session: one client's conversation with a branch. It owns the transaction, the settings and what it has drawn from
 * sequences; statements come in as text and their results go out to a sink.
 *
 * Life of a statement: parse (cached by text) → bind → optimize → prepare (cached) → run → rows as text. Everything here is a
 * Task: it suspends for pages and lets other sessions run, and the branch's driver loop resumes it.
 */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Task } from '../../storage/task.ts'
import type { ParsedStatement, Statement as Syntax } from '../parse/ast/statement.ts'
import type { TransactionStatement } from '../parse/ast/utility.ts'
import type { Database } from './database.ts'
import { withoutEngineLimits } from './limits/engine-limit.ts'
import {
  bindPortal,
  describeStatement,
  namedStatement,
  parseOne,
  prepareText,
} from './statement/extended-query.ts'
import type { BindRequest, Description, ParseRequest } from './statement/extended-query.ts'
import type { QueryEnvironment } from './statement/planned-query.ts'
import { Portal } from './statement/portal.ts'
import { PreparedStatements } from './statement/prepared-statements.ts'
import type { PreparedStatement } from './statement/prepared-statements.ts'
import { dropTemporaryObjects, environmentOf, runStatement } from './statement/run-statement.ts'
import { SeededGenerator } from './seeded-generator.ts'
import type { SessionState } from './session-evaluation.ts'
import { applyModes } from './settings/set-command.ts'
import { Settings } from './settings/settings.ts'
import { CollectedResults } from './result/statement-result.ts'
import type { ResultRow, ResultSink } from './result/statement-result.ts'
import { cancelError, interruptible } from './limits/statement-timeout.ts'
import { saveSession, sessionMark } from './saved-session.ts'
import type { SavedSession } from './saved-session.ts'
import { parsedStatement } from './statement/statement-cache.ts'
import type { Statement } from './statement/statement-cache.ts'
import { blockStatus, failedBlockError, findSavepoint } from './transaction-block.ts'
import type { BlockStatus, RunningTransaction } from './transaction-block.ts'

export interface SessionOptions {
  readonly user: string
  /** Startup parameters: settings such as application_name or datestyle. */
  readonly settings?: ReadonlyMap<string, string>
  /** The session ends with its one request: temporary objects go before the commit, as if they had never been. */
  readonly isSingleRequest?: boolean
  /** The number that its client knows a long-lived session by; names its temporary schema. */
  readonly processId?: number
}

/** Each transaction starts them from their default_… settings. */
const TRANSACTION_SETTINGS = [
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
]

export class Session {
  readonly #state: SessionState
  readonly #isSingleRequest: boolean
  #transaction: RunningTransaction | undefined
  /** Of the transaction: they go with it. */
  readonly #portals = new Map<string, Portal>()
  #isCancelRequested = false

  constructor(database: Database, options: SessionOptions) {
    const processId = options.processId ?? database.nextSessionNumber()
    this.#state = {
      database,
      settings: new Settings(options.settings),
      drawnSequences: { values: new Map(), last: undefined },
      generator: new SeededGenerator(database.random()),
      prepared: new PreparedStatements(),
      sessionUser: options.user,
      currentUser: options.user,
      timeReads: 0,
      processId,
      temporarySchema: `pg_temp_${processId}`,
    }
    this.#isSingleRequest = options.isSingleRequest ?? false
  }

  get status(): BlockStatus {
    return blockStatus(this.#transaction)
  }

  get user(): string {
    return this.#state.sessionUser
  }

  get settings(): Settings {
    return this.#state.settings
  }

  /** What is running fails with 57014 where it suspends next. */
  cancel(): void {
    this.#isCancelRequested = true
  }

  /** One statement with parameters in text form and a transaction of its own. More than one raises 42601. */
  *execute(text: string, parameters: readonly (string | null)[], sink: ResultSink): Task<void> {
    const statement = this.#parse(text)
    if (statement.parsed.length > 1) {
      this.#fail()
      throw new SqlError(
        SQLSTATE.SYNTAX_ERROR,
        'cannot insert multiple commands into a prepared statement',
      )
    }
    const [parsed] = statement.parsed
    if (parsed === undefined) return sink.complete('')
    yield* this.#runOne(parsed, statement, parameters, sink, false)
  }

  /** A script as the simple protocol runs it: several statements, one implicit transaction around those outside a block. */
  *executeScript(text: string, sink: ResultSink): Task<void> {
    const statement = this.#parse(text)
    if (statement.parsed.length === 0) return sink.complete('')
    this.#isCancelRequested = false
    this.closePortal('')
    const isScript = statement.parsed.length > 1
    for (const parsed of statement.parsed) {
      const single: Statement = isScript ? { parsed: [parsed], plans: [] } : statement
      yield* this.#runOne(parsed, single, [], sink, parsed !== statement.parsed.at(-1))
    }
    yield* this.#endImplicit()
  }

  /** Parse of the extended protocol: keeps the statement by its name. */
  prepare(request: ParseRequest): void {
    this.#attempt(() => {
      const parts = parseOne(this.#state, request)
      const syntax = parts.statement.parsed[0]?.statement
      prepareText(this.#state, request, parts, this.#environmentFor(syntax))
    })
  }

  /** Bind: a portal lives until its transaction ends. */
  bind(request: BindRequest): void {
    this.#attempt(() => {
      const { syntax } = namedStatement(this.#state, request.statement)
      const name = request.portal
      if (name === '') this.closePortal('')
      else if (this.#portals.has(name)) {
        throw new SqlError(SQLSTATE.DUPLICATE_CURSOR, `cursor "${name}" already exists`)
      }
      const bound = bindPortal(this.#state, request, this.#environmentFor(syntax))
      this.#portals.set(name, new Portal(bound))
    })
  }

  describeStatement(name: string): Description {
    return this.#attempt(() => this.#describe(namedStatement(this.#state, name)))
  }

  describePortal(name: string): Description & Pick<Portal, 'formats'> {
    return this.#attempt(() => {
      const { statement, formats } = this.#portal(name)
      return { ...this.#describe(statement), formats }
    })
  }

  /** Execute: true when the portal has come to its end, false when it stopped at `maxRows` (0: no limit). */
  *runPortal(name: string, maxRows: number, sink: ResultSink<ResultRow>): Task<boolean> {
    this.#isCancelRequested = false
    try {
      const portal = this.#portal(name)
      const { syntax, statement } = portal.statement
      const [parsed] = statement.parsed
      if (syntax === undefined || parsed === undefined) {
        sink.complete('')
        return true
      }
      if (syntax.kind === 'transaction') {
        yield* this.#transactionCommand(syntax, sink)
        return true
      }
      if (this.#transaction?.isFailed === true) throw failedBlockError()
      const transaction = this.#transaction ?? this.#begin(false)
      yield* this.#settlePortals(portal)
      const run = { state: this.#state, transaction, parsed, statement, parameters: [], portal }
      const start = (to: ResultSink<ResultRow>): Task<string> => runStatement({ ...run, sink: to })
      const isComplete = yield* this.#interruptible(portal.run(maxRows, sink, start))
      transaction.hasRun = true
      return isComplete
    } catch (error) {
      this.#fail()
      throw withoutEngineLimits(error)
    }
  }

  closeStatement(name: string): void {
    this.#state.prepared.delete(name)
  }

  closePortal(name: string): void {
    this.#portals.get(name)?.close()
    this.#portals.delete(name)
  }

  /** Sync: the end of an implicit transaction. */
  *sync(): Task<void> {
    try {
      yield* this.#endImplicit()
    } catch (error) {
      this.#fail()
      throw withoutEngineLimits(error)
    }
  }

  /** After an error outside of any statement: as if the statement had failed. */
  fail(): void {
    this.#fail()
  }

  #portal(name: string): Portal {
    const portal = this.#portals.get(name)
    if (portal !== undefined) return portal
    throw new SqlError('34000', `portal "${name}" does not exist`)
  }

  #describe(prepared: PreparedStatement): Description {
    return describeStatement(this.#state, prepared, this.#environmentFor(prepared.syntax))
  }

  /**
   * Begins a transaction when there is none, as planning needs the catalog. undefined where a statement may go on in a failed
   * block: ROLLBACK and its like, and an empty one.
   */
  #environmentFor(syntax: Syntax | undefined): QueryEnvironment | undefined {
    if (syntax === undefined || syntax.kind === 'transaction') return undefined
    if (this.#transaction?.isFailed === true) throw failedBlockError()
    return environmentOf(this.#state, this.#transaction ?? this.#begin(false), () => undefined)
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#fail()
      throw withoutEngineLimits(error)
    }
  }

  #interruptible<T>(task: Task<T>): Task<T> {
    return interruptible(task, () => (this.#isCancelRequested ? cancelError() : undefined))
  }

  /** What runs next may change rows that a suspended portal has still to read. */
  *#settlePortals(except?: Portal): Task<void> {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) if (portal !== except) yield* portal.settle()
  }

  #closePortals(): void {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) portal.close()
    this.#portals.clear()
  }

  /** Equal marks, element by element, of two moments: nothing has changed that `save` would show. */
  mark(): readonly unknown[] {
    return sessionMark(this.#state)
  }

  /** Outside of a transaction. */
  save(): SavedSession {
    return saveSession(this.#state)
  }

  /** Makes a new session what another was when it was saved. A statement that cannot be prepared any more is gone. */
  *resume(saved: SavedSession): Task<void> {
    const { settings, drawnSequences } = this.#state
    settings.rollbackTo(saved.settings)
    this.#state.currentUser = saved.currentUser
    for (const { name, text, declaredTypes, isFromSql } of saved.statements) {
      try {
        if (isFromSql) yield* this.executeScript(text, new CollectedResults())
        else this.prepare({ name, text, parameterTypes: declaredTypes })
        yield* this.sync()
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
      }
    }
    for (const [sequence, value] of saved.drawnValues) drawnSequences.values.set(sequence, value)
    drawnSequences.last = saved.lastDrawn
  }

  /** The end of a long-lived session: its temporary objects go. */
  *end(): Task<void> {
    this.#rollback()
    const transaction = this.#begin(false)
    if (!transaction.catalog.hasSchema(this.#state.temporarySchema)) return this.#rollback()
    yield* dropTemporaryObjects(this.#state, transaction)
    yield* this.#commit()
  }

  /** Gives up whatever is open. */
  close(): void {
    this.#rollback()
  }

  #parse(text: string): Statement {
    try {
      return parsedStatement(this.#state.database, text)
    } catch (error) {
      this.#fail()
      throw withoutEngineLimits(error)
    }
  }

  *#runOne(
    parsed: ParsedStatement,
    statement: Statement,
    parameters: readonly (string | null)[],
    sink: ResultSink,
    keepOpen: boolean,
  ): Task<void> {
    try {
      const syntax = parsed.statement
      if (syntax.kind === 'transaction') return yield* this.#transactionCommand(syntax, sink)
      if (this.#transaction?.isFailed === true) throw failedBlockError()
      const transaction = this.#transaction ?? this.#begin(false)
      yield* this.#settlePortals()
      const run = runStatement({
        state: this.#state,
        transaction,
        parsed,
        statement,
        parameters,
        sink,
      })
      const tag = yield* this.#isSingleRequest ? run : this.#interruptible(run)
      transaction.hasRun = true
      if (!keepOpen) yield* this.#endImplicit()
      sink.complete(tag)
    } catch (error) {
      this.#fail()
      throw withoutEngineLimits(error)
    }
  }

  /** An error ends an implicit transaction and leaves a block failed. */
  #fail(): void {
    this.#closePortals()
    if (this.#transaction === undefined) return
    if (this.#transaction.isBlock) this.#transaction.isFailed = true
    else this.#rollback()
  }

  #begin(isBlock: boolean): RunningTransaction {
    const { database, settings } = this.#state
    settings.beginTransaction()
    for (const [name, value] of settings.derived(unlikeDefaults)) settings.set(name, value, true)
    const open = database.begin(false)
    this.#transaction = {
      open,
      isBlock,
      isFailed: false,
      hasChangedCatalog: false,
      hasRun: false,
      catalog: open.catalog,
      startedAtMicros: database.nowMicros(),
      savepoints: [],
    }
    return this.#transaction
  }

  *#endImplicit(): Task<void> {
    if (this.#transaction !== undefined && !this.#transaction.isBlock) yield* this.#commit()
  }

  *#commit(): Task<void> {
    const transaction = this.#transaction
    assert(transaction !== undefined, 'commit without a transaction')
    const { database, settings } = this.#state
    this.#closePortals()
    if (this.#isSingleRequest) yield* dropTemporaryObjects(this.#state, transaction)
    try {
      yield* database.commit(
        transaction.open,
        transaction.hasChangedCatalog ? transaction.catalog : undefined,
      )
    } catch (error) {
      // A COMMIT that fails ends the block too.
      this.#rollback()
      throw error
    }
    settings.endTransaction(true)
    this.#transaction = undefined
  }

  #rollback(): void {
    this.#closePortals()
    const transaction = this.#transaction
    if (transaction === undefined) return
    this.#transaction = undefined
    this.#state.database.rollback(transaction.open)
    this.#state.settings.endTransaction(false)
  }

  *#transactionCommand(statement: TransactionStatement, sink: ResultSink): Task<void> {
    switch (statement.action) {
      case 'begin':
      case 'start':
        return this.#beginBlock(statement, sink)
      case 'commit':
        return yield* this.#commitBlock(statement, sink)
      case 'rollback':
        return this.#rollbackBlock(statement, sink)
      case 'savepoint':
      case 'release':
      case 'rollbackTo':
        return this.#savepointCommand(statement, sink)
      default:
        throw new SqlError(
          SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
          'prepared transactions are disabled',
          { hint: 'Set "max_prepared_transactions" to a nonzero value.' },
        )
    }
  }

  #beginBlock(statement: TransactionStatement, sink: ResultSink): void {
    const tag = statement.action === 'start' ? 'START TRANSACTION' : 'BEGIN'
    if (this.#transaction?.isBlock === true) {
      if (this.#transaction.isFailed) throw failedBlockError()
      warn(sink, SQLSTATE.ACTIVE_SQL_TRANSACTION, 'there is already a transaction in progress')
    } else if (this.#transaction === undefined) this.#begin(true)
    else this.#transaction.isBlock = true
    applyModes(this.#state, statement.modes, this.#transaction)
    sink.complete(tag)
  }

  *#commitBlock(statement: TransactionStatement, sink: ResultSink): Task<void> {
    const transaction = this.#transaction
    if (transaction?.isFailed === true) return this.#rollbackBlock(statement, sink)
    if (transaction === undefined || !transaction.isBlock) {
      if (statement.chain) throw outsideBlock('COMMIT AND CHAIN')
      warn(sink, SQLSTATE.NO_ACTIVE_SQL_TRANSACTION, 'there is no transaction in progress')
      yield* this.#endImplicit()
    } else {
      yield* this.#commit()
      if (statement.chain) this.#begin(true)
    }
    sink.complete('COMMIT')
  }

  #rollbackBlock(statement: TransactionStatement, sink: ResultSink): void {
    if (this.#transaction === undefined || !this.#transaction.isBlock) {
      if (statement.chain) throw outsideBlock('ROLLBACK AND CHAIN')
      warn(sink, SQLSTATE.NO_ACTIVE_SQL_TRANSACTION, 'there is no transaction in progress')
    }
    this.#rollback()
    if (statement.chain) this.#begin(true)
    sink.complete('ROLLBACK')
  }

  #savepointCommand(statement: TransactionStatement, sink: ResultSink): void {
    const transaction = this.#transaction
    const name = statement.savepoint ?? ''
    const command = {
      savepoint: 'SAVEPOINT',
      release: 'RELEASE SAVEPOINT',
      rollbackTo: 'ROLLBACK TO SAVEPOINT',
    }
    const label = command[statement.action as keyof typeof command] // the caller passes these three only
    if (transaction === undefined || !transaction.isBlock) throw outsideBlock(label)
    if (statement.action === 'rollbackTo') this.#rollbackTo(transaction, name)
    else if (transaction.isFailed) throw failedBlockError()
    else if (statement.action === 'savepoint') this.#setSavepoint(transaction, name)
    else
      transaction.savepoints = transaction.savepoints.slice(
        0,
        findSavepoint(transaction, name).position,
      )
    sink.complete(label.split(' ').length > 2 ? 'ROLLBACK' : label.split(' ')[0]!)
  }

  #setSavepoint(transaction: RunningTransaction, name: string): void {
    const mark = transaction.open.access.savepoint()
    const settings = this.#state.settings.mark()
    transaction.savepoints = [
      ...transaction.savepoints,
      { name, mark, settings, catalog: transaction.catalog },
    ]
  }

  #rollbackTo(transaction: RunningTransaction, name: string): void {
    const { savepoint, position } = findSavepoint(transaction, name)
    // LIMIT: older portals would go on in PostgreSQL; here they are gone too, as what they read from is.
    this.#closePortals()
    transaction.open.access.rollbackTo(savepoint.mark)
    transaction.savepoints = transaction.savepoints.slice(0, position + 1)
    transaction.catalog = savepoint.catalog
    transaction.isFailed = false
    this.#state.settings.rollbackTo(savepoint.settings)
  }
}

/** The transaction's settings that do not have their default_… values yet. */
function unlikeDefaults(settings: Settings): readonly (readonly [string, string])[] {
  return TRANSACTION_SETTINGS.flatMap((name) => {
    const initial = settings.get(`default_${name}`) ?? ''
    return settings.get(name) === initial ? [] : [[name, initial] as const]
  })
}

function warn(sink: ResultSink, code: string, message: string): void {
  sink.notice({ severity: 'WARNING', code, message })
}

function outsideBlock(command: string): SqlError {
  return new SqlError(
    SQLSTATE.NO_ACTIVE_SQL_TRANSACTION,
    `${command} can only be used in transaction blocks`,
  )
}
