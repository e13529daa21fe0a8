/**
 * What happened in each database of a branch since its object woke: pg_stat_database. Not kept through the object's sleep; that is what
 * stats_reset says.
 */
import type { DatabaseCounts } from '../../execute/session-facts.ts'

export type MutableCounts = { -readonly [K in keyof DatabaseCounts]: DatabaseCounts[K] }

export class DatabaseCounters {
  readonly #counts = new Map<number, MutableCounts>()
  readonly #nowMicros: () => number

  constructor(nowMicros: () => number) {
    this.#nowMicros = nowMicros
  }

  /** By pg_database.oid. */
  of(database: number): MutableCounts {
    const known = this.#counts.get(database)
    if (known !== undefined) return known
    const made: MutableCounts = {
      commits: 0,
      rollbacks: 0,
      inserted: 0,
      updated: 0,
      deleted: 0,
      sessions: 0,
      killed: 0,
      sinceMicros: this.#nowMicros(),
    }
    this.#counts.set(database, made)
    return made
  }
}
