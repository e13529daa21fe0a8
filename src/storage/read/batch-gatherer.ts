/** Joins the small batches of small leaves (wide rows) into full ones: a copy is cheaper than a batch of few rows. */
import { newColumn, vectorOfRange, writeRange } from '../page/column.ts'
import type { Column } from '../page/node.ts'
import { BATCH_ROWS, batch } from '../vector.ts'
import type { Batch } from '../vector.ts'

/** Batches of at least this many rows are worth handing out as they are. */
export const GATHER_BELOW_ROWS = 256

export class BatchGatherer {
  private columns: Column[] = []
  private length = 0

  fits(rows: Batch): boolean {
    return this.length + rows.length <= BATCH_ROWS
  }

  add(rows: Batch): void {
    if (this.length === 0) {
      this.columns = rows.columns.map((vector) => newColumn(vector.kind, BATCH_ROWS))
    }
    for (let position = 0; position < this.columns.length; position++) {
      const source = rows.columns[position]!
      writeRange(this.columns[position]!, this.length, source, 0, rows.length)
    }
    this.length += rows.length
  }

  /** What was gathered, if anything; begins anew. */
  take(): Batch | undefined {
    if (this.length === 0) return undefined
    const { length } = this
    const rows = batch(
      this.columns.map((column) => vectorOfRange(column, 0, length)),
      length,
    )
    this.length = 0
    return rows
  }
}
