/** A session of the branch as others see it: a row of pg_stat_activity. */

export type SessionPhase =
  | 'active'
  | 'idle'
  | 'idle in transaction'
  | 'idle in transaction (aborted)'

/** What a session waits for, in PostgreSQL's words. */
export interface WaitEvent {
  readonly type: string
  readonly event: string
}

/** Plain data: it also stays with a connection that sleeps. Times are microseconds since 2000-01-01 UTC. */
export interface SessionFacts {
  readonly processId: number
  readonly database: string
  readonly user: string
  readonly applicationName: string
  readonly clientAddress: string | undefined
  readonly startedAtMicros: number
  readonly transactionStartMicros: number | undefined
  readonly queryStartMicros: number | undefined
  readonly changedAtMicros: number
  readonly phase: SessionPhase
  readonly wait: WaitEvent | undefined
  /** The newest statement's text, cut off. */
  readonly query: string
}

/** What happened in a database since its branch woke. */
export interface DatabaseCounts {
  readonly commits: number
  readonly rollbacks: number
  /** Rows. */
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly sessions: number
  /** By pg_terminate_backend(). */
  readonly killed: number
  readonly sinceMicros: number
}

export type BackendSignal = 'cancel' | 'terminate'
