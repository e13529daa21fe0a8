/**
 * A session: one client's conversation with a branch. It owns the transaction, the settings and what it has drawn from
 * sequences; statements come in as text and their results go out to a sink.
 *
 * Life of a statement: parse (cached by text, or by what the text is apart from its literals) → bind → optimize → prepare (cached) → run → rows as text. Everything here is a
 * Task: it suspends for pages and lets other sessions run, and the branch's driver loop resumes it.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { PAUSE } from '../../storage/task.ts'
import type { Task } from '../../storage/task.ts'
import type { ParsedStatement, Statement as Syntax } from '../parse/ast/statement.ts'
import { SessionActivity } from './activity/session-activity.ts'
import type { SessionFacts } from '../execute/session-facts.ts'
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
import type { QueryEnvironment } from './statement/plan/planned-query.ts'
import { runPortal } from './portal/run-portal.ts'
import type { BoundStatement } from './portal/portal.ts'
import type { PreparedStatement } from './statement/prepared-statements.ts'
import { dropTemporaryObjects, runStatement } from './statement/run-statement.ts'
import { environmentOf } from './statement/statement-environment.ts'
import { newSessionState } from './session-state.ts'
import type { SessionOrigin, SessionState } from './session-state.ts'
import type { Settings } from './settings/settings.ts'
import { CollectedResults } from './result/statement-result.ts'
import type { ResultRow, ResultSink } from './result/statement-result.ts'
import { CancelRequest } from './limits/interrupt.ts'
import { cancelError, interruptible } from './limits/statement-timeout.ts'
import { saveSession, sessionMark } from './saved-session.ts'
import type { SavedSession } from './saved-session.ts'
import { countStatement, isCounting } from './statistics/count-statement.ts'
import { parsedStatement } from './statement/plan/statement-cache.ts'
import type { Statement } from './statement/plan/statement-cache.ts'
import { filledTemplate } from './statement/plan/statement-template.ts'
import type { FilledTemplate } from './statement/plan/statement-template.ts'
import { failedBlockError } from './transaction/running-transaction.ts'
import type { BlockStatus } from './transaction/running-transaction.ts'
import { lookAhead } from './transaction/snapshot.ts'
import { TransactionBlock } from './transaction/transaction-block.ts'
import { runTransactionCommand } from './transaction/transaction-command.ts'

export interface SessionOptions extends SessionOrigin {
  /** The session ends with its one request: temporary objects go before the commit, as if they had never been. */
  readonly isSingleRequest?: boolean
  /** Where the client is, if that is known. */
  readonly clientAddress?: string | undefined
  /** How others end what it does, and itself, when that takes more than the session. */
  readonly control?: { readonly cancel: () => void; readonly terminate: () => void }
}

/** How one statement of a message is run. */
interface SingleRun {
  /** All of the message. */
  readonly text: string
  readonly parameters: readonly (string | null)[]
  readonly sink: ResultSink
  /** An implicit transaction ends with it. */
  readonly isLast: boolean
  readonly isScript: boolean
  readonly template?: FilledTemplate
}

export class Session {
  readonly #state: SessionState
  readonly #isSingleRequest: boolean
  readonly #block: TransactionBlock
  readonly #cancel = new CancelRequest(cancelError)
  readonly #activity: SessionActivity

  constructor(database: Database, options: SessionOptions) {
    this.#state = newSessionState(database, options)
    this.#isSingleRequest = options.isSingleRequest ?? false
    this.#block = new TransactionBlock(this.#state, { dropsTemporary: this.#isSingleRequest })
    const cancel = options.control?.cancel ?? (() => this.cancel())
    this.#activity = new SessionActivity({
      state: this.#state,
      block: this.#block,
      clientAddress: options.clientAddress,
      cancel,
      terminate: options.control?.terminate ?? cancel,
    })
    database.sessions.add(this.#state.processId, this.#activity)
    database.databaseCounters.of(database.oid).sessions++
  }

  get status(): BlockStatus {
    return this.#block.status
  }

  get user(): string {
    return this.#state.authenticatedUser
  }

  get settings(): Settings {
    return this.#state.settings
  }

  /** What pg_backend_pid() says. */
  get processId(): number {
    return this.#state.processId
  }

  /** What pg_stat_activity says of it. */
  get facts(): SessionFacts {
    return this.#activity.facts
  }

  /** What it listens to, as of its last commit. */
  get channels(): ReadonlySet<string> {
    return this.#state.channels.listening
  }

  /** What is running fails with 57014 where it suspends next. */
  cancel(): void {
    this.#cancel.request()
  }

  /** One statement with parameters in text form and a transaction of its own. More than one raises 42601. */
  *execute(text: string, parameters: readonly (string | null)[], sink: ResultSink): Task<void> {
    this.#activity.begin(text)
    try {
      yield* this.#execute(text, parameters, sink)
    } finally {
      this.#activity.rest()
    }
  }

  *#execute(text: string, parameters: readonly (string | null)[], sink: ResultSink): Task<void> {
    const template = parameters.length === 0 ? this.#template(text) : undefined
    if (template !== undefined) return yield* this.#runTemplate(template, text, sink)
    const statement = this.#parse(text)
    if (statement.parsed.length > 1) {
      this.#block.fail()
      throw new SqlError(
        SQLSTATE.SYNTAX_ERROR,
        'cannot insert multiple commands into a prepared statement',
      )
    }
    const [parsed] = statement.parsed
    if (parsed === undefined) return sink.complete('')
    yield* this.#runOne(parsed, statement, {
      text,
      parameters,
      sink,
      isLast: true,
      isScript: false,
    })
  }

  /** A script as the simple protocol runs it: several statements, one implicit transaction around those outside a block. */
  *executeScript(text: string, sink: ResultSink): Task<void> {
    this.#activity.begin(text)
    try {
      yield* this.#executeScript(text, sink)
    } finally {
      this.#activity.rest()
    }
  }

  *#executeScript(text: string, sink: ResultSink): Task<void> {
    const template = this.#template(text)
    const statement = template?.statement ?? this.#parse(text)
    if (statement.parsed.length === 0) return sink.complete('')
    this.#cancel.clear()
    this.closePortal('')
    if (template !== undefined) return yield* this.#runTemplate(template, text, sink)
    const isScript = statement.parsed.length > 1
    for (const parsed of statement.parsed) {
      const single: Statement = isScript ? { parsed: [parsed], plans: [] } : statement
      const isLast = parsed === statement.parsed.at(-1)
      yield* this.#runOne(parsed, single, { text, parameters: [], sink, isLast, isScript })
    }
    yield* this.#block.endImplicit()
  }

  *#runTemplate(template: FilledTemplate, text: string, sink: ResultSink): Task<void> {
    const { parsed, statement, parameters } = template
    const run = { text, parameters, sink, isLast: true, isScript: false, template }
    yield* this.#runOne(parsed, statement, run)
  }

  /** Parse of the extended protocol: keeps the statement by its name. */
  prepare(request: ParseRequest): void {
    this.#activity.begin(request.text)
    this.#attempt(() => {
      const parts = parseOne(this.#state, request)
      const syntax = parts.statement.parsed[0]?.statement
      prepareText(this.#state, request, parts, this.#environmentFor(syntax))
    })
  }

  /** Bind: a portal lives until its transaction ends. */
  bind(request: BindRequest): void {
    this.#attempt(() => {
      const { syntax, text } = namedStatement(this.#state, request.statement)
      this.#activity.begin(text)
      const { portals } = this.#state
      portals.reserve(request.portal)
      portals.open(bindPortal(this.#state, request, this.#environmentFor(syntax)))
    })
  }

  describeStatement(name: string): Description {
    return this.#attempt(() => this.#describe(namedStatement(this.#state, name)))
  }

  describePortal(name: string): Description & Pick<BoundStatement, 'formats'> {
    return this.#attempt(() => {
      const { bound, query } = this.#state.portals.get(name)
      if (bound === undefined) return { parameterTypes: [], columns: query?.columns, formats: [] }
      return { ...this.#describe(bound.statement), formats: bound.formats }
    })
  }

  /** Execute: true when the portal has come to its end, false when it stopped at `maxRows` (0: no limit). */
  *runPortal(name: string, maxRows: number, sink: ResultSink<ResultRow>): Task<boolean> {
    this.#cancel.clear()
    try {
      const { portals } = this.#state
      const portal = portals.get(name)
      this.#activity.begin(portal.text)
      const syntax = portal.bound?.statement.syntax
      if (portal.bound !== undefined && syntax === undefined) {
        sink.complete('')
        return true
      }
      if (syntax?.kind === 'transaction') {
        yield* this.#runTransactionCommand(
          syntax,
          portal.bound?.statement.statement.parsed[0],
          sink,
        )
        return true
      }
      if (this.#block.isFailed) throw failedBlockError()
      const transaction = this.#block.ensure()
      portals.freeze(transaction.open.access, portal)
      const startedAtMicros = this.#activity.beganAtMicros
      const run = { state: this.#state, transaction, portal, maxRows, sink, startedAtMicros }
      const isComplete = yield* this.#interruptible(runPortal(run))
      // What follows before the next Sync belongs to it.
      transaction.isScript = true
      return isComplete
    } catch (error) {
      this.#block.fail()
      throw withoutEngineLimits(error)
    }
  }

  closeStatement(name: string): void {
    this.#state.prepared.delete(name)
  }

  closePortal(name: string): void {
    this.#state.portals.close(name)
  }

  /** Sync: the end of an implicit transaction. */
  *sync(): Task<void> {
    try {
      yield* this.#block.endImplicit()
    } catch (error) {
      this.#block.fail()
      throw withoutEngineLimits(error)
    } finally {
      this.#activity.rest()
    }
  }

  /** After an error outside of any statement: as if the statement had failed. */
  fail(): void {
    this.#block.fail()
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
    if (this.#block.isFailed) throw failedBlockError()
    const transaction = this.#block.ensure()
    lookAhead(this.#state, transaction)
    return environmentOf(this.#state, transaction, () => undefined)
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#block.fail()
      throw withoutEngineLimits(error)
    }
  }

  #interruptible<T>(task: Task<T>): Task<T> {
    return interruptible(task, this.#cancel)
  }

  /** Equal marks, element by element, of two moments: nothing has changed that `save` would show. */
  mark(): readonly unknown[] {
    return sessionMark(this.#state)
  }

  /** Nothing of it needs the object's memory: no open transaction, and no cursor that has outlived one. */
  get canSleep(): boolean {
    return this.status === 'I' && !this.#state.portals.hasHeld
  }

  /** When it can sleep. */
  save(): SavedSession {
    return saveSession(this.#state, this.#activity.facts)
  }

  /** Makes a new session what another was when it was saved. A statement that cannot be prepared any more is gone. */
  *resume(saved: SavedSession): Task<void> {
    const { settings, drawnSequences, channels, database, lockOwner } = this.#state
    settings.rollbackTo(saved.settings)
    channels.resume(saved.channels)
    database.locks.resume(lockOwner, saved.advisoryLocks)
    for (const { name, text, declaredTypes, isFromSql } of saved.statements) {
      try {
        if (isFromSql) yield* this.executeScript(text, new CollectedResults())
        else this.prepare({ name, text, parameterTypes: declaredTypes })
        yield* this.sync()
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
      }
      // There may be thousands.
      yield PAUSE
    }
    for (const [sequence, value] of saved.drawnValues) drawnSequences.values.set(sequence, value)
    drawnSequences.last = saved.lastDrawn
    this.#activity.resume(saved.activity)
  }

  /** The end of a long-lived session: its temporary objects go. */
  *end(): Task<void> {
    this.close()
    const transaction = this.#block.begin(false)
    if (!transaction.catalog.hasSchema(this.#state.temporarySchema)) return this.#block.rollback()
    yield* dropTemporaryObjects(this.#state, transaction)
    yield* this.#block.commit()
  }

  /** Gives up whatever is open. */
  close(): void {
    this.#block.rollback()
    this.#state.portals.closeAll()
    this.#state.database.locks.releaseSession(this.#state.lockOwner)
    this.#state.database.sessions.remove(this.#state.processId)
  }

  #parse(text: string): Statement {
    return this.#attempt(() => parsedStatement(this.#state.database, text))
  }

  #template(text: string): FilledTemplate | undefined {
    return this.#attempt(() => filledTemplate(this.#state.database, text))
  }

  *#runTransactionCommand(
    syntax: TransactionStatement,
    parsed: ParsedStatement | undefined,
    sink: ResultSink,
  ): Task<void> {
    const state = this.#state
    const before = this.#block.current?.catalog
    const startedAtMicros = state.database.nowMicros()
    yield* runTransactionCommand(this.#block, state, syntax, sink)
    const catalog = before ?? this.#block.current?.catalog
    if (catalog === undefined || parsed === undefined || !isCounting(state, catalog)) return
    countStatement(state, catalog, parsed, { startedAtMicros, tag: '' })
  }

  *#runOne(parsed: ParsedStatement, statement: Statement, run: SingleRun): Task<void> {
    const { text, parameters, sink, template } = run
    try {
      const syntax = parsed.statement
      if (syntax.kind === 'transaction') {
        yield* this.#runTransactionCommand(syntax, parsed, sink)
        return
      }
      if (this.#block.isFailed) throw failedBlockError()
      const transaction = this.#block.ensure()
      transaction.isScript ||= run.isScript
      const state = this.#state
      const counts = isCounting(state, transaction.catalog)
      const startedAtMicros = counts ? state.database.nowMicros() : 0
      state.portals.freeze(transaction.open.access)
      const task = runStatement({
        state,
        transaction,
        parsed,
        statement,
        parameters,
        sink,
        text,
        template,
      })
      const tag = yield* this.#isSingleRequest ? task : this.#interruptible(task)
      if (run.isLast) yield* this.#block.endImplicit()
      const counted = template?.written ?? parsed
      if (counts) countStatement(state, transaction.catalog, counted, { startedAtMicros, tag })
      sink.complete(tag)
    } catch (error) {
      this.#block.fail()
      throw withoutEngineLimits(error)
    }
  }
}
