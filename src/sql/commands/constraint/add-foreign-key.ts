/** FOREIGN KEY constraints. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Column, ForeignKey, IndexInfo, Oid, Relation } from '../../catalog/catalog.ts'
import type { ForeignKeyActionName, ForeignKeyConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { address, recordDependencies, recordDependency } from '../support/dependencies.ts'
import { classRow, currentRelation, requireRelation } from '../support/lookup.ts'
import { requireReferences } from './require-references.ts'
import { chooseConstraintName, indexNameAddition } from '../support/object-names.ts'
import { constraintTaken, tableConstraintNames } from './add-check.ts'
import { equalityOperators } from './key-operators.ts'
import { validateForeignKey } from './validate-foreign-key.ts'

const ACTIONS: Readonly<Record<ForeignKeyActionName, ForeignKey['onDelete']>> = {
  noAction: 'a',
  restrict: 'r',
  cascade: 'c',
  setNull: 'n',
  setDefault: 'd',
}

/** The columns on both sides and the unique index that the constraint leans on. */
interface Target {
  readonly table: Relation
  readonly columns: readonly Column[]
  readonly index: IndexInfo
}

export function* addForeignKey(
  context: CommandContext,
  relation: Oid,
  constraint: ForeignKeyConstraint,
  validate: boolean,
): Task<void> {
  const table = currentRelation(context, relation)
  const referenced = requireRelation(context, constraint.referenced)
  checkReferencedTable(table, referenced)
  requireReferences(context, referenced, constraint)
  const columns = constraint.columns.map((name) => referencedColumn(table, name))
  const target = findTarget(referenced, constraint, columns.length)
  if (constraint.match === 'partial') throw unsupported('MATCH PARTIAL')
  refuseActionsOnGenerated(columns, constraint)
  const setColumns = constraint.onDeleteColumns.map((name) => {
    const column = referencedColumn(table, name)
    if (columns.includes(column)) return column.number
    throw new SqlError(
      '42P10',
      `column "${name}" referenced in ON DELETE SET action must be part of foreign key`,
    )
  })
  const name = constraintName(context, table, constraint, columns)
  const operators = equalityOperators(context, name, columns, target)
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_constraint', {
    oid,
    conname: name,
    connamespace: classRow(context, relation).relnamespace,
    contype: 'f',
    condeferrable: constraint.deferrable,
    condeferred: constraint.initiallyDeferred,
    convalidated: !constraint.notValid,
    conrelid: relation,
    conindid: target.index.oid,
    confrelid: referenced.oid,
    confupdtype: ACTIONS[constraint.onUpdate],
    confdeltype: ACTIONS[constraint.onDelete],
    confmatchtype: constraint.match === 'full' ? 'f' : 's',
    conislocal: true,
    connoinherit: true,
    conkey: numberArray(columns.map((column) => column.number)),
    confkey: numberArray(target.columns.map((column) => column.number)),
    ...operators,
    confdelsetcols: setColumns.length === 0 ? null : numberArray(setColumns),
  })
  yield* recordKeyDependencies(context, oid, { table, columns, target })
  yield* markTriggers(context, [relation, referenced.oid])
  if (validate && !constraint.notValid) {
    yield* validateForeignKey(context, relation, name)
  }
}

function numberArray(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`
}

function checkReferencedTable(table: Relation, referenced: Relation): void {
  if (referenced.kind !== 'r' && referenced.kind !== 'p') {
    throw new SqlError('42809', `referenced relation "${referenced.name}" is not a table`)
  }
  if (referenced.tree === undefined) {
    throw new SqlError('42501', `permission denied: "${referenced.name}" is a system catalog`)
  }
  if (table.isTemporary && !referenced.isTemporary) {
    throw new SqlError(
      '42P16',
      'constraints on temporary tables may reference only temporary tables',
    )
  }
  if (!table.isTemporary && referenced.isTemporary) {
    throw new SqlError(
      '42P16',
      'constraints on permanent tables may reference only permanent tables',
    )
  }
}

function referencedColumn(table: Relation, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column !== undefined) return column
  throw new SqlError(
    '42703',
    `column "${name}" referenced in foreign key constraint does not exist`,
  )
}

function findTarget(table: Relation, constraint: ForeignKeyConstraint, width: number): Target {
  if (constraint.referencedColumns.length === 0) return primaryKeyTarget(table, width)
  const columns = constraint.referencedColumns.map((name) => referencedColumn(table, name))
  checkWidth(columns.length, width)
  if (new Set(columns).size < columns.length) {
    throw new SqlError('42830', 'foreign key referenced-columns list must not contain duplicates')
  }
  const numbers = columns.map((column) => column.number)
  const matching = table.indexes.filter(
    (index) =>
      index.isUnique &&
      index.predicate === undefined &&
      index.keys.length === numbers.length &&
      index.keys.every((key) => key.column !== undefined && numbers.includes(key.column)),
  )
  const index = matching.find((candidate) => !candidate.deferrable)
  if (index !== undefined) return { table, columns, index }
  if (matching.length > 0) {
    throw new SqlError(
      '55000',
      `cannot use a deferrable unique constraint for referenced table "${table.name}"`,
    )
  }
  throw new SqlError(
    '42830',
    `there is no unique constraint matching given keys for referenced table "${table.name}"`,
  )
}

function primaryKeyTarget(table: Relation, width: number): Target {
  const index = table.indexes.find((candidate) => candidate.isPrimary)
  if (index === undefined) {
    throw new SqlError('42704', `there is no primary key for referenced table "${table.name}"`)
  }
  if (index.deferrable) {
    throw new SqlError(
      '55000',
      `cannot use a deferrable primary key for referenced table "${table.name}"`,
    )
  }
  const columns = index.keys.flatMap(
    (key) => table.columns.find((column) => column.number === key.column) ?? [],
  )
  checkWidth(columns.length, width)
  return { table, columns, index }
}

function checkWidth(referenced: number, referencing: number): void {
  if (referenced === referencing) return
  throw new SqlError(
    '42830',
    'number of referencing and referenced columns for foreign key disagree',
  )
}

function refuseActionsOnGenerated(
  columns: readonly Column[],
  constraint: ForeignKeyConstraint,
): void {
  if (!columns.some((column) => column.generated !== undefined)) return
  const refuse = (clause: string): SqlError =>
    new SqlError(
      '42601',
      `invalid ON ${clause} action for foreign key constraint containing generated column`,
    )
  if (['setNull', 'setDefault', 'cascade'].includes(constraint.onUpdate)) throw refuse('UPDATE')
  if (['setNull', 'setDefault'].includes(constraint.onDelete)) throw refuse('DELETE')
}

/** t_a_b_fkey */
function constraintName(
  context: CommandContext,
  table: Relation,
  constraint: ForeignKeyConstraint,
  columns: readonly Column[],
): string {
  const taken = tableConstraintNames(context, table.oid)
  if (constraint.name !== undefined) {
    if (taken.includes(constraint.name)) throw constraintTaken(constraint.name, table)
    return constraint.name
  }
  const namespace = classRow(context, table.oid).relnamespace
  const name2 = indexNameAddition(columns.map((column) => column.name))
  return chooseConstraintName(
    context.catalog,
    namespace,
    { name1: table.name, name2, label: 'fkey' },
    [],
  )
}

function* recordKeyDependencies(
  context: CommandContext,
  constraint: Oid,
  parts: { readonly table: Relation; readonly columns: readonly Column[]; readonly target: Target },
): Task<void> {
  const self = address(CLASS.constraint, constraint)
  const { table, columns, target } = parts
  const own = columns.map((column) => address(CLASS.relation, table.oid, column.number))
  yield* recordDependencies(context, self, own, 'a')
  yield* recordDependency(context, self, address(CLASS.relation, target.index.oid), 'n')
  const others = target.columns.map((column) =>
    address(CLASS.relation, target.table.oid, column.number),
  )
  yield* recordDependencies(context, self, others, 'n')
}

/** In PostgreSQL foreign keys are triggers, and the tables say so. */
function* markTriggers(context: CommandContext, tables: readonly Oid[]): Task<void> {
  for (const table of tables) {
    const row = classRow(context, table)
    if (!row.relhastriggers) yield* context.writer.update('pg_class', row, { relhastriggers: true })
  }
}
