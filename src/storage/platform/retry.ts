import type { Clock } from './clock.ts'

const ATTEMPTS = 4
const FIRST_PAUSE_MS = 20

/** Tries an operation on the bucket again when it fails: transient errors are normal there. */
export async function withRetries<T>(clock: Clock, operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await clock.sleep(FIRST_PAUSE_MS * 2 ** attempt)
    }
  }
}
