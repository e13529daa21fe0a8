/** One row: the call of a function that waits, such as pg_sleep and pg_advisory_lock, once it has waited. */
import { assert } from '../../../../errors/sql-error.ts'
import type { BatchStream, Task } from '../../../../storage/task.ts'
import { type Datum, vectorOf } from '../../../../storage/vector.ts'
import type { AdvisoryKey } from '../../../lock/lock-tag.ts'
import { advisoryKeyOf } from '../../../lock/advisory-key.ts'
import { TABLE_LOCK } from '../../../lock/lock-mode.ts'
import type { WaitingCallNode } from '../../../plan/plan-node.ts'
import { waitingFunction } from '../../../plan/waiting-functions.ts'
import type { WaitingFunction } from '../../../plan/waiting-functions.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileFree, makeOperator, type Operator, type Preparation } from '../operator.ts'

export function prepareWaitingCall(node: WaitingCallNode, preparation: Preparation): Operator {
  const { procedure, args } = node.call
  const name = preparation.catalog.proc(procedure)?.name ?? ''
  const what = waitingFunction(procedure, name)
  assert(what !== undefined, `${name} is a function that waits`)
  const values = args.map((argument) => compileFree(argument, preparation))
  const { kind } = preparation.catalog.type(node.call.type)
  return makeOperator(node.output, preparation.catalog, function* call(context): BatchStream {
    const given = values.map((value) => value(context))
    const isStrictNull = given.includes(null)
    if (!isStrictNull) yield* wait(what, given, context)
    // They return void.
    yield { kind: 'batch', length: 1, columns: [vectorOf(kind, [isStrictNull ? null : ''])] }
  })
}

function* wait(
  what: WaitingFunction,
  given: readonly (Datum | null)[],
  context: ExecutionContext,
): Task<void> {
  switch (what.kind) {
    case 'sleep':
      return yield* context.session.sleep(Number(given[0]) * 1000)
    case 'advisoryLock': {
      const mode = what.isShared ? TABLE_LOCK.share : TABLE_LOCK.exclusive
      const key: AdvisoryKey = advisoryKeyOf(given)
      assert(context.locks !== undefined, 'a session has locks')
      yield* context.locks.advisory(key, mode, what.ofSession)
    }
  }
}
