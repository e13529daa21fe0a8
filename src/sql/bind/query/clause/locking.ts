/**
 * FOR UPDATE and its kin: which rows of which tables a query locks. A clause reaches every table of FROM, or those it names,
 * and through sub-queries and views the tables below them.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { LockingClause, Query, SelectQuery } from '../../../parse/ast/select.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import type { Scope } from '../../context/scope.ts'
import type { Binder } from '../../expression/binder.ts'
import type { TableItem } from '../from/from-item.ts'

const LOCK_NAMES = {
  update: 'FOR UPDATE',
  noKeyUpdate: 'FOR NO KEY UPDATE',
  share: 'FOR SHARE',
  keyShare: 'FOR KEY SHARE',
} as const

const FROM_STRONGEST = ['update', 'noKeyUpdate', 'share', 'keyShare'] as const
const FROM_STRICTEST = ['nowait', 'skipLocked', 'block'] as const

export function lockName(clause: LockingClause): string {
  return LOCK_NAMES[clause.strength]
}

/** FOR UPDATE needs rows that still are rows of tables. */
export function checkLocking(
  binder: Binder,
  query: SelectQuery,
  facts: { readonly aggregates: boolean; readonly windows: boolean; readonly sets: boolean },
): void {
  const [first] = query.locking
  if (first === undefined) return
  const name = lockName(first)
  const reject = (what: string): never => {
    throw new SqlError('0A000', `${name} is not allowed with ${what}`)
  }
  if (query.distinct !== undefined) reject('DISTINCT clause')
  if (query.groupBy.length > 0) reject('GROUP BY clause')
  if (query.having !== undefined) reject('HAVING clause')
  if (facts.aggregates) reject('aggregate functions')
  if (facts.windows) reject('window functions')
  if (facts.sets) reject('set-returning functions in the target list')
  for (const clause of query.locking) {
    for (const relation of clause.relations) {
      if (binder.scope.items.some((item) => item.alias === relation.name)) continue
      throw new SqlError(
        '42P01',
        `relation "${relation.name}" in ${lockName(clause)} clause not found in FROM clause`,
        { position: relation.position },
      )
    }
  }
}

/** What reaches the item of that name, put together: the strongest lock, the least patience. */
function lockOn({ locking }: Scope, alias: string): LockingClause | undefined {
  const clauses = locking.filter(
    ({ relations }) => relations.length === 0 || relations.some(({ name }) => name === alias),
  )
  const [first] = clauses
  if (first === undefined) return undefined
  const strength = FROM_STRONGEST.find((one) => clauses.some((clause) => clause.strength === one))
  const wait = FROM_STRICTEST.find((one) => clauses.some((clause) => clause.wait === one))
  return {
    ...first,
    strength: strength ?? first.strength,
    wait: wait ?? first.wait,
    relations: [],
  }
}

/** Notes that the rows of a table in FROM are to be locked, or stand beside such rows. True when they are locked. */
export function noteLockedTable(scope: Scope, item: TableItem): boolean {
  const clause = lockOn(scope, item.alias)
  const { relation } = item
  const { tree } = relation
  if (tree === undefined) return false
  if (clause === undefined) {
    const isBeside = scope.isBesideTarget || scope.locking.length > 0
    if (isBeside) scope.pins.push({ relation, tree, rowId: item.rowId() })
    return false
  }
  const { strength, wait } = clause
  scope.lockTargets.push({ relation, tree, rowId: item.rowId(), strength, wait })
  return true
}

/** A sub-query or view in FROM: what reaches it reaches its tables. */
export function lockedSubquery<Q extends Query>(scope: Scope, alias: string, query: Q): Q {
  const clause = lockOn(scope, alias)
  return clause === undefined ? query : { ...query, locking: [...query.locking, clause] }
}

/** Raises 0A000 when a clause names what has no rows to lock. */
export function refuseLocking(scope: Scope, alias: string, what: string): void {
  for (const clause of scope.locking) {
    const named = clause.relations.find(({ name }) => name === alias)
    if (named === undefined) continue
    throw new SqlError('0A000', `${lockName(clause)} cannot be applied to ${what}`, {
      position: named.position,
    })
  }
}

export function applyLocking(
  plan: PlanNode,
  { lockTargets: targets, pins }: Scope,
  oneByOne: boolean,
): PlanNode {
  if (targets.length === 0) return plan
  return { kind: 'lockRows', input: plan, targets, pins, oneByOne, output: plan.output }
}
