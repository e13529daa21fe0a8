/** A portal of the protocol begins: its statement's query, ready to be read in pieces. */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { SessionState } from '../session-state.ts'
import { currentPlan, refuseWrites } from '../statement/plan/current-plan.ts'
import type { PlannedQuery, QueryEnvironment } from '../statement/plan/planned-query.ts'
import { environmentOf } from '../statement/statement-environment.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import { OpenQuery } from './open-query.ts'
import type { BoundStatement, Portal } from './portal.ts'

/** Raises 0A000 for what is no query. */
export function openPortal(
  state: SessionState,
  transaction: RunningTransaction,
  portal: Portal,
): OpenQuery {
  if (portal.query !== undefined) return portal.query
  const { bound } = portal
  if (bound === undefined) throw unsupported('FETCH from a portal without a query')
  const environment = environmentOf(state, transaction, () => undefined)
  const { planned, values } = boundQuery(state, bound, environment)
  refuseWrites(planned, state)
  const { isReadOnly } = planned.bound
  portal.query = new OpenQuery({
    planned,
    values,
    environment,
    snapshot: isReadOnly ? (portal.snapshot ?? environment.access.frozen()) : undefined,
    isScrollable: false,
    keepsRows: !isReadOnly,
  })
  return portal.query
}

/** What writes is run to its end before the first of its rows is given. */
export function* runWrites({ planned, cursor }: OpenQuery): Task<void> {
  if (!planned.bound.isReadOnly) yield* cursor.finish()
}

function boundQuery(
  state: SessionState,
  { statement: prepared, values }: BoundStatement,
  environment: QueryEnvironment,
): { readonly planned: PlannedQuery; readonly values: readonly (Datum | null)[] } {
  const { syntax, statement, declaredTypes } = prepared
  if (syntax === undefined || !isBindable(syntax)) {
    throw unsupported(`reading a portal of ${syntax?.kind ?? 'nothing'} in pieces`)
  }
  return { planned: currentPlan(state, statement, syntax, environment, declaredTypes), values }
}
