/** Syntax → bound expression: one case a construct, each in its own file. */
import { SqlError, unreachable, unsupported } from '../../../errors/sql-error.ts'
import type {
  Expression as Ast,
  ParameterReference,
  SqlValueFunction,
} from '../../parse/ast/expression.ts'
import type { Expression } from '../../plan/expression.ts'
import { bindGrouping } from '../call/bind-aggregate.ts'
import { bindFunction } from '../call/bind-function.ts'
import { coerceToBoolean, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { TYPE } from '../resolve/type-oids.ts'
import { bindCast, bindCollate, bindIndirection } from './bind-cast.ts'
import { bindColumn } from './name/bind-column.ts'
import { bindArray, bindCase, bindCoalesce, bindMinMax, bindRow } from './bind-conditional.ts'
import { bindJson } from './bind-json.ts'
import { bindLiteral } from './bind-literal.ts'
import {
  bindBetween,
  bindBinary,
  bindBooleanOperator,
  bindDistinct,
  bindInList,
  bindNullIf,
  bindQuantified,
} from './bind-operator.ts'
import { bindSubquery } from './bind-subquery.ts'
import type { Scope } from '../context/scope.ts'
import type { Binder } from './binder.ts'
import { booleanResult, makeOperator } from './make-operator.ts'

export function bindExpression(binder: Binder, node: Ast): Expression {
  switch (node.kind) {
    case 'integer':
    case 'number':
    case 'string':
    case 'bits':
    case 'boolean':
    case 'null':
      return bindLiteral(binder.context, node)
    case 'column':
      return bindColumn(binder, node)
    case 'parameter':
      return bindParameter(binder, node)
    case 'binary':
      return bindBinary(binder, node)
    case 'call':
      return bindFunction(binder, node)
    case 'cast':
      return bindCast(binder, node)
    case 'and':
    case 'or':
    case 'not':
      return bindBooleanOperator(binder, node)
    case 'inList':
      return bindInList(binder, node)
    case 'subquery':
      return bindSubquery(binder, node)
    default:
      return bindRarer(binder, node)
  }
}

type Frequent =
  | 'integer'
  | 'number'
  | 'string'
  | 'bits'
  | 'boolean'
  | 'null'
  | 'column'
  | 'parameter'
  | 'binary'
  | 'call'
  | 'cast'
  | 'and'
  | 'or'
  | 'not'
  | 'inList'
  | 'subquery'

function bindRarer(binder: Binder, node: Exclude<Ast, { kind: Frequent }>): Expression {
  switch (node.kind) {
    case 'unary': {
      const operand = bindExpression(binder, node.operand)
      const options = { name: node.operator, position: node.position }
      return makeOperator(binder.context, undefined, operand, options)
    }
    case 'patternMatch': {
      const operand = bindExpression(binder, node.operand)
      const pattern = bindExpression(binder, node.pattern)
      const options = { name: { name: node.operator }, position: node.position }
      return makeOperator(binder.context, operand, pattern, options)
    }
    case 'quantified':
      return bindQuantified(binder, node)
    case 'distinctFrom':
      return bindDistinct(binder, node)
    case 'nullIf':
      return bindNullIf(binder, node)
    case 'between':
      return bindBetween(binder, node)
    case 'nullTest': {
      const input = resolveUnknown(binder.context, bindExpression(binder, node.operand))
      return { kind: 'nullTest', input, negated: node.negated, ...booleanResult(node.position) }
    }
    case 'booleanTest': {
      const construct = `IS ${node.negated ? 'NOT ' : ''}${node.test.toUpperCase()}`
      const operand = bindExpression(binder, node.operand)
      const input = coerceToBoolean(binder.context, operand, construct)
      const { test, negated } = node
      return { kind: 'booleanTest', input, test, negated, ...booleanResult(node.position) }
    }
    case 'collate':
      return bindCollate(binder, node)
    case 'case':
      return bindCase(binder, node)
    case 'coalesce':
      return bindCoalesce(binder, node)
    case 'minMax':
      return bindMinMax(binder, node)
    case 'row':
      return bindRow(binder, node)
    case 'array':
      return bindArray(binder, node)
    case 'indirection':
      return bindIndirection(binder, node)
    case 'sqlValue':
      return bindSqlValue(binder, node)
    case 'grouping':
      return bindGrouping(binder, node)
    default:
      return bindSpecial(binder, node)
  }
}

type Special = Extract<
  Ast,
  {
    kind:
      | 'default'
      | 'namedArgument'
      | 'currentOf'
      | 'mergeAction'
      | 'jsonObject'
      | 'jsonArray'
      | 'jsonArrayQuery'
      | 'jsonObjectAggregate'
      | 'jsonArrayAggregate'
      | 'jsonParse'
      | 'jsonScalar'
      | 'jsonSerialize'
      | 'isJson'
      | 'jsonFunction'
  }
>

function bindSpecial(binder: Binder, node: Special): Expression {
  switch (node.kind) {
    case 'default':
      throw new SqlError('42601', 'DEFAULT is not allowed in this context', {
        position: node.position,
      })
    case 'namedArgument':
      throw new SqlError('42601', 'named argument is not allowed here', {
        position: node.position,
      })
    case 'currentOf':
      throw unsupported('WHERE CURRENT OF', node.position)
    case 'mergeAction':
      return bindMergeAction(binder, node.position)
    case 'jsonObject':
    case 'jsonArray':
    case 'jsonArrayQuery':
    case 'jsonObjectAggregate':
    case 'jsonArrayAggregate':
    case 'jsonParse':
    case 'jsonScalar':
    case 'jsonSerialize':
    case 'isJson':
    case 'jsonFunction':
      return bindJson(binder, node)
    default:
      return unreachable(node)
  }
}

function bindParameter(binder: Binder, node: ParameterReference): Expression {
  const index = node.number - 1
  const type = binder.context.parameters.use(index, node.position)
  return {
    kind: 'parameter',
    index,
    type,
    typmod: -1,
    collation: binder.context.catalog.type(type).collation,
    position: node.position,
  }
}

const VALUE_TYPES = {
  current_date: TYPE.date,
  current_time: TYPE.timetz,
  current_timestamp: TYPE.timestamptz,
  localtime: TYPE.time,
  localtimestamp: TYPE.timestamp,
  current_user: TYPE.name,
  session_user: TYPE.name,
  user: TYPE.name,
  current_role: TYPE.name,
  current_catalog: TYPE.name,
  current_schema: TYPE.name,
} as const

function bindSqlValue(binder: Binder, node: SqlValueFunction): Expression {
  const type = VALUE_TYPES[node.name]
  return {
    kind: 'sqlValue',
    name: node.name,
    type,
    typmod: node.precision === undefined ? -1 : Math.min(node.precision, 6),
    collation: binder.context.catalog.type(type).collation,
    position: node.position,
  }
}

/** MERGE_ACTION(), also in sub-queries of the RETURNING list. */
function bindMergeAction(binder: Binder, position: number | undefined): Expression {
  for (let scope: Scope | undefined = binder.scope; scope !== undefined; scope = scope.parent) {
    if (scope.mergeAction !== undefined && scope.kind === 'returning') return scope.mergeAction
  }
  throw new SqlError(
    '42601',
    'MERGE_ACTION() can only be used in the RETURNING list of a MERGE command',
    { position },
  )
}
