/** What can stop a running statement from outside: a cancel request, or time. It wakes whoever is blocked. */
import type { SqlError } from '../../../errors/sql-error.ts'

export interface Interrupt {
  /** The error to stop with, as soon as there is a reason to. */
  reason(): SqlError | undefined
  /** Settles when `reason` may have changed. */
  changed(): Promise<void>
}

/** A request to cancel, made by another connection. */
export class CancelRequest implements Interrupt {
  readonly #error: () => SqlError
  #isRequested = false
  #waiting: PromiseWithResolvers<void> | undefined

  constructor(error: () => SqlError) {
    this.#error = error
  }

  request(): void {
    this.#isRequested = true
    this.#waiting?.resolve()
  }

  /** For the next statement. */
  clear(): void {
    this.#isRequested = false
    this.#waiting = undefined
  }

  reason(): SqlError | undefined {
    return this.#isRequested ? this.#error() : undefined
  }

  changed(): Promise<void> {
    this.#waiting ??= Promise.withResolvers()
    return this.#waiting.promise
  }
}

export interface DeadlineOptions {
  readonly atMicros: number
  nowMicros(): number
  after(ms: number, callback: () => void): () => void
  error(): SqlError
}

/** A point in time. Its timer runs only while somebody is blocked. */
export class Deadline implements Interrupt {
  readonly #options: DeadlineOptions
  #timer: { readonly passed: Promise<void>; readonly cancel: () => void } | undefined
  #hasPassed = false

  constructor(options: DeadlineOptions) {
    this.#options = options
  }

  reason(): SqlError | undefined {
    const { atMicros, nowMicros, error } = this.#options
    return this.#hasPassed || nowMicros() >= atMicros ? error() : undefined
  }

  changed(): Promise<void> {
    this.#timer ??= this.#start()
    return this.#timer.passed
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #start(): { readonly passed: Promise<void>; readonly cancel: () => void } {
    const { atMicros, nowMicros, after } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = after(Math.max(0, (atMicros - nowMicros()) / 1000), () => {
      this.#hasPassed = true
      resolve()
    })
    return { passed: promise, cancel }
  }
}
