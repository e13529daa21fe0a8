/**
 * Keeps a branch's counts of statements through the sleep of its object: some seconds after they have changed they are written to
 * the object's key-value storage, in pieces, since a value there may have 2 MB. A crash loses what was counted since.
 *
 *   statements/<piece>     JSON
 */
import type { SyncKvStorage } from '@cloudflare/workers-types'
import type {
  SavedStatistics,
  StatementStatistics,
} from '../../sql/session/statistics/statement-statistics.ts'

const PREFIX = 'statements/'
const ENTRIES_A_PIECE = 100
/** A pending timer keeps the object awake; the platform puts it to sleep after ten idle seconds anyway. */
const DELAY_MS = 5_000

export class StatisticsKeeper {
  readonly #storage: SyncKvStorage
  #keptVersion = 0
  #isTimerSet = false

  constructor(storage: SyncKvStorage) {
    this.#storage = storage
  }

  /** When the branch opens: what was counted in earlier lives of its object. */
  restore(statistics: StatementStatistics): void {
    const pieces = [...this.#storage.list<SavedStatistics>({ prefix: PREFIX })].map(
      ([, one]) => one,
    )
    for (const piece of pieces) statistics.restore(piece)
    this.#keptVersion = statistics.version
  }

  /** After every exchange. */
  note(statistics: StatementStatistics): void {
    if (this.#isTimerSet || statistics.version === this.#keptVersion) return
    this.#isTimerSet = true
    setTimeout(() => {
      this.#isTimerSet = false
      this.#keep(statistics)
    }, DELAY_MS)
  }

  #keep(statistics: StatementStatistics): void {
    const { entries, ...rest } = statistics.save()
    const pieces = Math.ceil(entries.length / ENTRIES_A_PIECE)
    for (let i = 0; i < pieces; i++) {
      const part = entries.slice(i * ENTRIES_A_PIECE, (i + 1) * ENTRIES_A_PIECE)
      this.#storage.put(`${PREFIX}${i}`, { ...rest, entries: part })
    }
    for (const [key] of [...this.#storage.list({ prefix: PREFIX })]) {
      if (Number(key.slice(PREFIX.length)) >= pieces) this.#storage.delete(key)
    }
    this.#keptVersion = statistics.version
  }
}
