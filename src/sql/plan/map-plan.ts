/**
 * Walks plans: inputs, and the expressions a node holds. Used for replacing outer references inside sub-queries, for
 * finding what a plan refers to, and by rewrite rules.
 */
import { unreachable } from '../../errors/sql-error.ts'
import type { AggregateCall, ColumnId, Expression, SortKey, WindowCall } from './expression.ts'
import { visitExpression, type Mapper } from './map-expression.ts'
import type { FrameBound, IndexRange, OnConflict, PlanNode, TableRules } from './plan-node.ts'

export function planInputs(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
    case 'scan':
    case 'systemScan':
    case 'indexScan':
    case 'values':
    case 'functionScan':
    case 'cteScan':
      return []
    case 'join':
    case 'apply':
    case 'setOperation':
      return [node.left, node.right]
    case 'recursiveUnion':
      return [node.initial, node.step]
    case 'with':
      return [...node.ctes.map((cte) => cte.plan), node.input]
    default:
      return [node.input]
  }
}

/** The same node over mapped inputs, in planInputs' order. */
export function mapPlanInputs(node: PlanNode, map: (input: PlanNode) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
    case 'scan':
    case 'systemScan':
    case 'indexScan':
    case 'values':
    case 'functionScan':
    case 'cteScan':
      return node
    case 'join':
    case 'apply':
    case 'setOperation':
      return { ...node, left: map(node.left), right: map(node.right) }
    case 'recursiveUnion':
      return { ...node, initial: map(node.initial), step: map(node.step) }
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({ ...cte, plan: map(cte.plan) })),
        input: map(node.input),
      }
    default:
      return { ...node, input: map(node.input) }
  }
}

/** Every expression of the node and of all nodes under it, mapped. */
export function mapPlanExpressions(node: PlanNode, map: Mapper): PlanNode {
  return mapNodeExpressions(
    mapPlanInputs(node, (input) => mapPlanExpressions(input, map)),
    map,
  )
}

/** Columns an expression tree or plan refers to, sub-queries included. */
export function referencedColumns(node: PlanNode): Set<ColumnId> {
  const columns = new Set<ColumnId>()
  mapPlanExpressions(node, (expression) => {
    visitExpression(expression, (one) => {
      if (one.kind === 'column') columns.add(one.column)
    })
    return expression
  })
  return columns
}

/** Columns that nodes of the plan put out, sub-queries of expressions not included. */
export function producedColumns(node: PlanNode, into: Set<ColumnId> = new Set()): Set<ColumnId> {
  for (const column of node.output) into.add(column.id)
  for (const input of planInputs(node)) producedColumns(input, into)
  return into
}

function optional<K extends string>(
  key: K,
  value: Expression | undefined,
  map: Mapper,
): { readonly [key in K]?: Expression } {
  // why: a computed key widens to string; the object has exactly this one key
  return (value === undefined ? {} : { [key]: map(value) }) as { readonly [key in K]?: Expression }
}

export function mapSortKeys(keys: readonly SortKey[], map: Mapper): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expression: map(key.expression) }))
}

export function mapAggregate(call: AggregateCall, map: Mapper): AggregateCall {
  return {
    ...call,
    args: call.args.map(map),
    orderBy: mapSortKeys(call.orderBy, map),
    ...optional('filter', call.filter, map),
  }
}

export function mapWindowCall(call: WindowCall, map: Mapper): WindowCall {
  return { ...call, args: call.args.map(map), ...optional('filter', call.filter, map) }
}

function mapBound(bound: FrameBound, map: Mapper): FrameBound {
  return 'offset' in bound ? { ...bound, offset: map(bound.offset) } : bound
}

/** Expressions of this node only. */
export function mapNodeExpressions(node: PlanNode, map: Mapper): PlanNode {
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
    case 'cteScan':
    case 'setOperation':
    case 'with':
    case 'recursiveUnion':
    case 'lockRows':
      return node
    case 'scan':
      return mapScan(node, map)
    case 'systemScan':
      return { ...node, ...optional('filter', node.filter, map) }
    case 'indexScan':
      return {
        ...node,
        range: mapRange(node.range, map),
        ...optional('filter', node.filter, map),
      }
    case 'values':
      return { ...node, rows: node.rows.map((row) => row.map(map)) }
    case 'functionScan':
      return {
        ...node,
        functions: node.functions.map((one) => ({ ...one, call: map(one.call) })),
      }
    case 'project':
      return { ...node, expressions: node.expressions.map(map) }
    case 'projectSet':
      return {
        ...node,
        expressions: node.expressions.map((one) => ({ ...one, expression: map(one.expression) })),
      }
    case 'filter':
      return { ...node, condition: map(node.condition) }
    default:
      return mapLargeNode(node, map)
  }
}

type LargeNode = Extract<
  PlanNode,
  {
    kind:
      | 'join'
      | 'apply'
      | 'aggregate'
      | 'window'
      | 'distinct'
      | 'sort'
      | 'limit'
      | 'insert'
      | 'update'
      | 'delete'
  }
>

function mapLargeNode(node: LargeNode, map: Mapper): PlanNode {
  switch (node.kind) {
    case 'join': {
      const mapped = { ...node, ...optional('condition', node.condition, map) }
      if (node.keys === undefined) return mapped
      const keys = node.keys.map((key) => ({
        ...key,
        left: map(key.left),
        right: map(key.right),
      }))
      return { ...mapped, keys }
    }
    case 'apply':
      return { ...node, ...optional('condition', node.condition, map) }
    case 'aggregate':
      return {
        ...node,
        groups: node.groups.map(map),
        aggregates: node.aggregates.map((call) => mapAggregate(call, map)),
      }
    case 'window':
      return {
        ...node,
        partitionBy: node.partitionBy.map(map),
        orderBy: mapSortKeys(node.orderBy, map),
        frame: {
          ...node.frame,
          start: mapBound(node.frame.start, map),
          end: mapBound(node.frame.end, map),
        },
        functions: node.functions.map((call) => mapWindowCall(call, map)),
      }
    case 'distinct':
      return node.on === undefined ? node : { ...node, on: node.on.map(map) }
    case 'sort':
      return { ...node, keys: mapSortKeys(node.keys, map), ...optional('limit', node.limit, map) }
    case 'limit': {
      const bounds = {
        ...optional('limit', node.limit, map),
        ...optional('offset', node.offset, map),
      }
      if (node.tiesBy === undefined) return { ...node, ...bounds }
      return { ...node, ...bounds, tiesBy: mapSortKeys(node.tiesBy, map) }
    }
    case 'insert':
    case 'update':
    case 'delete':
      return mapModify(node, map)
    default:
      return unreachable(node)
  }
}

function mapScan(node: Extract<PlanNode, { kind: 'scan' }>, map: Mapper): PlanNode {
  const filtered = { ...node, ...optional('filter', node.filter, map) }
  if (node.sample === undefined) return filtered
  const percent = map(node.sample.percent)
  const sample = { ...node.sample, percent, ...optional('seed', node.sample.seed, map) }
  return { ...filtered, sample }
}

function mapRange(range: IndexRange, map: Mapper): IndexRange {
  return {
    ...range,
    equal: range.equal.map(map),
    ...(range.lower && { lower: { ...range.lower, value: map(range.lower.value) } }),
    ...(range.upper && { upper: { ...range.upper, value: map(range.upper.value) } }),
    ...optional('anyOf', range.anyOf, map),
  }
}

function mapModify(
  node: Extract<PlanNode, { kind: 'insert' | 'update' | 'delete' }>,
  map: Mapper,
): PlanNode {
  const returning = node.returning === undefined ? {} : { returning: node.returning.map(map) }
  const rules = mapRules(node.rules, map)
  if (node.kind !== 'insert') return { ...node, ...returning, rules }
  if (node.onConflict === undefined) return { ...node, ...returning, rules }
  return { ...node, ...returning, rules, onConflict: mapOnConflict(node.onConflict, map) }
}

function mapOnConflict(clause: OnConflict, map: Mapper): OnConflict {
  return {
    ...clause,
    assignments: clause.assignments.map((one) => ({ ...one, value: map(one.value) })),
    ...optional('condition', clause.condition, map),
  }
}

export function mapRules(rules: TableRules, map: Mapper): TableRules {
  return {
    ...rules,
    generated: rules.generated.map((one) => ({ ...one, expression: map(one.expression) })),
    checks: rules.checks.map((one) => ({ ...one, expression: map(one.expression) })),
    indexes: rules.indexes.map((one) => ({
      ...one,
      keys: one.keys.map(map),
      ...optional('predicate', one.predicate, map),
    })),
  }
}
