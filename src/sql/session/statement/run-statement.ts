/**
 * Runs one statement inside the session's transaction: queries through a plan, DDL through `sql/commands`, the rest here.
 * Returns the command tag.
 */
import { SqlError, assert, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Suspension, Task } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { BindableStatement } from '../../bind/bind-query.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { executeDdl, isDdl } from '../../commands/execute-ddl.ts'
import type { DdlStatement } from '../../commands/execute-ddl.ts'
import type { ParsedStatement, Statement as Syntax } from '../../parse/ast/statement.ts'
import type {
  DiscardStatement,
  ExecuteStatement,
  ExplainStatement,
} from '../../parse/ast/utility.ts'
import { parse } from '../../parse/parse.ts'
import { SessionDdlServices } from './ddl-services.ts'
import { explainOptions, explainQuery } from './explain.ts'
import { executionContext, planQuery, readParameters } from './planned-query.ts'
import type { ParameterInput, PlannedQuery, QueryEnvironment } from './planned-query.ts'
import {
  deallocate,
  evaluateArguments,
  findPrepared,
  prepareStatement,
} from './prepared-statements.ts'
import { ResultWriter } from '../result/result-writer.ts'
import type { SessionState } from '../session-evaluation.ts'
import { SessionEvaluation } from '../session-evaluation.ts'
import {
  applyModes,
  applySetting,
  setCharacteristics,
  showSetting,
  textColumn,
} from '../settings/set-command.ts'
import { cachedPlan } from './statement-cache.ts'
import type { FreshPlan, PlanConditions, Statement } from './statement-cache.ts'
import type { Settings } from '../settings/settings.ts'
import type { Notice, ResultRow, ResultSink, ValueFormat } from '../result/statement-result.ts'
import { limitError } from '../limits/limit-error.ts'
import { withoutSelectInto } from './select-into.ts'
import { StatementSpill } from '../limits/statement-spill.ts'
import { withDeadline } from '../limits/statement-timeout.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'

export interface StatementRun {
  readonly state: SessionState
  readonly transaction: RunningTransaction
  readonly parsed: ParsedStatement
  readonly statement: Statement
  readonly parameters: readonly ParameterInput[]
  readonly sink: ResultSink<ResultRow>
  /** When a portal runs it. */
  readonly portal?: PortalOptions
}

/** What the extended protocol decides before a statement runs. */
export interface PortalOptions {
  /** Read when the portal was bound. */
  readonly values: readonly (Datum | null)[]
  readonly parameterTypes: readonly Oid[]
  /** By column; text where none is given. */
  readonly formats: readonly ValueFormat[]
  /** There are as many rows as were asked for: a query that only reads suspends with ROWS_READY. */
  isFull(): boolean
}

/** Not waited for: whoever drives the statement resumes it when more rows are wanted. */
export const ROWS_READY: Suspension = { kind: 'pause' }

export function* runStatement(run: StatementRun): Task<string> {
  const { state, transaction, sink } = run
  const environment = environmentOf(state, transaction, (notice) => sink.notice(notice))
  try {
    const timeoutMs = state.settings.derived(statementTimeoutMs)
    if (timeoutMs === 0) return yield* dispatch(run, environment)
    const deadline = environment.session.statementTimestamp + timeoutMs * 1000
    return yield* withDeadline(
      dispatch(run, environment),
      () => state.database.nowMicros() >= deadline,
    )
  } catch (error) {
    throw limitError(error)
  } finally {
    environment.spill.close()
  }
}

function statementTimeoutMs(settings: Settings): number {
  return Number(settings.get('statement_timeout') ?? 0)
}

function dispatch(run: StatementRun, environment: QueryEnvironment): Task<string> {
  const syntax = withoutSelectInto(run.parsed.statement)
  if (isBindable(syntax)) return runQuery(run, environment, syntax)
  if (isDdl(syntax)) return runDdl(run, environment, syntax)
  return runUtility(run, environment, syntax)
}

function runQuery(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: BindableStatement,
): Task<string> {
  const query = currentPlan(
    run.state,
    run.statement,
    syntax,
    environment,
    run.portal?.parameterTypes,
  )
  const values =
    run.portal?.values ?? readParameters(query.bound.parameters, run.parameters, environment)
  return runPlanned(run, environment, query, values)
}

/** The statement's plan under the catalog and settings of now. A statement always comes with the same parameter types. */
export function currentPlan(
  state: SessionState,
  statement: Statement,
  syntax: BindableStatement,
  environment: QueryEnvironment,
  parameterTypes: readonly Oid[] = [],
): PlannedQuery {
  const { catalog, session } = environment
  const conditions: PlanConditions = {
    catalogVersion: catalog.version,
    user: session.currentUser,
    searchPath: session.searchPath,
    settings: state.settings.derived(inputSettings),
  }
  const plan = (): FreshPlan => {
    const { timeReads } = state
    const planned = planQuery(syntax, environment, parameterTypes)
    // A literal such as 'today' means another day tomorrow.
    return { planned, isMomentary: state.timeReads !== timeReads }
  }
  return cachedPlan(statement, conditions, environment.access, plan)
}

function* runPlanned(
  run: StatementRun,
  environment: QueryEnvironment,
  query: PlannedQuery,
  parameters: readonly (Datum | null)[],
): Task<string> {
  refuseWrites(query, run)
  const context = executionContext(environment, parameters)
  const returnsRows = query.columns.length > 0 || query.bound.command === 'SELECT'
  const writer = new ResultWriter(query.bound.columns, environment, run.portal?.formats)
  if (returnsRows) run.sink.columns(query.columns)
  let rows = 0
  for (const item of query.prepared.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    rows += item.length
    if (returnsRows && item.length > 0) run.sink.rows(writer.rows(item))
    if (run.portal?.isFull() === true && query.bound.isReadOnly) yield ROWS_READY
  }
  return commandTag(query, rows, context.affectedRows)
}

/** Literals such as dates are read at plan time: a plan depends on the settings that steer their reading. */
function inputSettings(settings: Settings): string {
  return ['datestyle', 'timezone', 'intervalstyle'].map((name) => settings.get(name)).join('|')
}

function commandTag(query: PlannedQuery, rows: number, affected: number): string {
  const { command } = query.bound
  if (command === 'SELECT') return `SELECT ${rows}`
  return command === 'INSERT' ? `INSERT 0 ${affected}` : `${command} ${affected}`
}

function refuseWrites(query: PlannedQuery, { state }: StatementRun): void {
  if (query.bound.isReadOnly || state.settings.get('transaction_read_only') !== 'on') return
  throw readOnlyError(query.bound.command)
}

function readOnlyError(command: string): SqlError {
  return new SqlError(
    SQLSTATE.READ_ONLY_SQL_TRANSACTION,
    `cannot execute ${command} in a read-only transaction`,
  )
}

function* runDdl(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: DdlStatement,
): Task<string> {
  const { state, transaction } = run
  if (run.parameters.length > 0) throw unsupported('parameters in a utility statement')
  if (state.settings.get('transaction_read_only') === 'on')
    throw readOnlyError(syntax.kind.toUpperCase())
  return yield* changeCatalog(state, transaction, environment, syntax)
}

function* changeCatalog(
  state: SessionState,
  transaction: RunningTransaction,
  environment: QueryEnvironment,
  syntax: DdlStatement,
): Task<string> {
  const result = yield* executeDdl(syntax, {
    access: transaction.open.access,
    catalog: transaction.catalog,
    session: environment.session,
    services: new SessionDdlServices(environment),
    temporarySchema: state.temporarySchema,
  })
  transaction.hasChangedCatalog ||= result.catalog !== transaction.catalog
  transaction.catalog = result.catalog
  return result.tag
}

function* discard(
  state: SessionState,
  transaction: RunningTransaction,
  target: DiscardStatement['target'],
): Task<void> {
  if (target === 'temp' || target === 'all') yield* dropTemporaryObjects(state, transaction)
  if (target === 'sequences' || target === 'all') {
    state.drawnSequences.values.clear()
    state.drawnSequences.last = undefined
  }
  if (target !== 'all') return
  state.prepared.clear()
  state.channels.unlisten(undefined)
  state.currentUser = state.sessionUser
  state.settings.resetAll()
}

/** DISCARD TEMP: the session's temporary tables, views, sequences and types go. */
export function* dropTemporaryObjects(
  state: SessionState,
  transaction: RunningTransaction,
): Task<void> {
  if (!transaction.catalog.hasSchema(state.temporarySchema)) return
  const environment = environmentOf(state, transaction, () => undefined)
  const [drop] = parse(`DROP SCHEMA ${state.temporarySchema} CASCADE`)
  assert(drop !== undefined && isDdl(drop.statement), 'DROP SCHEMA is DDL')
  yield* changeCatalog(state, transaction, environment, drop.statement)
}

/** Bytes; temp_file_limit is in kB, negative without a limit. */
function tempFileLimit(settings: Settings): number {
  const kilobytes = Number(settings.get('temp_file_limit') ?? -1)
  return kilobytes < 0 ? Infinity : kilobytes * 1024
}

export function environmentOf(
  state: SessionState,
  transaction: RunningTransaction,
  onNotice: (notice: Notice) => void,
): QueryEnvironment {
  return {
    database: state.database,
    catalog: transaction.catalog,
    access: transaction.open.access,
    session: new SessionEvaluation(state, transaction, onNotice),
    spill: new StatementSpill(
      () => state.database.createSpill(),
      state.settings.derived(tempFileLimit),
    ),
  }
}

function* runUtility(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: Syntax,
): Task<string> {
  const { state, transaction, sink } = run
  switch (syntax.kind) {
    case 'set':
      applySetting(state, syntax.setting, syntax.isLocal)
      return syntax.setting.kind === 'reset' || syntax.setting.kind === 'resetAll' ? 'RESET' : 'SET'
    case 'setTransaction':
      if (syntax.scope === 'session') setCharacteristics(state, syntax)
      else applyModes(state, syntax.modes, transaction)
      return 'SET'
    case 'show':
      showSetting(state, syntax, sink)
      return 'SHOW'
    case 'explain':
      return yield* explain(run, environment, syntax)
    case 'prepare':
      prepareStatement(run.state.prepared, syntax, environment, run.parsed.text)
      return 'PREPARE'
    case 'execute':
      return yield* executePrepared(run, environment, syntax)
    case 'deallocate':
      deallocate(run.state.prepared, syntax.name)
      return syntax.name === undefined ? 'DEALLOCATE ALL' : 'DEALLOCATE'
    case 'listen':
      state.channels.listen(syntax.channel)
      return 'LISTEN'
    case 'unlisten':
      state.channels.unlisten(syntax.channel)
      return 'UNLISTEN'
    case 'notify':
      state.channels.notify(syntax.channel, syntax.payload ?? '')
      return 'NOTIFY'
    case 'discard':
      yield* discard(state, transaction, syntax.target)
      return `DISCARD ${syntax.target.toUpperCase()}`
    case 'vacuum':
      // Copy-on-write pages leave nothing to vacuum, and statistics are read from the trees themselves.
      return syntax.command.toUpperCase()
    default:
      throw unsupported(`statement ${syntax.kind}`)
  }
}

function* executePrepared(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: ExecuteStatement,
): Task<string> {
  const prepared = findPrepared(run.state.prepared, syntax.name)
  const { syntax: inner, statement, declaredTypes } = prepared
  prepared.runs++
  if (inner === undefined || !isBindable(inner))
    throw unsupported(`EXECUTE of ${inner?.kind ?? 'nothing'}`)
  const query = currentPlan(run.state, statement, inner, environment, declaredTypes)
  const parameters = evaluateArguments(
    prepared,
    syntax,
    new SessionDdlServices(environment),
    environment.catalog,
  )
  return yield* runPlanned(run, environment, query, parameters)
}

function* explain(
  run: StatementRun,
  environment: QueryEnvironment,
  { statement, options }: ExplainStatement,
): Task<string> {
  if (!isBindable(statement)) throw unsupported(`EXPLAIN of ${statement.kind}`)
  const how = explainOptions(options)
  const query = planQuery(statement, environment)
  if (how.analyze) refuseWrites(query, run)
  run.sink.columns([textColumn('QUERY PLAN')])
  const lines = yield* explainQuery(query, environment, how)
  run.sink.rows(lines.map((line) => [line]))
  return 'EXPLAIN'
}
