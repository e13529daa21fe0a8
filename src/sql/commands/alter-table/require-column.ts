/** A column that ALTER TABLE names. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column, Relation } from '../../catalog/catalog.ts'
import { undefinedColumn } from '../support/lookup.ts'

const SYSTEM_COLUMNS = new Set(['tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid'])

export function requireColumn(relation: Relation, name: string): Column {
  const column = relation.columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  if (SYSTEM_COLUMNS.has(name)) throw new SqlError('0A000', `cannot alter system column "${name}"`)
  throw undefinedColumn(relation, name)
}
