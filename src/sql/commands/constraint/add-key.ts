/** PRIMARY KEY and UNIQUE constraints of tables. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { isNullAt } from '../../../storage/vector.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import type { KeyConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { defineIndex, insertKeyConstraint } from '../index/define-index.ts'
import type { IndexKeyDraft } from '../index/define-index.ts'
import { BTREE, resolveOpclass } from '../index/operator-class.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { chooseRelationName, indexNameAddition } from '../support/object-names.ts'
import { formatOptions } from '../support/options.ts'
import { attributeRow } from './add-default.ts'
import { constraintTaken, tableConstraintNames } from './add-check.ts'

export function* addKey(
  context: CommandContext,
  relation: Oid,
  constraint: KeyConstraint,
): Task<Oid> {
  const table = currentRelation(context, relation)
  const isPrimary = constraint.kind === 'primaryKey'
  if (isPrimary && table.indexes.some((index) => index.isPrimary)) {
    throw new SqlError('42P16', `multiple primary keys for table "${table.name}" are not allowed`)
  }
  if (constraint.usingIndex !== undefined)
    return yield* addKeyUsingIndex(context, table, constraint)
  const columns = keyColumns(table, constraint)
  if (isPrimary) {
    for (const column of columns) yield* setNotNull(context, relation, column)
  }
  const { name } = constraint
  if (name !== undefined && tableConstraintNames(context, relation).includes(name)) {
    throw context.catalog.relationIn(classRow(context, relation).relnamespace, name) === undefined
      ? constraintTaken(name, table)
      : new SqlError('42P07', `relation "${name}" already exists`)
  }
  return yield* defineIndex(context, {
    table: currentRelation(context, relation),
    name: name ?? defaultName(context, table, isPrimary, columns, constraint.including),
    method: BTREE,
    unique: true,
    nullsNotDistinct: constraint.nullsNotDistinct,
    keys: columns.map((column) => keyDraft(context, column)),
    included: constraint.including.map(
      (column) => requireKeyColumn(table, column, constraint).number,
    ),
    options: formatOptions(constraint.options),
    constraint: {
      type: isPrimary ? 'p' : 'u',
      deferrable: constraint.deferrable,
      deferred: constraint.initiallyDeferred,
    },
  })
}

export function keyDraft(context: CommandContext, column: Column): IndexKeyDraft {
  return {
    name: column.name,
    column: column.number,
    type: column.type,
    typmod: column.typmod,
    collation: column.collation,
    opclass: resolveOpclass(context.catalog, column.type, BTREE, undefined).oid,
    descending: false,
    nullsFirst: false,
  }
}

function keyColumns(table: Relation, constraint: KeyConstraint): readonly Column[] {
  const columns: Column[] = []
  for (const name of constraint.columns) {
    const column = requireKeyColumn(table, name, constraint)
    if (columns.includes(column)) {
      const what = constraint.kind === 'primaryKey' ? 'primary key' : 'unique'
      throw new SqlError('42701', `column "${name}" appears twice in ${what} constraint`, {
        position: constraint.position,
      })
    }
    columns.push(column)
  }
  return columns
}

function requireKeyColumn(table: Relation, name: string, constraint: KeyConstraint): Column {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  throw new SqlError('42703', `column "${name}" named in key does not exist`, {
    position: constraint.position,
  })
}

/** t_pkey, t_a_b_key */
function defaultName(
  context: CommandContext,
  table: Relation,
  isPrimary: boolean,
  columns: readonly Column[],
  including: readonly string[],
): string {
  const namespace = classRow(context, table.oid).relnamespace
  const names = [...columns.map((column) => column.name), ...including]
  const parts = isPrimary
    ? { name1: table.name, label: 'pkey' }
    : { name1: table.name, name2: indexNameAddition(names), label: 'key' }
  return chooseRelationName(context.catalog, namespace, parts, true)
}

/** Marks the column NOT NULL after checking the rows that exist. */
export function* setNotNull(context: CommandContext, relation: Oid, column: Column): Task<void> {
  const row = attributeRow(context, relation, column.number)
  if (row.attnotnull) return
  const table = currentRelation(context, relation)
  yield* refuseNulls(context, table, column)
  yield* context.writer.update('pg_attribute', row, { attnotnull: true })
}

function* refuseNulls(context: CommandContext, table: Relation, column: Column): Task<void> {
  if (table.tree === undefined || context.access.rowCount(table.tree) === 0) return
  for (const step of context.access.scan(table.tree, { columns: [column.position] })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    const [vector] = step.columns
    if (vector === undefined) continue
    for (let i = 0; i < step.length; i++) {
      if (isNullAt(vector, i)) throw containsNulls(table, column)
    }
  }
}

function containsNulls(table: Relation, column: Column): SqlError {
  const message = `column "${column.name}" of relation "${table.name}" contains null values`
  return new SqlError('23502', message, {
    schema: table.schema,
    table: table.name,
    column: column.name,
  })
}

/** ADD CONSTRAINT … USING INDEX: an existing unique index becomes the constraint's. */
function* addKeyUsingIndex(
  context: CommandContext,
  table: Relation,
  constraint: KeyConstraint,
): Task<Oid> {
  const { usingIndex = '' } = constraint
  const index = table.indexes.find((candidate) => candidate.name === usingIndex)
  if (index === undefined) throw new SqlError('42704', `index "${usingIndex}" does not exist`)
  if (index.constraint !== undefined) {
    throw new SqlError('55000', `index "${usingIndex}" is already associated with a constraint`)
  }
  const isPrimary = constraint.kind === 'primaryKey'
  const refuse = (why: string): SqlError =>
    new SqlError('42809', `"${usingIndex}" is not ${why}`, {
      detail: 'Cannot create a primary key or unique constraint using such an index.',
      position: constraint.position,
    })
  if (!index.isUnique) throw refuse('a unique index')
  if (index.predicate !== undefined) throw refuse('a full index')
  const columns = index.keys.flatMap(
    (key) => table.columns.find((column) => column.number === key.column) ?? [],
  )
  if (isPrimary) {
    for (const column of columns) yield* setNotNull(context, table.oid, column)
  }
  const name = constraint.name ?? index.name
  if (name !== index.name) {
    context.notice(
      `ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "${index.name}" to "${name}"`,
    )
    yield* context.writer.update('pg_class', classRow(context, index.oid), { relname: name })
  }
  yield* claimIndex(context, table, index.oid, { ...constraint, name }, columns)
  return index.oid
}

function* claimIndex(
  context: CommandContext,
  table: Relation,
  index: Oid,
  constraint: KeyConstraint,
  columns: readonly Column[],
): Task<void> {
  const { writer } = context
  yield* writer.deleteWhere('pg_depend', 'objid', index)
  const row = writer.rows('pg_index').find('indexrelid', index)
  const isPrimary = constraint.kind === 'primaryKey'
  if (row !== undefined) {
    yield* writer.update('pg_index', row, {
      indisprimary: isPrimary,
      indimmediate: !constraint.deferrable,
    })
  }
  yield* insertKeyConstraint(context, index, table, {
    name: constraint.name ?? '',
    keys: columns.map((column) => keyDraft(context, column)),
    included: [],
    constraint: {
      type: isPrimary ? 'p' : 'u',
      deferrable: constraint.deferrable,
      deferred: constraint.initiallyDeferred,
    },
  })
}
