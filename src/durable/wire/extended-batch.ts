/**
 * The messages between two Syncs outside of a block: one transaction. When it loses a race against another (40001) it is run
 * again as long as nothing of its answers has left: the client sees what it would have seen had it come a moment later.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { FrontendMessage } from './codec/frontend-messages.ts'

/** Longer pipelines are not kept. */
const MAX_MESSAGES = 64
const MAX_ATTEMPTS = 20
/** These end a transaction in the middle: what came before must not run twice. */
const TRANSACTION_TAG = /^(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE TRANSACTION)/

export class ExtendedBatch {
  readonly messages: FrontendMessage[] = []
  /** A lost race, not reported yet. */
  lostRace: SqlError | undefined
  /** Where its answers begin in what waits to be sent. */
  #start: number
  #isRepeatable: boolean
  #attempts = 1

  /** `isIdle`: it begins outside of a block. */
  constructor(start: number, isIdle: boolean) {
    this.#start = start
    this.#isRepeatable = isIdle
  }

  get start(): number {
    return this.#start
  }

  /** What came before it has been sent. */
  becameFirst(): void {
    this.#start = 0
  }

  add(message: FrontendMessage): void {
    if (!this.#isRepeatable) return
    this.messages.push(message)
    if (this.messages.length > MAX_MESSAGES) this.settle()
  }

  /** From now on it can only run once: something was sent, or a part of it was committed. A lost race is lost. */
  settle(): SqlError | undefined {
    const { lostRace } = this
    this.#isRepeatable = false
    this.messages.length = 0
    this.lostRace = undefined
    return lostRace
  }

  completed(tag: string): void {
    if (TRANSACTION_TAG.test(tag)) this.settle()
  }

  canRepeat(error: unknown): error is SqlError {
    return this.#isRepeatable && this.#attempts < MAX_ATTEMPTS && isLostRace(error)
  }

  repeat(): readonly FrontendMessage[] {
    this.#attempts++
    this.lostRace = undefined
    return [...this.messages]
  }
}

export function isLostRace(error: unknown): boolean {
  return error instanceof SqlError && error.code === SQLSTATE.SERIALIZATION_FAILURE
}
