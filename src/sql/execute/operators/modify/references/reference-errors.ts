/** What foreign keys raise, in PostgreSQL's words (ri_triggers.c). */
import { SqlError } from '../../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../../errors/sql-state.ts'
import type { Datum } from '../../../../../storage/vector.ts'
import type { ForeignKey, Relation } from '../../../../catalog/catalog.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import type { Compilation } from '../../../expression/kernel.ts'
import { valueText } from '../row-text.ts'
import { columnNumbered } from './referencing-rows.ts'

type Values = readonly (Datum | null)[]

/** What values need to be printed. */
export interface TextContext {
  readonly compilation: Compilation
  readonly context: ExecutionContext
}

/** A new key that no row of the referenced table has. */
export function missingParent(
  key: ForeignKey,
  child: Relation,
  parent: Relation,
  values: Values,
  texts: TextContext,
): SqlError {
  return new SqlError(
    SQLSTATE.FOREIGN_KEY_VIOLATION,
    `insert or update on table "${child.name}" violates foreign key constraint "${key.name}"`,
    {
      detail: `Key ${keyText(child, key.columns, values, texts)} is not present in table "${parent.name}".`,
      schema: child.schema,
      table: child.name,
      constraint: key.name,
    },
  )
}

/** A key that was to go while rows refer to it. */
export function stillReferenced(
  key: ForeignKey,
  parent: Relation,
  child: Relation,
  values: Values,
  texts: TextContext,
): SqlError {
  return new SqlError(
    SQLSTATE.FOREIGN_KEY_VIOLATION,
    `update or delete on table "${parent.name}" violates foreign key constraint "${key.name}" on table "${child.name}"`,
    {
      detail: `Key ${keyText(parent, key.referencedColumns, values, texts)} is still referenced from table "${child.name}".`,
      schema: child.schema,
      table: child.name,
      constraint: key.name,
    },
  )
}

export function mixedNulls(key: ForeignKey, child: Relation): SqlError {
  return new SqlError(
    SQLSTATE.FOREIGN_KEY_VIOLATION,
    `insert or update on table "${child.name}" violates foreign key constraint "${key.name}"`,
    {
      detail: 'MATCH FULL does not allow mixing of null and nonnull key values.',
      schema: child.schema,
      table: child.name,
      constraint: key.name,
    },
  )
}

/** (a, b)=(1, 2) */
function keyText(
  relation: Relation,
  numbers: readonly number[],
  values: Values,
  { compilation, context }: TextContext,
): string {
  const columns = numbers.map((number) => columnNumbered(relation, number))
  const texts = columns.map((column, k) =>
    valueText(values[k], column.type, compilation.environment, context),
  )
  return `(${columns.map((column) => column.name).join(', ')})=(${texts.join(', ')})`
}
