/**
 * Turns applies into joins where the right side depends on the left through conditions only.
 *
 *   Apply[semi](t, Filter(u.x = t.x) over u)          →  Join[semi, u.x = t.x](t, u)
 *   Apply[scalar](t, Aggregate(Filter(u.x = t.x), …)) →  Join[left, u.x = t.x](t, Aggregate(u group by x, …))
 *
 * What stays an apply is run once per distinct outer value in sequence. For few outer rows with an index on the inner side
 * that is also the faster way, so scalar aggregates are only unnested when the outer side is not small.
 */
import type { Oid } from '../../../catalog/catalog.ts'
import { comparisonOperator } from '../../comparison.ts'
import { estimateRows } from '../../estimate.ts'
import type { ColumnId, Expression, FunctionCall } from '../../expression.ts'
import { conjunction, conjuncts, substituteColumns } from '../../expression-tree.ts'
import type { AggregateNode, ApplyNode, OutputColumn, PlanNode } from '../../plan-node.ts'
import {
  columnReference,
  freeColumns,
  outputIds,
  referencedColumns,
  rewritePlan,
} from '../../plan-tree.ts'
import { isVolatile } from '../../volatility.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** Below this many outer rows a correlated aggregate is cheaper run row by row. */
const UNNEST_MIN_OUTER_ROWS = 16

export const decorrelate: Rule = {
  name: 'decorrelate',
  apply: (plan, context) =>
    rewritePlan(plan, (node) =>
      node.kind === 'apply' ? decorrelateApply(refreshed(node), context) : node,
    ),
}

/** Conditions taken out of the inputs below may have left them more columns than they had. */
function refreshed(node: ApplyNode): ApplyNode {
  const { form, left, right } = node
  if (form === 'inner' || form === 'left')
    return { ...node, output: [...left.output, ...right.output] }
  const appended = form === 'semi' || form === 'anti' ? [] : node.output.slice(-1)
  return { ...node, output: [...left.output, ...appended] }
}

function decorrelateApply(node: ApplyNode, context: RuleContext): PlanNode {
  switch (node.form) {
    case 'inner':
    case 'left':
      return toLateralJoin(node)
    case 'semi':
    case 'anti':
      return toFilteringJoin(node, context)
    case 'exists':
    case 'any':
      return toMarkJoin(node, context)
    case 'scalar':
      return unnestAggregate(node, context)
    case 'array':
    case 'all':
      return node
  }
}

/** A plan freed of its outer references, and the conditions that held them. */
interface Pulled {
  readonly plan: PlanNode
  readonly conditions: readonly Expression[]
}

/**
 * Removes conditions on outer columns from the top of a plan, or undefined when they sit where they cannot be taken out.
 * Columns the conditions need stay visible in the plan's output.
 */
function pullConditions(plan: PlanNode, outer: ReadonlySet<ColumnId>): Pulled | undefined {
  if (!isCorrelated(plan, outer)) return { plan, conditions: [] }
  switch (plan.kind) {
    case 'filter':
      return pullFrom(plan.condition, plan.input, outer)
    case 'scan':
    case 'indexScan':
    case 'systemScan': {
      const [kept, pulled] = split(plan.filter, outer)
      const { filter: _, ...bare } = plan
      const node = kept === undefined ? bare : { ...bare, filter: kept }
      return isCorrelated(node, outer) ? undefined : { plan: node, conditions: pulled }
    }
    case 'project':
      return pullThroughProject(plan, outer)
    case 'join': {
      if (plan.type !== 'inner') return undefined
      const left = pullConditions(plan.left, outer)
      const right = pullConditions(plan.right, outer)
      if (left === undefined || right === undefined) return undefined
      const [kept, pulled] = split(plan.condition, outer)
      const { condition: _, ...bare } = plan
      return {
        plan: {
          ...bare,
          left: left.plan,
          right: right.plan,
          ...(kept === undefined ? {} : { condition: kept }),
          output: [...left.plan.output, ...right.plan.output],
        },
        conditions: [...left.conditions, ...right.conditions, ...pulled],
      }
    }
    default:
      return undefined
  }
}

function isCorrelated(plan: PlanNode, outer: ReadonlySet<ColumnId>): boolean {
  for (const id of freeColumns(plan)) if (outer.has(id)) return true
  return false
}

function split(
  condition: Expression | undefined,
  outer: ReadonlySet<ColumnId>,
): readonly [Expression | undefined, readonly Expression[]] {
  const parts = conjuncts(condition)
  const isOuter = (part: Expression): boolean =>
    [...referencedColumns(part)].some((id) => outer.has(id))
  return [conjunction(parts.filter((part) => !isOuter(part))), parts.filter(isOuter)]
}

function pullFrom(
  condition: Expression,
  input: PlanNode,
  outer: ReadonlySet<ColumnId>,
): Pulled | undefined {
  const below = pullConditions(input, outer)
  if (below === undefined) return undefined
  const [kept, pulled] = split(condition, outer)
  const plan: PlanNode =
    kept === undefined
      ? below.plan
      : { kind: 'filter', input: below.plan, condition: kept, output: below.plan.output }
  return { plan, conditions: [...below.conditions, ...pulled] }
}

function pullThroughProject(
  plan: Extract<PlanNode, { kind: 'project' }>,
  outer: ReadonlySet<ColumnId>,
): Pulled | undefined {
  const below = pullConditions(plan.input, outer)
  if (below === undefined) return undefined
  if (plan.expressions.some((e) => [...referencedColumns(e)].some((id) => outer.has(id))))
    return undefined
  const shown = outputIds(plan)
  const needed = new Set(below.conditions.flatMap((condition) => [...referencedColumns(condition)]))
  const extra = below.plan.output.filter((column) => needed.has(column.id) && !shown.has(column.id))
  return {
    plan: {
      ...plan,
      input: below.plan,
      expressions: [...plan.expressions, ...extra.map(columnReference)],
      output: [...plan.output, ...extra],
    },
    conditions: below.conditions,
  }
}

function toLateralJoin(node: ApplyNode): PlanNode {
  const pulled = pullConditions(node.right, new Set(node.correlation))
  if (pulled === undefined) return node
  const condition = conjunction([...pulled.conditions, ...conjuncts(node.condition)])
  const join: PlanNode = {
    kind: 'join',
    type: node.form === 'left' ? 'left' : 'inner',
    left: node.left,
    right: pulled.plan,
    ...(condition === undefined ? {} : { condition }),
    output: [...node.left.output, ...pulled.plan.output],
  }
  return join
}

/** EXISTS does not care how many rows there are, in what order, or what they show. */
function existenceOnly(plan: PlanNode): PlanNode {
  if (plan.kind === 'sort' || plan.kind === 'distinct') return existenceOnly(plan.input)
  if (plan.kind === 'project') return { ...plan, input: existenceOnly(plan.input) }
  if (
    plan.kind === 'limit' &&
    plan.offset === undefined &&
    plan.limit?.kind === 'constant' &&
    Number(plan.limit.value) > 0
  ) {
    return existenceOnly(plan.input)
  }
  return plan
}

function toFilteringJoin(node: ApplyNode, context: RuleContext): PlanNode {
  const right = node.condition === undefined ? existenceOnly(node.right) : node.right
  const pulled = pullConditions(right, new Set(node.correlation))
  if (pulled === undefined) return node
  if (pulled.conditions.length === 0 && node.condition === undefined) return node // uncorrelated EXISTS: evaluated once
  if (isCheapLookup(node, pulled, context)) return node
  const condition = conjunction([...pulled.conditions, ...conjuncts(node.condition)])
  return {
    kind: 'join',
    type: node.form === 'semi' ? 'semi' : 'anti',
    left: node.left,
    right: pulled.plan,
    ...(condition === undefined ? {} : { condition }),
    output: node.output,
  }
}

/** Few outer rows against a large inner side: stay an apply, for an index to serve. */
function isCheapLookup(node: ApplyNode, pulled: Pulled, context: RuleContext): boolean {
  if (node.condition !== undefined || pulled.conditions.length === 0) return false
  return (
    estimateRows(node.left, context) < UNNEST_MIN_OUTER_ROWS &&
    estimateRows(pulled.plan, context) > 1000
  )
}

/** EXISTS or IN used as a value. Three-valued IN needs a single equality for the hash join to know the nulls. */
function toMarkJoin(node: ApplyNode, context: RuleContext): PlanNode {
  const right = node.form === 'exists' ? existenceOnly(node.right) : node.right
  const pulled = pullConditions(right, new Set(node.correlation))
  if (pulled === undefined) return node
  if (node.form === 'exists' && pulled.conditions.length === 0) return node
  if (node.form === 'any') {
    // With further conditions "unknown" would have to be told from "no match" per group: leave those to the apply.
    if (pulled.conditions.length > 0) return node
    if (node.condition === undefined || comparisonOperator(node.condition, context.catalog) !== '=')
      return node
  }
  const mark = node.output.at(-1)!
  const condition = conjunction([...pulled.conditions, ...conjuncts(node.condition)])
  return {
    kind: 'join',
    type: 'semi',
    left: node.left,
    right: pulled.plan,
    mark,
    ...(node.form === 'any' ? { nullAware: true } : {}),
    ...(condition === undefined ? {} : { condition }),
    output: node.output,
  }
}

/** Scalar sub-query over one ungrouped aggregate, correlated by equalities. */
function unnestAggregate(node: ApplyNode, context: RuleContext): PlanNode {
  if (node.correlation.length === 0 || estimateRows(node.left, context) < UNNEST_MIN_OUTER_ROWS)
    return node
  const project = node.right.kind === 'project' ? node.right : undefined
  const aggregate = project === undefined ? node.right : project.input
  if (
    aggregate.kind !== 'aggregate' ||
    aggregate.groups.length > 0 ||
    aggregate.groupingSets !== undefined
  )
    return node
  const outer = new Set(node.correlation)
  const pulled = pullConditions(aggregate.input, outer)
  if (pulled === undefined || isCorrelated({ ...aggregate, input: pulled.plan }, outer)) return node
  if (project?.expressions.some((e) => [...referencedColumns(e)].some((id) => outer.has(id))))
    return node
  if (!isRegroupable(aggregate, project?.expressions ?? [], context)) return node
  const equalities = pulled.conditions.map((condition) => asEquality(condition, outer, context))
  if (equalities.some((equality) => equality === undefined)) return node
  return joinGrouped(
    node,
    aggregate,
    project?.expressions[0],
    pulled.plan,
    equalities as readonly Equality[],
    context,
  )
}

/** Hypothetical-set aggregates answer also for no rows; volatile parts must be computed once per outer row. */
function isRegroupable(
  aggregate: AggregateNode,
  shown: readonly Expression[],
  { catalog }: RuleContext,
): boolean {
  if (aggregate.groupings.length > 0 || shown.some((e) => isVolatile(e, catalog))) return false
  return aggregate.aggregates.every(
    (call) =>
      call.directArguments === 0 &&
      !/^(rank|dense_rank|percent_rank|cume_dist)\(/.test(call.signature) &&
      !call.args.some((arg) => isVolatile(arg, catalog)),
  )
}

interface Equality {
  readonly inner: Expression
  readonly condition: FunctionCall
  readonly innerIsLeft: boolean
}

/** inner = outer, with each side on one side only. */
function asEquality(
  condition: Expression,
  outer: ReadonlySet<ColumnId>,
  context: RuleContext,
): Equality | undefined {
  if (condition.kind !== 'call' || comparisonOperator(condition, context.catalog) !== '=')
    return undefined
  const isOuter = (e: Expression): boolean => [...referencedColumns(e)].every((id) => outer.has(id))
  const isInner = (e: Expression): boolean =>
    [...referencedColumns(e)].every((id) => !outer.has(id))
  const [left, right] = [condition.args[0]!, condition.args[1]!]
  if (isInner(left) && isOuter(right)) return { inner: left, condition, innerIsLeft: true }
  if (isOuter(left) && isInner(right)) return { inner: right, condition, innerIsLeft: false }
  return undefined
}

function joinGrouped(
  node: ApplyNode,
  aggregate: AggregateNode,
  value: Expression | undefined,
  input: PlanNode,
  equalities: readonly Equality[],
  context: RuleContext,
): PlanNode {
  const keys = equalities.map(({ inner }): OutputColumn => ({
    id: context.newColumnId(),
    name: 'key',
    type: inner.type,
    typmod: inner.typmod,
    collation: inner.collation,
  }))
  const grouped: PlanNode = {
    ...aggregate,
    input,
    groups: equalities.map(({ inner }) => inner),
    output: [...keys, ...aggregate.output],
  }
  const condition = conjunction(
    equalities.map(({ condition: equality, innerIsLeft }, index) => {
      const key = columnReference(keys[index]!)
      const [left, right] = [equality.args[0]!, equality.args[1]!]
      return { ...equality, args: innerIsLeft ? [key, right] : [left, key] }
    }),
  )!
  const join: PlanNode = {
    kind: 'join',
    type: 'left',
    left: node.left,
    right: grouped,
    condition,
    output: [...node.left.output, ...grouped.output],
  }
  // An outer row without a group still sees the aggregates of no rows: count is 0, the others are null.
  const emptyGroup = new Map(
    aggregate.output.map((column, index) => [
      column.id,
      ofEmptyGroup(column, aggregate.aggregates[index]?.signature ?? ''),
    ]),
  )
  const result = substituteColumns(value ?? columnReference(aggregate.output[0]!), emptyGroup)
  return {
    kind: 'project',
    input: join,
    expressions: [...node.left.output.map(columnReference), result],
    output: node.output,
  }
}

function ofEmptyGroup(column: OutputColumn, signature: string): Expression {
  const reference = columnReference(column)
  if (!/^(count|regr_count)\(/.test(signature)) return reference
  const zero: Expression = {
    kind: 'constant',
    value: 0,
    type: column.type,
    typmod: -1,
    collation: 0 as Oid,
  }
  return {
    kind: 'coalesce',
    args: [reference, zero],
    type: column.type,
    typmod: -1,
    collation: 0 as Oid,
  }
}
