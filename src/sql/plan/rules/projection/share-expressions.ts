/**
 * Computes once what several aggregates of a node need:
 *
 *   Aggregate[sum(a * b), sum(a * b * c)] over t   →   Aggregate[sum(x), sum(x * c)] over Project(…, x = a * b) over t
 *
 * Only what is certainly evaluated for every row anyway: not arguments of aggregates with FILTER, nor parts of CASE and its like.
 */
import type { Expression } from '../../expression.ts'
import { mapChildren } from '../../expression-tree.ts'
import type { AggregateNode, OutputColumn, PlanNode } from '../../plan-node.ts'
import { columnReference, mapExpressions, rewritePlan } from '../../plan-tree.ts'
import { sameExpression } from '../../same-expression.ts'
import { isImmutable, isVolatile } from '../../volatility.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const shareExpressions: Rule = {
  name: 'share-expressions',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'aggregate' ? share(node, context) : node)),
}

interface Shared {
  readonly expression: Expression
  readonly column: OutputColumn
}

function share(node: AggregateNode, context: RuleContext): PlanNode {
  const found = repeatedCalls(node, context)
  if (found.length === 0) return node
  const shared = found.map((expression): Shared => {
    const { type, typmod, collation } = expression
    const id = context.newColumnId()
    return { expression, column: { id, name: 'shared', type, typmod, collation } }
  })
  const { output } = node.input
  const input: PlanNode = {
    kind: 'project',
    input: node.input,
    expressions: [...output.map(columnReference), ...shared.map(({ expression }) => expression)],
    output: [...output, ...shared.map(({ column }) => column)],
  }
  const replaced = mapExpressions(node, (expression) => replace(expression, shared))
  return { ...replaced, input } as PlanNode // still the aggregate, over another input
}

function replace(expression: Expression, shared: readonly Shared[]): Expression {
  const same = shared.find((candidate) => sameExpression(candidate.expression, expression))
  if (same !== undefined) return columnReference(same.column)
  return mapChildren(expression, (child) => replace(child, shared))
}

/** The largest calls that stand in more than one place. */
function repeatedCalls(node: AggregateNode, context: RuleContext): readonly Expression[] {
  const evaluated = [
    ...node.groups,
    ...node.aggregates.flatMap((call) => (call.filter === undefined ? call.args : [])),
  ]
  const seen: Expression[] = []
  const repeated: Expression[] = []
  const visit = (expression: Expression): void => {
    if (isShareable(expression, context)) {
      if (repeated.some((other) => sameExpression(other, expression))) return
      if (seen.some((other) => sameExpression(other, expression))) {
        repeated.push(expression)
        return
      }
      seen.push(expression)
    }
    for (const child of alwaysEvaluated(expression)) visit(child)
  }
  for (const expression of evaluated) visit(expression)
  return repeated
}

function isShareable(expression: Expression, { catalog }: RuleContext): boolean {
  return (
    expression.kind === 'call' &&
    !isVolatile(expression, catalog) &&
    !isImmutable(expression, catalog) // a constant in the making
  )
}

function alwaysEvaluated(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.args
    case 'relabel':
    case 'coerceViaIo':
      return [expression.input]
    default:
      return []
  }
}
