/** A statement as pg_stat_statements counts it, whatever its constants. */
export interface StatementFacts {
  readonly id: bigint
  readonly query: string
  /** Oids of the role and the database. */
  readonly user: number
  readonly database: number
  readonly calls: number
  readonly rows: number
  readonly totalMs: number
  readonly meanMs: number
  /** Sum of the squares of the differences from the mean. */
  readonly squaresMs: number
  /** Negative: none yet. */
  readonly minMs: number
  readonly maxMs: number
  /** Microseconds since 2000-01-01 UTC. */
  readonly sinceMicros: number
  readonly extremesSinceMicros: number
}

/** Which of them to forget; undefined means all. */
export interface StatisticsFilter {
  readonly user: number | undefined
  readonly database: number | undefined
  readonly id: bigint | undefined
  /** Only the least and the greatest times. */
  readonly onlyExtremes: boolean
}

export interface StatementFactsSource {
  all(): Iterable<StatementFacts>
  readonly evictions: number
  readonly resetAtMicros: number
  /** Returns when. */
  reset(filter: StatisticsFilter): number
}
