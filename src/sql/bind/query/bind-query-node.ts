/** Any query: WITH around it, then SELECT, VALUES or a set operation. */
import type { Query } from '../../parse/ast/select.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { Scope } from '../context/scope.ts'
import { bindSelect } from './bind-select.ts'
import { bindSetOperation } from './bind-set-operation.ts'
import { bindValues } from './bind-values.ts'
import { bindWith, wrapWith } from './bind-with.ts'

export interface Origin {
  readonly table: number
  readonly attribute: number
}

export interface BoundSelect {
  readonly plan: PlanNode
  /** Per output column, where it comes from. */
  readonly origins: readonly Origin[]
}

export interface QueryOptions {
  /** Leave literals of unknown type for the caller to decide: arms of UNION, INSERT … SELECT. */
  readonly keepUnknown?: boolean
  /** The statement itself: data-modifying WITH is allowed. */
  readonly isTopLevel?: boolean
}

export const NO_ORIGIN: Origin = { table: 0, attribute: 0 }

/** `scope` is new and empty; its parent is what the query may refer to outside itself. */
export function bindSelectQuery(
  context: BindContext,
  query: Query,
  scope: Scope,
  options: QueryOptions = {},
): BoundSelect {
  const ctes = bindWith(context, query.with, scope, options.isTopLevel === true)
  const bound = bindBody(context, query, scope, options)
  return ctes.length === 0 ? bound : { ...bound, plan: wrapWith(ctes, bound.plan) }
}

function bindBody(
  context: BindContext,
  query: Query,
  scope: Scope,
  options: QueryOptions,
): BoundSelect {
  switch (query.kind) {
    case 'select':
      return bindSelect(context, query, scope, options)
    case 'values':
      return bindValues(context, query, scope, options)
    case 'setOperation':
      return bindSetOperation(context, query, scope, options)
  }
}
