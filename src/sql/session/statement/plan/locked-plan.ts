/**
 * The table locks of a planned statement, taken before it runs. Whoever had to wait plans again: the tables may have changed,
 * or be gone.
 */
import type { Task } from '../../../../storage/task.ts'
import type { SessionState } from '../../session-state.ts'
import type { RunningTransaction } from '../../transaction/running-transaction.ts'
import { catchUp } from '../../transaction/snapshot.ts'
import type { PlannedQuery } from './planned-query.ts'

/** Whatever was made from the catalog for relations that are to be locked. */
export type Lockable = Pick<PlannedQuery, 'relationLocks'>

/** The plan under the catalog of now, its relations locked. */
export function* lockedPlan<T extends Lockable>(
  state: SessionState,
  transaction: RunningTransaction,
  plan: () => T,
): Task<T> {
  for (;;) {
    const planned = plan()
    let hasWaited = false
    for (const { relation, mode } of planned.relationLocks) {
      if (transaction.locks.tryRelation(relation, mode)) continue
      yield* transaction.locks.relation(relation, mode)
      hasWaited = true
    }
    if (!hasWaited) return planned
    yield* catchUp(state, transaction)
  }
}
