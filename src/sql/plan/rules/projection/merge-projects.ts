/**
 * Folds a projection into the one below it, so that each row is built once.
 *
 *   Project(c = b + 1) over Project(b = a * 2)   →   Project(c = a * 2 + 1)
 *
 * Only where no work is repeated: what the upper one uses more than once must be a plain column or constant below.
 */
import type { ColumnId, Expression } from '../../expression.ts'
import { substituteColumns, walkExpression } from '../../expression-tree.ts'
import type { PlanNode } from '../../plan-node.ts'
import { rewritePlan } from '../../plan-tree.ts'
import { isVolatile } from '../../volatility.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const mergeProjects: Rule = {
  name: 'merge-projects',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'project' ? mergeWithInput(node, context) : node)),
}

type Project = Extract<PlanNode, { kind: 'project' }>

function mergeWithInput(node: Project, context: RuleContext): PlanNode {
  const { input } = node
  if (input.kind !== 'project') return node
  const definitions = new Map(
    input.output.map((column, index) => [column.id, input.expressions[index]!]),
  )
  if (!isMergeable(node.expressions, definitions, context)) return node
  return {
    ...node,
    input: input.input,
    expressions: node.expressions.map((expression) => substituteColumns(expression, definitions)),
  }
}

function isMergeable(
  expressions: readonly Expression[],
  definitions: ReadonlyMap<ColumnId, Expression>,
  context: RuleContext,
): boolean {
  const uses = new Map<ColumnId, number>()
  for (const expression of expressions) {
    walkExpression(expression, (part) => {
      if (part.kind === 'column') uses.set(part.column, (uses.get(part.column) ?? 0) + 1)
    })
  }
  for (const [id, definition] of definitions) {
    if (isVolatile(definition, context.catalog)) return false
    const isCheap = definition.kind === 'column' || definition.kind === 'constant'
    if (!isCheap && (uses.get(id) ?? 0) > 1) return false
  }
  return true
}
