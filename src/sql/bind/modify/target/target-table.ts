/** The table an INSERT, UPDATE or DELETE writes to, and its columns by name. */
import { SqlError, unsupported } from '../../../../errors/sql-error.ts'
import type { Column, Relation } from '../../../catalog/catalog.ts'
import type { TreeId } from '../../../../storage/access.ts'
import type { TableReference } from '../../../parse/ast/select.ts'
import type { Binder } from '../../expression/binder.ts'
import { type AccessLetter, type RelationAccess, noteReads } from '../../context/relation-access.ts'
import type { RangeItem } from '../../context/scope.ts'
import type { TableRules } from '../../../plan/plan-node.ts'
import { openRelation } from '../../query/from/bind-from.ts'
import { rowItem } from '../table-rules.ts'
import { type WritableView, openWritableView } from './writable-view.ts'

export interface TargetTable {
  readonly relation: Relation
  readonly tree: TreeId
  readonly alias: string
  /** The view that the statement names; `relation` is the table at its bottom. */
  readonly view?: WritableView | undefined
  readonly command: ModifyCommand
  /** Of the relation that the statement names, and of the table below when that is a view. */
  readonly access: RelationAccess
  readonly tableAccess: RelationAccess
}

/** An item of the table as the statement sees it: through the view, if there is one. */
export function shownItem(target: TargetTable, item: RangeItem): RangeItem {
  const { view, access, tableAccess } = target
  const table = noteReads(item, tableAccess)
  return view === undefined ? table : noteReads(view.wrap(table, target.alias), access)
}

/** The same for rows that are not read from the table, such as EXCLUDED. */
export function givenItem(target: TargetTable, item: RangeItem): RangeItem {
  return target.view === undefined ? item : target.view.wrap(item, target.alias)
}

/** Notes that the column of the table is written; `name` is what the statement calls it. */
export function noteWrite(
  target: TargetTable,
  column: Column,
  name: string,
  letter: AccessLetter,
): void {
  const { relation } = target.access
  if (target.view === undefined) target.tableAccess.add(letter, column.number)
  else target.view.noteWrite(name, letter)
  target.access.add(letter, relation.columns.find((one) => one.name === name)?.number)
}

const COMMAND_LETTERS = { INSERT: 'a', UPDATE: 'w', DELETE: 'd' } as const

/** The rules with WITH CHECK OPTION of the view written through. */
export function rulesThroughView(target: TargetTable, rules: TableRules): TableRules {
  if (target.view === undefined) return rules
  const viewChecks = target.view.checks(rowItem(target.relation, rules.row, target.alias))
  return viewChecks.length === 0 ? rules : { ...rules, viewChecks }
}

/** Columns that a statement without column list means. */
export function allTargetColumns(target: TargetTable): readonly Column[] {
  const { view, relation } = target
  if (view === undefined) return relation.columns
  return view.view.columns.map((column) => findTargetColumn(target, column.name, undefined))
}

const VIEW_VERBS = {
  INSERT: { verb: 'insert into', gerund: 'inserting into', event: 'INSERT' },
  UPDATE: { verb: 'update', gerund: 'updating', event: 'UPDATE' },
  DELETE: { verb: 'delete from', gerund: 'deleting from', event: 'DELETE' },
} as const

export type ModifyCommand = keyof typeof VIEW_VERBS

export function openTarget(
  binder: Binder,
  ast: TableReference,
  command: ModifyCommand,
): TargetTable {
  const relation = openRelation(binder, ast)
  binder.context.shared.isReadOnly = false
  const alias = ast.alias?.name ?? ast.relation.name
  const letter = COMMAND_LETTERS[command]
  const access = binder.context.noteAccess(relation, ast.relation.schema).add(letter)
  if (relation.kind !== 'v') {
    return { ...targetOf(relation, alias, command), access, tableAccess: access }
  }
  const view = openWritableView(binder.context, relation, VIEW_VERBS[command])
  for (const below of view.accesses) below.add(letter)
  const tableAccess = view.accesses.at(-1) ?? access
  return { ...targetOf(view.table, alias, command), view, access, tableAccess }
}

function targetOf(
  relation: Relation,
  alias: string,
  command: ModifyCommand,
): Omit<TargetTable, 'access' | 'tableAccess'> {
  const { name, tree } = relation
  switch (relation.kind) {
    case 'r':
    case 'p':
      break
    case 'm':
      throw new SqlError('42809', `cannot change materialized view "${name}"`)
    case 'S':
      throw new SqlError('42809', `cannot change sequence "${name}"`)
    default:
      throw new SqlError('42809', `cannot change relation "${name}"`)
  }
  if (relation.system !== undefined || relation.schema === 'pg_catalog') {
    throw new SqlError('42501', `permission denied: "${name}" is a system catalog`)
  }
  if (tree === undefined) throw unsupported(`writing to relation "${name}"`)
  return { relation, tree, alias, command }
}

export function findTargetColumn(
  target: TargetTable,
  name: string,
  position: number | undefined,
  hint?: string,
): Column {
  const { view } = target
  const relation = view?.view ?? target.relation
  const column = relation.columns.find((one) => one.name === name)
  const base = view === undefined ? column : view.baseColumn(name)
  if (base !== undefined) return base
  if (column !== undefined) {
    const verb = target.command === 'INSERT' ? 'insert into' : 'update'
    throw new SqlError('0A000', `cannot ${verb} column "${name}" of view "${relation.name}"`, {
      detail: 'View columns that are not columns of their base relation are not updatable.',
    })
  }
  throw new SqlError('42703', `column "${name}" of relation "${relation.name}" does not exist`, {
    hint,
    position,
  })
}
