/**
 * statement_timeout, and cancelling. A task is only ever interrupted where it suspends: long operators pause every so many rows, and the
 * clock, which on the platform moves across I/O alone, is looked at after each suspension. Who is blocked is woken.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Suspension, Task } from '../../../storage/task.ts'
import type { Interrupt } from './interrupt.ts'

/** Runs the task until its end, or until there is a reason to stop: that is thrown into it where it waits. */
export function* interruptible<T>(task: Task<T>, interrupt: Interrupt): Task<T> {
  let step = task.next()
  while (step.done !== true) {
    let failure: unknown
    try {
      yield wakeable(step.value, interrupt)
    } catch (error) {
      failure = error
    }
    failure ??= interrupt.reason()
    step = failure === undefined ? task.next() : task.throw(failure)
  }
  return step.value
}

function wakeable(suspension: Suspension, interrupt: Interrupt): Suspension {
  if (suspension.kind !== 'blocked') return suspension
  if (interrupt.reason() !== undefined) return { kind: 'pause' }
  return { kind: 'blocked', until: Promise.race([suspension.until, interrupt.changed()]) }
}

export function cancelError(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling statement due to user request')
}

export function timeoutError(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling statement due to statement timeout')
}
