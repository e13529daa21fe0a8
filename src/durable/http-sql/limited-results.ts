/** Collects results up to the size that one HTTP answer may have. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { CollectedResults } from '../../sql/session/result/statement-result.ts'
import type { ResultColumn, TextRow } from '../../sql/session/result/statement-result.ts'

/** As in Neon's proxy. */
export const MAX_RESPONSE_BYTES = 10 * 1024 * 1024
/** Quotes and comma around each value. */
const VALUE_OVERHEAD_BYTES = 3

/** The result does not fit: answered with status 507. */
export class ResponseTooLarge extends SqlError {
  constructor() {
    super(
      SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
      `response is too large (max is ${MAX_RESPONSE_BYTES} bytes)`,
    )
  }
}

export class LimitedResults extends CollectedResults {
  #bytes = 0
  #isPaused = false

  /** What comes until `resume` (BEGIN, COMMIT around a batch) is not part of the answer. */
  pause(): void {
    this.#isPaused = true
  }
  resume(): void {
    this.#isPaused = false
  }

  override columns(columns: readonly ResultColumn[]): void {
    if (!this.#isPaused) super.columns(columns)
  }

  override rows(rows: readonly TextRow[]): void {
    if (this.#isPaused) return
    for (const row of rows) {
      for (const value of row) this.#bytes += (value?.length ?? 4) + VALUE_OVERHEAD_BYTES
    }
    if (this.#bytes > MAX_RESPONSE_BYTES) throw new ResponseTooLarge()
    super.rows(rows)
  }

  override complete(tag: string): void {
    if (!this.#isPaused) super.complete(tag)
  }
}
