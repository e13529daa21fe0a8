/** ALTER TABLE … ADD, DROP, ALTER and VALIDATE CONSTRAINT. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { ConstraintRow } from '../../catalog/rows/relation-rows.ts'
import type { AlterTableAction, TableConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { addCheck, checkDraft, validateCheck } from '../constraint/add-check.ts'
import { addForeignKey } from '../constraint/add-foreign-key.ts'
import { addKey } from '../constraint/add-key.ts'
import { validateForeignKey } from '../constraint/validate-foreign-key.ts'
import { performDeletion } from '../drop/perform-deletion.ts'
import { CLASS } from '../support/class-ids.ts'
import { address } from '../support/dependencies.ts'
import { currentRelation } from '../support/lookup.ts'

type Action<K extends AlterTableAction['kind']> = Extract<AlterTableAction, { readonly kind: K }>

export function* addConstraint(
  context: CommandContext,
  table: Oid,
  constraint: TableConstraint,
): Task<void> {
  switch (constraint.kind) {
    case 'check':
      yield* addCheck(context, table, checkDraft(constraint), true)
      return
    case 'primaryKey':
    case 'unique':
      yield* addKey(context, table, constraint)
      return
    case 'foreignKey':
      yield* addForeignKey(context, table, constraint, true)
      return
    case 'exclusion':
      throw unsupported('an exclusion constraint', constraint.position)
  }
}

function findConstraint(
  context: CommandContext,
  table: Oid,
  name: string,
): ConstraintRow | undefined {
  return context.writer
    .rows('pg_constraint')
    .where('conrelid', table)
    .find((row) => row.conname === name)
}

function missing(context: CommandContext, table: Oid, name: string): SqlError {
  const relation = currentRelation(context, table)
  return new SqlError('42704', `constraint "${name}" of relation "${relation.name}" does not exist`)
}

export function* dropConstraint(
  context: CommandContext,
  table: Oid,
  action: Action<'dropConstraint'>,
): Task<void> {
  const row = findConstraint(context, table, action.name)
  if (row === undefined) {
    const error = missing(context, table, action.name)
    if (!action.ifExists) throw error
    context.notice(`${error.message}, skipping`)
    return
  }
  yield* performDeletion(context, [address(CLASS.constraint, row.oid)], { cascade: action.cascade })
}

export function* validateConstraint(context: CommandContext, table: Oid, name: string): Task<void> {
  const row = findConstraint(context, table, name)
  if (row === undefined) throw missing(context, table, name)
  if (row.contype !== 'c' && row.contype !== 'f') {
    const relation = currentRelation(context, table).name
    throw new SqlError(
      '42809',
      `constraint "${name}" of relation "${relation}" is not a foreign key or check constraint`,
    )
  }
  if (row.convalidated) return
  if (row.contype === 'c') yield* validateCheck(context, table, name, row.conbin ?? '')
  else yield* validateForeignKey(context, table, name)
  yield* context.writer.update('pg_constraint', row, { convalidated: true })
}

export function* alterConstraint(
  context: CommandContext,
  table: Oid,
  action: Action<'alterConstraint'>,
): Task<void> {
  const row = findConstraint(context, table, action.name)
  if (row === undefined) throw missing(context, table, action.name)
  if (row.contype !== 'f') {
    const relation = currentRelation(context, table).name
    throw new SqlError(
      '42809',
      `constraint "${action.name}" of relation "${relation}" is not a foreign key constraint`,
    )
  }
  yield* context.writer.update('pg_constraint', row, {
    condeferrable: action.deferrable,
    condeferred: action.initiallyDeferred,
  })
}
