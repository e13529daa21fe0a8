/** Projection, with set-returning calls split off into ProjectSetNodes: those of one nesting level run in lockstep. */
import type { Expression, FunctionCall } from '../../../plan/expression.ts'
import { mapChildrenDeep, someDeep } from '../../../plan/plan-tree.ts'
import type { OutputColumn, PlanNode } from '../../../plan/plan-node.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { columnReference } from '../../../plan/plan-tree.ts'

function isSetCall(context: BindContext, expression: Expression): expression is FunctionCall {
  if (expression.kind !== 'call') return false
  return context.catalog.proc(expression.procedure)?.returnsSet === true
}

function containsSet(context: BindContext, expression: Expression): boolean {
  // A sub-query's own set-returning calls are its own business.
  if (expression.kind === 'subquery') return false
  if (isSetCall(context, expression)) return true
  let found = false
  mapChildrenDeep(expression, (child) => {
    found ||= containsSet(context, child)
    return child
  })
  return found
}

/** `expressions` become the columns `output`. */
export function project(
  context: BindContext,
  input: PlanNode,
  expressions: readonly Expression[],
  output: readonly OutputColumn[],
  mayReturnSets: boolean,
): PlanNode {
  if (!mayReturnSets || !expressions.some((one) => containsSet(context, one))) {
    return { kind: 'project', input, expressions, output }
  }
  const isFlat = expressions.every((one) => {
    if (!containsSet(context, one)) return true
    return isSetCall(context, one) && !one.args.some((arg) => containsSet(context, arg))
  })
  if (isFlat) {
    const entries = expressions.map((expression) => ({
      expression,
      returnsSet: isSetCall(context, expression),
    }))
    return { kind: 'projectSet', input, expressions: entries, output }
  }
  const inner = extractInnermost(context, input, expressions)
  return project(context, inner.plan, inner.expressions, output, true)
}

/** Computes the innermost set-returning calls beside all input columns, and puts references in their place. */
function extractInnermost(
  context: BindContext,
  input: PlanNode,
  expressions: readonly Expression[],
): { readonly plan: PlanNode; readonly expressions: readonly Expression[] } {
  const calls: FunctionCall[] = []
  const columns: OutputColumn[] = []
  const replace = (expression: Expression): Expression => {
    if (expression.kind === 'subquery') return expression
    if (
      !isSetCall(context, expression) ||
      expression.args.some((arg) => containsSet(context, arg))
    ) {
      return mapChildrenDeep(expression, replace)
    }
    const column = context.newColumn('set', expression)
    calls.push(expression)
    columns.push(column)
    return { ...columnReference(column), position: expression.position }
  }
  const replaced = expressions.map(replace)
  const passed = input.output.map((column) => ({
    expression: columnReference(column),
    returnsSet: false,
  }))
  const made = calls.map((expression) => ({ expression, returnsSet: true }))
  const plan: PlanNode = {
    kind: 'projectSet',
    input,
    expressions: [...passed, ...made],
    output: [...input.output, ...columns],
  }
  return { plan, expressions: replaced }
}

/** May be evaluated any number of times, before or after sorting, without a difference. */
export function isRepeatable(context: BindContext, expression: Expression): boolean {
  return !someDeep(expression, (one) => {
    if (one.kind === 'subquery') return true
    return one.kind === 'call' && context.catalog.proc(one.procedure)?.volatility === 'v'
  })
}
