/** Everything written with an operator or a comparison keyword. */
import { unreachable } from '../../../errors/sql-error.ts'
import type {
  Between,
  BinaryOperator,
  DistinctFrom,
  Expression as Ast,
  InList,
  NullIf,
  QuantifiedComparison,
} from '../../parse/ast/expression.ts'
import { someDeep } from '../../plan/plan-tree.ts'
import type { Expression } from '../../plan/expression.ts'
import { coerceToBoolean, coerceToCommonType, isNullConstant } from '../resolve/coercion/coerce.ts'
import { canCoerce } from '../resolve/coercion/coercion-path.ts'
import { selectCommonTypeOf } from '../resolve/coercion/common-type.ts'
import { arrayTypeOf } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindExpression } from './bind-expression.ts'
import { bindRowSubqueryComparison } from './bind-subquery.ts'
import type { Binder } from './binder.ts'
import {
  booleanResult,
  makeAnd,
  makeArrayComparison,
  makeDistinct,
  makeEquality,
  makeNot,
  makeOperator,
  makeOr,
} from './make-operator.ts'
import { bindRowDistinct, compareRows } from './row-comparison.ts'

export function bindBinary(binder: Binder, node: BinaryOperator): Expression {
  const { left, right, operator, position } = node
  if (left.kind === 'row' && right.kind === 'subquery' && right.form === 'scalar') {
    return bindRowSubqueryComparison(binder, left, right, operator, position)
  }
  const boundLeft = bindExpression(binder, left)
  const boundRight = bindExpression(binder, right)
  return makeComparison(binder, boundLeft, boundRight, {
    name: operator,
    position,
    rows: left.kind === 'row' && right.kind === 'row',
  })
}

function makeComparison(
  binder: Binder,
  left: Expression,
  right: Expression,
  options: {
    readonly name: { readonly schema?: string | undefined; readonly name: string }
    readonly position: number | undefined
    readonly rows: boolean
  },
): Expression {
  if (options.rows && left.kind === 'row' && right.kind === 'row') {
    return compareRows(binder.context, options.name, left.fields, right.fields, options.position)
  }
  return makeOperator(binder.context, left, right, options)
}

export function bindQuantified(binder: Binder, node: QuantifiedComparison): Expression {
  const left = bindExpression(binder, node.left)
  const array = bindExpression(binder, node.array)
  return makeArrayComparison(binder.context, left, array, node.quantifier, {
    name: node.operator,
    position: node.position,
  })
}

export function bindDistinct(binder: Binder, node: DistinctFrom): Expression {
  const left = bindExpression(binder, node.left)
  const right = bindExpression(binder, node.right)
  const { position, negated } = node
  if (isNullConstant(right)) return nullTest(left, !negated, position)
  if (isNullConstant(left)) return nullTest(right, !negated, position)
  if (left.kind === 'row' && right.kind === 'row') {
    return bindRowDistinct(binder.context, left, right, negated, position)
  }
  return makeDistinct(binder.context, left, right, negated, position)
}

/** x IS DISTINCT FROM NULL is x IS NOT NULL for scalars; the row rule of IS NULL does not apply. */
function nullTest(input: Expression, negated: boolean, position: number | undefined): Expression {
  return { kind: 'nullTest', input, negated, ...booleanResult(position) }
}

export function bindNullIf(binder: Binder, node: NullIf): Expression {
  const left = bindExpression(binder, node.left)
  const right = bindExpression(binder, node.right)
  const parts = makeEquality(binder.context, left, right, 'NULLIF', node.position)
  const { type, typmod, collation } = parts.left
  return { kind: 'nullIf', ...parts, type, typmod, collation, position: node.position }
}

/** a IN (1, 2, b): the items without columns as one array, the others one comparison each. */
export function bindInList(binder: Binder, node: InList): Expression {
  const operand = bindExpression(binder, node.operand)
  const items = node.list.map((item) => bindExpression(binder, item))
  const name = { name: node.negated ? '<>' : '=' }
  const { position } = node
  const rows = node.operand.kind === 'row'
  const parts: Expression[] = []
  const plain = rows ? [] : items.filter((item) => !hasColumns(item))
  const array = plain.length > 1 ? makeInArray(binder, operand, plain) : undefined
  if (array !== undefined) {
    const quantifier = node.negated ? 'all' : 'any'
    parts.push(makeArrayComparison(binder.context, operand, array, quantifier, { name, position }))
  }
  for (const item of items) {
    if (array !== undefined && plain.includes(item)) continue
    const compared = makeComparison(binder, operand, item, { name, position, rows })
    parts.push(coerceToBoolean(binder.context, compared, 'IN'))
  }
  return node.negated ? makeAnd(parts, position) : makeOr(parts, position)
}

function hasColumns(item: Expression): boolean {
  return someDeep(item, (one) => one.kind === 'column' || one.kind === 'subquery')
}

/** One array of the items in a type common with the operand, or undefined when there is none. */
function makeInArray(
  binder: Binder,
  operand: Expression,
  items: readonly Expression[],
): Expression | undefined {
  const { context } = binder
  const type = selectCommonTypeOf(context.catalog, [operand.type, ...items.map((one) => one.type)])
  if (type === NO_OID || type === TYPE.record) return undefined
  if (!items.every((item) => canCoerce(context.catalog, item.type, type, 'implicit'))) {
    return undefined
  }
  const arrayType = arrayTypeOf(context.catalog, type)
  if (arrayType === NO_OID) return undefined
  return {
    kind: 'array',
    elements: items.map((item) => coerceToCommonType(context, item, type, 'IN')),
    nested: false,
    type: arrayType,
    typmod: -1,
    collation: context.catalog.type(type).collation,
    position: items[0]?.position,
  }
}

/** BETWEEN is what the standard says it is; operands are bound again for each use. */
export function bindBetween(binder: Binder, node: Between): Expression {
  const { operand, lower, upper, position } = node
  const compare = (name: string, bound: Ast): Expression =>
    makeComparison(binder, bindExpression(binder, operand), bindExpression(binder, bound), {
      name: { name },
      position,
      rows: operand.kind === 'row' && bound.kind === 'row',
    })
  const within = (from: Ast, to: Ast): Expression =>
    node.negated
      ? makeOr([compare('<', from), compare('>', to)], position)
      : makeAnd([compare('>=', from), compare('<=', to)], position)
  if (!node.symmetric) return within(lower, upper)
  const both = [within(lower, upper), within(upper, lower)]
  return node.negated ? makeAnd(both, position) : makeOr(both, position)
}

export function bindBooleanOperator(
  binder: Binder,
  node: Extract<Ast, { kind: 'and' | 'or' | 'not' }>,
): Expression {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const construct = node.kind === 'and' ? 'AND' : 'OR'
      const args = node.args.map((arg) =>
        coerceToBoolean(binder.context, bindExpression(binder, arg), construct),
      )
      return node.kind === 'and' ? makeAnd(args, node.position) : makeOr(args, node.position)
    }
    case 'not': {
      const input = bindExpression(binder, node.operand)
      return makeNot(coerceToBoolean(binder.context, input, 'NOT'), node.position)
    }
    default:
      return unreachable(node)
  }
}
