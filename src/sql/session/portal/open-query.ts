/**
 * A query that runs as its rows are asked for, and may stand still between two of a session's statements: what it reads, holds
 * and spills is its own. It reads the rows of the moment it was opened, whatever its transaction does afterwards.
 */
import type { TransactionAccess } from '../../../storage/access.ts'
import type { BatchStream } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import { kindsOf } from '../../execute/operators/operator.ts'
import { ResultWriter } from '../result/result-writer.ts'
import type { ResultColumn, ValueFormat } from '../result/statement-result.ts'
import { commandTag } from '../statement/plan/current-plan.ts'
import { executionContext } from '../statement/plan/planned-query.ts'
import type { PlannedQuery, QueryEnvironment } from '../statement/plan/planned-query.ts'
import { PortalRows } from './portal-rows.ts'
import { RowCursor } from './row-cursor.ts'

/** Many cursors may be open: each sorts and hashes in less memory than a statement that runs to its end. */
const WORK_MEMORY_BYTES = 4 << 20

export interface OpenQueryOptions {
  readonly planned: PlannedQuery
  readonly values: readonly (Datum | null)[]
  /** With a spill store of its own, which closes with the query. */
  readonly environment: QueryEnvironment
  /** Absent: what the query writes shows in what it reads. */
  readonly snapshot: TransactionAccess | undefined
  readonly isScrollable: boolean
  /** Rows are kept from the first one on, not only once they are read backwards. */
  readonly keepsRows: boolean
}

export class OpenQuery {
  readonly planned: PlannedQuery
  readonly cursor: RowCursor
  readonly #environment: QueryEnvironment

  constructor(options: OpenQueryOptions) {
    const { planned, values, environment, snapshot, isScrollable, keepsRows } = options
    const { database, catalog, spill } = environment
    this.planned = planned
    this.#environment = { ...environment, mostMemoryBytes: WORK_MEMORY_BYTES }
    const open = (): BatchStream => {
      const context = executionContext(this.#environment, values)
      if (snapshot !== undefined) context.reads = snapshot
      return planned.prepared.run(context)
    }
    const kinds = kindsOf(planned.prepared.columns, catalog)
    const rows = new PortalRows({ kinds, spill, codec: database.codec, open, keepsRows })
    this.cursor = new RowCursor(rows, isScrollable)
  }

  get columns(): readonly ResultColumn[] {
    return this.planned.columns
  }

  writer(formats: readonly ValueFormat[]): ResultWriter {
    return new ResultWriter(this.planned.bound.columns, this.#environment, formats)
  }

  /** Counts the rows of the last piece that was read, as PostgreSQL does. */
  tag(rows: number): string {
    return commandTag(this.planned, rows, rows)
  }

  close(): void {
    this.cursor.close()
    this.#environment.spill.close()
  }
}
