/**
 * Runs one statement inside the session's transaction: queries through a plan, DDL through `sql/commands`, the rest here.
 * Returns the command tag.
 */
import { readOnlyTransaction } from '../../../errors/read-only-transaction.ts'
import { SqlError, assert, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { BindableStatement } from '../../bind/bind-query.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { isDdl } from '../../commands/execute-ddl.ts'
import type { DdlStatement } from '../../commands/execute-ddl.ts'
import type { ParsedStatement, Statement as Syntax } from '../../parse/ast/statement.ts'
import type {
  CopyStatement,
  DeclareCursorStatement,
  DiscardStatement,
  ExecuteStatement,
  ExplainStatement,
} from '../../parse/ast/utility.ts'
import { parse } from '../../parse/parse.ts'
import { runCopy } from '../copy/run-copy.ts'
import {
  closeCursor,
  declareCursor,
  fetchFromCursor,
  planCursor,
  requireBlock,
} from '../portal/cursor-commands.ts'
import { commandTag, currentPlan, refuseWrites, returnsRows } from './plan/current-plan.ts'
import { changeCatalog } from './ddl/change-catalog.ts'
import { commandName } from '../../commands/command-name.ts'
import { SessionDdlServices } from './ddl/ddl-services.ts'
import { explainOptions, explainQuery } from './explain.ts'
import { executionContext, planQuery, readParameters } from './plan/planned-query.ts'
import type {
  ParameterInput,
  PlannedQuery,
  QueryEnvironment,
  ReadyQuery,
} from './plan/planned-query.ts'
import {
  deallocate,
  evaluateArguments,
  findPrepared,
  prepareStatement,
} from './prepared-statements.ts'
import { ResultWriter } from '../result/result-writer.ts'
import type { SessionState } from '../session-state.ts'
import {
  applyModes,
  applySetting,
  setCharacteristics,
  showSetting,
  textColumn,
} from '../settings/set-command.ts'
import { parsedStatement } from './plan/statement-cache.ts'
import type { Statement } from './plan/statement-cache.ts'
import type { FilledTemplate } from './plan/statement-template.ts'
import type { ResultRow, ResultSink, ValueFormat } from '../result/statement-result.ts'
import { withinLimits } from '../limits/within-limits.ts'
import { takeSnapshot } from '../transaction/snapshot.ts'
import { lockedPlan } from './plan/locked-plan.ts'
import { lockTable } from './ddl/lock-table.ts'
import { setConstraints } from './ddl/set-constraints.ts'
import { vacuum } from './vacuum.ts'
import { withoutSelectInto } from './select-into.ts'
import { environmentOf } from './statement-environment.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'

export interface StatementRun {
  readonly state: SessionState
  readonly transaction: RunningTransaction
  readonly parsed: ParsedStatement
  readonly statement: Statement
  readonly parameters: readonly ParameterInput[]
  readonly sink: ResultSink<ResultRow>
  /** As the client has sent it, other statements of a script included. */
  readonly text: string
  /** When a portal runs it. */
  readonly portal?: BoundValues
  /** When its literals have become parameters. */
  readonly template?: FilledTemplate | undefined
}

/** What the extended protocol decides before a statement runs. */
export interface BoundValues {
  /** Read when the portal was bound. */
  readonly values: readonly (Datum | null)[]
  readonly parameterTypes: readonly Oid[]
  /** By column; text where none is given. */
  readonly formats: readonly ValueFormat[]
}

export function* runStatement(run: StatementRun): Task<string> {
  const { state, transaction, sink } = run
  refuseInBlock(transaction, run.parsed.statement)
  yield* takeSnapshot(state, transaction, run.parsed.statement)
  const environment = environmentOf(state, transaction, (notice) => sink.notice(notice))
  const { statementTimestamp } = environment.session
  try {
    return yield* withinLimits(state, statementTimestamp, dispatch(run, environment))
  } finally {
    environment.spill.close()
  }
}

function dispatch(run: StatementRun, environment: QueryEnvironment): Task<string> {
  const syntax = withoutSelectInto(run.parsed.statement)
  if (isBindable(syntax)) return runQuery(run, environment, syntax)
  if (isDdl(syntax)) return runDdl(run, environment, syntax)
  return runUtility(run, environment, syntax)
}

function* runQuery(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: BindableStatement,
): Task<string> {
  let ready: ReadyQuery
  try {
    ready = yield* readyQuery(run, environment, syntax)
  } catch (error) {
    if (run.template === undefined || !isOfItsText(error)) throw error
    return yield* runAsWritten(run, now(environment, run.transaction))
  }
  return yield* runPlanned(run, ready)
}

function* readyQuery(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: BindableStatement,
): Task<ReadyQuery> {
  const { state, transaction, statement, portal, template } = run
  const types = portal?.parameterTypes ?? template?.parameterTypes
  const query = yield* lockedPlan(state, transaction, () =>
    currentPlan(state, statement, syntax, now(environment, transaction), types),
  )
  const locked = now(environment, transaction)
  const values = portal?.values ?? readParameters(query.bound.parameters, run.parameters, locked)
  return { query, values, environment: locked }
}

/** Missing features, data exceptions, broken domains, what cannot be resolved: a literal's error has its place in the text. */
function isOfItsText(error: unknown): boolean {
  return error instanceof SqlError && /^(?:0A|22|23|42)/.test(error.code)
}

function runAsWritten(run: StatementRun, environment: QueryEnvironment): Task<string> {
  const statement = parsedStatement(run.state.database, run.text)
  const [parsed] = statement.parsed
  assert(parsed !== undefined, 'a template is made of a statement')
  const written = { ...run, parsed, statement, parameters: [], template: undefined }
  return dispatch(written, environment)
}

/** The same environment after a wait, in which the catalog may have changed. */
function now(environment: QueryEnvironment, { catalog }: RunningTransaction): QueryEnvironment {
  return environment.catalog === catalog ? environment : { ...environment, catalog }
}

function* runPlanned(run: StatementRun, { query, values, environment }: ReadyQuery): Task<string> {
  refuseWrites(query, run.state)
  const context = executionContext(environment, values)
  const hasRows = returnsRows(query)
  const writer = new ResultWriter(query.bound.columns, environment, run.portal?.formats)
  if (hasRows) run.sink.columns(query.columns)
  let rows = 0
  for (const item of query.prepared.run(context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    rows += item.length
    if (!hasRows || item.length === 0) continue
    run.sink.rows(writer.rows(item))
    const until = run.sink.backlog
    if (until !== undefined) yield { kind: 'wait', until }
  }
  if (!query.bound.isReadOnly) countRows(run.state, query, context.affectedRows)
  return commandTag(query, rows, context.affectedRows)
}

/** For pg_stat_database. */
function countRows({ database }: SessionState, { bound }: PlannedQuery, rows: number): void {
  const counts = database.databaseCounters.of(database.oid)
  if (bound.command === 'INSERT') counts.inserted += rows
  else if (bound.command === 'UPDATE') counts.updated += rows
  else if (bound.command === 'DELETE') counts.deleted += rows
}

function* runDdl(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: DdlStatement,
): Task<string> {
  const { state, transaction } = run
  if (run.parameters.length > 0) throw unsupported('parameters in a utility statement')
  if (state.settings.get('transaction_read_only') === 'on')
    throw readOnlyTransaction(commandName(syntax))
  return yield* changeCatalog(state, transaction, environment, syntax)
}

/** What cannot be taken back with the rest of a transaction, in PostgreSQL, is a transaction of its own. */
function refuseInBlock(transaction: RunningTransaction, syntax: Syntax): void {
  const command = commandOutsideBlocks(syntax)
  if (command === undefined) return
  if (!transaction.isBlock && !transaction.isScript && !transaction.hasRun) return
  throw new SqlError(
    SQLSTATE.ACTIVE_SQL_TRANSACTION,
    `${command} cannot run inside a transaction block`,
  )
}

function commandOutsideBlocks(syntax: Syntax): string | undefined {
  switch (syntax.kind) {
    case 'createDatabase':
    case 'dropDatabase':
      return commandName(syntax)
    case 'vacuum':
      return syntax.command === 'vacuum' ? 'VACUUM' : undefined
    case 'discard':
      return syntax.target === 'all' ? 'DISCARD ALL' : undefined
    default:
      return undefined
  }
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
  state.portals.closeAll()
  state.prepared.clear()
  state.channels.unlisten(undefined)
  for (const name of ['session_authorization', 'role']) state.settings.reset(name)
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

function* runUtility(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: Syntax,
): Task<string> {
  const { state, transaction, sink } = run
  switch (syntax.kind) {
    case 'set':
      if (syntax.isLocal) warnOutsideBlock(run, 'SET LOCAL')
      applySetting(state, transaction.catalog, syntax.setting, syntax.isLocal)
      return syntax.setting.kind === 'reset' || syntax.setting.kind === 'resetAll' ? 'RESET' : 'SET'
    case 'setTransaction':
      if (syntax.scope === 'session') setCharacteristics(state, syntax)
      else applyModes(state, syntax.modes, transaction)
      return 'SET'
    case 'show':
      showSetting(state, transaction.catalog, syntax, sink)
      return 'SHOW'
    case 'explain':
      return yield* explain(run, environment, syntax)
    case 'prepare':
      prepareStatement(run.state.prepared, syntax, environment, run)
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
    case 'copy':
      return yield* copy(run, environment, syntax)
    case 'declareCursor':
      return yield* declare(run, syntax)
    case 'fetch':
      return yield* fetchFromCursor({ ...run, formats: run.portal?.formats }, syntax)
    case 'closeCursor':
      return closeCursor(state, syntax.name)
    case 'setConstraints':
      warnOutsideBlock(run, 'SET CONSTRAINTS')
      return yield* setConstraints(state, transaction, syntax, environment.session.searchPath)
    case 'lock':
      return yield* lockTable(syntax, transaction, environment)
    case 'discard':
      yield* discard(state, transaction, syntax.target)
      return `DISCARD ${syntax.target.toUpperCase()}`
    case 'vacuum':
      return vacuum(syntax, environment, sink)
    default:
      throw unsupported(`statement ${syntax.kind}`)
  }
}

function copy(
  { state, transaction, sink }: StatementRun,
  environment: QueryEnvironment,
  statement: CopyStatement,
): Task<string> {
  return runCopy({
    statement,
    environment,
    *locked(plan) {
      const planned = yield* lockedPlan(state, transaction, () =>
        plan(now(environment, transaction)),
      )
      return { planned, environment: now(environment, transaction) }
    },
    channel: sink.copy,
    isReadOnly: state.settings.get('transaction_read_only') === 'on',
    notice: (message, where) =>
      sink.notice({ severity: 'NOTICE', code: SQLSTATE.SUCCESSFUL_COMPLETION, message, where }),
  })
}

function* declare(run: StatementRun, syntax: DeclareCursorStatement): Task<string> {
  const { state, transaction, text, portal } = run
  requireBlock(syntax, transaction)
  // Its spill store is the cursor's: it does not close with this statement.
  const environment = environmentOf(state, transaction, (notice) => run.sink.notice(notice))
  const types = portal?.parameterTypes ?? []
  const plan = yield* lockedPlan(state, transaction, () =>
    planCursor(syntax, now(environment, transaction), types),
  )
  const { parameters } = plan.planned.bound
  const locked = now(environment, transaction)
  const values = portal?.values ?? readParameters(parameters, run.parameters, locked)
  return declareCursor(state, { syntax, environment: locked, text, plan, values })
}

/** Outside of a block it ends with the statement and changes nothing. */
function warnOutsideBlock({ transaction, sink }: StatementRun, command: string): void {
  if (transaction.isBlock || transaction.isScript) return
  const message = `${command} can only be used in transaction blocks`
  sink.notice({ severity: 'WARNING', code: SQLSTATE.NO_ACTIVE_SQL_TRANSACTION, message })
}

function* executePrepared(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: ExecuteStatement,
): Task<string> {
  return yield* runPlanned(run, yield* preparedQuery(run, environment, syntax))
}

/** What EXECUTE runs, its arguments evaluated. */
function* preparedQuery(
  run: StatementRun,
  environment: QueryEnvironment,
  syntax: ExecuteStatement,
): Task<ReadyQuery> {
  const prepared = findPrepared(run.state.prepared, syntax.name)
  const { syntax: inner, statement, declaredTypes } = prepared
  prepared.runs++
  if (inner === undefined || !isBindable(inner))
    throw unsupported(`EXECUTE of ${inner?.kind ?? 'nothing'}`)
  const { state, transaction } = run
  const query = yield* lockedPlan(state, transaction, () =>
    currentPlan(state, statement, inner, now(environment, transaction), declaredTypes),
  )
  const locked = now(environment, transaction)
  const services = new SessionDdlServices(locked)
  const values = evaluateArguments(prepared, syntax, services, locked.catalog)
  return { query, values, environment: locked }
}

function* explain(
  run: StatementRun,
  environment: QueryEnvironment,
  { statement: explained, options }: ExplainStatement,
): Task<string> {
  const how = explainOptions(options)
  const ready = yield* explainedQuery(run, environment, explained)
  if (how.analyze) refuseWrites(ready.query, run.state)
  run.sink.columns([textColumn('QUERY PLAN')])
  const lines = yield* explainQuery(ready, how)
  run.sink.rows(lines.map((line) => [line]))
  return 'EXPLAIN'
}

function* explainedQuery(
  run: StatementRun,
  environment: QueryEnvironment,
  explained: ExplainStatement['statement'],
): Task<ReadyQuery> {
  if (explained.kind === 'execute') return yield* preparedQuery(run, environment, explained)
  const statement = explained.kind === 'declareCursor' ? explained.query : explained
  if (!isBindable(statement)) throw unsupported(`EXPLAIN of ${statement.kind}`)
  return { query: planQuery(statement, environment), values: [], environment }
}
