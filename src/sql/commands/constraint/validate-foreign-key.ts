/** Checks a foreign key against the rows that exist: each key must be found in the referenced table's index. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Column, ForeignKey, Oid, Relation } from '../../catalog/catalog.ts'
import type { CommandContext } from '../command-context.ts'
import type { KeyFinder } from '../ddl-services.ts'
import { currentRelation } from '../support/lookup.ts'

export function* validateForeignKey(
  context: CommandContext,
  relation: Oid,
  name: string,
): Task<void> {
  const table = currentRelation(context, relation)
  const key = table.foreignKeys.find((candidate) => candidate.name === name)
  if (key === undefined || table.tree === undefined) return
  if (context.access.rowCount(table.tree) === 0) return
  const columns = key.columns.flatMap(
    (number) => table.columns.find((column) => column.number === number) ?? [],
  )
  const positions = columns.map((column) => column.position)
  const find = context.services.keyFinder(key, context.catalog)
  for (const step of context.access.scan(table.tree, { columns: positions })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    for (let i = 0; i < step.length; i++) {
      const values = step.columns.map((vector) => datumAt(vector, i))
      yield* checkKey(context, { table, key, columns, find }, values)
    }
  }
}

interface Checked {
  readonly table: Relation
  readonly key: ForeignKey
  readonly columns: readonly Column[]
  readonly find: KeyFinder
}

function* checkKey(
  context: CommandContext,
  checked: Checked,
  values: readonly (Datum | null)[],
): Task<void> {
  const { key } = checked
  const nulls = values.filter((value) => value === null).length
  // MATCH SIMPLE: one null is enough not to be checked; MATCH FULL wants all or none.
  if (nulls > 0 && (key.match === 's' || nulls === values.length)) return
  const referenced = currentRelation(context, key.referencedTable)
  const index = referenced.indexes.find((candidate) => candidate.oid === key.referencedIndex)
  if (index === undefined) return
  // The index may have the columns in another order than the constraint.
  const wanted = nulls === 0 ? checked.find(values) : undefined
  const probe = index.keys.map(
    (part) => wanted?.[key.referencedColumns.indexOf(part.column ?? 0)] ?? null,
  )
  if (wanted !== undefined && (yield* context.access.firstMatch(index.tree, probe)) !== undefined)
    return
  throw violation(context, checked, values, referenced, nulls > 0)
}

function violation(
  context: CommandContext,
  checked: Checked,
  values: readonly (Datum | null)[],
  referenced: Relation,
  isMixed: boolean,
): SqlError {
  const { table, key, columns } = checked
  const texts = values.map((value, i) => {
    const column = columns[i]
    return value === null || column === undefined
      ? 'null'
      : context.services.formatValue(column.type, value, context.catalog)
  })
  const names = columns.map((column) => column.name).join(', ')
  const detail = isMixed
    ? 'MATCH FULL does not allow mixing of null and nonnull key values.'
    : `Key (${names})=(${texts.join(', ')}) is not present in table "${referenced.name}".`
  const message = `insert or update on table "${table.name}" violates foreign key constraint "${key.name}"`
  return new SqlError('23503', message, {
    detail,
    schema: table.schema,
    table: table.name,
    constraint: key.name,
  })
}
