/** Time, injected so that tests own it. In production it stands still while code runs and moves only across I/O. */
export interface Clock {
  /** Microseconds since 2000-01-01 UTC, PostgreSQL's epoch. */
  nowMicros(): number
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number
  sleep(ms: number): Promise<void>
  /** Calls back once, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void
}

/** 2000-01-01 UTC in Unix milliseconds. */
export const POSTGRES_EPOCH_MS = 946_684_800_000

/** Where there is one: a timer of 0 ms takes more than 1 ms in Node. */
const { setImmediate: nextTurn } = globalThis as {
  readonly setImmediate?: (callback: () => void) => unknown
}

export class SystemClock implements Clock {
  nowMicros(): number {
    return (Date.now() - POSTGRES_EPOCH_MS) * 1000
  }

  nowMs(): number {
    return Date.now()
  }

  sleep(ms: number): Promise<void> {
    if (ms === 0 && nextTurn !== undefined) return new Promise(nextTurn)
    return new Promise((resolve) => setTimeout(resolve, ms))
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  }
}
