/** A statement's plan under the catalog, role and settings of now, and what is known of a plan before it runs. */
import { readOnlyTransaction } from '../../../../errors/read-only-transaction.ts'
import type { BindableStatement } from '../../../bind/bind-query.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { SessionState } from '../../session-state.ts'
import type { Settings } from '../../settings/settings.ts'
import { planQuery } from './planned-query.ts'
import type { PlannedQuery, QueryEnvironment } from './planned-query.ts'
import { cachedPlan } from './statement-cache.ts'
import type { FreshPlan, PlanConditions, Statement } from './statement-cache.ts'

/** A statement always comes with the same parameter types. */
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

/** Literals such as dates are read at plan time: a plan depends on the settings that steer their reading. */
function inputSettings(settings: Settings): string {
  return ['datestyle', 'timezone', 'intervalstyle'].map((name) => settings.get(name)).join('|')
}

export function returnsRows({ columns, bound }: PlannedQuery): boolean {
  return columns.length > 0 || bound.command === 'SELECT'
}

export function commandTag({ bound }: PlannedQuery, rows: number, affected: number): string {
  const { command } = bound
  if (command === 'SELECT') return `SELECT ${rows}`
  return command === 'INSERT' ? `INSERT 0 ${affected}` : `${command} ${affected}`
}

export function refuseWrites(query: PlannedQuery, { settings }: SessionState): void {
  if (settings.get('transaction_read_only') !== 'on' || !writesForGood(query)) return
  throw readOnlyTransaction(query.bound.command)
}

/** Temporary tables may be written to in a read-only transaction (PostgreSQL's ExecCheckXactReadOnly). */
export function writesForGood({ bound }: PlannedQuery): boolean {
  if (bound.isReadOnly) return false
  return bound.accesses.some(
    ({ relation, columns }) =>
      !relation.isTemporary && (columns.has('a') || columns.has('w') || columns.has('d')),
  )
}
