/** INSERT, UPDATE, DELETE as statements or inside WITH. */
import type {
  DeleteStatement,
  InsertStatement,
  MergeStatement,
  UpdateStatement,
} from '../../parse/ast/modify.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { Scope } from '../context/scope.ts'
import type { BoundSelect } from '../query/bind-query-node.ts'
import { bindWith, wrapWith } from '../query/bind-with.ts'
import { bindDelete } from './bind-delete.ts'
import { bindInsert } from './bind-insert.ts'
import { bindMerge } from './bind-merge.ts'
import { bindUpdate } from './bind-update.ts'

export type ModifyStatement = InsertStatement | UpdateStatement | DeleteStatement | MergeStatement

export function bindModify(
  context: BindContext,
  statement: ModifyStatement,
  scope: Scope,
): PlanNode {
  return bindModifyStatement(context, statement, scope, false).plan
}

export function bindModifyStatement(
  context: BindContext,
  statement: ModifyStatement,
  scope: Scope,
  isTopLevel: boolean,
): BoundSelect {
  const ctes = bindWith(context, statement.with, scope, isTopLevel)
  const bound = bindOne(context, statement, scope)
  return ctes.length === 0 ? bound : { ...bound, plan: wrapWith(ctes, bound.plan) }
}

function bindOne(context: BindContext, statement: ModifyStatement, scope: Scope): BoundSelect {
  const binder = { context, scope }
  switch (statement.kind) {
    case 'insert':
      return bindInsert(binder, statement)
    case 'update':
      return bindUpdate(binder, statement)
    case 'delete':
      return bindDelete(binder, statement)
    case 'merge':
      return bindMerge(binder, statement)
  }
}
