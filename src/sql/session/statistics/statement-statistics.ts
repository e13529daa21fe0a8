/**
 * How often each statement of a branch has run, for how long and over how many rows: pg_stat_statements. Bounded: when there are too
 * many, those that have run least go.
 *
 * Times are what the clock says; on the platform it moves only across I/O, so a statement that never waits takes none.
 */
import type { StatementFacts, StatisticsFilter } from '../../execute/statement-facts.ts'
import type { NormalizedQuery } from './normalize-query.ts'

const MOST_ENTRIES = 1_000
/** So many go at once, of a hundred. */
const EVICTED_PERCENT = 5

export interface StatementRunFacts {
  readonly user: number
  readonly database: number
  readonly elapsedMicros: number
  readonly rows: number
}

type Entry = { -readonly [K in keyof StatementFacts]: StatementFacts[K] }

/** Plain data; survives as JSON. Identifiers are texts, since JSON has no 64-bit numbers. */
export interface SavedStatistics {
  readonly entries: readonly (Omit<StatementFacts, 'id'> & { readonly id: string })[]
  readonly evictions: number
  readonly resetAtMicros: number
}

export class StatementStatistics {
  readonly #entries = new Map<string, Entry>()
  readonly #nowMicros: () => number
  #evictions = 0
  #resetAtMicros: number
  /** Changes with every change. */
  version = 0

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros
    this.#resetAtMicros = nowMicros()
  }

  get evictions(): number {
    return this.#evictions
  }
  get resetAtMicros(): number {
    return this.#resetAtMicros
  }

  all(): Iterable<StatementFacts> {
    return this.#entries.values()
  }

  note({ id, query }: NormalizedQuery, run: StatementRunFacts): void {
    const { user, database, rows } = run
    const entry = this.#entry(`${user}/${database}/${id}`, { id, query, user, database })
    const ms = run.elapsedMicros / 1000
    this.version++
    entry.calls++
    entry.rows += rows
    const before = entry.meanMs
    entry.totalMs += ms
    // Welford: the variance without large sums.
    entry.meanMs += (ms - before) / entry.calls
    entry.squaresMs += (ms - before) * (ms - entry.meanMs)
    entry.minMs = entry.minMs < 0 ? ms : Math.min(entry.minMs, ms)
    entry.maxMs = Math.max(entry.maxMs, ms)
  }

  /** pg_stat_statements_reset(): returns when. */
  reset(filter: StatisticsFilter): number {
    const now = this.#nowMicros()
    this.version++
    for (const [key, entry] of this.#entries) {
      if (filter.user !== undefined && filter.user !== entry.user) continue
      if (filter.database !== undefined && filter.database !== entry.database) continue
      if (filter.id !== undefined && filter.id !== entry.id) continue
      if (!filter.onlyExtremes) this.#entries.delete(key)
      else Object.assign(entry, { minMs: -1, maxMs: 0, extremesSinceMicros: now })
    }
    const isWhole = Object.values(filter).every((one) => one === undefined || one === false)
    if (isWhole) {
      this.#evictions = 0
      this.#resetAtMicros = now
    }
    return now
  }

  save(): SavedStatistics {
    const entries = [...this.#entries.values()].map((one) => ({ ...one, id: String(one.id) }))
    return { entries, evictions: this.#evictions, resetAtMicros: this.#resetAtMicros }
  }

  restore({ entries, evictions, resetAtMicros }: SavedStatistics): void {
    for (const saved of entries) {
      const entry = { ...saved, id: BigInt(saved.id) }
      this.#entries.set(`${entry.user}/${entry.database}/${entry.id}`, entry)
    }
    this.#evictions = evictions
    this.#resetAtMicros = resetAtMicros
  }

  #entry(key: string, identity: Pick<StatementFacts, 'id' | 'query' | 'user' | 'database'>): Entry {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    if (this.#entries.size >= MOST_ENTRIES) this.#evict()
    const now = this.#nowMicros()
    const times = { totalMs: 0, meanMs: 0, squaresMs: 0, minMs: -1, maxMs: 0 }
    const since = { sinceMicros: now, extremesSinceMicros: now }
    const entry: Entry = { ...identity, calls: 0, rows: 0, ...times, ...since }
    this.#entries.set(key, entry)
    return entry
  }

  #evict(): void {
    this.#evictions++
    const count = Math.ceil((MOST_ENTRIES * EVICTED_PERCENT) / 100)
    const least = [...this.#entries].toSorted(([, a], [, b]) => a.calls - b.calls).slice(0, count)
    for (const [key] of least) this.#entries.delete(key)
  }
}
