/** Timers, as far as the protocol needs them. A pending one keeps a Durable Object awake. */

/** Calls the timer off. */
export type CancelTimer = () => void

export interface Timers {
  /** Calls `work` once, after so many milliseconds. */
  after(delayMs: number, work: () => void): CancelTimer
}

export const systemTimers: Timers = {
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs)
    return () => clearTimeout(timer)
  },
}
