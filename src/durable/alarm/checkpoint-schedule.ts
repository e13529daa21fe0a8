/**
 * When a branch's log moves into layers: at once when the tail has grown long, and when nothing has been written for a while, so
 * that the next wake finds a short tail. The idle checkpoint is an alarm, since alarms do not keep the object awake and come
 * even after it was evicted.
 *
 * A crash or eviction in the middle loses nothing: the tail stays until the checkpoint's last step.
 */
import type { DurableObjectState } from '@cloudflare/workers-types'
import type { Lsn } from '../../storage/access.ts'
import type { Store } from '../../storage/store/store.ts'
import type { ObjectAlarm } from './object-alarm.ts'

/** Nothing written for this long, the branch checkpoints. Shorter than the platform's eviction, which comes after 10 s. */
const IDLE_MS = 5_000

export class CheckpointSchedule {
  readonly #state: DurableObjectState
  readonly #alarm: ObjectAlarm
  #isAlarmSet = false
  #lastWriteMs = 0
  #lastLsn: Lsn | undefined

  constructor(state: DurableObjectState, alarm: ObjectAlarm) {
    this.#state = state
    this.#alarm = alarm
  }

  /** After every request, and after waking: a crash may have left a tail and no alarm. undefined when nothing is to be waited for. */
  note(store: Store): Promise<void> | undefined {
    if (store.roots.lsn !== this.#lastLsn) {
      this.#lastLsn = store.roots.lsn
      this.#lastWriteMs = Date.now()
    }
    // A failure is not the request's: the alarm tries again.
    if (store.needsCheckpoint) this.#state.waitUntil(store.checkpoint().catch(() => undefined))
    if (this.#isAlarmSet || store.memory().tailRecords === 0) return undefined
    return this.#setAlarm(IDLE_MS)
  }

  /** A rejection makes the platform call the alarm again, ever later. */
  async onAlarm(store: Store): Promise<void> {
    this.#isAlarmSet = false
    if (store.memory().tailRecords === 0) return
    const idleMs = Date.now() - this.#lastWriteMs
    if (idleMs < IDLE_MS) await this.#setAlarm(IDLE_MS - idleMs)
    else await store.checkpoint()
  }

  async #setAlarm(delayMs: number): Promise<void> {
    this.#isAlarmSet = true
    await this.#alarm.wakeAt(Date.now() + delayMs)
  }
}
