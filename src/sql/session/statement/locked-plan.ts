/**
 * The table locks of a planned statement, taken before it runs. Whoever had to wait plans again: the tables may have changed,
 * or be gone.
 */
import type { Task } from '../../../storage/task.ts'
import type { SessionState } from '../session-evaluation.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import { catchUp } from '../transaction/snapshot.ts'
import type { PlannedQuery } from './planned-query.ts'

/** The plan under the catalog of now, its relations locked. */
export function* lockedPlan(
  state: SessionState,
  transaction: RunningTransaction,
  plan: () => PlannedQuery,
): Task<PlannedQuery> {
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
