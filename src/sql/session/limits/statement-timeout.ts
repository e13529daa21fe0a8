/**
 * statement_timeout, and cancelling. A task is only ever interrupted where it suspends: long operators pause every so many rows, and the
 * clock, which on the platform moves across I/O alone, is looked at after each suspension.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'

/** Runs the task until its end, or until the deadline: then 57014 is thrown into it where it waits. */
export function withDeadline<T>(task: Task<T>, isOver: () => boolean): Task<T> {
  return interruptible(task, () => (isOver() ? timeoutError() : undefined))
}

/** Runs the task until its end, or until there is a reason to stop: that is thrown into it where it waits. */
export function* interruptible<T>(task: Task<T>, reason: () => SqlError | undefined): Task<T> {
  let step = task.next()
  while (step.done !== true) {
    let failure: unknown
    try {
      yield step.value
    } catch (error) {
      failure = error
    }
    failure ??= reason()
    step = failure === undefined ? task.next() : task.throw(failure)
  }
  return step.value
}

export function cancelError(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling statement due to user request')
}

function timeoutError(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling statement due to statement timeout')
}
