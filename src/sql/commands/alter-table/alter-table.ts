/** ALTER TABLE, and ALTER INDEX / VIEW / SEQUENCE / TYPE as far as the grammar makes them one. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import { formatTextArray, parseTextArray } from '../../catalog/describe/text-array.ts'
import type { AlterTableAction, AlterTableStatement } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { attributeRow } from '../constraint/add-default.ts'
import {
  classRow,
  findRelation,
  refuseSystemRelation,
  undefinedRelation,
} from '../support/lookup.ts'
import { optionList } from '../support/options.ts'
import { requireRelationOwner, requireSetRole } from '../support/ownership.ts'
import { changeOwner } from '../support/change-owner.ts'
import { addColumn } from './add-column.ts'
import { alterColumnType } from './alter-column-type.ts'
import * as columns from './column-actions.ts'
import { addAttribute } from './composite-actions.ts'
import {
  addConstraint,
  alterConstraint,
  dropConstraint,
  validateConstraint,
} from './constraint-actions.ts'
import { requireColumn } from './require-column.ts'
import { RELATION_KINDS } from '../support/relation-kinds.ts'

const TAGS: Readonly<Record<AlterTableStatement['objectType'], string>> = {
  table: 'ALTER TABLE',
  index: 'ALTER INDEX',
  view: 'ALTER VIEW',
  materializedView: 'ALTER MATERIALIZED VIEW',
  sequence: 'ALTER SEQUENCE',
  foreignTable: 'ALTER FOREIGN TABLE',
  type: 'ALTER TYPE',
}
const KINDS: Readonly<Record<AlterTableStatement['objectType'], readonly Relation['kind'][]>> = {
  // ALTER TABLE works on views, sequences and indexes too, where the action makes sense.
  table: ['r', 'p', 'v', 'm', 'S', 'i', 'f'],
  index: ['i'],
  view: ['v'],
  materializedView: ['m'],
  sequence: ['S'],
  foreignTable: ['f'],
  type: ['c'],
}
const NOT_A: Readonly<Record<AlterTableStatement['objectType'], string>> = {
  table: 'a table',
  index: 'an index',
  view: 'a view',
  materializedView: 'a materialized view',
  sequence: 'a sequence',
  foreignTable: 'a foreign table',
  type: 'a composite type',
}

export function* alterTable(context: CommandContext, statement: AlterTableStatement): Task<string> {
  const tag = TAGS[statement.objectType]
  const relation = findRelation(context, statement.relation)
  if (relation === undefined) {
    if (!statement.ifExists) throw undefinedRelation(statement.relation)
    context.notice(`relation "${statement.relation.name}" does not exist, skipping`)
    return tag
  }
  if (!KINDS[statement.objectType].includes(relation.kind)) {
    throw new SqlError('42809', `"${relation.name}" is not ${NOT_A[statement.objectType]}`)
  }
  refuseSystemRelation(relation)
  requireRelationOwner(context, relation.oid)
  const actions = statement.actions.toSorted((a, b) => passOf(a) - passOf(b))
  for (const action of actions) yield* runAction(context, relation, action)
  return tag
}

function* giveTo(context: CommandContext, relation: Relation, owner: Oid): Task<void> {
  requireSetRole(context, owner)
  yield* changeOwner(context, relation, owner)
}

/** PostgreSQL's order of work within one statement: drops, type changes, new columns, then constraints. */
function passOf(action: AlterTableAction): number {
  switch (action.kind) {
    case 'dropColumn':
    case 'dropConstraint':
      return 0
    case 'alterType':
      return 1
    case 'addColumn':
      return 2
    case 'addConstraint':
      return action.constraint.kind === 'foreignKey'
        ? 5
        : action.constraint.kind === 'check'
          ? 3
          : 4
    default:
      return 3
  }
}

/** Which relations an action is for; the others are refused with PostgreSQL's words. */
function checkKind(relation: Relation, action: AlterTableAction): void {
  const words = ACTION_WORDS[action.kind]
  if (words === undefined) return
  const allowed = words[1] ?? ['r', 'p']
  if (allowed.includes(relation.kind)) return
  throw new SqlError(
    '42809',
    `ALTER action ${words[0]} cannot be performed on relation "${relation.name}"`,
    {
      detail: `This operation is not supported for ${RELATION_KINDS[relation.kind]}.`,
    },
  )
}

type Words = readonly [name: string, kinds?: readonly Relation['kind'][]]
const ACTION_WORDS: Partial<Record<AlterTableAction['kind'], Words>> = {
  addColumn: ['ADD COLUMN', ['r', 'p', 'c', 'f']],
  dropColumn: ['DROP COLUMN', ['r', 'p', 'c', 'f']],
  alterType: ['ALTER COLUMN ... SET DATA TYPE', ['r', 'p', 'c', 'f']],
  setDefault: ['ALTER COLUMN ... SET DEFAULT', ['r', 'p', 'v', 'f']],
  setNotNull: ['ALTER COLUMN ... SET NOT NULL'],
  dropNotNull: ['ALTER COLUMN ... DROP NOT NULL'],
  addConstraint: ['ADD CONSTRAINT'],
  dropConstraint: ['DROP CONSTRAINT'],
  validateConstraint: ['VALIDATE CONSTRAINT'],
  addIdentity: ['ALTER COLUMN ... ADD IDENTITY'],
  setIdentity: ['ALTER COLUMN ... SET'],
  dropIdentity: ['ALTER COLUMN ... DROP IDENTITY'],
}

function* runAction(
  context: CommandContext,
  relation: Relation,
  action: AlterTableAction,
): Task<void> {
  checkKind(relation, action)
  const table = relation.oid
  switch (action.kind) {
    case 'addColumn':
      if (relation.kind === 'c') return yield* addAttribute(context, table, action.column)
      return yield* addColumn(context, table, action)
    case 'dropColumn':
      return yield* columns.dropColumn(context, table, action)
    case 'alterType':
      return yield* alterColumnType(context, table, action)
    case 'setDefault':
      return yield* columns.setDefault(context, table, action)
    case 'setNotNull':
    case 'dropNotNull':
      return yield* columns.changeNotNull(context, table, action)
    case 'dropGeneratedExpression':
      return yield* columns.dropGeneratedExpression(context, table, action)
    case 'addIdentity':
      return yield* columns.addIdentity(context, table, action)
    case 'setIdentity':
      return yield* columns.setIdentity(context, table, action)
    case 'dropIdentity':
      return yield* columns.dropIdentity(context, table, action)
    case 'addConstraint':
      return yield* addConstraint(context, table, action.constraint)
    case 'dropConstraint':
      return yield* dropConstraint(context, table, action)
    case 'validateConstraint':
      return yield* validateConstraint(context, table, action.name)
    case 'alterConstraint':
      return yield* alterConstraint(context, table, action)
    case 'changeOwner':
      return yield* giveTo(context, relation, context.resolveRole(action.owner))
    default:
      return yield* runMinorAction(context, relation, action)
  }
}

/** Settings that are kept in the catalogs for tools that look there. */
function* runMinorAction(
  context: CommandContext,
  relation: Relation,
  action: AlterTableAction,
): Task<void> {
  const { writer } = context
  const row = classRow(context, relation.oid)
  switch (action.kind) {
    case 'setOptions':
    case 'resetOptions':
      return yield* changeOptions(context, relation.oid, action)
    case 'replicaIdentity': {
      const letters = { default: 'd', full: 'f', nothing: 'n', index: 'i' }
      yield* writer.update('pg_class', row, { relreplident: letters[action.identity] })
      return
    }
    case 'setStatistics': {
      if (action.column === undefined) return
      const { number } = requireColumn(relation, action.column)
      const attstattarget = action.target < 0 ? null : action.target
      yield* writer.update('pg_attribute', attributeRow(context, relation.oid, number), {
        attstattarget,
      })
      return
    }
    case 'setStorage': {
      const { number } = requireColumn(relation, action.column)
      const attstorage =
        { plain: 'p', external: 'e', extended: 'x', main: 'm' }[action.method.toLowerCase()] ?? 'x'
      yield* writer.update('pg_attribute', attributeRow(context, relation.oid, number), {
        attstorage,
      })
      return
    }
    case 'setLogged':
    case 'setUnlogged':
      yield* writer.update('pg_class', row, {
        relpersistence: action.kind === 'setLogged' ? 'p' : 'u',
      })
      return
    case 'clusterOn':
    case 'dropCluster':
    case 'dropOids':
    case 'setCompression':
    case 'setColumnOptions':
    case 'resetColumnOptions':
      // They steer PostgreSQL's own storage and planner, and have nothing to steer here.
      return
    default:
      throw unsupported(`ALTER TABLE action ${action.kind}`)
  }
}

function* changeOptions(
  context: CommandContext,
  relation: Oid,
  action: Extract<
    AlterTableAction,
    { readonly kind: 'setOptions' | 'resetOptions' | 'genericOptions' }
  >,
): Task<void> {
  const row = classRow(context, relation)
  const names = new Set(action.options.map((option) => option.name))
  const kept = parseTextArray(row.reloptions).filter(
    (option) => !names.has(option.split('=')[0] ?? ''),
  )
  const options = action.kind === 'setOptions' ? [...kept, ...optionList(action.options)] : kept
  yield* context.writer.update('pg_class', row, {
    reloptions: options.length === 0 ? null : formatTextArray(options),
  })
}
