/** Values as constraint errors show them: "(1, null, x)", long ones cut. */
import type { Batch, Datum } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import type { Oid, Relation } from '../../../catalog/catalog.ts'
import { printerOf } from '../../../types/value-text.ts'
import type { ExecutionContext, ExecutorEnvironment } from '../../execution-context.ts'

/** PostgreSQL shows this many bytes of a value of a failing row. */
const SHOWN_LENGTH = 64

export function valueText(
  value: Datum | null,
  type: Oid,
  environment: ExecutorEnvironment,
  context: ExecutionContext,
): string {
  if (value === null) return 'null'
  const { catalog, io } = environment
  return printerOf({ session: context.session, catalog, io }, type)(value)
}

/** "Failing row contains (…)." */
export function failingRow(
  relation: Relation,
  rows: Batch,
  row: number,
  environment: ExecutorEnvironment,
  context: ExecutionContext,
): string {
  const values = relation.columns.map((column) => {
    const text = valueText(
      datumAt(rows.columns[column.position], row),
      column.type,
      environment,
      context,
    )
    return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text
  })
  return `Failing row contains (${values.join(', ')}).`
}
