import { POSTGRES_EPOCH_MS, type Clock } from '../clock.ts'

/** A clock that moves only when told, or when someone sleeps. */
export class ManualClock implements Clock {
  #ms: number
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  constructor(ms = POSTGRES_EPOCH_MS) {
    this.#ms = ms
  }

  advance(ms: number): void {
    this.#ms += ms
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#ms) return
      this.#timers.delete(timer)
      timer.callback()
    }
  }

  nowMicros(): number {
    return Math.round((this.#ms - POSTGRES_EPOCH_MS) * 1000)
  }

  nowMs(): number {
    return Math.floor(this.#ms)
  }

  async sleep(ms: number): Promise<void> {
    this.advance(ms)
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#ms + ms, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }
}
