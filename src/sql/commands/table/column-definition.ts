/** One column definition → a column and what its constraints ask for (transformColumnDefinition). */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { SequenceOption, TypeName } from '../../parse/ast/common.ts'
import type { ColumnConstraint, ColumnDefinition, TableConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import type { ResolvedType } from '../ddl-services.ts'
import { checkDraft } from '../constraint/add-check.ts'
import { resolveCollation } from '../support/collation.ts'
import { chooseRelationName } from '../support/object-names.ts'
import type { SequenceRequest, TableDraft } from './table-draft.ts'

/** What the new columns belong to. */
export interface ColumnOwner {
  readonly table: string
  readonly namespace: Oid
  /** Sequence names that are chosen already in this statement. */
  readonly taken: readonly string[]
}

const SERIAL_TYPES: Readonly<Record<string, { readonly type: number; readonly name: string }>> = {
  smallserial: { type: 21, name: 'int2' },
  serial2: { type: 21, name: 'int2' },
  serial: { type: 23, name: 'int4' },
  serial4: { type: 23, name: 'int4' },
  bigserial: { type: 20, name: 'int8' },
  serial8: { type: 20, name: 'int8' },
}
const PSEUDO_ARRAYS = new Set(['anyarray'])

/** Appends the column to the draft, with everything that its constraints ask for. */
export function addColumnDefinition(
  context: CommandContext,
  owner: ColumnOwner,
  column: ColumnDefinition,
  draft: TableDraft,
): void {
  const state = new ColumnState(owner.table, column.name)
  const resolved = resolveColumnType(context, owner, column, draft, state)
  for (const constraint of column.constraints) {
    applyConstraint(context, owner, { column, constraint, resolved, state }, draft)
  }
  draft.columns.push({
    name: column.name,
    ...resolved,
    collation: resolveColumnCollation(context, column, resolved.type),
    notNull: state.notNull ?? false,
    dimensions: column.type?.arrayDimensions.length ?? 0,
    identity: state.identity,
    generated: state.generated,
  })
}

/** What has been said about a column so far, and the complaints about saying it twice. */
class ColumnState {
  readonly #table: string
  readonly #column: string
  notNull: boolean | undefined
  hasDefault = false
  identity: 'a' | 'd' | '' = ''
  generated: 's' | '' = ''

  constructor(table: string, column: string) {
    this.#table = table
    this.#column = column
  }

  complain(what: string, position: number | undefined): SqlError {
    const message = `${what} for column "${this.#column}" of table "${this.#table}"`
    return new SqlError('42601', message, { position })
  }

  declareNull(notNull: boolean, position: number | undefined): void {
    if (this.notNull !== undefined && this.notNull !== notNull) {
      throw this.complain('conflicting NULL/NOT NULL declarations', position)
    }
    this.notNull = notNull
  }

  /** At most one of DEFAULT, IDENTITY and GENERATED. */
  refuseCombination(position: number | undefined): void {
    const identity = this.identity !== ''
    const generated = this.generated !== ''
    if (this.hasDefault && identity)
      throw this.complain('both default and identity specified', position)
    if (this.hasDefault && generated) {
      throw this.complain('both default and generation expression specified', position)
    }
    if (identity && generated) {
      throw this.complain('both identity and generation expression specified', position)
    }
  }
}

function resolveColumnType(
  context: CommandContext,
  owner: ColumnOwner,
  column: ColumnDefinition,
  draft: TableDraft,
  state: ColumnState,
): ResolvedType {
  const { type } = column
  if (type === undefined) throw unsupported('a column without a type', column.position)
  const serial = type.schema === undefined ? SERIAL_TYPES[type.name] : undefined
  if (serial !== undefined && Object.hasOwn(SERIAL_TYPES, type.name)) {
    if (type.arrayDimensions.length > 0) {
      throw new SqlError('0A000', 'array of serial is not implemented', { position: type.position })
    }
    requestSequence(context, owner, column, serialOptions(serial.name), draft, 'serial')
    state.hasDefault = true
    state.notNull = true
    return { type: oidOf(serial.type), typmod: -1 }
  }
  const resolved = context.services.resolveTypeName(type, context.catalog)
  checkStorableType(context, column.name, resolved.type)
  return resolved
}

/** CheckAttributeType() */
export function checkStorableType(context: CommandContext, column: string, type: Oid): void {
  const info = context.catalog.type(type)
  if (info.typeType !== 'p' || PSEUDO_ARRAYS.has(info.name)) return
  throw new SqlError('42P16', `column "${column}" has pseudo-type ${info.name}`)
}

function resolveColumnCollation(context: CommandContext, column: ColumnDefinition, type: Oid): Oid {
  const otherwise = context.catalog.type(type).collation
  try {
    return resolveCollation(context, column.collation, type, otherwise)
  } catch (error) {
    if (error instanceof SqlError) throw error.at(column.type?.position)
    throw error
  }
}

function serialOptions(name: string): readonly SequenceOption[] {
  return [{ kind: 'as', type: catalogType(name) }]
}

function catalogType(name: string): TypeName {
  return { schema: 'pg_catalog', name, typmods: [], arrayDimensions: [], setof: false }
}

function requestSequence(
  context: CommandContext,
  owner: ColumnOwner,
  column: ColumnDefinition,
  options: readonly SequenceOption[],
  draft: TableDraft,
  kind: SequenceRequest['kind'],
): void {
  const named = options.find((option) => option.kind === 'sequenceName')
  const parts = { name1: owner.table, name2: column.name, label: 'seq' }
  const name =
    named?.kind === 'sequenceName'
      ? named.name.name
      : chooseRelationName(context.catalog, owner.namespace, parts)
  const rest = options.filter((option) => option.kind !== 'sequenceName')
  draft.sequences.push({
    column: column.name,
    name,
    namespace: owner.namespace,
    options: rest,
    kind,
  })
}

interface ConstraintSite {
  readonly column: ColumnDefinition
  readonly constraint: ColumnConstraint
  readonly resolved: ResolvedType
  readonly state: ColumnState
}

function applyConstraint(
  context: CommandContext,
  owner: ColumnOwner,
  site: ConstraintSite,
  draft: TableDraft,
): void {
  const { column, constraint, state } = site
  const { position } = constraint
  switch (constraint.kind) {
    case 'notNull':
      state.declareNull(true, position)
      return
    case 'null':
      state.declareNull(false, position)
      return
    case 'default':
      if (state.hasDefault) throw state.complain('multiple default values specified', position)
      state.hasDefault = true
      draft.defaults.push({
        column: column.name,
        expression: constraint.expression,
        purpose: 'default',
      })
      break
    case 'identity':
      if (state.identity !== '') throw state.complain('multiple identity specifications', position)
      state.identity = constraint.generated === 'always' ? 'a' : 'd'
      if (state.notNull === false)
        throw state.complain('conflicting NULL/NOT NULL declarations', position)
      state.notNull = true
      requestIdentity(context, owner, site, constraint.options, draft)
      break
    case 'generated':
      if (state.generated !== '')
        throw state.complain('multiple generation clauses specified', position)
      state.generated = 's'
      draft.defaults.push({
        column: column.name,
        expression: constraint.expression,
        purpose: 'generated',
      })
      break
    case 'check':
      draft.checks.push(checkDraft(constraint))
      return
    case 'primaryKey':
    case 'unique':
    case 'foreignKey':
      addTableConstraint({ ...constraint, columns: [column.name] }, owner.table, draft)
      return
  }
  state.refuseCombination(position)
}

function requestIdentity(
  context: CommandContext,
  owner: ColumnOwner,
  site: ConstraintSite,
  options: readonly SequenceOption[],
  draft: TableDraft,
): void {
  const info = context.catalog.type(site.resolved.type)
  if (!['int2', 'int4', 'int8'].includes(info.name) || info.schema !== 'pg_catalog') {
    throw new SqlError('22023', 'identity column type must be smallint, integer, or bigint')
  }
  const typed: readonly SequenceOption[] = options.some((option) => option.kind === 'as')
    ? options
    : [{ kind: 'as', type: catalogType(info.name) }, ...options]
  requestSequence(context, owner, site.column, typed, draft, 'identity')
}

/** A table constraint, or a column's in the form of one. */
export function addTableConstraint(
  constraint: TableConstraint,
  table: string,
  draft: TableDraft,
): void {
  switch (constraint.kind) {
    case 'check':
      draft.checks.push(checkDraft(constraint))
      return
    case 'primaryKey':
      if (draft.keys.some((key) => key.kind === 'primaryKey')) {
        throw new SqlError('42P16', `multiple primary keys for table "${table}" are not allowed`, {
          position: constraint.position,
        })
      }
      // The primary key's index comes first.
      draft.keys.unshift(constraint)
      return
    case 'unique':
      draft.keys.push(constraint)
      return
    case 'foreignKey':
      draft.foreignKeys.push(constraint)
      return
    case 'exclusion':
      throw unsupported('an exclusion constraint', constraint.position)
  }
}
