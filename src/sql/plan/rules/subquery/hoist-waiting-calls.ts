/**
 * Turns calls of functions that may wait into sub-queries, which run where statements can be suspended:
 *
 *   Project(pg_sleep(x))   →   Project((SELECT c FROM WaitingCall[c](pg_sleep(x))))
 */
import type { Expression, FunctionCall } from '../../expression.ts'
import { mapChildren } from '../../expression-tree.ts'
import type { FunctionScanNode, PlanNode, WaitingCallNode } from '../../plan-node.ts'
import { mapExpressions, mapInputs } from '../../plan-tree.ts'
import { waitingFunction } from '../../waiting-functions.ts'
import type { Rule, RuleContext } from '../rule.ts'

export const hoistWaitingCalls: Rule = {
  name: 'hoist-waiting-calls',
  apply: (plan, context) => hoistPlan(plan, context),
}

function hoistPlan(plan: PlanNode, context: RuleContext): PlanNode {
  const node = mapInputs(plan, (input) => hoistPlan(input, context))
  if (node.kind === 'functionScan') return hoistFunctionScan(node, context)
  return mapExpressions(node, (expression) => hoist(expression, context))
}

function hoist(expression: Expression, context: RuleContext): Expression {
  const mapped = mapChildren(expression, (child) => hoist(child, context))
  if (mapped.kind === 'subquery') {
    const plan = hoistPlan(mapped.plan, context)
    return plan === mapped.plan ? mapped : { ...mapped, plan }
  }
  if (mapped.kind !== 'call' || !isWaiting(mapped, context)) return mapped
  const { type, typmod, collation } = mapped
  const column = { id: context.newColumnId(), name: 'waited', type, typmod, collation }
  const plan: WaitingCallNode = { kind: 'waitingCall', call: mapped, output: [column] }
  return { kind: 'subquery', form: 'scalar', plan, type, typmod, collation }
}

/** FROM pg_sleep(1): the call is the source itself. */
function hoistFunctionScan(node: FunctionScanNode, context: RuleContext): PlanNode {
  const [first] = node.functions
  const isOne = node.functions.length === 1 && !node.withOrdinality
  if (first?.call.kind !== 'call' || !isOne || !isWaiting(first.call, context)) {
    return mapArguments(node, context)
  }
  const call = mapChildren(first.call, (child) => hoist(child, context))
  return call.kind === 'call' ? { kind: 'waitingCall', call, output: node.output } : node
}

function mapArguments(node: FunctionScanNode, context: RuleContext): PlanNode {
  return mapExpressions(node, (call) => mapChildren(call, (child) => hoist(child, context)))
}

function isWaiting({ procedure }: FunctionCall, { catalog }: RuleContext): boolean {
  const name = catalog.proc(procedure)?.name
  return name !== undefined && waitingFunction(procedure, name) !== undefined
}
