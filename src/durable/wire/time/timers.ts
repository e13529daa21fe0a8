/** Timers, as far as the protocol needs them: the clock's. A pending one keeps a Durable Object awake. */
import type { Clock } from '../../../storage/platform/clock.ts'

export type Timers = Pick<Clock, 'after'>

/** Calls the timer off. */
export type CancelTimer = ReturnType<Timers['after']>
