/** DECLARE, FETCH, MOVE and CLOSE, and what WHERE CURRENT OF and pg_cursors ask of a session's cursors. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CursorFacts } from '../../execute/evaluation-session.ts'
import type { LockingClause } from '../../parse/ast/select.ts'
import type { DeclareCursorStatement, FetchStatement } from '../../parse/ast/utility.ts'
import type {
  ResultColumn,
  ResultRow,
  ResultSink,
  ValueFormat,
} from '../result/statement-result.ts'
import type { SessionState } from '../session-state.ts'
import { planQuery } from '../statement/plan/planned-query.ts'
import type { PlannedQuery, QueryEnvironment } from '../statement/plan/planned-query.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import { OpenQuery } from './open-query.ts'
import { openPortal } from './open-portal.ts'
import { Portal } from './portal.ts'
import { canGoBackwards, mayChangeWhenRepeated } from './scrollable.ts'
import { currentRowId, lockingClauses, updatableTables, withRowIds } from './updatable-tables.ts'
import type { UpdatableTables } from './updatable-tables.ts'

export interface DeclareRequest {
  readonly syntax: DeclareCursorStatement
  /** With a spill store that the cursor may keep. */
  readonly environment: QueryEnvironment
  /** As the client sent it. */
  readonly text: string
  readonly plan: CursorPlan
  readonly values: readonly (Datum | null)[]
}

export interface CursorPlan extends Pick<PlannedQuery, 'relationLocks'> {
  readonly planned: PlannedQuery
  readonly updatable: UpdatableTables
}

/** DECLARE: the query is planned and begins when its first row is asked for, over the rows of now. */
export function declareCursor(state: SessionState, request: DeclareRequest): string {
  const { syntax, environment, text, values } = request
  const { planned, updatable } = request.plan
  const { portals } = state
  portals.reserve(syntax.name)
  const isScrollable = syntax.scroll ?? (!updatable.locks && canGoBackwards(planned.plan))
  const query = new OpenQuery({
    planned,
    values,
    environment,
    snapshot: environment.access.frozen(),
    isScrollable,
    keepsRows:
      syntax.scroll === true ||
      (isScrollable && mayChangeWhenRepeated(planned.plan, environment.catalog)),
  })
  const { hold: isHoldable, binary: isBinary } = syntax
  portals.open(
    new Portal({
      name: syntax.name,
      text,
      createdAtMicros: environment.session.statementTimestamp,
      cursor: { isScrollable, isHoldable, isBinary, updatable },
      query,
    }),
  )
  return 'DECLARE CURSOR'
}

export function planCursor(
  { query, hold, scroll, sensitivity }: DeclareCursorStatement,
  environment: QueryEnvironment,
  parameterTypes: readonly Oid[],
): CursorPlan {
  const added: Parameters<typeof withRowIds>[1] = []
  const locking = lockingClauses(query)
  const planned = planQuery(query, environment, parameterTypes, {
    reshape: (bound) => {
      if (!bound.isReadOnly) {
        throw new SqlError(
          SQLSTATE.FEATURE_NOT_SUPPORTED,
          'DECLARE CURSOR must not contain data-modifying statements in WITH',
        )
      }
      const [lock] = locking
      if (lock !== undefined) {
        const name = LOCK_NAMES[lock.strength]
        if (hold) throw readOnlyCursor('DECLARE CURSOR WITH HOLD', name, 'Holdable')
        if (scroll === true) throw readOnlyCursor('DECLARE SCROLL CURSOR', name, 'Scrollable')
        if (sensitivity === 'insensitive') throw insensitiveCursor(name)
      }
      return withRowIds(bound, added)
    },
  })
  const { relationLocks } = planned
  return { planned, relationLocks, updatable: updatableTables(planned, added, locking) }
}

const LOCK_NAMES: Readonly<Record<LockingClause['strength'], string>> = {
  update: 'FOR UPDATE',
  noKeyUpdate: 'FOR NO KEY UPDATE',
  share: 'FOR SHARE',
  keyShare: 'FOR KEY SHARE',
}

function readOnlyCursor(what: string, lock: string, kind: string): SqlError {
  return new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, `${what} ... ${lock} is not supported`, {
    detail: `${kind} cursors must be READ ONLY.`,
  })
}

function insensitiveCursor(lock: string): SqlError {
  const message = `DECLARE INSENSITIVE CURSOR ... ${lock} is not valid`
  return new SqlError(INVALID_CURSOR_DEFINITION, message, {
    detail: 'Insensitive cursors must be READ ONLY.',
  })
}

const INVALID_CURSOR_DEFINITION = '42P11'

/** Raises 25P01 outside of a block: a cursor without HOLD would be gone at once. */
export function requireBlock(
  { hold }: DeclareCursorStatement,
  transaction: RunningTransaction,
): void {
  if (hold || transaction.isBlock || transaction.isScript) return
  throw new SqlError(
    SQLSTATE.NO_ACTIVE_SQL_TRANSACTION,
    'DECLARE CURSOR can only be used in transaction blocks',
  )
}

export interface FetchRun {
  readonly state: SessionState
  readonly transaction: RunningTransaction
  readonly sink: ResultSink<ResultRow>
  /** By column; those of the cursor where none are given. */
  readonly formats: readonly ValueFormat[] | undefined
}

/** FETCH and MOVE. */
export function* fetchFromCursor(run: FetchRun, syntax: FetchStatement): Task<string> {
  const { state, transaction, sink } = run
  const portal = state.portals.cursor(syntax.cursor)
  portal.requireReady()
  try {
    const query = openPortal(state, transaction, portal)
    if (syntax.isMove) return `MOVE ${yield* query.cursor.fetch(syntax)}`
    const formats = run.formats ?? cursorFormats(portal, sink)
    const writer = query.writer(formats)
    // Described with the first of them: a fetch that is refused describes nothing.
    let isDescribed = false
    const describe = (): void => {
      if (!isDescribed) sink.columns(query.columns, formats)
      isDescribed = true
    }
    const rows = yield* query.cursor.fetch(syntax, (batch) => {
      describe()
      sink.rows(writer.rows(batch))
    })
    describe()
    return `FETCH ${rows}`
  } catch (error) {
    portal.fail()
    throw error
  }
}

/** Of a BINARY cursor, where the client can take them. */
function cursorFormats(
  { cursor, query }: Portal,
  sink: ResultSink<ResultRow>,
): readonly ValueFormat[] {
  if (cursor?.isBinary !== true || sink.takesBinary !== true) return []
  return query?.columns.map(() => 'binary') ?? []
}

/** What FETCH will return; undefined for MOVE, and when there is no such cursor. */
export function fetchedColumns(
  { portals }: SessionState,
  { cursor, isMove }: FetchStatement,
  describe: (portal: Portal) => readonly ResultColumn[] | undefined,
): readonly ResultColumn[] | undefined {
  const portal = isMove ? undefined : portals.find(cursor)
  return portal?.query?.columns ?? (portal && describe(portal))
}

export function closeCursor({ portals }: SessionState, name: string | undefined): string {
  if (name === undefined) {
    portals.closeAll()
    return 'CLOSE CURSOR ALL'
  }
  portals.cursor(name)
  portals.close(name)
  return 'CLOSE CURSOR'
}

/** WHERE CURRENT OF */
export function cursorRowId(
  { portals }: SessionState,
  name: string,
  table: { readonly oid: Oid; readonly name: string },
): number | undefined {
  const { cursor, query, isHeld } = portals.cursor(name)
  const complain = (what: string): SqlError =>
    new SqlError(SQLSTATE.INVALID_CURSOR_STATE, `cursor "${name}" ${what}`)
  if (isHeld) throw complain('is held from a previous transaction')
  if (cursor === undefined || query === undefined) {
    throw complain(`is not a simply updatable scan of table "${table.name}"`)
  }
  return currentRowId(name, cursor.updatable, table, query.cursor.current)
}

/** pg_cursors */
export function* cursorFacts({ portals }: SessionState): Iterable<CursorFacts> {
  for (const { name, text, createdAtMicros, cursor } of portals.all()) {
    yield {
      name,
      text,
      isHoldable: cursor?.isHoldable ?? false,
      isBinary: cursor?.isBinary ?? false,
      isScrollable: cursor?.isScrollable ?? false,
      createdAtMicros,
    }
  }
}
