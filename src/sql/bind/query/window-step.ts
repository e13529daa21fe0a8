/** WindowNodes over the grouped (or plain) input: one for each distinct window. */
import type { Expression, SortKey } from '../../plan/expression.ts'
import { mapWindowCall } from '../../plan/map-plan.ts'
import type { FrameBound, PlanNode, WindowNode } from '../../plan/plan-node.ts'
import type { BoundWindow, QueryState } from '../context/scope.ts'

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
): WindowNode {
  const calls = query.windows.filter((one) => one.window === window)
  const rewriteBound = (bound: FrameBound): FrameBound =>
    'offset' in bound ? { ...bound, offset: rewrite(bound.offset) } : bound
  const rewriteKey = (key: SortKey): SortKey => ({ ...key, expression: rewrite(key.expression) })
  return {
    kind: 'window',
    input,
    partitionBy: window.partitionBy.map(rewrite),
    orderBy: window.orderBy.map(rewriteKey),
    frame: {
      ...window.frame,
      start: rewriteBound(window.frame.start),
      end: rewriteBound(window.frame.end),
    },
    functions: calls.map((one) => mapWindowCall(one.call, rewrite)),
    output: [...input.output, ...calls.map((one) => one.column)],
  }
}
