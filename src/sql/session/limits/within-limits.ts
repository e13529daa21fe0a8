/** A statement under statement_timeout, its errors those of PostgreSQL. */
import type { Task } from '../../../storage/task.ts'
import type { SessionState } from '../session-evaluation.ts'
import type { Settings } from '../settings/settings.ts'
import { limitError } from './limit-error.ts'
import { withDeadline } from './statement-timeout.ts'

export function* withinLimits<T>(
  { settings, database }: SessionState,
  startedAtMicros: number,
  task: Task<T>,
): Task<T> {
  try {
    const timeoutMs = settings.derived(statementTimeoutMs)
    if (timeoutMs === 0) return yield* task
    const deadline = startedAtMicros + timeoutMs * 1000
    return yield* withDeadline(task, () => database.nowMicros() >= deadline)
  } catch (error) {
    throw limitError(error)
  }
}

function statementTimeoutMs(settings: Settings): number {
  return Number(settings.get('statement_timeout') ?? 0)
}
