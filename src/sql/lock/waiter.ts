/** A session that waits for a lock: its place in a queue, and the promise that its task is suspended on. */
import type { LockOwner } from './lock-owner.ts'
import type { LockRequest } from './lock-tag.ts'

export class Waiter {
  readonly owner: LockOwner
  readonly request: LockRequest
  readonly sinceMicros: number
  /** Granted, or something else to look at: a timeout. */
  readonly settled: Promise<void>
  readonly #settle: () => void
  #isGranted = false

  constructor(owner: LockOwner, request: LockRequest, sinceMicros: number) {
    this.sinceMicros = sinceMicros
    this.owner = owner
    this.request = request
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.#settle = resolve
  }

  get isGranted(): boolean {
    return this.#isGranted
  }

  grant(): void {
    this.#isGranted = true
    this.#settle()
  }

  wake(): void {
    this.#settle()
  }
}
