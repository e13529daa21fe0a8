/**
 * statement_timeout. A task is only ever interrupted where it suspends: long operators pause every so many rows, and the
 * clock, which on the platform moves across I/O alone, is looked at after each suspension.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Task } from '../../storage/task.ts'

/** Runs the task until its end, or until the deadline: then 57014 is thrown into it where it waits. */
export function* withDeadline<T>(task: Task<T>, isOver: () => boolean): Task<T> {
  let step = task.next()
  while (step.done !== true) {
    let failure: unknown
    try {
      yield step.value
    } catch (error) {
      failure = error
    }
    if (failure !== undefined) step = task.throw(failure)
    else if (isOver()) step = task.throw(timeoutError())
    else step = task.next()
  }
  return step.value
}

function timeoutError(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling statement due to statement timeout')
}
