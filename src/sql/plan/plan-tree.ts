/**
 * Walking and rewriting plans. The one place that knows the inputs and the expressions of every node kind.
 */
import { assert, unreachable } from '../../errors/sql-error.ts'
import type {
  AggregateCall,
  ColumnId,
  ColumnReference,
  Expression,
  FunctionCall,
  WindowCall,
} from './expression.ts'
import { mapChildren, mapSortKeys } from './expression-tree.ts'
import type {
  FrameBound,
  InsertNode,
  LockRowsNode,
  RowPin,
  OutputColumn,
  PlanNode,
  ProjectSetNode,
  TableRules,
} from './plan-node.ts'

type MapPlan = (node: PlanNode) => PlanNode
type MapExpression = (expression: Expression) => Expression

/** The same node with `map` applied to each input plan. */
export function mapInputs(node: PlanNode, map: MapPlan): PlanNode {
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
    case 'scan':
    case 'systemScan':
    case 'indexScan':
    case 'values':
    case 'constantRows':
    case 'functionScan':
    case 'waitingCall':
    case 'cteScan':
      return node
    case 'project':
    case 'projectSet':
    case 'filter':
    case 'aggregate':
    case 'window':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'lockRows':
    case 'update':
    case 'delete':
    case 'merge': {
      const input = map(node.input)
      return input === node.input ? node : { ...node, input }
    }
    case 'insert':
      return mapInsertInputs(node, map)
    case 'join':
    case 'apply':
    case 'setOperation': {
      const left = map(node.left)
      const right = map(node.right)
      return left === node.left && right === node.right ? node : { ...node, left, right }
    }
    case 'recursiveUnion':
      return { ...node, initial: map(node.initial), step: map(node.step) }
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({ ...cte, plan: map(cte.plan) })),
        input: map(node.input),
      }
    default:
      return unreachable(node)
  }
}

function mapInsertInputs(node: InsertNode, map: MapPlan): PlanNode {
  const input = map(node.input)
  const { onConflict } = node
  if (onConflict?.computed === undefined) return input === node.input ? node : { ...node, input }
  const computed = { ...onConflict.computed, plan: map(onConflict.computed.plan) }
  return { ...node, input, onConflict: { ...onConflict, computed } }
}

/** The call stays the node's own: what is done about calls in expressions does not concern it. */
function mapArguments(call: FunctionCall, map: MapExpression): FunctionCall {
  return { ...call, args: call.args.map(map) }
}

function mapLockRows(node: LockRowsNode, map: MapExpression): PlanNode {
  const targets = node.targets.map((target) => mapRowPin(target, map))
  const pins = node.pins?.map((pin) => mapRowPin(pin, map)) ?? []
  return { ...node, targets, pins }
}

function mapRowPin<T extends RowPin>(target: T, map: MapExpression): T {
  const rowId = map(target.rowId)
  assert(rowId.kind === 'column', 'row ids stay columns')
  return rowId === target.rowId ? target : { ...target, rowId }
}

/** The same node with `map` applied to each of its own expressions (not those of its inputs). */
export function mapExpressions(node: PlanNode, map: MapExpression): PlanNode {
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
    case 'constantRows':
    case 'cteScan':
    case 'setOperation':
    case 'with':
    case 'recursiveUnion':
      return node
    case 'lockRows':
      return mapLockRows(node, map)
    case 'scan':
    case 'systemScan':
      return node.filter === undefined ? node : { ...node, filter: map(node.filter) }
    case 'indexScan':
      return mapIndexScan(node, map)
    case 'values':
      return { ...node, rows: node.rows.map((row) => row.map(map)) }
    case 'waitingCall':
      return { ...node, call: mapArguments(node.call, map) }
    case 'functionScan':
      return { ...node, functions: node.functions.map((f) => ({ ...f, call: map(f.call) })) }
    case 'project':
      return { ...node, expressions: node.expressions.map(map) }
    case 'projectSet':
      return mapProjectSet(node, map)
    case 'filter':
      return { ...node, condition: map(node.condition) }
    case 'join':
      return mapJoin(node, map)
    case 'apply':
      return node.condition === undefined ? node : { ...node, condition: map(node.condition) }
    case 'aggregate':
      return {
        ...node,
        groups: node.groups.map(map),
        aggregates: node.aggregates.map((call) => mapAggregate(call, map)),
      }
    case 'window':
      return mapWindow(node, map)
    case 'distinct':
      return node.on === undefined ? node : { ...node, on: node.on.map(map) }
    case 'sort':
      return {
        ...node,
        keys: mapSortKeys(node.keys, map),
        ...(node.limit === undefined ? {} : { limit: map(node.limit) }),
        ...(node.skipped === undefined ? {} : { skipped: map(node.skipped) }),
      }
    case 'limit':
      return mapLimit(node, map)
    case 'insert':
      return mapInsert(node, map)
    case 'update':
    case 'delete':
    case 'merge':
      return {
        ...node,
        rules: mapRules(node.rules, map),
        ...(node.returning === undefined ? {} : { returning: node.returning.map(map) }),
      }
    default:
      return unreachable(node)
  }
}

function mapProjectSet(node: ProjectSetNode, map: MapExpression): PlanNode {
  const expressions = node.expressions.map((entry) => ({
    ...entry,
    expression: map(entry.expression),
  }))
  return { ...node, expressions }
}

function mapIndexScan(
  node: Extract<PlanNode, { kind: 'indexScan' }>,
  map: MapExpression,
): PlanNode {
  const { equal, lower, upper, anyOf } = node.range
  return {
    ...node,
    range: {
      ...node.range,
      equal: equal.map(map),
      ...(lower === undefined ? {} : { lower: { ...lower, value: map(lower.value) } }),
      ...(upper === undefined ? {} : { upper: { ...upper, value: map(upper.value) } }),
      ...(anyOf === undefined ? {} : { anyOf: map(anyOf) }),
    },
    ...(node.filter === undefined ? {} : { filter: map(node.filter) }),
  }
}

function mapJoin(node: Extract<PlanNode, { kind: 'join' }>, map: MapExpression): PlanNode {
  return {
    ...node,
    ...(node.condition === undefined ? {} : { condition: map(node.condition) }),
    ...(node.keys === undefined
      ? {}
      : { keys: node.keys.map((key) => ({ ...key, left: map(key.left), right: map(key.right) })) }),
  }
}

export function mapAggregate(call: AggregateCall, map: MapExpression): AggregateCall {
  return {
    ...call,
    args: call.args.map(map),
    orderBy: mapSortKeys(call.orderBy, map),
    ...(call.filter === undefined ? {} : { filter: map(call.filter) }),
  }
}

function mapWindow(node: Extract<PlanNode, { kind: 'window' }>, map: MapExpression): PlanNode {
  const mapBound = (bound: FrameBound): FrameBound =>
    'offset' in bound ? { ...bound, offset: map(bound.offset) } : bound
  const mapCall = (call: WindowCall): WindowCall => ({
    ...call,
    args: call.args.map(map),
    ...(call.filter === undefined ? {} : { filter: map(call.filter) }),
  })
  return {
    ...node,
    partitionBy: node.partitionBy.map(map),
    orderBy: mapSortKeys(node.orderBy, map),
    frame: { ...node.frame, start: mapBound(node.frame.start), end: mapBound(node.frame.end) },
    functions: node.functions.map(mapCall),
  }
}

function mapLimit(node: Extract<PlanNode, { kind: 'limit' }>, map: MapExpression): PlanNode {
  return {
    ...node,
    ...(node.limit === undefined ? {} : { limit: map(node.limit) }),
    ...(node.offset === undefined ? {} : { offset: map(node.offset) }),
    ...(node.tiesBy === undefined ? {} : { tiesBy: mapSortKeys(node.tiesBy, map) }),
  }
}

function mapInsert(node: InsertNode, map: MapExpression): PlanNode {
  const { onConflict } = node
  return {
    ...node,
    rules: mapRules(node.rules, map),
    ...(node.returning === undefined ? {} : { returning: node.returning.map(map) }),
    ...(onConflict === undefined
      ? {}
      : {
          onConflict: {
            ...onConflict,
            assignments: onConflict.assignments.map((a) => ({ ...a, value: map(a.value) })),
            ...(onConflict.condition === undefined ? {} : { condition: map(onConflict.condition) }),
          },
        }),
  }
}

export function mapRules(rules: TableRules, map: MapExpression): TableRules {
  return {
    ...rules,
    generated: rules.generated.map((g) => ({ ...g, expression: map(g.expression) })),
    checks: rules.checks.map((check) => ({ ...check, expression: map(check.expression) })),
    indexes: rules.indexes.map((index) => ({
      ...index,
      keys: index.keys.map(map),
      ...(index.predicate === undefined ? {} : { predicate: map(index.predicate) }),
    })),
    ...(rules.viewChecks === undefined
      ? {}
      : {
          viewChecks: rules.viewChecks.map((check) => ({
            ...check,
            expression: map(check.expression),
          })),
        }),
  }
}

/** Bottom-up rewrite of a whole plan. */
export function rewritePlan(node: PlanNode, rewrite: MapPlan): PlanNode {
  return rewrite(mapInputs(node, (input) => rewritePlan(input, rewrite)))
}

/** Visits every node, inputs first. */
export function walkPlan(node: PlanNode, visit: (node: PlanNode) => void): void {
  mapInputs(node, (input) => {
    walkPlan(input, visit)
    return input
  })
  visit(node)
}

/** The plan has a node of that kind, other than in the sub-queries of its expressions. */
export function containsNode(plan: PlanNode, kind: PlanNode['kind']): boolean {
  let isFound = false
  walkPlan(plan, (node) => void (isFound ||= node.kind === kind))
  return isFound
}

/** Visits a node's own expressions, whole trees, and the plans of sub-queries in them. */
export function visitNodeExpressions(
  node: PlanNode,
  visit: (expression: Expression) => void,
): void {
  const descend = (expression: Expression): Expression => {
    visit(expression)
    if (expression.kind === 'subquery') {
      walkPlan(expression.plan, (inner) => visitNodeExpressions(inner, visit))
    }
    return mapChildren(expression, descend)
  }
  mapExpressions(node, descend)
}

/** Columns an expression refers to, those of its sub-queries' plans that come from outside included. */
export function referencedColumns(
  expression: Expression,
  into: Set<ColumnId> = new Set(),
): Set<ColumnId> {
  if (expression.kind === 'column') into.add(expression.column)
  if (expression.kind === 'subquery') for (const id of freeColumns(expression.plan)) into.add(id)
  mapChildren(expression, (child) => {
    referencedColumns(child, into)
    return child
  })
  return into
}

/** Columns a plan refers to but does not make: its correlation with outer queries. */
export function freeColumns(plan: PlanNode): Set<ColumnId> {
  const used = new Set<ColumnId>()
  const made = new Set<ColumnId>()
  collectColumns(plan, used, made)
  for (const id of made) used.delete(id)
  return used
}

function collectColumns(plan: PlanNode, used: Set<ColumnId>, made: Set<ColumnId>): void {
  walkPlan(plan, (node) => {
    for (const column of node.output) made.add(column.id)
    for (const column of internalColumns(node)) made.add(column.id)
    mapExpressions(node, (expression) => {
      referencedColumns(expression, used)
      return expression
    })
  })
}

/** Columns a modify node makes for its own expressions only. */
function internalColumns(node: PlanNode): readonly OutputColumn[] {
  if (node.kind === 'insert') {
    return [
      ...node.rules.row,
      ...(node.onConflict?.existing ?? []),
      ...(node.onConflict?.excluded ?? []),
    ]
  }
  if (node.kind === 'update' || node.kind === 'delete' || node.kind === 'merge') {
    return node.rules.row
  }
  return []
}

export function outputIds(node: PlanNode): Set<ColumnId> {
  return new Set(node.output.map((column) => column.id))
}

/** A reference to an output column. */
export function columnReference(column: OutputColumn): ColumnReference {
  return {
    kind: 'column',
    column: column.id,
    name: column.name,
    type: column.type,
    typmod: column.typmod,
    collation: column.collation,
  }
}

/** Restores a node's column list after a rewrite added columns below. */
export function projectTo(output: readonly OutputColumn[], input: PlanNode): PlanNode {
  if (input.output.length === output.length && input.output.every((c, i) => c.id === output[i]!.id))
    return input
  return { kind: 'project', input, expressions: output.map(columnReference), output }
}

/** As mapChildren, and into the plans of sub-queries: while binding, what they say about outer columns is part of the expression. */
export function mapChildrenDeep(node: Expression, map: MapExpression): Expression {
  const mapped = mapChildren(node, map)
  if (mapped.kind !== 'subquery') return mapped
  return { ...mapped, plan: rewritePlan(mapped.plan, (inner) => mapExpressions(inner, map)) }
}

/** Calls `visit` on the node and everything under it, plans of sub-queries included. Returning false skips the children. */
export function visitDeep(
  node: Expression,
  visit: (expression: Expression) => boolean | void,
): void {
  const walk: MapExpression = (one) => {
    if (visit(one) !== false) mapChildrenDeep(one, walk)
    return one
  }
  walk(node)
}

export function someDeep(node: Expression, test: (expression: Expression) => boolean): boolean {
  let found = false
  visitDeep(node, (one) => {
    found ||= test(one)
    return !found
  })
  return found
}

/** Rebuilds bottom-up, plans of sub-queries included: `replace` sees nodes whose operands are already replaced. */
export function rewriteDeep(node: Expression, replace: MapExpression): Expression {
  return replace(mapChildrenDeep(node, (child) => rewriteDeep(child, replace)))
}
