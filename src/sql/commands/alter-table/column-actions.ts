/** ALTER TABLE's smaller changes of columns: drop, default, NOT NULL, generated, identity. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import type { AlterTableAction } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { addDefault, attributeRow, dropDefault } from '../constraint/add-default.ts'
import { setNotNull } from '../constraint/add-key.ts'
import { performDeletion } from '../drop/perform-deletion.ts'
import { changeSequence } from '../sequence/sequence-commands.ts'
import { CLASS } from '../support/class-ids.ts'
import { address } from '../support/dependencies.ts'
import { classRow, currentRelation } from '../support/lookup.ts'
import { addColumnDefinition } from '../table/column-definition.ts'
import { attachSequence, createSequences } from '../table/create-table.ts'
import { identitySequence } from '../table/like-clause.ts'
import { emptyDraft } from '../table/table-draft.ts'
import { requireColumn } from './require-column.ts'

type Action<K extends AlterTableAction['kind']> = Extract<AlterTableAction, { readonly kind: K }>

export function* dropColumn(
  context: CommandContext,
  table: Oid,
  action: Action<'dropColumn'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const found = relation.columns.find((column) => column.name === action.column)
  if (found === undefined && action.ifExists) {
    context.notice(
      `column "${action.column}" of relation "${relation.name}" does not exist, skipping`,
    )
    return
  }
  if (['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(action.column)) {
    throw new SqlError('0A000', `cannot drop system column "${action.column}"`)
  }
  const column = requireColumn(relation, action.column)
  const target = address(CLASS.relation, table, column.number)
  yield* performDeletion(context, [target], { cascade: action.cascade })
}

export function* setDefault(
  context: CommandContext,
  table: Oid,
  action: Action<'setDefault'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  if (column.identity !== undefined) {
    throw new SqlError(
      '42601',
      `column "${column.name}" of relation "${relation.name}" is an identity column`,
      {
        hint:
          action.expression === undefined
            ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.'
            : undefined,
      },
    )
  }
  if (column.generated !== undefined) {
    throw new SqlError(
      '42601',
      `column "${column.name}" of relation "${relation.name}" is a generated column`,
      {
        hint:
          action.expression === undefined
            ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.'
            : 'Use ALTER TABLE ... ALTER COLUMN ... SET EXPRESSION instead.',
      },
    )
  }
  if (action.expression === undefined) yield* dropDefault(context, table, column.number)
  else yield* addDefault(context, table, column.number, action.expression)
}

export function* changeNotNull(
  context: CommandContext,
  table: Oid,
  action: Action<'setNotNull' | 'dropNotNull'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  if (action.kind === 'setNotNull') {
    yield* setNotNull(context, table, column)
    return
  }
  if (column.identity !== undefined) {
    throw new SqlError(
      '42601',
      `column "${column.name}" of relation "${relation.name}" is an identity column`,
    )
  }
  const primary = relation.indexes.find((index) => index.isPrimary)
  if (primary?.keys.some((key) => key.column === column.number) === true) {
    throw new SqlError('42P16', `column "${column.name}" is in a primary key`)
  }
  yield* context.writer.update('pg_attribute', attributeRow(context, table, column.number), {
    attnotnull: false,
  })
}

export function* dropGeneratedExpression(
  context: CommandContext,
  table: Oid,
  action: Action<'dropGeneratedExpression'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  if (column.generated === undefined) {
    const message = `column "${column.name}" of relation "${relation.name}" is not a stored generated column`
    if (!action.ifExists) throw new SqlError('55000', message)
    context.notice(`${message}, skipping`)
    return
  }
  yield* dropDefault(context, table, column.number)
  yield* context.writer.update('pg_attribute', attributeRow(context, table, column.number), {
    attgenerated: '',
  })
}

export function* addIdentity(
  context: CommandContext,
  table: Oid,
  action: Action<'addIdentity'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  const where = `column "${column.name}" of relation "${relation.name}"`
  if (!column.notNull)
    throw new SqlError('55000', `${where} must be declared NOT NULL before identity can be added`)
  if (column.identity !== undefined)
    throw new SqlError('55000', `${where} is already an identity column`)
  if (column.defaultText !== undefined)
    throw new SqlError('55000', `${where} already has a default value`)
  const draft = emptyDraft()
  const owner = {
    table: relation.name,
    namespace: classRow(context, table).relnamespace,
    taken: [],
  }
  const type = context.catalog.type(column.type)
  const constraint = {
    kind: 'identity',
    generated: action.generated,
    options: action.options,
  } as const
  addColumnDefinition(
    context,
    owner,
    {
      kind: 'column',
      name: column.name,
      type: {
        schema: type.schema,
        name: type.name,
        typmods: [],
        arrayDimensions: [],
        setof: false,
      },
      constraints: [
        { ...constraint, deferrable: false, initiallyDeferred: false, notValid: false },
      ],
    },
    draft,
  )
  const persistence = relation.isTemporary ? 'temporary' : 'permanent'
  const sequences = yield* createSequences(context, draft, { persistence })
  for (const sequence of sequences) yield* attachSequence(context, table, column.number, sequence)
  yield* setIdentityLetter(context, table, column, action.generated === 'always' ? 'a' : 'd')
}

function* setIdentityLetter(
  context: CommandContext,
  table: Oid,
  column: Column,
  attidentity: 'a' | 'd' | '',
): Task<void> {
  yield* context.writer.update('pg_attribute', attributeRow(context, table, column.number), {
    attidentity,
  })
}

function notIdentity(relation: Relation, column: Column): SqlError {
  return new SqlError(
    '55000',
    `column "${column.name}" of relation "${relation.name}" is not an identity column`,
  )
}

export function* setIdentity(
  context: CommandContext,
  table: Oid,
  action: Action<'setIdentity'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  if (column.identity === undefined) throw notIdentity(relation, column)
  if (action.generated !== undefined) {
    yield* setIdentityLetter(context, table, column, action.generated === 'always' ? 'a' : 'd')
  }
  const sequence = identitySequence(context, relation, column)
  if (action.options.length > 0 && sequence !== undefined) {
    yield* changeSequence(context, sequence, action.options)
  }
}

export function* dropIdentity(
  context: CommandContext,
  table: Oid,
  action: Action<'dropIdentity'>,
): Task<void> {
  const relation = currentRelation(context, table)
  const column = requireColumn(relation, action.column)
  if (column.identity === undefined) {
    if (!action.ifExists) throw notIdentity(relation, column)
    context.notice(`${notIdentity(relation, column).message}, skipping`)
    return
  }
  const sequence = identitySequence(context, relation, column)
  yield* setIdentityLetter(context, table, column, '')
  if (sequence === undefined) throw unsupported('an identity column without a sequence')
  // It is no longer part of the column, so that it can be dropped.
  yield* context.writer.deleteWhere('pg_depend', 'objid', sequence.oid)
  yield* performDeletion(context, [address(CLASS.relation, sequence.oid)], { cascade: false })
}
