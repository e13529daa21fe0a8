/**
 * Fills an index tree from its table: for CREATE INDEX, for new constraints, and after a table was rewritten.
 * Rows that a partial index leaves out are filtered by its predicate.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TreeSchema } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import { batch, datumAt, vectorOf } from '../../../storage/vector.ts'
import type { Batch, Datum, Vector } from '../../../storage/vector.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'
import type { IndexInfo, Oid, Relation } from '../../catalog/catalog.ts'
import type { CommandContext } from '../command-context.ts'
import type { ExpressionScope, RowEvaluator } from '../ddl-services.ts'
import { scopeColumns, treeKinds } from '../support/define-relation.ts'
import { currentRelation } from '../support/lookup.ts'

const BPCHAR = 1042 as Oid

export function indexTreeSchema(context: CommandContext, index: IndexInfo): TreeSchema {
  const { catalog } = context
  return {
    kind: 'index',
    columns: index.keys.map((key) => catalog.type(key.type).kind),
    order: index.keys.map((key) => {
      const locale = catalog.collationLocale(key.collation)
      return {
        descending: key.descending,
        nullsFirst: key.nullsFirst,
        ...(locale === undefined ? {} : { collation: locale }),
        ...(baseTypeOf(catalog, key.type).oid === BPCHAR ? { ignoresTrailingBlanks: true } : {}),
      }
    }),
    // A deferrable key is checked at the end of the statement or transaction: duplicates may stand for a while.
    unique: index.isUnique && !index.deferrable,
    nullsNotDistinct: index.nullsNotDistinct,
  }
}

/** Creates the tree and enters all rows of the table. */
export function* buildIndex(
  context: CommandContext,
  tableOid: Relation['oid'],
  index: IndexInfo,
): Task<void> {
  context.access.createTree(index.tree, indexTreeSchema(context, index))
  const table = currentRelation(context, tableOid)
  if (table.tree === undefined || context.access.rowCount(table.tree) === 0) return
  const entriesOf = indexEntries(context, table, index)
  const columns = treeKinds(context, table.oid).map((_, position) => position)
  for (const step of context.access.scan(table.tree, { columns, withRowId: true })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    const rowIds = step.columns[columns.length]
    if (rowIds !== undefined) yield* enterRows(context, index, entriesOf(step), rowIds)
  }
}

interface Entries {
  readonly keys: readonly Vector[]
  /** Rows of the batch that belong into the index. */
  readonly rows: readonly number[]
}

/** Computes the key columns of an index for a batch of whole rows. */
function indexEntries(
  context: CommandContext,
  table: Relation,
  index: IndexInfo,
): (rows: Batch) => Entries {
  const scope: ExpressionScope = {
    catalog: context.catalog,
    purpose: 'indexExpression',
    relationName: table.name,
    columns: scopeColumns(table),
  }
  const expressions = index.keys.flatMap((key) => key.expression ?? [])
  const compute: RowEvaluator =
    expressions.length === 0 ? () => [] : context.services.evaluator(expressions, scope)
  const filter =
    index.predicate === undefined
      ? undefined
      : context.services.evaluator([index.predicate], { ...scope, purpose: 'indexPredicate' })
  const positions = index.keys.map(
    (key) => table.columns.find((column) => column.number === key.column)?.position,
  )
  return (rows) => {
    const computed = [...compute(rows)]
    const keys = positions.map(
      (position) =>
        (position === undefined ? computed.shift() : rows.columns[position]) ??
        vectorOf('text', []),
    )
    return { keys, rows: matchingRows(rows, filter) }
  }
}

function matchingRows(rows: Batch, filter: RowEvaluator | undefined): readonly number[] {
  const all = Array.from({ length: rows.length }, (_, row) => row)
  const matches = filter?.(rows)[0]
  return matches === undefined ? all : all.filter((row) => datumAt(matches, row) === true)
}

function* enterRows(
  context: CommandContext,
  index: IndexInfo,
  entries: Entries,
  ids: Vector,
): Task<void> {
  const kinds = index.keys.map((key) => context.catalog.type(key.type).kind)
  if (!index.isUnique) {
    const keys = kinds.map((kind, k) =>
      vectorOf(
        kind,
        entries.rows.map((row) => keyAt(entries, k, row)),
      ),
    )
    const rowIds = entries.rows.map((row) => Number(datumAt(ids, row)))
    yield* context.access.insertKeys(index.tree, batch(keys, rowIds.length), rowIds)
    return
  }
  for (const row of entries.rows) {
    const key = kinds.map((_, k) => keyAt(entries, k, row))
    yield* refuseDuplicate(context, index, key)
    const vectors = kinds.map((kind, k) => vectorOf(kind, [key[k] ?? null]))
    yield* context.access.insertKeys(index.tree, batch(vectors, 1), [Number(datumAt(ids, row))])
  }
}

function keyAt(entries: Entries, key: number, row: number): Datum | null {
  const vector = entries.keys[key]
  return vector === undefined ? null : datumAt(vector, row)
}

function* refuseDuplicate(
  context: CommandContext,
  index: IndexInfo,
  key: readonly (Datum | null)[],
): Task<void> {
  if (!index.nullsNotDistinct && key.includes(null)) return
  if ((yield* context.access.firstMatch(index.tree, key)) === undefined) return
  const table = currentRelation(context, index.table)
  const names = index.keys.map(
    (part) =>
      table.columns.find((column) => column.number === part.column)?.name ?? part.expression,
  )
  const values = key.map((value, i) => {
    const part = index.keys[i]
    if (value === null || part === undefined) return 'null'
    return context.services.formatValue(part.type, value, context.catalog)
  })
  throw new SqlError('23505', `could not create unique index "${index.name}"`, {
    detail: `Key (${names.join(', ')})=(${values.join(', ')}) is duplicated.`,
    schema: table.schema,
    table: table.name,
    constraint: index.name,
  })
}
