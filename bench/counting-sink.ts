import type { ResultSink } from '../src/sql/session/result/statement-result.ts'

/** Counts rows; they are still written as text, as a client would get them. */
export class CountingSink implements ResultSink {
  count = 0
  columns(): void {}
  rows(rows: readonly unknown[]): void {
    this.count += rows.length
  }
  complete(): void {}
  notice(): void {}
}
