/** Execute: a portal's next rows, all of them or as many as the client asks for. */
import { SqlError, assert } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { ResultColumn, ResultRow, ResultSink } from '../result/statement-result.ts'
import type { SessionState } from '../session-state.ts'
import { withinLimits } from '../limits/within-limits.ts'
import { currentPlan } from '../statement/plan/current-plan.ts'
import { lockedPlan } from '../statement/plan/locked-plan.ts'
import { countStatement, isCounting } from '../statistics/count-statement.ts'
import { runStatement } from '../statement/run-statement.ts'
import { environmentOf } from '../statement/statement-environment.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import { takeSnapshot } from '../transaction/snapshot.ts'
import { openPortal, runWrites } from './open-portal.ts'
import type { BoundStatement, CollectedRows, Portal } from './portal.ts'

/** 0 in the protocol: all of them. */
const ALL_ROWS = 0
/** Rows of utility statements wait in memory. */
const COLLECTED_BYTES = 16 << 20

export interface PortalRun {
  readonly state: SessionState
  readonly transaction: RunningTransaction
  readonly portal: Portal
  readonly maxRows: number
  readonly sink: ResultSink<ResultRow>
  readonly startedAtMicros: number
}

/** True when the portal has come to its end, false when it stopped at `maxRows`. */
export function* runPortal(run: PortalRun): Task<boolean> {
  const { portal } = run
  portal.requireReady()
  try {
    return yield* nextRows(run)
  } catch (error) {
    portal.fail()
    throw error
  }
}

function* nextRows(run: PortalRun): Task<boolean> {
  const { portal, maxRows } = run
  const limit = maxRows <= ALL_ROWS ? Infinity : maxRows
  if (portal.isRunOut) return complete(run, 'SELECT 0')
  const { bound } = portal
  const isQuery = bound?.statement.syntax !== undefined && isBindable(bound.statement.syntax)
  const isWhole = limit === Infinity && !portal.hasStarted && portal.snapshot === undefined
  if (bound !== undefined && (isWhole || !isQuery)) {
    return yield* isWhole ? streamed(run, bound) : collected(run, bound, limit)
  }
  return yield* fromQuery(run, limit)
}

function complete(run: PortalRun, tag: string, rows?: number): boolean {
  const { state, transaction, portal, startedAtMicros } = run
  const parsed = portal.bound?.statement.statement.parsed[0]
  if (parsed !== undefined && isCounting(state, transaction.catalog)) {
    countStatement(state, transaction.catalog, parsed, { startedAtMicros, tag, rows })
  }
  run.sink.complete(tag)
  return true
}

/** All rows at once need not wait anywhere. */
function* streamed(run: PortalRun, bound: BoundStatement): Task<boolean> {
  const { portal, sink } = run
  const tag = yield* runStatement(statementRun(run, bound, sink))
  if (bound.statement.columns === undefined) portal.state = 'finished'
  else portal.isRunOut = true
  return complete(run, tag)
}

function* fromQuery(run: PortalRun, limit: number): Task<boolean> {
  const { state, transaction, portal, sink } = run
  if (portal.query === undefined) yield* lockPortal(run)
  const query = openPortal(state, transaction, portal)
  const writer = query.writer(portal.bound?.formats ?? [])
  sink.columns(query.columns)
  const reading = function* (): Task<number> {
    yield* runWrites(query)
    return yield* query.cursor.forward(limit, (rows) => sink.rows(writer.rows(rows)))
  }
  const rows = yield* withinLimits(state, state.database.nowMicros(), reading())
  // As many as were asked for: whether there are more is found out by the next run.
  if (!query.cursor.isAtEnd) return false
  return complete(run, query.tag(rows), query.cursor.passed)
}

/** What its query reads is locked and seen as of now. */
function* lockPortal({ state, transaction, portal }: PortalRun): Task<void> {
  const { bound } = portal
  const syntax = bound?.statement.syntax
  if (bound === undefined || syntax === undefined || !isBindable(syntax)) return
  yield* takeSnapshot(state, transaction, syntax)
  const { statement, declaredTypes } = bound.statement
  yield* lockedPlan(state, transaction, () => {
    const environment = environmentOf(state, transaction, () => undefined)
    return currentPlan(state, statement, syntax, environment, declaredTypes)
  })
}

/** A statement that is no query is run to its end first; its rows are few. */
function* collected(run: PortalRun, bound: BoundStatement, limit: number): Task<boolean> {
  const { portal, sink } = run
  const result = (portal.collected ??= yield* collect(run, bound))
  const { columns, rows, tag } = result
  if (columns === undefined) {
    portal.state = 'finished'
    return complete(run, tag)
  }
  sink.columns(columns)
  const part = rows.slice(result.given, result.given + limit)
  result.given += part.length
  if (part.length > 0) sink.rows(part)
  if (part.length === limit) return false
  return complete(run, tag.startsWith('SELECT ') ? `SELECT ${part.length}` : tag)
}

function* collect(run: PortalRun, bound: BoundStatement): Task<CollectedRows> {
  const rows: ResultRow[] = []
  let columns: readonly ResultColumn[] | undefined
  let bytes = 0
  const sink: ResultSink<ResultRow> = {
    columns: (list) => void (columns = list),
    rows: (list) => {
      for (const row of list) {
        rows.push(row)
        for (const value of row) bytes += value?.length ?? 0
      }
      if (bytes > COLLECTED_BYTES) throw new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory')
    },
    complete: () => undefined,
    notice: (notice) => run.sink.notice(notice),
    copy: run.sink.copy,
  }
  const tag = yield* runStatement(statementRun(run, bound, sink))
  return { columns, rows, tag, given: 0 }
}

function statementRun(
  { state, transaction, portal }: PortalRun,
  { statement: prepared, values, formats }: BoundStatement,
  sink: ResultSink<ResultRow>,
) {
  const { statement, declaredTypes } = prepared
  const [parsed] = statement.parsed
  assert(parsed !== undefined, 'an empty statement is not run')
  const bound = { values, parameterTypes: declaredTypes, formats }
  const text = portal.text
  return { state, transaction, parsed, statement, parameters: [], sink, portal: bound, text }
}
