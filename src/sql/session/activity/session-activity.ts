/** What a session is doing: noted at the beginning and the end of each of its client's messages, read by pg_stat_activity. */
import type { SessionFacts, SessionPhase, WaitEvent } from '../../execute/session-facts.ts'
import type { LockRequest } from '../../lock/lock-tag.ts'
import type { SavedSession } from '../saved-session.ts'
import type { SessionState } from '../session-state.ts'
import type { TransactionBlock } from '../transaction/transaction-block.ts'
import type { SessionEntry } from './session-directory.ts'

/** track_activity_query_size */
const QUERY_CHARACTERS = 1024
const AT_REST: WaitEvent = { type: 'Client', event: 'ClientRead' }

/** PostgreSQL's words for what is waited for. */
const LOCK_EVENTS: Readonly<Record<LockRequest['kind'], string>> = {
  relation: 'relation',
  // The first that waits for a row waits for the end of the transaction that has it.
  row: 'transactionid',
  advisory: 'advisory',
  name: 'object',
  transaction: 'transactionid',
}

function lockWait({ database, lockOwner }: SessionState): WaitEvent | undefined {
  const { waiting } = lockOwner
  if (waiting === undefined) return undefined
  const isBehind = database.locks.isBehindOthers(waiting)
  return { type: 'Lock', event: isBehind ? 'tuple' : LOCK_EVENTS[waiting.request.kind] }
}

export interface ActivityOptions {
  readonly state: SessionState
  readonly block: TransactionBlock
  /** Where the client is, if that is known. */
  readonly clientAddress: string | undefined
  readonly cancel: () => void
  readonly terminate: () => void
}

export class SessionActivity implements SessionEntry {
  readonly #options: ActivityOptions
  #startedAtMicros: number
  #queryStartMicros: number | undefined
  #changedAtMicros: number
  #isRunning = false
  #text = ''

  constructor(options: ActivityOptions) {
    this.#options = options
    this.#startedAtMicros = options.state.database.nowMicros()
    this.#changedAtMicros = this.#startedAtMicros
  }

  /** A message of the client begins. */
  begin(text: string): void {
    this.#text = text
    this.#isRunning = true
    this.#queryStartMicros = this.#options.state.database.nowMicros()
    this.#changedAtMicros = this.#queryStartMicros
  }

  /** When the newest message began. */
  get beganAtMicros(): number {
    return this.#queryStartMicros ?? this.#startedAtMicros
  }

  /** The client is to speak next. */
  rest(): void {
    this.#isRunning = false
    this.#changedAtMicros = this.#options.state.database.nowMicros()
  }

  /** As it was before the session slept. */
  resume({ startedAtMicros, queryStartMicros, query }: SavedSession['activity']): void {
    this.#startedAtMicros = startedAtMicros
    this.#queryStartMicros = queryStartMicros
    this.#text = query
  }

  get facts(): SessionFacts {
    const { state, block, clientAddress } = this.#options
    return {
      processId: state.processId,
      database: state.database.name,
      user: state.sessionUser,
      applicationName: state.settings.get('application_name') ?? '',
      clientAddress,
      startedAtMicros: this.#startedAtMicros,
      transactionStartMicros: block.current?.startedAtMicros,
      queryStartMicros: this.#queryStartMicros,
      changedAtMicros: this.#changedAtMicros,
      phase: this.#phase,
      wait: this.#isRunning ? lockWait(state) : AT_REST,
      query: this.#text.slice(0, QUERY_CHARACTERS),
    }
  }

  get #phase(): SessionPhase {
    if (this.#isRunning) return 'active'
    const { status } = this.#options.block
    if (status === 'I') return 'idle'
    return status === 'T' ? 'idle in transaction' : 'idle in transaction (aborted)'
  }

  cancel(): void {
    this.#options.cancel()
  }

  terminate(): void {
    this.#options.terminate()
  }
}
