/**
 * Calls of functions written in SQL become what their bodies say: an expression when the body is no more than one, else
 * a sub-query; in FROM, a plan. This runs when a statement is bound as a whole, so that what the catalog stores
 * (defaults, checks, views) still names the functions.
 *
 * A strict call is null when an argument is. Arguments are put in place of the parameters when that cannot be noticed; otherwise
 * they are computed once, in a row of their own below the body.
 */
import { assert, unsupported } from '../../../errors/sql-error.ts'
import type { ProcInfo } from '../../catalog/catalog.ts'
import type { Expression, FunctionCall, Subquery } from '../../plan/expression.ts'
import { mapChildren, substituteColumns, walkExpression } from '../../plan/expression-tree.ts'
import type { FunctionScanNode, OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import { columnReference, mapExpressions, mapInputs, rewritePlan } from '../../plan/plan-tree.ts'
import { isVolatile } from '../../plan/volatility.ts'
import type { BindContext } from '../context/bind-context.ts'
import { booleanResult } from '../expression/make-operator.ts'
import { arrayTypeOf } from '../resolve/type-facts.ts'
import { NO_OID, TYPE, oid } from '../resolve/type-oids.ts'
import { bindBody } from './function-body.ts'
import { resultColumns, resultValue } from './function-result.ts'

const UNNEST = oid(2331)

export function expandInPlan(context: BindContext, plan: PlanNode): PlanNode {
  return rewritePlan(plan, (node) => {
    const scan = node.kind === 'functionScan' ? expandScan(context, node) : undefined
    return scan ?? mapExpressions(node, (one) => expandInExpression(context, one))
  })
}

export function expandInExpression(context: BindContext, expression: Expression): Expression {
  const own = mapChildren(expression, (child) => expandInExpression(context, child))
  if (own.kind === 'subquery') return { ...own, plan: expandInPlan(context, own.plan) }
  if (own.kind !== 'call') return own
  const proc = sqlFunction(context, own)
  return proc === undefined ? own : expandCall(context, own, proc)
}

/** For expressions that are kept without a plan around them (defaults, checks, index keys). */
export function expandStored(context: BindContext, expression: Expression): Expression {
  const expanded = expandInExpression(context, expression)
  if (expanded !== expression) {
    walkExpression(expanded, (one) => {
      if (one.kind === 'subquery')
        throw unsupported('a stored expression with such an SQL function')
    })
  }
  return expanded
}

function sqlFunction(context: BindContext, call: Expression): ProcInfo | undefined {
  if (call.kind !== 'call') return undefined
  const proc = context.catalog.proc(call.procedure)
  return proc?.language === 'sql' ? proc : undefined
}

function expandCall(context: BindContext, call: FunctionCall, proc: ProcInfo): Expression {
  const body = boundBody(context, call, proc)
  if (proc.returnsSet) return elements(context, call, whole(context, call, proc, body))
  const [only] = body.kind === 'project' && body.input.kind === 'oneRow' ? [body] : []
  const value =
    only === undefined
      ? scalar(call, whole(context, call, proc, limited(context, body)))
      : substituteColumns(
          resultValue(context, call, only.output),
          new Map(only.output.map((column, i) => [column.id, only.expressions[i]!])),
        )
  return withArguments(context, call, proc.isStrict ? strict(call, value) : value)
}

function boundBody(context: BindContext, call: FunctionCall, proc: ProcInfo): PlanNode {
  const types = call.args.map((arg) => arg.type)
  return nested(context, () => expandInPlan(context, bindBody(context, proc, types)))
}

/** The body's own calls count as deeper than the body. */
function nested<T>(context: BindContext, work: () => T): T {
  context.shared.viewDepth += 1
  try {
    return work()
  } finally {
    context.shared.viewDepth -= 1
  }
}

/** The body with one column: the function's result. */
function whole(context: BindContext, call: FunctionCall, proc: ProcInfo, body: PlanNode): PlanNode {
  const value = resultValue(context, call, body.output)
  return project(context, body, [value], [proc.name])
}

function project(
  context: BindContext,
  input: PlanNode,
  expressions: readonly Expression[],
  names: readonly string[],
): PlanNode {
  const output = expressions.map((one, i) => context.newColumn(names[i] ?? '', one))
  return { kind: 'project', input, expressions, output }
}

/** A function's value is the first row of its last query. */
function limited(context: BindContext, input: PlanNode): PlanNode {
  const { collation } = context.catalog.type(TYPE.int8)
  const limit: Expression = { kind: 'constant', value: 1, type: TYPE.int8, typmod: -1, collation }
  return { kind: 'limit', input, limit, output: input.output }
}

function scalar({ type, typmod, collation, position }: FunctionCall, plan: PlanNode): Subquery {
  return { kind: 'subquery', form: 'scalar', plan, type, typmod, collation, position }
}

/** A set in a SELECT list: unnest(ARRAY(body)). */
function elements(context: BindContext, call: FunctionCall, plan: PlanNode): Expression {
  const type = arrayTypeOf(context.catalog, call.type)
  if (type === NO_OID || context.catalog.type(call.type).elementType !== NO_OID) {
    throw unsupported('a set of such values in a SELECT list')
  }
  const array: Subquery = { ...scalar(call, plan), form: 'array', type }
  const value = withArguments(context, call, array)
  return { ...call, procedure: UNNEST, args: [value] }
}

function parameter(arg: Expression, index: number): Expression {
  const { type, typmod, collation } = arg
  return { kind: 'parameter', index, type, typmod, collation }
}

function nullTests(call: FunctionCall, negated: boolean): readonly Expression[] {
  return call.args.map((arg, i) => ({
    kind: 'nullTest',
    input: parameter(arg, i),
    negated,
    ...booleanResult(undefined),
  }))
}

function strict(call: FunctionCall, otherwise: Expression): Expression {
  const { type, typmod, collation, position } = otherwise
  const tests = nullTests(call, false).filter((_, i) => {
    const arg = call.args[i]
    return arg?.kind !== 'constant' || arg.value === null
  })
  if (tests.length === 0) return otherwise
  const when: Expression = { kind: 'or', args: tests, ...booleanResult(undefined) }
  const then: Expression = { kind: 'constant', value: null, type, typmod, collation }
  return { kind: 'case', branches: [{ when, then }], otherwise, type, typmod, collation, position }
}

/** `value` over parameters → over the call's arguments. */
function withArguments(context: BindContext, call: FunctionCall, value: Expression): Expression {
  if (canSubstitute(context, call.args)) return fillExpression(value, call.args)
  const row = argumentRow(context, call)
  const filled = fillExpression(
    value,
    row.output.map((column) => columnReference(column)),
  )
  return scalar(call, project(context, row, [filled], ['value']))
}

function argumentRow(context: BindContext, call: FunctionCall): PlanNode {
  return project(context, { kind: 'oneRow', output: [] }, call.args, [])
}

function canSubstitute(context: BindContext, args: readonly Expression[]): boolean {
  return args.every((arg) => !isVolatile(arg, context.catalog))
}

function fillExpression(expression: Expression, values: readonly Expression[]): Expression {
  if (expression.kind === 'parameter') {
    const value = values[expression.index]
    assert(value !== undefined, 'a body names only parameters there are')
    return value
  }
  const filled = mapChildren(expression, (child) => fillExpression(child, values))
  return filled.kind === 'subquery' ? { ...filled, plan: fillPlan(filled.plan, values) } : filled
}

function fillPlan(plan: PlanNode, values: readonly Expression[]): PlanNode {
  const below = mapInputs(plan, (input) => fillPlan(input, values))
  return mapExpressions(below, (one) => fillExpression(one, values))
}

/** A function in FROM: its body takes the place of the scan. */
function expandScan(context: BindContext, node: FunctionScanNode): PlanNode | undefined {
  const [only, ...more] = node.functions
  const proc = only === undefined ? undefined : sqlFunction(context, only.call)
  if (only?.call.kind !== 'call' || proc === undefined) {
    if (more.some(({ call }) => sqlFunction(context, call) !== undefined)) throw mixed()
    return undefined
  }
  if (more.length > 0 || node.withOrdinality) throw mixed()
  const args = only.call.args.map((arg) => expandInExpression(context, arg))
  const call = { ...only.call, args }
  if (!proc.returnsSet) {
    if (only.spreads) return spreadOne(context, node, call, proc)
    const value = expandCall(context, call, proc)
    return {
      kind: 'project',
      input: { kind: 'oneRow', output: [] },
      expressions: [value],
      output: node.output,
    }
  }
  return rowsOf(context, node, call, proc, boundBody(context, call, proc))
}

function mixed(): Error {
  return unsupported('an SQL function in ROWS FROM or WITH ORDINALITY')
}

/** One row, though the body may have none: nulls then. */
function spreadOne(
  context: BindContext,
  node: FunctionScanNode,
  call: FunctionCall,
  proc: ProcInfo,
): PlanNode {
  const body = limited(context, boundBody(context, call, proc))
  if (
    body.kind === 'limit' &&
    body.input.kind === 'project' &&
    body.input.input.kind === 'oneRow'
  ) {
    return rowsOf(context, node, call, proc, body.input)
  }
  return rowsOf(context, node, call, proc, body)
}

function rowsOf(
  context: BindContext,
  node: FunctionScanNode,
  call: FunctionCall,
  proc: ProcInfo,
  body: PlanNode,
): PlanNode {
  const expressions = resultColumns(context, proc, body.output, node)
  const values: PlanNode = { kind: 'project', input: body, expressions, output: node.output }
  const rows = proc.returnType === TYPE.void ? noRows(context, values) : values
  const guarded = proc.isStrict ? onlyForValues(call, rows) : rows
  if (canSubstitute(context, call.args)) return fillPlan(guarded, call.args)
  const row = argumentRow(context, call)
  const filled = fillPlan(
    guarded,
    row.output.map((column) => columnReference(column)),
  )
  return lateral(row, filled, node.output)
}

/** A set of void is run, but is empty. */
function noRows(context: BindContext, input: PlanNode): PlanNode {
  const { collation } = context.catalog.type(TYPE.int8)
  const limit: Expression = { kind: 'constant', value: 0, type: TYPE.int8, typmod: -1, collation }
  return { kind: 'limit', input, limit, output: input.output }
}

function onlyForValues(call: FunctionCall, input: PlanNode): PlanNode {
  if (call.args.length === 0) return input
  const condition: Expression = {
    kind: 'and',
    args: nullTests(call, true),
    ...booleanResult(undefined),
  }
  return { kind: 'filter', input, condition, output: input.output }
}

function lateral(left: PlanNode, right: PlanNode, output: readonly OutputColumn[]): PlanNode {
  const apply: PlanNode = {
    kind: 'apply',
    form: 'inner',
    left,
    right,
    correlation: left.output.map((column) => column.id),
    output: [...left.output, ...right.output],
  }
  return {
    kind: 'project',
    input: apply,
    expressions: output.map((one) => columnReference(one)),
    output,
  }
}
