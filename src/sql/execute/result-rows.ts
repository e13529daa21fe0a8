/** Batches as rows for the front doors: datums, or PostgreSQL's text format. */
import { unsupported } from '../../errors/sql-error.ts'
import type { BatchStream, Task } from '../../storage/task.ts'
import { type Batch, datumAt } from '../../storage/vector.ts'
import type { OutputColumn, Row } from '../plan/plan-node.ts'
import type { TypeIoContext, TypeOutput } from '../types/type-io.ts'
import type { ExecutionContext, ExecutorEnvironment } from './execution-context.ts'
import { rowOf } from './expression/container/container.ts'

export type TextRow = readonly (string | null)[]

export function datumRows(batch: Batch): Row[] {
  return Array.from({ length: batch.length }, (_, i) => rowOf(batch.columns, i))
}

/** Drains a stream into rows; suspensions pass upwards. */
export function* collectRows(stream: BatchStream): Task<Row[]> {
  const rows: Row[] = []
  for (const item of stream) {
    if (item.kind !== 'batch') yield item
    else for (let i = 0; i < item.length; i++) rows.push(rowOf(item.columns, i))
  }
  return rows
}

/** Writes the columns of one result as text, in the session's formats. */
export class TextWriter {
  readonly #outputs: readonly { readonly write: TypeOutput; readonly context: TypeIoContext }[]

  constructor(
    columns: readonly OutputColumn[],
    { catalog, io }: ExecutorEnvironment,
    { session }: ExecutionContext,
  ) {
    this.#outputs = columns.map((column) => {
      const type = catalog.type(column.type)
      const write = io.findOutput(type.output)
      if (write === undefined) throw unsupported(`output of type ${type.name}`)
      return { write, context: { session, catalog, io, type, typmod: column.typmod } }
    })
  }

  rows(batch: Batch): TextRow[] {
    return Array.from({ length: batch.length }, (_, row) =>
      this.#outputs.map(({ write, context }, k) => {
        const value = datumAt(batch.columns[k], row)
        return value === null ? null : write(value, context)
      }),
    )
  }
}
