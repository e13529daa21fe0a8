/**
 * Aggregate calls. The call is registered with the query level it belongs to, and a reference to its future column
 * stands in the expression instead. It belongs to the innermost level whose columns its arguments use.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { ProcInfo } from '../../catalog/catalog.ts'
import type { FunctionCall as Ast, Grouping } from '../../parse/ast/expression.ts'
import type { AggregateCall, ColumnId, Expression, SortKey } from '../../plan/expression.ts'
import { someDeep, visitDeep } from '../../plan/plan-tree.ts'
import { sameExpression } from '../../plan/same-expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { allowsAggregates, clauseName } from '../context/expression-kind.ts'
import { type QueryState, type Scope, inKind } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import type { Binder } from '../expression/binder.ts'
import { bindSortKey, makeSortKey } from '../query/clause/sort-keys.ts'
import { coerceToBoolean, coerceToCommonType } from '../resolve/coercion/coerce.ts'
import { deriveCollation } from '../resolve/collation.ts'
import { selectCommonType } from '../resolve/coercion/common-type.ts'
import { requireGroupable, requireSortable } from '../resolve/type-support.ts'
import { TYPE } from '../resolve/type-oids.ts'
import type { ResolvedCall } from './bind-function.ts'

export function bindAggregate(binder: Binder, node: Ast, call: ResolvedCall): Expression {
  checkAggregateSyntax(node, call.proc)
  const filter = bindFilter(binder, node)
  const isOrderedSet = call.proc.aggregateKind === 'o' || call.proc.aggregateKind === 'h'
  const parts = isOrderedSet
    ? orderedSetParts(binder, node, call)
    : { args: call.args, orderBy: bindOrderBy(binder, node, call.args), direct: 0 }
  if (node.distinct) {
    for (const arg of parts.args) requireGroupable(binder.context, arg.type, node.position)
  }
  const derived = deriveCollation(binder.context, call.resultType, parts.args)
  const aggregate: AggregateCall = {
    kind: 'aggregate',
    procedure: call.proc.oid,
    signature: aggregateSignature(binder.context, call.proc),
    args: parts.args,
    directArguments: parts.direct,
    distinct: node.distinct,
    orderBy: parts.orderBy,
    ...(filter === undefined ? {} : { filter }),
    inputCollation: derived.input,
    type: call.resultType,
    typmod: -1,
    collation: derived.collation,
    position: node.position,
  }
  return registerAggregate(binder, aggregate)
}

/** Key of the function registry: declared argument types by name. */
export function aggregateSignature(context: BindContext, proc: ProcInfo): string {
  const types = proc.argumentTypes.map((type) => context.catalog.type(type).name)
  return `${proc.name}(${types.join(',')})`
}

function checkAggregateSyntax(node: Ast, proc: ProcInfo): void {
  const { position } = node
  const { name } = proc
  const isOrderedSet = proc.aggregateKind === 'o' || proc.aggregateKind === 'h'
  if (isOrderedSet) {
    if (!node.withinGroup) {
      throw new SqlError('42809', `WITHIN GROUP is required for ordered-set aggregate ${name}`, {
        position,
      })
    }
    if (node.distinct) {
      throw new SqlError('42601', 'cannot use DISTINCT with WITHIN GROUP', { position })
    }
    return
  }
  if (node.withinGroup) {
    throw new SqlError(
      '42809',
      `${name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP`,
      { position },
    )
  }
  if (node.args.length === 0 && !node.star && proc.argumentTypes.length === 0 && name === 'count') {
    throw new SqlError(
      '42809',
      `${name}(*) must be used to call a parameterless aggregate function`,
      {
        position,
      },
    )
  }
}

function bindFilter(binder: Binder, node: Ast): Expression | undefined {
  const { filter } = node
  if (filter === undefined) return undefined
  return inKind(binder.scope, 'filter', () =>
    coerceToBoolean(binder.context, bindExpression(binder, filter), 'FILTER'),
  )
}

/** sum(a ORDER BY b): with DISTINCT the keys must be arguments. */
function bindOrderBy(binder: Binder, node: Ast, args: readonly Expression[]): readonly SortKey[] {
  const keys = node.orderBy.map((item) => bindSortKey(binder, item))
  if (!node.distinct) return keys
  return keys.map((key) => {
    const arg = args.find((one) => sameExpression(stripRelabel(one), stripRelabel(key.expression)))
    if (arg !== undefined) return { ...key, expression: arg }
    throw new SqlError(
      '42P10',
      'in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list',
      { position: key.expression.position },
    )
  })
}

function stripRelabel(expression: Expression): Expression {
  return expression.kind === 'relabel' ? expression.input : expression
}

/** percentile_cont(0.5) WITHIN GROUP (ORDER BY x): direct arguments first, then the sorted ones. */
function orderedSetParts(
  binder: Binder,
  node: Ast,
  call: ResolvedCall,
): {
  readonly args: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly direct: number
} {
  const sorted = node.orderBy.length
  const direct = call.args.length - sorted
  let args = call.args
  if (call.proc.aggregateKind === 'h') args = unifyHypothetical(binder, args, direct)
  const orderBy = node.orderBy.map((item, i) => {
    const expression = args[direct + i] ?? args[0]
    if (expression === undefined) throw unsupported('WITHIN GROUP without arguments')
    requireSortable(binder.context, expression.type, expression.position)
    return makeSortKey(binder, expression, item)
  })
  return { args, orderBy, direct }
}

/** rank(1) WITHIN GROUP (ORDER BY x): each hypothetical value and its column have one type. */
function unifyHypothetical(
  binder: Binder,
  args: readonly Expression[],
  direct: number,
): readonly Expression[] {
  if (direct !== args.length - direct) {
    throw new SqlError(
      '42883',
      'To use the hypothetical-set aggregate, the number of hypothetical direct arguments must match the number of ordering columns',
    )
  }
  const result = [...args]
  for (let i = 0; i < direct; i++) {
    const [value, column] = [args[i], args[direct + i]]
    if (value === undefined || column === undefined) continue
    const type = selectCommonType(binder.context, [column, value], 'WITHIN GROUP')
    result[i] = coerceToCommonType(binder.context, value, type, 'WITHIN GROUP')
    result[direct + i] = coerceToCommonType(binder.context, column, type, 'WITHIN GROUP')
  }
  return result
}

/** Puts the call on its level's list (an equal one is shared) and returns the reference to its result. */
export function registerAggregate(binder: Binder, call: AggregateCall): Expression {
  const owner = owningScope(binder.scope, call)
  checkPlacement(owner, call)
  const query = owner.query
  if (query === undefined) {
    throw new SqlError(
      '42803',
      `aggregate functions are not allowed in ${clauseName(owner.kind)}`,
      {
        position: call.position,
      },
    )
  }
  const known = query.aggregates.find((one) => sameExpressionCall(one.call, call))
  const column = known?.column ?? binder.context.newColumn(nameOf(call), call)
  if (known === undefined) query.aggregates.push({ call, column })
  return {
    kind: 'column',
    column: column.id,
    name: column.name,
    type: call.type,
    typmod: -1,
    collation: call.collation,
    position: call.position,
  }
}

function nameOf(call: AggregateCall): string {
  return call.signature.slice(0, call.signature.indexOf('('))
}

function sameExpressionCall(a: AggregateCall, b: AggregateCall): boolean {
  // why: sameExpression compares any plain tree structurally
  return sameExpression(a as unknown as Expression, b as unknown as Expression)
}

/** The level the arguments' columns come from; this level if they use none. */
function owningScope(scope: Scope, call: AggregateCall): Scope {
  const columns = callColumns(call)
  if (columns.size === 0) return scope
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const column of columns) if (level.ownColumns.has(column)) return level
  }
  return scope
}

function callColumns(call: AggregateCall): Set<ColumnId> {
  const columns = new Set<ColumnId>()
  const parts = [...call.args, ...call.orderBy.map((key) => key.expression)]
  if (call.filter !== undefined) parts.push(call.filter)
  for (const part of parts) {
    visitDeep(part, (one) => {
      if (one.kind === 'column') columns.add(one.column)
    })
  }
  return columns
}

function checkPlacement(owner: Scope, call: AggregateCall): void {
  const { position } = call
  const parts = [...call.args, ...call.orderBy.map((key) => key.expression)]
  if (call.filter !== undefined) parts.push(call.filter)
  const { query } = owner
  if (query !== undefined) {
    const inner = parts.map((part) => innerCall(query, part)).find((one) => one !== undefined)
    if (inner?.kind === 'aggregate') {
      throw new SqlError('42803', 'aggregate function calls cannot be nested', {
        position: inner.position,
      })
    }
    if (inner?.kind === 'window') {
      throw new SqlError('42803', 'aggregate function calls cannot contain window function calls', {
        position: inner.position,
      })
    }
  }
  if (allowsAggregates(owner.kind)) return
  throw new SqlError('42803', `aggregate functions are not allowed in ${clauseName(owner.kind)}`, {
    position,
  })
}

function innerCall(
  query: QueryState,
  expression: Expression,
): { readonly kind: 'aggregate' | 'window'; readonly position: number | undefined } | undefined {
  let found: { kind: 'aggregate' | 'window'; position: number | undefined } | undefined
  someDeep(expression, (one) => {
    if (one.kind !== 'column') return false
    const { position } = one
    if (query.aggregates.some((other) => other.column.id === one.column)) {
      found = { kind: 'aggregate', position }
    } else if (query.windows.some((other) => other.column.id === one.column)) {
      found = { kind: 'window', position }
    }
    return found !== undefined
  })
  return found
}

/** GROUPING(a, b): the arguments are matched with the grouping expressions once those are known. */
export function bindGrouping(binder: Binder, node: Grouping): Expression {
  const { scope, context } = binder
  if (node.args.length > 31) {
    throw new SqlError('54023', 'GROUPING must have fewer than 32 arguments', {
      position: node.position,
    })
  }
  if (!allowsAggregates(scope.kind) || scope.query === undefined) {
    throw new SqlError(
      '42803',
      `grouping operations are not allowed in ${clauseName(scope.kind)}`,
      {
        position: node.position,
      },
    )
  }
  const args = node.args.map((arg) => bindExpression(binder, arg))
  const type = { type: TYPE.int4, typmod: -1, collation: context.catalog.type(TYPE.int4).collation }
  const column = context.newColumn('grouping', type)
  scope.query.groupings.push({ args, column, position: node.position })
  return {
    kind: 'column',
    column: column.id,
    name: column.name,
    ...type,
    position: node.position,
  }
}
