/** A statement under statement_timeout. */
import type { Task } from '../../../storage/task.ts'
import type { SessionState } from '../session-state.ts'
import type { Settings } from '../settings/settings.ts'
import { Deadline } from './interrupt.ts'
import { interruptible, timeoutError } from './statement-timeout.ts'

export function* withinLimits<T>(
  { settings, database }: SessionState,
  startedAtMicros: number,
  task: Task<T>,
): Task<T> {
  let deadline: Deadline | undefined
  try {
    const timeoutMs = settings.derived(statementTimeoutMs)
    if (timeoutMs === 0) return yield* task
    deadline = new Deadline({
      atMicros: startedAtMicros + timeoutMs * 1000,
      nowMicros: () => database.nowMicros(),
      after: (ms, callback) => database.after(ms, callback),
      error: timeoutError,
    })
    return yield* interruptible(task, deadline)
  } finally {
    deadline?.close()
  }
}

function statementTimeoutMs(settings: Settings): number {
  return Number(settings.get('statement_timeout') ?? 0)
}
