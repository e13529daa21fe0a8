/** Views: bound from their SQL text, under the search path they were written with, wherever they are used. */
import { SqlError, assert } from '../../../../errors/sql-error.ts'
import { parse } from '../../../parse/parse.ts'
import type { Query } from '../../../parse/ast/select.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { Scope } from '../../context/scope.ts'
import { bindSelectQuery } from '../bind-query-node.ts'

/** A view nested deeper than this selects from itself. */
const MAX_VIEW_DEPTH = 100

/** Relations are immutable, so a view's syntax tree can be kept as long as its relation object. */
const parsed = new WeakMap<Relation, Query>()

export function viewQuery(view: Relation): Query {
  const known = parsed.get(view)
  if (known !== undefined) return known
  const [statement] = parse(view.viewText ?? '')
  const query = statement?.statement
  assert(
    query !== undefined &&
      (query.kind === 'select' || query.kind === 'values' || query.kind === 'setOperation'),
    'a view is a query',
  )
  parsed.set(view, query)
  return query
}

/** `prepare` may add locking clauses to the view's query. */
export function bindView(
  context: BindContext,
  view: Relation,
  prepare: (query: Query) => Query = (query) => query,
): PlanNode {
  const { shared } = context
  if (shared.viewDepth >= MAX_VIEW_DEPTH) {
    throw new SqlError('42P17', `infinite recursion detected in rules for relation "${view.name}"`)
  }
  shared.viewDepth += 1
  try {
    const inner = context.insideView(view)
    return withoutPositions(
      () => bindSelectQuery(inner, prepare(viewQuery(view)), new Scope()).plan,
    )
  } finally {
    shared.viewDepth -= 1
  }
}

/** Positions inside the view's text would point into the wrong statement. */
function withoutPositions(bind: () => PlanNode): PlanNode {
  try {
    return bind()
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined) throw error
    throw new SqlError(error.code, error.message, { ...error.fields, position: undefined })
  }
}
