/**
 * Holds a client's answers back while it does not read: what the socket has taken and not sent yet lies in the object's memory. A
 * statement waits, as it would for a lock, until most of it has gone.
 */
import type { Task } from '../../../storage/task.ts'
import type { ConnectionSocket } from '../connection-host.ts'
import type { Timers } from '../time/timers.ts'

const HIGH_BYTES = 1 << 20
const LOW_BYTES = HIGH_BYTES / 4
const POLL_MIN_MS = 1
const POLL_MAX_MS = 100
/** A client that has taken nothing for so long is gone. */
const STUCK_MS = 5 * 60_000

export class BackPressure {
  readonly #socket: ConnectionSocket
  readonly #timers: Timers
  readonly #isOpen: () => boolean
  readonly #giveUp: () => void
  #draining: Promise<void> | undefined
  /** No more than this is unsent: the socket is only asked when it might be too much. */
  #unsentBytes = 0

  constructor(
    socket: ConnectionSocket,
    timers: Timers,
    { isOpen, giveUp }: { readonly isOpen: () => boolean; readonly giveUp: () => void },
  ) {
    this.#socket = socket
    this.#timers = timers
    this.#isOpen = isOpen
    this.#giveUp = giveUp
  }

  /** The socket has taken so much more. */
  sent(bytes: number): void {
    this.#unsentBytes += bytes
  }

  /** undefined unless the client is behind: settles when it has caught up, or is gone. */
  get backlog(): Promise<void> | undefined {
    if (this.#unsentBytes < HIGH_BYTES) return undefined
    this.#unsentBytes = this.#socket.unsentBytes()
    if (this.#unsentBytes < HIGH_BYTES) return undefined
    this.#draining ??= this.#drain().finally(() => void (this.#draining = undefined))
    return this.#draining
  }

  /** The same task, waiting wherever it suspends while the client is behind. */
  *pace<T>(task: Task<T>): Task<T> {
    let step = task.next()
    while (step.done !== true) {
      let failure: { readonly error: unknown } | undefined
      try {
        yield step.value
        const until = this.backlog
        if (until !== undefined) yield { kind: 'wait', until }
      } catch (error) {
        failure = { error }
      }
      step = failure === undefined ? task.next() : task.throw(failure.error)
    }
    return step.value
  }

  async #drain(): Promise<void> {
    let pollMs = POLL_MIN_MS
    let stuckMs = 0
    for (;;) {
      const before = this.#socket.unsentBytes()
      if (before <= LOW_BYTES || !this.#isOpen()) return
      await new Promise<void>((resolve) => void this.#timers.after(pollMs, resolve))
      stuckMs = this.#socket.unsentBytes() < before ? 0 : stuckMs + pollMs
      if (stuckMs >= STUCK_MS) return this.#giveUp()
      pollMs = Math.min(pollMs * 2, POLL_MAX_MS)
    }
  }
}
