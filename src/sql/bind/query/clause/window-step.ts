/** WindowNodes over the grouped (or plain) input: one for each distinct window. */
import type { Expression } from '../../../plan/expression.ts'
import type { PlanNode, WindowNode } from '../../../plan/plan-node.ts'
import { mapExpressions } from '../../../plan/plan-tree.ts'
import type { BoundWindow, QueryState } from '../../context/scope.ts'

export function buildWindows(
  query: QueryState,
  input: PlanNode,
  rewrite: (expression: Expression) => Expression,
): PlanNode {
  const windows = [...new Set(query.windows.map((one) => one.window))]
  let plan = input
  for (const window of windows) plan = buildWindow(query, window, plan, rewrite)
  return plan
}

function buildWindow(
  query: QueryState,
  window: BoundWindow,
  input: PlanNode,
  rewrite: (expression: Expression) => Expression,
): PlanNode {
  const calls = query.windows.filter((one) => one.window === window)
  const { partitionBy, orderBy, frame } = window
  const node: WindowNode = {
    kind: 'window',
    input,
    partitionBy,
    orderBy,
    frame,
    functions: calls.map((one) => one.call),
    output: [...input.output, ...calls.map((one) => one.column)],
  }
  return mapExpressions(node, rewrite)
}
