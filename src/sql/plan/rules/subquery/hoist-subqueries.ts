/**
 * Turns every sub-query in an expression into an ApplyNode below the node that holds the expression, and the expression
 * into a reference to the column the apply appends. After this rule no expression touches storage.
 *
 *   Filter(a = (SELECT max(x) …))   →   Filter(a = c1) over Apply[scalar → c1](input, SELECT max(x) …)
 *   Filter(EXISTS (…) AND b)        →   Filter(b) over Apply[semi](input, …)
 *
 * LIMIT: branches of CASE lose their laziness for sub-queries: an error inside one is raised even when its branch is not taken.
 */
import { unsupported } from '../../../../errors/sql-error.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { ColumnId, Expression, Subquery } from '../../expression.ts'
import {
  conjunction,
  conjuncts,
  mapChildren,
  someExpression,
  substituteColumns,
} from '../../expression-tree.ts'
import type { ApplyNode, JoinNode, OutputColumn, PlanNode, ValuesNode } from '../../plan-node.ts'
import {
  columnReference,
  freeColumns,
  mapExpressions,
  mapInputs,
  outputIds,
  projectTo,
  referencedColumns,
} from '../../plan-tree.ts'
import type { Rule, RuleContext } from '../rule.ts'

const BOOLEAN = 16 as Oid // pg_type.oid of bool, fixed for ever

export const hoistSubqueries: Rule = {
  name: 'hoist-subqueries',
  apply: (plan, context) => hoistPlan(plan, context),
}

function hoistPlan(plan: PlanNode, context: RuleContext): PlanNode {
  const node = mapInputs(plan, (input) => hoistPlan(input, context))
  if (!hasSubquery(node)) return node
  switch (node.kind) {
    case 'filter':
      return hoistFilter(node.input, node.condition, context)
    case 'project':
    case 'projectSet':
    case 'aggregate':
    case 'sort':
    case 'distinct':
    case 'window':
      return hoistUnary(node, context)
    case 'join':
      return hoistJoin(node, context)
    case 'values':
      return hoistValues(node, context)
    case 'limit':
    case 'functionScan':
      return hoistBeside(node, context)
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return hoistReturning(node, context)
    default:
      throw unsupported(`sub-query in a ${node.kind} node`)
  }
}

function isSubquery(expression: Expression): expression is Subquery {
  return expression.kind === 'subquery'
}

function containsSubquery(expression: Expression): boolean {
  return someExpression(expression, isSubquery)
}

function hasSubquery(node: PlanNode): boolean {
  let found = false
  mapExpressions(node, (expression) => {
    found ||= containsSubquery(expression)
    return expression
  })
  return found
}

/** An input that grows by one apply per hoisted sub-query. */
interface Growing {
  input: PlanNode
}

/** Replaces the sub-queries of an expression by columns, growing `target` by the applies that compute them. */
function hoistExpression(
  expression: Expression,
  target: Growing,
  context: RuleContext,
): Expression {
  if (expression.kind !== 'subquery') {
    return mapChildren(expression, (child) => hoistExpression(child, target, context))
  }
  const column: OutputColumn = {
    id: context.newColumnId(),
    name: expression.form,
    type: expression.form === 'scalar' || expression.form === 'array' ? expression.type : BOOLEAN,
    typmod: expression.typmod,
    collation: expression.collation,
  }
  target.input = applyFor(expression, expression.form, target.input, [column], target, context)
  return columnReference(column)
}

function applyFor(
  subquery: Subquery,
  form: ApplyNode['form'],
  left: PlanNode,
  appended: readonly OutputColumn[],
  target: Growing,
  context: RuleContext,
): ApplyNode {
  const growing: Growing = { input: left }
  // The left operand of `(SELECT …) IN (SELECT …)` may hold sub-queries itself.
  const condition =
    subquery.test === undefined ? undefined : hoistExpression(subquery.test, growing, context)
  target.input = growing.input
  const right = hoistPlan(subquery.plan, context)
  const free = freeColumns(right)
  const leftIds = outputIds(growing.input)
  return {
    kind: 'apply',
    form,
    left: growing.input,
    right,
    correlation: [...free].filter((id) => leftIds.has(id)),
    ...(condition === undefined ? {} : { condition }),
    output: [...growing.input.output, ...appended],
  }
}

/** WHERE: EXISTS and IN at the top of the condition filter rows directly; anything deeper becomes a value. */
function hoistFilter(input: PlanNode, condition: Expression, context: RuleContext): PlanNode {
  const target: Growing = { input }
  const rest: Expression[] = []
  const parts = [...conjuncts(condition)]
  // Cheap conditions first: they leave fewer rows to run sub-queries for.
  const plain = conjunction(parts.filter((part) => !containsSubquery(part)))
  if (plain !== undefined) {
    target.input = {
      kind: 'filter',
      input: target.input,
      condition: plain,
      output: target.input.output,
    }
  }
  for (const part of parts.filter(containsSubquery)) {
    const filtering = filteringForm(part)
    if (filtering === undefined) {
      rest.push(hoistExpression(part, target, context))
    } else {
      target.input = applyFor(filtering.subquery, filtering.form, target.input, [], target, context)
    }
  }
  const remaining = conjunction(rest)
  const filtered: PlanNode =
    remaining === undefined
      ? target.input
      : { kind: 'filter', input: target.input, condition: remaining, output: target.input.output }
  return projectTo(input.output, filtered)
}

/** EXISTS (…), NOT EXISTS (…) and x = ANY (…) as whole conjuncts. */
function filteringForm(
  part: Expression,
): { form: 'semi' | 'anti'; subquery: Subquery } | undefined {
  if (isSubquery(part) && (part.form === 'exists' || part.form === 'any')) {
    return { form: 'semi', subquery: part }
  }
  if (part.kind === 'not' && isSubquery(part.input) && part.input.form === 'exists') {
    return { form: 'anti', subquery: part.input }
  }
  return undefined
}

/** Nodes whose expressions are all evaluated over the rows of their one input. */
function hoistUnary(
  node: Extract<PlanNode, { readonly input: PlanNode }>,
  context: RuleContext,
): PlanNode {
  const target: Growing = { input: node.input }
  const mapped = mapExpressions(node, (expression) => hoistExpression(expression, target, context))
  const passesInputThrough = node.kind === 'sort' || node.kind === 'distinct'
  const result = {
    ...mapped,
    input: target.input,
    ...(passesInputThrough ? { output: target.input.output } : {}),
    ...(node.kind === 'window'
      ? { output: [...target.input.output, ...node.output.slice(node.input.output.length)] }
      : {}),
  } as PlanNode // the node's own kind with another input: still the same variant
  return projectTo(node.output, result)
}

/** JOIN … ON with sub-queries: inner joins filter afterwards, what concerns the right side alone filters it before. */
function hoistJoin(node: JoinNode, context: RuleContext): PlanNode {
  const { condition, ...cross } = node
  if (condition === undefined) return node
  if (node.type === 'inner') return projectTo(node.output, hoistFilter(cross, condition, context))
  if (node.type === 'right') return projectTo(node.output, hoistJoin(mirrored(node), context))
  if (node.type !== 'left') throw unsupported(`sub-query in the condition of a ${node.type} join`)
  const leftIds = outputIds(node.left)
  const usesLeft = (part: Expression): boolean =>
    [...referencedColumns(part)].some((id) => leftIds.has(id))
  const ofRight = conjunction(conjuncts(condition).filter((part) => !usesLeft(part)))
  const rest = conjunction(conjuncts(condition).filter(usesLeft))
  const right = ofRight === undefined ? node.right : hoistFilter(node.right, ofRight, context)
  if (rest === undefined) return { ...cross, right }
  return containsSubquery(rest)
    ? runPerLeftRow({ ...cross, right }, rest, leftIds, context)
    : { ...cross, right, condition: rest }
}

/** A left join whose condition asks sub-queries about both sides. */
function runPerLeftRow(
  node: JoinNode,
  condition: Expression,
  leftIds: ReadonlySet<ColumnId>,
  context: RuleContext,
): PlanNode {
  const right = hoistFilter(node.right, condition, context)
  return {
    kind: 'apply',
    form: 'left',
    left: node.left,
    right,
    correlation: [...freeColumns(right)].filter((id) => leftIds.has(id)),
    output: node.output,
  }
}

/** A right join as the left join it is seen from the other side. */
function mirrored(node: JoinNode): JoinNode {
  const { left, right } = node
  return {
    ...node,
    type: 'left',
    left: right,
    right: left,
    output: [...right.output, ...left.output],
  }
}

/** VALUES with sub-queries: each such row becomes a projection over applies, the rows a balanced UNION ALL. */
function hoistValues(node: ValuesNode, context: RuleContext): PlanNode {
  const rows = node.rows.map((row): PlanNode => {
    const output = node.output.map((column) => ({ ...column, id: context.newColumnId() }))
    const target: Growing = { input: { kind: 'oneRow', output: [] } }
    const expressions = row.map((value) => hoistExpression(value, target, context))
    return { kind: 'project', input: target.input, expressions, output }
  })
  const union = (from: number, to: number): PlanNode => {
    if (to - from === 1) return { ...rows[from]!, output: rows[from]!.output }
    const middle = (from + to) >> 1
    const output = node.output.map((column) => ({ ...column, id: context.newColumnId() }))
    return {
      kind: 'setOperation',
      operation: 'union',
      all: true,
      left: union(from, middle),
      right: union(middle, to),
      output,
    }
  }
  return { ...union(0, rows.length), output: node.output }
}

/** LIMIT (SELECT …) and f((SELECT …)) in FROM: the values are computed first, beside the node. */
function hoistBeside(node: PlanNode, context: RuleContext): PlanNode {
  const target: Growing = { input: { kind: 'oneRow', output: [] } }
  const right = mapExpressions(node, (expression) => hoistExpression(expression, target, context))
  const left = target.input
  const leftIds = outputIds(left)
  return projectTo(node.output, {
    kind: 'apply',
    form: 'inner',
    left,
    right,
    correlation: [...freeColumns(right)].filter((id) => leftIds.has(id)),
    output: [...left.output, ...right.output],
  })
}

/** RETURNING with sub-queries: the node returns the columns they need, a projection above computes them. */
function hoistReturning(
  node: Extract<PlanNode, { kind: 'insert' | 'update' | 'delete' | 'merge' }>,
  context: RuleContext,
): PlanNode {
  const returning = node.returning ?? []
  if (!returning.some(containsSubquery)) throw unsupported('sub-query in ON CONFLICT DO UPDATE')
  const available = [...node.rules.row, ...node.input.output]
  const used = new Set<ColumnId>()
  for (const expression of returning) referencedColumns(expression, used)
  const passed = available.filter(
    (column, index) =>
      used.has(column.id) && available.findIndex((c) => c.id === column.id) === index,
  )
  const fresh = passed.map((column) => ({ ...column, id: context.newColumnId() }))
  const renamed = new Map(
    passed.map((column, index) => [column.id, columnReference(fresh[index]!)]),
  )
  const inner: PlanNode = { ...node, returning: passed.map(columnReference), output: fresh }
  const target: Growing = { input: inner }
  const expressions = returning.map((expression) =>
    hoistExpression(renameInSubqueries(expression, renamed), target, context),
  )
  return { kind: 'project', input: target.input, expressions, output: node.output }
}

/** Substitutes columns in an expression and in the plans of its sub-queries. */
export function renameInSubqueries(
  expression: Expression,
  renamed: ReadonlyMap<ColumnId, Expression>,
): Expression {
  const substituted = substituteColumns(expression, renamed)
  const descend = (node: Expression): Expression => {
    const mapped = mapChildren(node, descend)
    return mapped.kind === 'subquery'
      ? { ...mapped, plan: substituteInPlan(mapped.plan, renamed) }
      : mapped
  }
  return descend(substituted)
}

/** Substitutes columns everywhere in a plan. */
export function substituteInPlan(
  plan: PlanNode,
  renamed: ReadonlyMap<ColumnId, Expression>,
): PlanNode {
  const node = mapInputs(plan, (input) => substituteInPlan(input, renamed))
  return mapExpressions(node, (expression) => renameInSubqueries(expression, renamed))
}
