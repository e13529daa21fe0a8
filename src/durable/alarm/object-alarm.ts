/**
 * An object has one alarm; several parts of it want to be woken. It is set for the earliest of their times, and whoever still
 * wants a later one asks again when it has rung.
 *
 * Alarms do not keep the object awake and come even after it was evicted, which timers cannot do.
 */
import type { DurableObjectState } from '@cloudflare/workers-types'

export class ObjectAlarm {
  readonly #state: DurableObjectState
  /** Infinity: not set. */
  #setForMs = Infinity
  /** After waking the platform is asked once what the alarm is set for. */
  #known: Promise<void> | undefined

  constructor(state: DurableObjectState) {
    this.#state = state
  }

  /** The object will be woken then, or before. */
  async wakeAt(timeMs: number): Promise<void> {
    await (this.#known ??= this.#ask())
    if (this.#setForMs <= timeMs) return
    this.#setForMs = timeMs
    await this.#state.storage.setAlarm(timeMs)
  }

  /** The alarm has rung: it is not set any more. */
  rung(): void {
    this.#known = Promise.resolve()
    this.#setForMs = Infinity
  }

  async #ask(): Promise<void> {
    this.#setForMs = (await this.#state.storage.getAlarm()) ?? Infinity
  }
}
