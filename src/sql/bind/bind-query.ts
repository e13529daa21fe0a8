/**
 * The binder's front: one parsed statement in, one bound query out. What comes in has names; what goes out has
 * column ids, types and functions, and no question left but how to run it.
 */
import { unsupported } from '../../errors/sql-error.ts'
import type { Query } from '../parse/ast/select.ts'
import type { Statement } from '../parse/ast/statement.ts'
import type { BoundQuery } from '../plan/plan-node.ts'
import { BindContext, type BindOptions } from './context/bind-context.ts'
import { Scope } from './context/scope.ts'
import { type ModifyStatement, bindModifyStatement } from './modify/bind-modify.ts'
import { type BoundSelect, bindSelectQuery } from './query/bind-query-node.ts'
import { expandInPlan } from './sql-function/expand-functions.ts'
import { baseTypeAndTypmod } from '../catalog/base-type.ts'

/** Statements that run as a plan. */
export type BindableStatement = Query | ModifyStatement

const BINDABLE: ReadonlySet<string> = new Set([
  'select',
  'values',
  'setOperation',
  'insert',
  'update',
  'delete',
  'merge',
])

export function isBindable(statement: Statement): statement is BindableStatement {
  return BINDABLE.has(statement.kind)
}

/** Other statements than queries and data modification are refused: commands run them. */
export function bindQuery(statement: Statement, options: BindOptions): BoundQuery {
  if (!isBindable(statement)) throw unsupported(`statement ${statement.kind}`)
  const context = new BindContext(options)
  const { plan: bound, origins } = bindStatement(context, statement)
  const plan = context.shared.callsSqlFunctions ? expandInPlan(context, bound) : bound
  return {
    plan,
    command: commandOf(statement),
    columns: plan.output.map((column, i) => ({
      ...column,
      // Clients are told a domain's base type.
      ...baseTypeAndTypmod(context.catalog, column.type, column.typmod),
      table: origins[i]?.table ?? 0,
      attribute: origins[i]?.attribute ?? 0,
    })),
    parameters: context.parameters.finish(),
    relations: [...context.shared.relations],
    accesses: context.shared.accesses,
    namedSchemas: [...context.shared.namedSchemas],
    isReadOnly: context.shared.isReadOnly,
    nextColumnId: context.shared.nextColumn,
  }
}

function bindStatement(context: BindContext, statement: BindableStatement): BoundSelect {
  const scope = new Scope()
  switch (statement.kind) {
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return bindModifyStatement(context, statement, scope, true)
    default:
      return bindSelectQuery(context, statement, scope, { isTopLevel: true })
  }
}

function commandOf(statement: BindableStatement): BoundQuery['command'] {
  switch (statement.kind) {
    case 'insert':
      return 'INSERT'
    case 'update':
      return 'UPDATE'
    case 'delete':
      return 'DELETE'
    case 'merge':
      return 'MERGE'
    default:
      return 'SELECT'
  }
}
