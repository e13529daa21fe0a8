/** What is behind pg_stat_statements. Planning is not timed, and blocks, WAL and JIT are none of Lakelet's: their columns are zero. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { StatementFacts } from '../../../execute/statement-facts.ts'
import type { CallContext, FunctionRegistry, Value } from '../../../functions/registry.ts'
import { makeNumeric } from '../../../types/number/numeric.ts'
import { ownRoles } from './session-views.ts'
import { oidOf } from '../../store/catalog-tables.ts'
import { snapshotOf } from '../call-catalog.ts'

const PLAN_COLUMNS = 6
const BLOCK_COLUMNS = 18
const JIT_COLUMNS = 10

export function registerStatementViews(registry: FunctionRegistry): void {
  registry.set('pg_stat_statements_1_11', statements)
  registry.set('pg_stat_statements_info', ({ session }) => {
    const { statements: source } = session
    return source === undefined ? [] : [[source.evictions, source.resetAtMicros]]
  })
  registry.scalar(
    'pg_stat_statements_reset_1_11',
    (context, user: number, database: number, id: number | bigint, onlyExtremes: boolean) => {
      requireSuperuser(context)
      const since = context.session.statements?.reset({
        user: user === 0 ? undefined : user,
        database: database === 0 ? undefined : database,
        id: Number(id) === 0 ? undefined : BigInt(id),
        onlyExtremes,
      })
      return since ?? null
    },
  )
}

/** LIMIT: EXECUTE on it cannot be granted to others. */
function requireSuperuser(context: CallContext): void {
  if (ownRoles(context) === 'all') return
  throw new SqlError(
    SQLSTATE.INSUFFICIENT_PRIVILEGE,
    'permission denied for function pg_stat_statements_reset',
  )
}

function* statements(context: CallContext, showsText: boolean): Iterable<readonly Value[]> {
  const roles = ownRoles(context)
  const catalog = snapshotOf(context)
  for (const facts of context.session.statements?.all() ?? []) {
    const owner = catalog.data.rows('pg_authid').find('oid', oidOf(facts.user))?.rolname ?? ''
    const isShown = roles === 'all' || roles.has(owner) || roles.has('pg_read_all_stats')
    yield rowOf(facts, isShown, showsText)
  }
}

function rowOf(facts: StatementFacts, isShown: boolean, showsText: boolean): readonly Value[] {
  const { calls, totalMs, minMs, maxMs, meanMs, squaresMs } = facts
  const text = isShown ? facts.query : '<insufficient privilege>'
  return [
    facts.user,
    facts.database,
    true,
    isShown ? int8(facts.id) : null,
    showsText ? text : null,
    ...zeros(PLAN_COLUMNS),
    calls,
    totalMs,
    Math.max(0, minMs),
    maxMs,
    meanMs,
    calls > 1 ? Math.sqrt(squaresMs / calls) : 0,
    facts.rows,
    ...zeros(BLOCK_COLUMNS),
    makeNumeric(0n, 0),
    ...zeros(JIT_COLUMNS),
    facts.sinceMicros,
    facts.extremesSinceMicros,
  ]
}

function zeros(count: number): readonly number[] {
  return Array.from({ length: count }, () => 0)
}

/** An int8 is a number while it is exact. */
function int8(value: bigint): number | bigint {
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}
