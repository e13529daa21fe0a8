/** The table an INSERT, UPDATE or DELETE writes to, and its columns by name. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Column, Relation } from '../../catalog/catalog.ts'
import type { TreeId } from '../../../storage/access.ts'
import type { TableReference } from '../../parse/ast/select.ts'
import type { Binder } from '../expression/binder.ts'
import { openRelation } from '../query/bind-from.ts'

export interface TargetTable {
  readonly relation: Relation
  readonly tree: TreeId
  readonly alias: string
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
  return targetOf(relation, ast.alias?.name ?? ast.relation.name, command)
}

function targetOf(relation: Relation, alias: string, command: ModifyCommand): TargetTable {
  const { name, tree } = relation
  switch (relation.kind) {
    case 'r':
    case 'p':
      break
    case 'v': {
      const { verb, gerund, event } = VIEW_VERBS[command]
      throw new SqlError('55000', `cannot ${verb} view "${name}"`, {
        detail:
          'Views that do not select from a single table or view are not automatically updatable.',
        hint: `To enable ${gerund} the view, provide an INSTEAD OF ${event} trigger or an unconditional ON ${event} DO INSTEAD rule.`,
      })
    }
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
  return { relation, tree, alias }
}

export function findTargetColumn(
  target: TargetTable,
  name: string,
  position: number | undefined,
  hint?: string,
): Column {
  const { relation } = target
  const column = relation.columns.find((one) => one.name === name)
  if (column !== undefined) return column
  throw new SqlError('42703', `column "${name}" of relation "${relation.name}" does not exist`, {
    hint,
    position,
  })
}
