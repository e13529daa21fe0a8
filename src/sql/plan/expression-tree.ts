/**
 * Walking and rewriting bound expressions. The one place that knows the children of every expression kind,
 * so that a rewrite rule names only the kinds it cares about.
 */
import { unreachable } from '../../errors/sql-error.ts'
import type { ColumnId, Expression, SortKey } from './expression.ts'

type Mapper = (expression: Expression) => Expression

/** The same expression with `map` applied to each direct child. Returns the same object when nothing changed. */
export function mapChildren(expression: Expression, map: Mapper): Expression {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
    case 'placeholder':
    case 'sqlValue':
      return expression
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'minMax':
      return withArgs(expression, map)
    case 'relabel':
    case 'coerceViaIo':
    case 'not':
    case 'nullTest':
    case 'booleanTest':
    case 'field':
      return withInput(expression, map)
    case 'arrayCoerce':
      return { ...expression, input: map(expression.input), element: map(expression.element) }
    case 'coerceToDomain':
      return {
        ...expression,
        input: map(expression.input),
        checks: expression.checks.map((check) => ({ ...check, expression: map(check.expression) })),
      }
    case 'distinctTest':
    case 'nullIf':
      return { ...expression, left: map(expression.left), right: map(expression.right) }
    case 'case':
      return mapCase(expression, map)
    case 'array':
      return { ...expression, elements: expression.elements.map(map) }
    case 'row':
      return { ...expression, fields: expression.fields.map(map) }
    case 'rowCompare':
      return { ...expression, left: expression.left.map(map), right: expression.right.map(map) }
    case 'subscript':
      return mapSubscripts(expression, map)
    case 'assign':
      return { ...mapSubscripts(expression, map), value: map(expression.value) }
    case 'arrayComparison':
      return { ...expression, left: map(expression.left), array: map(expression.array) }
    case 'subquery':
      return expression.test === undefined
        ? expression
        : { ...expression, test: map(expression.test) }
    default:
      return unreachable(expression)
  }
}

function withArgs<T extends Expression & { readonly args: readonly Expression[] }>(
  node: T,
  map: Mapper,
): T {
  const args = mapList(node.args, map)
  return args === node.args ? node : { ...node, args }
}

function withInput<T extends Expression & { readonly input: Expression }>(node: T, map: Mapper): T {
  const input = map(node.input)
  return input === node.input ? node : { ...node, input }
}

function mapList(list: readonly Expression[], map: Mapper): readonly Expression[] {
  const mapped = list.map(map)
  return mapped.every((item, index) => item === list[index]) ? list : mapped
}

function mapCase(node: Extract<Expression, { kind: 'case' }>, map: Mapper): Expression {
  return {
    ...node,
    ...(node.operand === undefined ? {} : { operand: map(node.operand) }),
    branches: node.branches.map(({ when, then }) => ({ when: map(when), then: map(then) })),
    otherwise: map(node.otherwise),
  }
}

function mapSubscripts<T extends Extract<Expression, { kind: 'subscript' | 'assign' }>>(
  node: T,
  map: Mapper,
): T {
  const mapBounds = (bounds: readonly (Expression | null)[]): readonly (Expression | null)[] =>
    bounds.map((bound) => (bound === null ? null : map(bound)))
  return {
    ...node,
    input: map(node.input),
    upper: mapBounds(node.upper),
    ...(node.lower === undefined ? {} : { lower: mapBounds(node.lower) }),
  }
}

/** Bottom-up rewrite of a whole expression (not into the plans of sub-queries). */
export function rewriteExpression(expression: Expression, rewrite: Mapper): Expression {
  return rewrite(mapChildren(expression, (child) => rewriteExpression(child, rewrite)))
}

/** Calls `visit` on the expression and everything below it (not into the plans of sub-queries). */
export function walkExpression(
  expression: Expression,
  visit: (expression: Expression) => void,
): void {
  visit(expression)
  mapChildren(expression, (child) => {
    walkExpression(child, visit)
    return child
  })
}

export function someExpression(
  expression: Expression,
  test: (expression: Expression) => boolean,
): boolean {
  if (test(expression)) return true
  let found = false
  mapChildren(expression, (child) => {
    found ||= someExpression(child, test)
    return child
  })
  return found
}

/** Replaces column references by expressions; columns not in the map stay. */
export function substituteColumns(
  expression: Expression,
  replacements: ReadonlyMap<ColumnId, Expression>,
): Expression {
  if (replacements.size === 0) return expression
  return rewriteExpression(expression, (node) =>
    node.kind === 'column' ? (replacements.get(node.column) ?? node) : node,
  )
}

/** The conjuncts of a condition: `a AND (b AND c)` → [a, b, c]; nothing → []. */
export function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (condition === undefined) return []
  if (condition.kind === 'and') return condition.args.flatMap(conjuncts)
  return [condition]
}

/** The conjunction of the parts; undefined when there are none. */
export function conjunction(parts: readonly Expression[]): Expression | undefined {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first
  return { kind: 'and', args: parts, type: first.type, typmod: -1, collation: first.collation }
}

export function mapSortKeys(keys: readonly SortKey[], map: Mapper): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expression: map(key.expression) }))
}
