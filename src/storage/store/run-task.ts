import type { Suspension, Task } from '../task.ts'

/** Drives a task to its end: serves what it asks for and resumes it. Errors of serving surface inside the task. */
export async function runTask<T>(
  task: Task<T>,
  serve: (suspension: Suspension) => Promise<void>,
): Promise<T> {
  let step = task.next()
  while (step.done !== true) {
    try {
      await serve(step.value)
    } catch (error) {
      step = task.throw(error)
      continue
    }
    step = task.next()
  }
  return step.value
}
