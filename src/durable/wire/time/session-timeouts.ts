/**
 * The timeouts that end a connection: authentication_timeout, transaction_timeout and idle_in_transaction_session_timeout. They run on
 * timers, since what they watch over keeps the object awake anyway.
 *
 * idle_session_timeout is not among them: a connection that is merely idle must let its object sleep. It has a deadline instead,
 * which the host looks at when its alarm rings.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Settings } from '../../../sql/session/settings/settings.ts'
import type { CancelTimer, Timers } from './timers.ts'

interface Limits {
  readonly transactionMs: number
  readonly idleInTransactionMs: number
  readonly idleSessionMs: number
}

export class SessionTimeouts {
  readonly #timers: Timers
  readonly #end: (error: SqlError) => void
  #authentication: CancelTimer | undefined
  #transaction: CancelTimer | undefined
  #idle: CancelTimer | undefined

  constructor(timers: Timers, end: (error: SqlError) => void) {
    this.#timers = timers
    this.#end = end
  }

  authenticating(limitMs: number): void {
    this.#authentication = this.#timers.after(limitMs, () => this.#end(authenticationTimeout()))
  }

  authenticated(): void {
    this.#authentication?.()
    this.#authentication = undefined
  }

  /** A message is about to be answered. */
  working(settings: Settings): void {
    this.#idle?.()
    this.#idle = undefined
    if (this.#transaction === undefined) this.#watchTransaction(settings)
  }

  /** The transaction is over. */
  transactionEnded(): void {
    this.#transaction?.()
    this.#transaction = undefined
  }

  /** Everything is answered, in the middle of a transaction block. */
  idleInTransaction(settings: Settings): void {
    if (this.#transaction === undefined) this.#watchTransaction(settings)
    const { idleInTransactionMs } = settings.derived(limitsOf)
    if (idleInTransactionMs === 0) return
    this.#idle?.()
    this.#idle = this.#timers.after(idleInTransactionMs, () =>
      this.#end(idleInTransactionTimeout()),
    )
  }

  close(): void {
    this.authenticated()
    this.transactionEnded()
    this.#idle?.()
    this.#idle = undefined
  }

  #watchTransaction(settings: Settings): void {
    const { transactionMs } = settings.derived(limitsOf)
    if (transactionMs === 0) return
    this.#transaction = this.#timers.after(transactionMs, () => this.#end(transactionTimeout()))
  }
}

/** Milliseconds that the session may be idle outside of a transaction; 0 for ever. */
export function idleSessionMs(settings: Settings): number {
  return settings.derived(limitsOf).idleSessionMs
}

function limitsOf(settings: Settings): Limits {
  const milliseconds = (name: string): number => Number(settings.get(name) ?? 0)
  return {
    transactionMs: milliseconds('transaction_timeout'),
    idleInTransactionMs: milliseconds('idle_in_transaction_session_timeout'),
    idleSessionMs: milliseconds('idle_session_timeout'),
  }
}

function authenticationTimeout(): SqlError {
  return new SqlError(SQLSTATE.QUERY_CANCELED, 'canceling authentication due to timeout')
}
function transactionTimeout(): SqlError {
  return new SqlError(
    SQLSTATE.TRANSACTION_TIMEOUT,
    'terminating connection due to transaction timeout',
  )
}
function idleInTransactionTimeout(): SqlError {
  return new SqlError(
    SQLSTATE.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    'terminating connection due to idle-in-transaction timeout',
  )
}
export function idleSessionTimeout(): SqlError {
  return new SqlError(
    SQLSTATE.IDLE_SESSION_TIMEOUT,
    'terminating connection due to idle-session timeout',
  )
}
