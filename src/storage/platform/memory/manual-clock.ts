import { POSTGRES_EPOCH_MS, type Clock } from '../clock.ts'

/** A clock that moves only when told, or when someone sleeps. */
export class ManualClock implements Clock {
  #ms: number

  constructor(ms = POSTGRES_EPOCH_MS) {
    this.#ms = ms
  }

  advance(ms: number): void {
    this.#ms += ms
  }

  nowMicros(): number {
    return Math.round((this.#ms - POSTGRES_EPOCH_MS) * 1000)
  }

  nowMs(): number {
    return Math.floor(this.#ms)
  }

  async sleep(ms: number): Promise<void> {
    this.#ms += ms
  }
}
