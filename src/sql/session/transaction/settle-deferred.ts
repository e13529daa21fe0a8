/** What the transaction has put off is looked at now: before COMMIT all of it, after SET CONSTRAINTS what is immediate. */
import type { Task } from '../../../storage/task.ts'
import { Compilation } from '../../execute/expression/kernel.ts'
import { settleConstraints } from '../../execute/operators/modify/deferred/settle-constraints.ts'
import type { SessionState } from '../session-state.ts'
import { executionContext } from '../statement/plan/planned-query.ts'
import { environmentOf } from '../statement/statement-environment.ts'
import type { RunningTransaction } from './running-transaction.ts'
import { catchUp } from './snapshot.ts'

export function* settleDeferred(
  state: SessionState,
  transaction: RunningTransaction,
  all: boolean,
): Task<void> {
  if (!transaction.deferred.hasPending) return
  yield* catchUp(state, transaction)
  const environment = environmentOf(state, transaction, () => undefined)
  const { database, catalog } = environment
  const { functions, typeIo: io } = database
  try {
    const compilation = new Compilation({ catalog, functions, io })
    yield* settleConstraints(all, compilation, executionContext(environment, []))
  } finally {
    environment.spill.close()
  }
}
