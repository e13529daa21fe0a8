/**
 * Moves each conjunct of a filter as far down as it goes: through projections, joins, groupings and unions into scans.
 * Outer joins whose null-extended rows the filter would drop anyway become inner joins on the way.
 *
 *   Filter(t.a = 1 AND u.b = t.b) over Join(t, u)   →   Join[t.b = u.b](Scan t filter a = 1, Scan u)
 */
import type { Catalog } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../expression.ts'
import { conjunction, conjuncts, substituteColumns } from '../expression-tree.ts'
import type { JoinNode, PlanNode } from '../plan-node.ts'
import { columnReference, mapInputs, outputIds, referencedColumns } from '../plan-tree.ts'
import { isVolatile } from '../volatility.ts'
import { rejectsNulls } from './null-rejection.ts'
import type { Rule } from './rule.ts'

export const pushDownFilters: Rule = {
  name: 'push-down-filters',
  apply: (plan, context) => push(plan, [], context.catalog),
}

/** The plan filtered by `filters`, each applied at the lowest place possible. */
function push(node: PlanNode, filters: readonly Expression[], catalog: Catalog): PlanNode {
  switch (node.kind) {
    case 'filter':
      return push(node.input, [...filters, ...conjuncts(node.condition)], catalog)
    case 'scan':
    case 'systemScan':
    case 'indexScan': {
      const filter = conjunction([...conjuncts(node.filter), ...filters])
      return filter === undefined ? node : { ...node, filter }
    }
    case 'project':
      return pushThroughProject(node, filters, catalog)
    case 'join':
      return pushIntoJoin(node, filters, catalog)
    case 'apply':
      return pushIntoApply(node, filters, catalog)
    case 'aggregate':
      return pushThroughAggregate(node, filters, catalog)
    case 'window':
      return pushThroughWindow(node, filters, catalog)
    case 'sort':
      return node.limit === undefined
        ? pushAll(node, filters, catalog)
        : keepAbove(node, filters, catalog)
    case 'distinct':
      return node.on === undefined
        ? pushAll(node, filters, catalog)
        : keepAbove(node, filters, catalog)
    case 'setOperation':
      return pushIntoUnion(node, filters, catalog)
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({ ...cte, plan: push(cte.plan, [], catalog) })),
        input: push(node.input, filters, catalog),
      }
    default:
      return keepAbove(node, filters, catalog)
  }
}

function filtered(node: PlanNode, filters: readonly Expression[]): PlanNode {
  const condition = conjunction(filters)
  return condition === undefined
    ? node
    : { kind: 'filter', input: node, condition, output: node.output }
}

function keepAbove(node: PlanNode, filters: readonly Expression[], catalog: Catalog): PlanNode {
  return filtered(
    mapInputs(node, (input) => push(input, [], catalog)),
    filters,
  )
}

/** For nodes that keep or drop whole rows of their one input. */
function pushAll(
  node: Extract<PlanNode, { kind: 'sort' | 'distinct' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const [movable, volatile] = partition(filters, (filter) => !isVolatile(filter, catalog))
  return filtered({ ...node, input: push(node.input, movable, catalog) }, volatile)
}

function partition<T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))]
}

function usesOnly(
  expression: Expression,
  ids: ReadonlySet<ColumnId>,
  others: ReadonlySet<ColumnId>,
): boolean {
  for (const id of referencedColumns(expression)) if (!ids.has(id) && others.has(id)) return false
  return true
}

function pushThroughProject(
  node: Extract<PlanNode, { kind: 'project' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const definitions = new Map(
    node.output.map((column, index) => [column.id, node.expressions[index]!]),
  )
  const [movable, stuck] = partition(filters, (filter) => {
    if (isVolatile(filter, catalog)) return false
    for (const id of referencedColumns(filter)) {
      const definition = definitions.get(id)
      if (definition !== undefined && isVolatile(definition, catalog)) return false
    }
    return true
  })
  const lowered = movable.map((filter) => substituteColumns(filter, definitions))
  return filtered({ ...node, input: push(node.input, lowered, catalog) }, stuck)
}

function pushIntoJoin(node: JoinNode, filters: readonly Expression[], catalog: Catalog): PlanNode {
  if (node.mark !== undefined) return pushLeftOnly(node, filters, catalog)
  const join = strengthen(node, filters, catalog)
  const left = outputIds(join.left)
  const right = outputIds(join.right)
  const toLeft: Expression[] = []
  const toRight: Expression[] = []
  const condition: Expression[] = []
  const above: Expression[] = []
  const leftFilterable = join.type !== 'right' && join.type !== 'full'
  const rightFilterable = join.type === 'inner' || join.type === 'right'
  for (const filter of filters) {
    if (isVolatile(filter, catalog)) above.push(filter)
    else if (leftFilterable && usesOnly(filter, left, right)) toLeft.push(filter)
    else if (rightFilterable && usesOnly(filter, right, left)) toRight.push(filter)
    else if (join.type === 'inner') condition.push(filter)
    else above.push(filter)
  }
  for (const part of conjuncts(join.condition)) {
    const movable = !isVolatile(part, catalog)
    if (
      movable &&
      (join.type === 'inner' || join.type === 'right' || join.type === 'semi') &&
      usesOnly(part, left, right)
    ) {
      toLeft.push(part)
    } else if (
      movable &&
      join.type !== 'right' &&
      join.type !== 'full' &&
      join.nullAware !== true &&
      usesOnly(part, right, left)
    ) {
      toRight.push(part)
    } else condition.push(part)
  }
  const { condition: _, ...rest } = join
  const merged = conjunction(condition)
  return filtered(
    {
      ...rest,
      left: push(join.left, toLeft, catalog),
      right: push(join.right, toRight, catalog),
      ...(merged === undefined ? {} : { condition: merged }),
    },
    above,
  )
}

/** An outer join turns inner (or one-sided) when a filter above rejects the rows it null-extends. */
function strengthen(join: JoinNode, filters: readonly Expression[], catalog: Catalog): JoinNode {
  const left = outputIds(join.left)
  const right = outputIds(join.right)
  const rejectsRight = filters.some((filter) => rejectsNulls(filter, right, catalog))
  const rejectsLeft = filters.some((filter) => rejectsNulls(filter, left, catalog))
  if (join.type === 'left' && rejectsRight) return { ...join, type: 'inner' }
  if (join.type === 'right' && rejectsLeft) return { ...join, type: 'inner' }
  if (join.type !== 'full') return join
  if (rejectsLeft && rejectsRight) return { ...join, type: 'inner' }
  if (rejectsLeft) return { ...join, type: 'left' }
  return rejectsRight ? { ...join, type: 'right' } : join
}

/** Nodes that pass their left input's rows through with columns appended. */
function pushLeftOnly(
  node: Extract<PlanNode, { kind: 'join' | 'apply' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const left = outputIds(node.left)
  const appended = new Set(node.output.map((column) => column.id).filter((id) => !left.has(id)))
  const [down, above] = partition(
    filters,
    (filter) => !isVolatile(filter, catalog) && usesOnly(filter, left, appended),
  )
  return filtered(
    { ...node, left: push(node.left, down, catalog), right: push(node.right, [], catalog) },
    above,
  )
}

function pushIntoApply(
  node: Extract<PlanNode, { kind: 'apply' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  if (node.form !== 'inner') return pushLeftOnly(node, filters, catalog)
  const left = outputIds(node.left)
  const right = outputIds(node.right)
  const conditions = [...filters, ...conjuncts(node.condition)]
  const [movable, above] = partition(conditions, (filter) => !isVolatile(filter, catalog))
  const [toLeft, toRight] = partition(movable, (filter) => usesOnly(filter, left, right))
  const correlation = new Set(node.correlation)
  for (const filter of toRight)
    for (const id of referencedColumns(filter)) if (left.has(id)) correlation.add(id)
  const { condition: _, ...rest } = node
  return filtered(
    {
      ...rest,
      left: push(node.left, toLeft, catalog),
      right: push(node.right, toRight, catalog),
      correlation: [...correlation],
    },
    above,
  )
}

/** Conditions on grouping columns alone select whole groups, so they can select rows. */
function pushThroughAggregate(
  node: Extract<PlanNode, { kind: 'aggregate' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const groups = new Map(node.groups.map((group, index) => [node.output[index]!.id, group]))
  const own = outputIds(node)
  const isMovable = (group: Expression | undefined): boolean =>
    group !== undefined && !isVolatile(group, catalog)
  const [down, above] = partition(filters, (filter) => {
    if (node.groupingSets !== undefined || node.groups.length === 0 || isVolatile(filter, catalog))
      return false
    const used = [...referencedColumns(filter)].filter((id) => own.has(id))
    return used.length > 0 && used.every((id) => isMovable(groups.get(id)))
  })
  const lowered = down.map((filter) => substituteColumns(filter, groups))
  return filtered({ ...node, input: push(node.input, lowered, catalog) }, above)
}

/** Conditions on PARTITION BY columns alone select whole partitions. */
function pushThroughWindow(
  node: Extract<PlanNode, { kind: 'window' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const partitions = new Set(
    node.partitionBy.flatMap((expression) =>
      expression.kind === 'column' ? [expression.column] : [],
    ),
  )
  const own = outputIds(node)
  const [down, above] = partition(filters, (filter) => {
    if (isVolatile(filter, catalog)) return false
    const used = [...referencedColumns(filter)].filter((id) => own.has(id))
    return used.length > 0 && used.every((id) => partitions.has(id))
  })
  return filtered({ ...node, input: push(node.input, down, catalog) }, above)
}

function pushIntoUnion(
  node: Extract<PlanNode, { kind: 'setOperation' }>,
  filters: readonly Expression[],
  catalog: Catalog,
): PlanNode {
  const [down, above] = partition(filters, (filter) => !isVolatile(filter, catalog))
  const lower = (input: PlanNode): PlanNode => {
    const columns = new Map(
      node.output.map((column, i) => [column.id, columnReference(input.output[i]!)]),
    )
    return push(
      input,
      down.map((filter) => substituteColumns(filter, columns)),
      catalog,
    )
  }
  return filtered({ ...node, left: lower(node.left), right: lower(node.right) }, above)
}
