/**
 * Removes projections that hand on exactly the columns of their input, as other rules leave them behind. Runs last: whoever
 * needs its input's columns in their places has put a projection where they differ.
 */
import type { PlanNode } from '../../plan-node.ts'
import { rewritePlan } from '../../plan-tree.ts'
import type { Rule } from '../rule.ts'

export const dropIdentityProjects: Rule = {
  name: 'drop-identity-projects',
  apply: (plan) =>
    rewritePlan(plan, (node) => (node.kind === 'project' && isIdentity(node) ? node.input : node)),
}

function isIdentity({
  input,
  expressions,
  output,
}: Extract<PlanNode, { kind: 'project' }>): boolean {
  return (
    output.length === input.output.length &&
    expressions.every(
      (expression, i) =>
        expression.kind === 'column' &&
        expression.column === output[i]!.id &&
        expression.column === input.output[i]!.id,
    )
  )
}
