/** ALTER TABLE … ADD COLUMN: existing rows get the default. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { isNullAt, normalizeInt64, vectorOf } from '../../../storage/vector.ts'
import type { Batch, Vector } from '../../../storage/vector.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { ColumnDefinition } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { addCheck } from '../constraint/add-check.ts'
import { addDefault } from '../constraint/add-default.ts'
import { addForeignKey } from '../constraint/add-foreign-key.ts'
import { addKey } from '../constraint/add-key.ts'
import type { ExpressionScope, RowEvaluator } from '../ddl-services.ts'
import {
  checkColumnCount,
  checkSystemColumnName,
  insertAttribute,
  scopeColumns,
} from '../support/define-relation.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { addColumnDefinition } from '../table/column-definition.ts'
import { attachSequence, createSequences } from '../table/create-table.ts'
import { emptyDraft } from '../table/table-draft.ts'
import type { TableDraft } from '../table/table-draft.ts'
import { rewriteTable } from './rewrite-table.ts'
import { domainDefault } from '../../catalog/base-type.ts'

export interface AddColumnAction {
  readonly column: ColumnDefinition
  readonly ifNotExists: boolean
}

export function* addColumn(
  context: CommandContext,
  table: Oid,
  action: AddColumnAction,
): Task<void> {
  const relation = currentRelation(context, table)
  const { name } = action.column
  checkSystemColumnName(name)
  if (relation.columns.some((column) => column.name === name)) {
    const message = `column "${name}" of relation "${relation.name}" already exists`
    if (!action.ifNotExists) throw new SqlError('42701', message)
    context.notice(`${message}, skipping`, { code: '42701' })
    return
  }
  const draft = emptyDraft()
  const row = classRow(context, table)
  const owner = { table: relation.name, namespace: row.relnamespace, taken: [] }
  addColumnDefinition(context, owner, action.column, draft)
  const number = row.relnatts + 1
  checkColumnCount(number)
  for (const column of draft.columns) yield* insertAttribute(context, table, number, column)
  yield* context.writer.update('pg_class', row, { relnatts: number })
  yield* applyDefaults(context, table, number, draft, relation)
  yield* fillColumn(context, table, number, relation.treeWidth)
  for (const check of draft.checks) yield* addCheck(context, table, check, true)
  for (const key of draft.keys) yield* addKey(context, table, key)
  for (const key of draft.foreignKeys) yield* addForeignKey(context, table, key, true)
}

function* applyDefaults(
  context: CommandContext,
  table: Oid,
  number: number,
  draft: TableDraft,
  relation: Relation,
): Task<void> {
  const persistence = relation.isTemporary ? 'temporary' : 'permanent'
  const sequences = yield* createSequences(context, draft, { persistence })
  for (const sequence of sequences) yield* attachSequence(context, table, number, sequence)
  for (const { expression, purpose } of draft.defaults) {
    yield* addDefault(context, table, number, expression, purpose)
  }
}

/** Rewrites the table with the new column computed for each row. */
function* fillColumn(
  context: CommandContext,
  table: Oid,
  number: number,
  oldWidth: number,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = relation.columns.find((candidate) => candidate.number === number)
  if (column === undefined || relation.tree === undefined) return
  const compute = newColumnValues(context, relation, column)
  yield* rewriteTable(context, table, (rows) => [...rows.columns, compute(rows)], oldWidth)
}

function newColumnValues(
  context: CommandContext,
  relation: Relation,
  column: Column,
): (rows: Batch) => Vector {
  const { kind } = context.catalog.type(column.type)
  const nothing = (rows: Batch): Vector => vectorOf(kind, new Array<null>(rows.length).fill(null))
  const evaluate = columnExpression(context, relation, column)
  const values = (rows: Batch): Vector => evaluate?.(rows)[0] ?? nothing(rows)
  if (!column.notNull) return values
  return (rows) => {
    const vector = values(rows)
    for (let i = 0; i < rows.length; i++) {
      if (isNullAt(vector, i)) throw containsNulls(relation, column)
    }
    return vector
  }
}

/** The default of a new serial or identity column, whose sequence the session does not know yet. */
const OWN_SEQUENCE = /^nextval\('(\d+)'::regclass\)$/

function drawnValues(
  context: CommandContext,
  sequence: Oid,
  column: Column,
): RowEvaluator | undefined {
  const info = context.catalog.sequence(sequence)
  if (info === undefined) return undefined
  const { kind } = context.catalog.type(column.type)
  const increment = BigInt(info.increment)
  return (rows) => {
    let state = context.access.readSequence(info.tree) ?? { lastValue: info.start, isCalled: false }
    const values = Array.from({ length: rows.length }, () => {
      const next = BigInt(state.lastValue) + (state.isCalled ? increment : 0n)
      state = { lastValue: normalizeInt64(next), isCalled: true }
      return state.lastValue
    })
    context.access.writeSequence(info.tree, state)
    return [vectorOf(kind, values)]
  }
}

function columnExpression(
  context: CommandContext,
  relation: Relation,
  column: Column,
): RowEvaluator | undefined {
  const text = column.defaultText ?? domainDefault(context.catalog, column.type)
  if (text === undefined) return undefined
  const sequence = OWN_SEQUENCE.exec(text)?.[1]
  if (sequence !== undefined) return drawnValues(context, oidOf(Number(sequence)), column)
  const scope: ExpressionScope = {
    catalog: context.catalog,
    purpose: column.generated === undefined ? 'default' : 'generated',
    relationName: relation.name,
    columns: scopeColumns(relation),
    target: { type: column.type, typmod: column.typmod, columnName: column.name },
  }
  return context.services.evaluator([text], scope)
}

function containsNulls(table: Relation, column: Column): SqlError {
  const message = `column "${column.name}" of relation "${table.name}" contains null values`
  return new SqlError('23502', message, {
    schema: table.schema,
    table: table.name,
    column: column.name,
  })
}
