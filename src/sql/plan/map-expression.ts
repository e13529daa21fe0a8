/**
 * Walks and rebuilds expression trees. `mapChildren` is the one place that knows where each kind keeps its operands;
 * everything else is built on it. Sub-query plans are reached through `map-plan.ts`.
 */
import { unreachable } from '../../errors/sql-error.ts'
import type { ColumnId, Expression } from './expression.ts'
import { mapPlanExpressions } from './map-plan.ts'

export type Mapper = (expression: Expression) => Expression

function mapList(list: readonly Expression[], map: Mapper): readonly Expression[] {
  let changed = false
  const mapped = list.map((one) => {
    const result = map(one)
    if (result !== one) changed = true
    return result
  })
  return changed ? mapped : list
}

function mapNullable(
  list: readonly (Expression | null)[],
  map: Mapper,
): readonly (Expression | null)[] {
  return list.map((one) => (one === null ? null : map(one)))
}

/** The same node over mapped operands; expressions inside a sub-query's plan included. */
export function mapChildren(node: Expression, map: Mapper): Expression {
  switch (node.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
    case 'placeholder':
    case 'sqlValue':
      return node
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'minMax': {
      const args = mapList(node.args, map)
      return args === node.args ? node : { ...node, args }
    }
    case 'relabel':
    case 'coerceViaIo':
    case 'not':
    case 'nullTest':
    case 'booleanTest':
    case 'field': {
      const input = map(node.input)
      return input === node.input ? node : { ...node, input }
    }
    // Element casts and domain checks see only their placeholder.
    case 'arrayCoerce':
    case 'coerceToDomain':
      return { ...node, input: map(node.input) }
    case 'distinctTest':
    case 'nullIf':
      return { ...node, left: map(node.left), right: map(node.right) }
    case 'arrayComparison':
      return { ...node, left: map(node.left), array: map(node.array) }
    case 'array':
      return { ...node, elements: mapList(node.elements, map) }
    case 'row':
      return { ...node, fields: mapList(node.fields, map) }
    case 'rowCompare':
      return { ...node, left: mapList(node.left, map), right: mapList(node.right, map) }
    case 'case':
      return mapCase(node, map)
    case 'subscript':
    case 'assign':
      return mapSubscript(node, map)
    case 'subquery': {
      const plan = mapPlanExpressions(node.plan, map)
      return node.test === undefined ? { ...node, plan } : { ...node, plan, test: map(node.test) }
    }
    default:
      return unreachable(node)
  }
}

function mapCase(node: Expression & { kind: 'case' }, map: Mapper): Expression {
  const branches = node.branches.map((one) => ({ when: map(one.when), then: map(one.then) }))
  const rest = { ...node, branches, otherwise: map(node.otherwise) }
  return node.operand === undefined ? rest : { ...rest, operand: map(node.operand) }
}

function mapSubscript(
  node: Expression & { kind: 'subscript' | 'assign' },
  map: Mapper,
): Expression {
  const upper = mapNullable(node.upper, map)
  const bounds =
    node.lower === undefined ? { upper } : { upper, lower: mapNullable(node.lower, map) }
  if (node.kind === 'subscript') return { ...node, ...bounds, input: map(node.input) }
  return { ...node, ...bounds, input: map(node.input), value: map(node.value) }
}

/** Calls `visit` on the node and everything under it, sub-query plans included. Returning false skips the children. */
export function visitExpression(
  node: Expression,
  visit: (expression: Expression) => boolean | void,
): void {
  const walk: Mapper = (one) => {
    if (visit(one) !== false) mapChildren(one, walk)
    return one
  }
  walk(node)
}

export function someExpression(
  node: Expression,
  test: (expression: Expression) => boolean,
): boolean {
  let found = false
  visitExpression(node, (one) => {
    if (found) return false
    found = test(one)
    return !found
  })
  return found
}

/** Rebuilds bottom-up: `replace` sees nodes whose operands are already replaced. */
export function transformExpression(node: Expression, replace: Mapper): Expression {
  return replace(mapChildren(node, (child) => transformExpression(child, replace)))
}

export function columnsOf(node: Expression): Set<ColumnId> {
  const columns = new Set<ColumnId>()
  visitExpression(node, (one) => {
    if (one.kind === 'column') columns.add(one.column)
  })
  return columns
}
