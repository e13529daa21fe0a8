/**
 * SELECT. Clauses are bound in PostgreSQL's order (it decides which context types a parameter), then the plan is
 * put together from the inside out:
 *
 *   FROM → WHERE → aggregate → HAVING → windows → [sort → limit →] project [→ distinct → sort → limit → drop hidden]
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { SelectQuery } from '../../parse/ast/select.ts'
import type { Expression, SortKey } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { type QueryState, type Scope, inKind, newQueryState } from '../context/scope.ts'
import { defineWindow } from '../call/bind-window.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { expandTargets } from '../expression/name/expand-star.ts'
import { coerceToBoolean, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { knownFields } from '../resolve/composite-fields.ts'
import { TYPE } from '../resolve/type-oids.ts'
import { requireGroupable } from '../resolve/type-support.ts'
import { AggregateStep } from './clause/aggregate-step.ts'
import { bindFromList } from './from/bind-from.ts'
import type { BoundSelect, QueryOptions } from './bind-query-node.ts'
import { bindGroupBy, type Grouping } from './clause/group-by.ts'
import { type BoundLimit, applyLimit, bindLimit } from './clause/limit.ts'
import { applyLocking, checkLocking } from './clause/locking.ts'
import { type EntryKey, bindOrderBy, findEntry } from './clause/order-by.ts'
import { isRepeatable, project } from './clause/project-set.ts'
import { type TargetEntry, TargetList } from './clause/target-list.ts'
import { buildWindows } from './clause/window-step.ts'

/** All clauses bound, nothing built. */
interface Clauses {
  readonly ast: SelectQuery
  readonly query: QueryState
  readonly list: TargetList
  readonly where: Expression | undefined
  readonly having: Expression | undefined
  readonly sort: readonly EntryKey[]
  readonly grouping: Grouping
  readonly distinct: 'none' | 'all' | readonly TargetEntry[]
  readonly limit: BoundLimit
}

export function bindSelect(
  context: BindContext,
  ast: SelectQuery,
  scope: Scope,
  options: QueryOptions,
): BoundSelect {
  if (ast.into !== undefined) {
    // At the top of a statement it has become CREATE TABLE AS before it comes here.
    const { position } = ast.into.relation
    throw new SqlError('42601', 'SELECT ... INTO is not allowed here', { position })
  }
  const binder: Binder = { context, scope }
  const query = newQueryState()
  scope.query = query
  scope.kind = 'select'
  scope.locking = ast.locking
  const buildFrom = bindFromList(binder, ast.from)
  bindNamedWindows(binder, query, ast)
  const list = new TargetList(expandTargets(binder, ast.targets))
  const where = bindCondition(binder, ast, 'where')
  const having = bindCondition(binder, ast, 'having')
  const sort = bindOrderBy(binder, list, ast.orderBy)
  const grouping = bindGroupBy(binder, list, ast)
  const distinct = bindDistinct(binder, list, ast, sort)
  const limit = bindLimit(binder, ast)
  if (options.keepUnknown !== true) {
    for (const entry of list.entries) entry.expression = resolveUnknown(context, entry.expression)
  }
  checkLocking(binder, ast, {
    aggregates: query.aggregates.length > 0,
    windows: query.windows.length > 0,
    sets: query.lastSetReturning !== undefined,
  })
  const clauses = { ast, query, list, where, having, sort, grouping, distinct, limit }
  const plan = buildPlan(binder, clauses, buildFrom)
  return { plan, origins: list.visible.map(({ table, attribute }) => ({ table, attribute })) }
}

function bindNamedWindows(binder: Binder, query: QueryState, ast: SelectQuery): void {
  for (const definition of ast.windows) {
    if (query.namedWindows.some((one) => one.name === definition.name)) {
      throw new SqlError('42P20', `window "${definition.name}" is already defined`, {
        position: definition.position,
      })
    }
    query.namedWindows.push(defineWindow(binder, definition))
  }
}

function bindCondition(
  binder: Binder,
  ast: SelectQuery,
  kind: 'where' | 'having',
): Expression | undefined {
  const condition = ast[kind]
  if (condition === undefined) return undefined
  return inKind(binder.scope, kind, () =>
    coerceToBoolean(binder.context, bindExpression(binder, condition), kind.toUpperCase()),
  )
}

function bindDistinct(
  binder: Binder,
  list: TargetList,
  ast: SelectQuery,
  sort: readonly EntryKey[],
): Clauses['distinct'] {
  if (ast.distinct === undefined) return 'none'
  if (ast.distinct.length > 0) return bindDistinctOn(binder, list, ast, sort)
  for (const { entry } of sort) {
    if (!entry.isHidden) continue
    throw new SqlError(
      '42P10',
      'for SELECT DISTINCT, ORDER BY expressions must appear in select list',
      { position: entry.expression.position },
    )
  }
  for (const entry of list.visible) {
    entry.expression = resolveUnknown(binder.context, entry.expression)
    requireGroupable(binder.context, entry.expression.type, entry.expression.position)
  }
  return 'all'
}

function bindDistinctOn(
  binder: Binder,
  list: TargetList,
  ast: SelectQuery,
  sort: readonly EntryKey[],
): readonly TargetEntry[] {
  const asts = ast.distinct ?? []
  const found = asts.map((item) => findEntry(binder, list, item, 'DISTINCT ON'))
  const on = [...new Set(found)]
  for (const entry of on) {
    entry.expression = resolveUnknown(binder.context, entry.expression)
    requireGroupable(binder.context, entry.expression.type, entry.expression.position)
  }
  // The first sort keys must be the ON expressions, in any order.
  let matched = 0
  for (const { entry } of sort) {
    if (on.includes(entry)) {
      matched += 1
      continue
    }
    if (matched >= on.length) break
    throw new SqlError(
      '42P10',
      'SELECT DISTINCT ON expressions must match initial ORDER BY expressions',
      {
        position: asts[found.findIndex((one) => !sort.some((key) => key.entry === one))]?.position,
      },
    )
  }
  return on
}

function buildPlan(binder: Binder, clauses: Clauses, buildFrom: () => PlanNode): PlanNode {
  const { ast, query, list, grouping } = clauses
  const isGrouped =
    ast.groupBy.length > 0 ||
    query.aggregates.length > 0 ||
    query.groupings.length > 0 ||
    clauses.having !== undefined
  const step = isGrouped
    ? new AggregateStep(binder.context, binder.scope, query, grouping)
    : undefined
  const rewrite = step?.rewrite ?? ((expression: Expression) => expression)
  for (const entry of list.entries) entry.expression = rewrite(entry.expression)
  const having = clauses.having === undefined ? undefined : rewrite(clauses.having)
  // Windows are rewritten while they are built, which may still add groups: so they are built over a stand-in first.
  const windows = (input: PlanNode): PlanNode => buildWindows(query, input, rewrite)
  // HAVING without groups or aggregates is one row or none, whatever FROM would give.
  const ignoresInput =
    step !== undefined && ast.groupBy.length === 0 && query.aggregates.length === 0
  let plan: PlanNode = ignoresInput
    ? { kind: 'oneRow', output: [] }
    : filtered(buildFrom(), clauses.where)
  if (step !== undefined) {
    windows(plan)
    plan = filtered(step.build(plan), having)
  }
  return finish(binder, clauses, windows(plan))
}

function filtered(input: PlanNode, condition: Expression | undefined): PlanNode {
  if (condition === undefined) return input
  return { kind: 'filter', input, condition, output: input.output }
}

function finish(binder: Binder, clauses: Clauses, input: PlanNode): PlanNode {
  const { context } = binder
  const { list, sort, query } = clauses
  const hasSets = query.lastSetReturning !== undefined
  const sortsInput =
    clauses.distinct === 'none' &&
    !hasSets &&
    sort.every((key) => isRepeatable(context, key.entry.expression))
  if (sortsInput) return projectLast(binder, clauses, input)
  const columns = new Map<TargetEntry, OutputColumn>(
    list.entries.map((entry) => [entry, outputColumn(context, entry)]),
  )
  const keyOf = ({ entry, ...key }: EntryKey): SortKey => {
    const column = columns.get(entry)
    return { ...key, expression: column === undefined ? entry.expression : columnReference(column) }
  }
  const expressions = list.entries.map((entry) => entry.expression)
  const locked = applyLocking(input, binder.scope, clauses.ast.limit !== undefined)
  let plan = project(context, locked, expressions, [...columns.values()], hasSets)
  if (clauses.distinct === 'all') plan = { kind: 'distinct', input: plan, output: plan.output }
  const keys = [...sort, ...distinctOnKeys(context, clauses)].map(keyOf)
  plan = sorted(plan, keys)
  if (typeof clauses.distinct !== 'string') {
    const on = clauses.distinct.map((entry) => keyOf(entryKey(context, entry)).expression)
    plan = { kind: 'distinct', input: plan, on, output: plan.output }
  }
  plan = applyLimit(plan, clauses.limit, sort.map(keyOf))
  return list.hasHidden ? dropHidden(context, clauses, plan) : plan
}

/** Sorting (and cutting) before projecting: the target list is computed only for rows that are left. */
function projectLast({ context, scope }: Binder, clauses: Clauses, input: PlanNode): PlanNode {
  const { list, sort } = clauses
  const keys = sort.map(({ entry, ...key }): SortKey => ({ ...key, expression: entry.expression }))
  const plan = applyLimit(
    applyLocking(sorted(input, keys), scope, clauses.ast.limit !== undefined),
    clauses.limit,
    keys,
  )
  const visible = list.visible
  return {
    kind: 'project',
    input: plan,
    expressions: visible.map((entry) => entry.expression),
    output: visible.map((entry) => outputColumn(context, entry)),
  }
}

/** A record's fields stay known outside the query that made it. */
function outputColumn(context: BindContext, entry: TargetEntry): OutputColumn {
  const column = context.newColumn(entry.name, entry.expression)
  if (column.type === TYPE.record) {
    const fields = knownFields(context, entry.expression)
    if (fields !== undefined) context.shared.recordFields.set(column.id, fields)
  }
  return column
}

function sorted(input: PlanNode, keys: readonly SortKey[]): PlanNode {
  return keys.length === 0 ? input : { kind: 'sort', input, keys, output: input.output }
}

/** DISTINCT ON expressions that ORDER BY does not mention are sorted by after it, as PostgreSQL does. */
function distinctOnKeys(context: BindContext, clauses: Clauses): readonly EntryKey[] {
  if (typeof clauses.distinct === 'string') return []
  return clauses.distinct
    .filter((entry) => !clauses.sort.some((key) => key.entry === entry))
    .map((entry) => entryKey(context, entry))
}

function entryKey(context: BindContext, entry: TargetEntry): EntryKey {
  const locale = context.catalog.collationLocale(entry.expression.collation)
  return { entry, descending: false, nullsFirst: false, locale }
}

function dropHidden(context: BindContext, clauses: Clauses, input: PlanNode): PlanNode {
  const kept = input.output.filter((_, i) => clauses.list.entries[i]?.isHidden === false)
  return {
    kind: 'project',
    input,
    expressions: kept.map((column) => columnReference(column)),
    output: kept.map((column) => context.newColumn(column.name, column)),
  }
}
