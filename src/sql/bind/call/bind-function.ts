/**
 * Function calls: resolution, argument coercion, defaults, and the many errors of ParseFuncOrColumn. Aggregates and
 * window calls go on in their own files once the function is known.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, ProcInfo } from '../../catalog/catalog.ts'
import type { FunctionCall as Ast } from '../../parse/ast/expression.ts'
import type { Expression, FunctionCall } from '../../plan/expression.ts'
import { allowsSetReturning, clauseName } from '../context/expression-kind.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { type Binder, leftmostOf } from '../expression/binder.ts'
import { cannotCast, coerceArgument, coerceToTarget } from '../resolve/coercion/coerce.ts'
import { deriveCollation, withCollationState } from '../resolve/collation.ts'
import { knownFields } from '../resolve/composite-fields.ts'
import type { FunctionCandidate, FunctionName } from '../resolve/candidate/function-candidates.ts'
import { enforceGenericTypes } from '../resolve/candidate/polymorphic.ts'
import { resolveFunction } from '../resolve/candidate/resolve-function.ts'
import { arrayTypeOf, isRowType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindAggregate } from './bind-aggregate.ts'
import { bindWindowCall } from './bind-window.ts'
import { bindDefaultArgument } from './default-argument.ts'
import { ambiguousFunction, checkPlainCall, missingFunction } from './function-errors.ts'

/** PostgreSQL's FUNC_MAX_ARGS. */
const MAX_ARGUMENTS = 100

/** A call whose function and argument values are settled. */
export interface ResolvedCall {
  readonly proc: ProcInfo
  readonly candidate: FunctionCandidate
  /** Coerced, defaults filled in, variadic ones gathered. */
  readonly args: readonly Expression[]
  readonly resultType: Oid
  readonly variadicArray: boolean
}

export function bindFunction(binder: Binder, node: Ast): Expression {
  const setsBefore = binder.scope.query?.lastSetReturning
  if (node.args.length > MAX_ARGUMENTS) {
    const message = `cannot pass more than ${MAX_ARGUMENTS} arguments to a function`
    throw new SqlError('54023', message).at(node.position)
  }
  const args = node.args.map((arg) =>
    bindExpression(binder, arg.kind === 'namedArgument' ? arg.value : arg),
  )
  const sortArguments = node.withinGroup
    ? node.orderBy.map((item) => bindExpression(binder, item.expression))
    : []
  const all = [...args, ...sortArguments]
  const projected = projectedColumn(binder, node, all)
  if (projected !== undefined) return projected
  const names = node.args.flatMap((arg) => (arg.kind === 'namedArgument' ? [arg.name] : []))
  checkNames(node, names)
  const shape = { count: all.length, names, variadicArray: node.variadic }
  const types = all.map((arg) => arg.type)
  const name = { schema: node.name.schema, name: node.name.name }
  const found = resolveFunction(binder.context, name, shape, types)
  switch (found.kind) {
    case 'notFound':
      throw missingFunction(binder.context, node, names, types)
    case 'ambiguous':
      throw ambiguousFunction(binder.context, node, names, types)
    case 'cast':
      return functionStyleCast(binder, node, all, found.type)
    case 'function':
      checkNoSets(binder, node, found.candidate.proc, setsBefore)
      return bindResolved(binder, node, found.candidate, all)
  }
}

/** Aggregates and window functions consume whole groups: their arguments cannot multiply rows. */
function checkNoSets(
  binder: Binder,
  node: Ast,
  proc: ProcInfo,
  before: Expression | undefined,
): void {
  const after = binder.scope.query?.lastSetReturning
  if (after === before || (proc.kind === 'f' && node.over === undefined)) return
  const what = node.over === undefined ? 'aggregate' : 'window'
  throw new SqlError(
    '0A000',
    `${what} function calls cannot contain set-returning function calls`,
    {
      hint: 'You might be able to move the set-returning function into a LATERAL FROM item.',
      position: after?.position,
    },
  )
}

function checkNames(node: Ast, names: readonly string[]): void {
  const firstNamed = node.args.findIndex((arg) => arg.kind === 'namedArgument')
  const late = node.args.find(
    (arg, i) => firstNamed >= 0 && i > firstNamed && arg.kind !== 'namedArgument',
  )
  if (late !== undefined) {
    throw new SqlError('42601', 'positional argument cannot follow named argument', {
      position: late.position,
    })
  }
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) {
      throw new SqlError('42601', `argument name "${name}" used more than once`, {
        position: node.args[node.args.length - names.length + i]?.position,
      })
    }
  })
}

function bindResolved(
  binder: Binder,
  node: Ast,
  candidate: FunctionCandidate,
  actual: readonly Expression[],
): Expression {
  const { proc } = candidate
  checkPlainCall(binder.context, node, proc, actual)
  const call = settleArguments(binder, node, candidate, actual)
  if (node.over !== undefined) return bindWindowCall(binder, node, call)
  if (proc.kind === 'a') return bindAggregate(binder, node, call)
  const result = makeCall(binder, call, node.position)
  if (proc.returnsSet) noteSetReturning(binder, result, node.position)
  return result
}

function settleArguments(
  binder: Binder,
  node: Ast,
  candidate: FunctionCandidate,
  actual: readonly Expression[],
): ResolvedCall {
  const { context } = binder
  const { proc } = candidate
  // Back into parameter order, then the defaults: polymorphic types see all of them.
  const ordered: (Expression | undefined)[] = []
  candidate.placement.forEach((parameter, i) => {
    ordered[parameter] = actual[i]
  })
  for (const parameter of candidate.defaulted) {
    ordered[parameter] = bindDefaultArgument(context, proc, parameter)
  }
  const values = ordered.filter((one) => one !== undefined)
  const declared =
    candidate.variadicCount > 0 ? candidate.args : proc.argumentTypes.slice(0, values.length)
  const types = values.map((one) => one.type)
  const settled = enforceGenericTypes(context, types, declared, proc.returnType)
  const coerced = values.map((one, i) =>
    coerceArgument(context, one, settled.declared[i] ?? NO_OID, one.position),
  )
  const gathers = candidate.variadicCount > 0 && proc.variadic !== TYPE.any
  return {
    proc,
    candidate,
    args: gathers ? gatherVariadic(binder, coerced, candidate.variadicCount) : coerced,
    resultType: settled.result,
    variadicArray: node.variadic,
  }
}

/** f(1, 2, 3) of f(VARIADIC int[]) → f(ARRAY[1, 2, 3]) */
function gatherVariadic(
  binder: Binder,
  args: readonly Expression[],
  count: number,
): readonly Expression[] {
  const { catalog } = binder.context
  const elements = args.slice(args.length - count)
  const element = elements[0]?.type ?? NO_OID
  const array: Expression = {
    kind: 'array',
    elements,
    nested: false,
    type: arrayTypeOf(catalog, element),
    typmod: -1,
    collation: catalog.type(element).collation,
    position: elements[0]?.position,
  }
  return [...args.slice(0, args.length - count), array]
}

export function makeCall(
  binder: Binder,
  call: ResolvedCall,
  position: number | undefined,
): FunctionCall {
  if (call.proc.language === 'sql') binder.context.shared.callsSqlFunctions = true
  const derived = deriveCollation(binder.context, call.resultType, call.args)
  const result: FunctionCall = {
    kind: 'call',
    procedure: call.proc.oid,
    args: call.args,
    type: call.resultType,
    typmod: -1,
    collation: derived.collation,
    inputCollation: derived.input,
    position: leftmostOf(position, call.args),
  }
  return withCollationState(
    call.variadicArray ? { ...result, variadicArray: true } : result,
    derived,
  )
}

function noteSetReturning(binder: Binder, call: Expression, position: number | undefined): void {
  const { scope } = binder
  if (scope.kind === 'fromFunction') {
    if (scope.query !== undefined) scope.query.lastSetReturning = call
    return
  }
  if (!allowsSetReturning(scope.kind) || scope.query === undefined) {
    const clause = clauseName(scope.kind)
    throw new SqlError('0A000', `set-returning functions are not allowed in ${clause}`, {
      position,
    })
  }
  scope.query.lastSetReturning = call
}

function functionStyleCast(
  binder: Binder,
  node: Ast,
  args: readonly Expression[],
  type: Oid,
): Expression {
  const [input] = args
  const cast =
    input === undefined
      ? undefined
      : coerceToTarget(binder.context, input, { type, typmod: -1 }, 'explicit', node.position)
  if (cast === undefined || input === undefined) {
    throw cannotCast(binder.context, input?.type ?? NO_OID, type, node.position)
  }
  return cast
}

/** name(row) may mean row.name, if it looks like nothing more than a call of one argument. */
function projectedColumn(
  binder: Binder,
  node: Ast,
  args: readonly Expression[],
): Expression | undefined {
  const [row] = args
  if (row === undefined || args.length !== 1 || node.name.schema !== undefined) return undefined
  const plain =
    !node.star &&
    !node.distinct &&
    !node.variadic &&
    !node.withinGroup &&
    node.orderBy.length === 0 &&
    node.filter === undefined &&
    node.over === undefined
  if (!plain || !isRowType(binder.context.catalog, row.type)) return undefined
  const types = [row.type]
  const shape = { count: 1, names: [], variadicArray: false }
  const asFunction = resolveFunction(binder.context, functionName(node), shape, types)
  return asFunction.kind === 'function' ? undefined : fieldOf(binder, row, node.name.name)
}

function functionName(node: Ast): FunctionName {
  return { schema: node.name.schema, name: node.name.name }
}

function fieldOf(binder: Binder, row: Expression, name: string): Expression | undefined {
  const fields = knownFields(binder.context, row)
  const index = fields?.findIndex((field) => field.name === name) ?? -1
  const field = fields?.[index]
  if (field === undefined) return undefined
  if (row.kind === 'row') {
    const value = row.fields[index]
    // A whole row that may be null as such must not be taken apart.
    if (value !== undefined) return value
  }
  const { type, typmod, collation } = field
  return { kind: 'field', input: row, index, type, typmod, collation, position: row.position }
}

/** row.name, where the column wins over a function of that name. */
export function tryFunctionOrField(
  binder: Binder,
  name: string,
  row: Expression,
  position: number | undefined,
): Expression | undefined {
  const field = fieldOf(binder, row, name)
  if (field !== undefined) return field
  const shape = { count: 1, names: [], variadicArray: false }
  const found = resolveFunction(binder.context, { schema: undefined, name }, shape, [row.type])
  if (found.kind !== 'function' || found.candidate.proc.kind !== 'f') return undefined
  const node: Ast = {
    kind: 'call',
    name: { name },
    args: [],
    star: false,
    distinct: false,
    variadic: false,
    orderBy: [],
    withinGroup: false,
    sqlSyntax: false,
    position,
  }
  return bindResolved(binder, node, found.candidate, [row])
}

/** Binds a call of a known name over values that are bound already: the SQL/JSON constructors and such. */
export function callByName(
  binder: Binder,
  name: string,
  args: readonly Expression[],
  position: number | undefined,
): Expression {
  const node: Ast = {
    kind: 'call',
    name: { schema: 'pg_catalog', name },
    args: [],
    star: false,
    distinct: false,
    variadic: false,
    orderBy: [],
    withinGroup: false,
    sqlSyntax: true,
    position,
  }
  const shape = { count: args.length, names: [], variadicArray: false }
  const types = args.map((arg) => arg.type)
  const found = resolveFunction(binder.context, functionName(node), shape, types)
  if (found.kind !== 'function') throw missingFunction(binder.context, node, [], types)
  return bindResolved(binder, node, found.candidate, args)
}
