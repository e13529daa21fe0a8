/**
 * Finds the equalities between the two sides of a join, so that it can be hashed; what is left stays as residual condition.
 *
 *   Join[t.a = u.b AND t.c < u.d]   →   Join[keys a = b; residual c < d]
 */
import { comparisonOperator } from '../../comparison.ts'
import type { ColumnId, Expression } from '../../expression.ts'
import { conjunction, conjuncts } from '../../expression-tree.ts'
import type { JoinNode } from '../../plan-node.ts'
import { outputIds, referencedColumns, rewritePlan } from '../../plan-tree.ts'
import { isVolatile } from '../../volatility.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const extractJoinKeys: Rule = {
  name: 'extract-join-keys',
  apply: (plan, context) =>
    rewritePlan(plan, (node) =>
      node.kind === 'join' && node.keys === undefined ? withKeys(node, context) : node,
    ),
}

type JoinKey = NonNullable<JoinNode['keys']>[number]

function withKeys(node: JoinNode, context: RuleContext): JoinNode {
  const left = outputIds(node.left)
  const right = outputIds(node.right)
  const keys: JoinKey[] = []
  const residual: Expression[] = []
  for (const part of conjuncts(node.condition)) {
    const key = asKey(part, left, right, context)
    if (key === undefined) residual.push(part)
    else keys.push(key)
  }
  if (keys.length === 0) return node
  const { condition: _, ...rest } = node
  const condition = conjunction(residual)
  return { ...rest, keys, ...(condition === undefined ? {} : { condition }) }
}

function asKey(
  part: Expression,
  left: ReadonlySet<ColumnId>,
  right: ReadonlySet<ColumnId>,
  context: RuleContext,
): JoinKey | undefined {
  if (isVolatile(part, context.catalog)) return undefined
  const equality = asEquality(part, context)
  if (equality === undefined) return undefined
  const { first, second, procedure, nullEqual } = equality
  const extra = nullEqual ? { nullEqual } : {}
  if (isFrom(first, left, right) && isFrom(second, right, left))
    return { left: first, right: second, procedure, ...extra }
  if (isFrom(first, right, left) && isFrom(second, left, right))
    return { left: second, right: first, procedure, ...extra }
  return undefined
}

function asEquality(part: Expression, context: RuleContext) {
  if (part.kind === 'call' && comparisonOperator(part, context.catalog) === '=') {
    if (context.catalog.operator(part.operator!)?.canHash !== true) return undefined
    const [first, second] = [part.args[0]!, part.args[1]!]
    // Values of different types (int4 = int8, date = timestamp) need not encode alike: only same-kind keys are hashed.
    if (context.catalog.type(first.type).kind !== context.catalog.type(second.type).kind) {
      if (!isNumberKind(first, context) || !isNumberKind(second, context)) return undefined
    }
    return { first, second, procedure: part.procedure, nullEqual: false }
  }
  if (part.kind === 'distinctTest' && part.negated && part.left.type === part.right.type) {
    return { first: part.left, second: part.right, procedure: part.procedure, nullEqual: true }
  }
  return undefined
}

function isNumberKind(expression: Expression, context: RuleContext): boolean {
  return ['int32', 'int64', 'float64'].includes(context.catalog.type(expression.type).kind)
}

/** Uses at least one column of `own` and none of `other`. */
function isFrom(
  expression: Expression,
  own: ReadonlySet<ColumnId>,
  other: ReadonlySet<ColumnId>,
): boolean {
  const used = [...referencedColumns(expression)]
  return used.some((id) => own.has(id)) && !used.some((id) => other.has(id))
}
