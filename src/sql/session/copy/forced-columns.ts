/** FORCE_QUOTE, FORCE_NULL, FORCE_NOT_NULL: columns by name, which must be among those that are copied. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Relation } from '../../catalog/catalog.ts'
import type { ColumnChoice } from '../../copy/options.ts'

type ForceOption = 'FORCE_QUOTE' | 'FORCE_NULL' | 'FORCE_NOT_NULL'

/** By column of the data. `relation` is undefined for COPY of a query. */
export function forcedColumns(
  option: ForceOption,
  choice: ColumnChoice,
  columns: readonly string[],
  relation: Relation | undefined,
): readonly boolean[] {
  if (choice === undefined) return columns.map(() => false)
  if (choice === 'all') return columns.map(() => true)
  const unknown = choice.find((name) => !columns.includes(name))
  if (unknown !== undefined) throw notCopied(option, unknown, relation)
  return columns.map((name) => choice.includes(name))
}

function notCopied(option: ForceOption, name: string, relation: Relation | undefined): SqlError {
  if (relation?.columns.some((column) => column.name === name) === true) {
    const message = `${option} column "${name}" not referenced by COPY`
    return new SqlError(SQLSTATE.INVALID_COLUMN_REFERENCE, message)
  }
  const of = relation === undefined ? '' : ` of relation "${relation.name}"`
  return new SqlError(SQLSTATE.UNDEFINED_COLUMN, `column "${name}"${of} does not exist`)
}
