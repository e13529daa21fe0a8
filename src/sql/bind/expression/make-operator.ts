/** Operator expressions over operands that are bound already: plain, array-quantified, distinct, boolean. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, OperatorInfo } from '../../catalog/catalog.ts'
import type { Expression } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { coerceArgument } from '../resolve/coercion/coerce.ts'
import { deriveCollation, withCollationState } from '../resolve/collation.ts'
import { formatType } from '../resolve/format-type.ts'
import { enforceGenericTypes } from '../resolve/candidate/polymorphic.ts'
import { type OperatorName, resolveOperator } from '../resolve/candidate/resolve-operator.ts'
import { arrayTypeOf, baseElementType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { leftmost, leftmostOf } from './binder.ts'

export interface OperatorOptions {
  readonly name: OperatorName
  readonly position: number | undefined
}

/** left op right, or op right. */
export function makeOperator(
  context: BindContext,
  left: Expression | undefined,
  right: Expression,
  options: OperatorOptions,
): Expression {
  const { name, position } = options
  const operator = resolveOperator(context, name, left?.type, right.type, position)
  const actual = left === undefined ? [right] : [left, right]
  const parts = coerceOperands(context, operator, actual)
  const derived = deriveCollation(context, parts.result, parts.args)
  return withCollationState(
    {
      kind: 'call',
      procedure: operator.procedure,
      operator: operator.oid,
      args: parts.args,
      type: parts.result,
      typmod: -1,
      collation: derived.collation,
      inputCollation: derived.input,
      position: leftmostOf(position, actual),
    },
    derived,
  )
}

function coerceOperands(
  context: BindContext,
  operator: OperatorInfo,
  actual: readonly Expression[],
): { readonly args: readonly Expression[]; readonly result: Oid } {
  const declared = actual.length === 1 ? [operator.right] : [operator.left, operator.right]
  const types = actual.map((one) => one.type)
  const settled = enforceGenericTypes(context, types, declared, operator.result)
  const args = actual.map((one, i) => coerceArgument(context, one, settled.declared[i] ?? NO_OID))
  return { args, result: settled.result }
}

/** left op ANY/ALL (array) */
export function makeArrayComparison(
  context: BindContext,
  left: Expression,
  array: Expression,
  quantifier: 'any' | 'all',
  options: OperatorOptions,
): Expression {
  const { name, position } = options
  const { catalog } = context
  const elementType =
    array.type === TYPE.unknown ? TYPE.unknown : baseElementType(catalog, array.type)
  if (elementType === NO_OID) {
    throw new SqlError('42809', 'op ANY/ALL (array) requires array on right side', { position })
  }
  const operator = resolveOperator(context, name, left.type, elementType, position)
  const declared = [operator.left, operator.right]
  const settled = enforceGenericTypes(context, [left.type, elementType], declared, operator.result)
  if (settled.result !== TYPE.bool) {
    throw new SqlError('42809', 'op ANY/ALL (array) requires operator to yield boolean', {
      position,
    })
  }
  const wantedElement = settled.declared[1] ?? NO_OID
  const wanted = arrayTypeOf(catalog, wantedElement)
  if (wanted === NO_OID) {
    throw new SqlError(
      '42704',
      `could not find array type for data type ${formatType(context, wantedElement)}`,
      { position },
    )
  }
  const leftArgument = coerceArgument(context, left, settled.declared[0] ?? NO_OID)
  const arrayArgument = coerceArgument(context, array, wanted)
  const derived = deriveCollation(context, TYPE.bool, [leftArgument, arrayArgument])
  return {
    kind: 'arrayComparison',
    procedure: operator.procedure,
    operator: operator.oid,
    quantifier,
    left: leftArgument,
    array: arrayArgument,
    inputCollation: derived.input,
    type: TYPE.bool,
    typmod: -1,
    collation: NO_OID,
    position: leftmost(position, left.position, array.position),
  }
}

/** Operands and function of `left = right`, for IS DISTINCT FROM and NULLIF. */
export function makeEquality(
  context: BindContext,
  left: Expression,
  right: Expression,
  what: string,
  position: number | undefined,
): {
  readonly left: Expression
  readonly right: Expression
  readonly procedure: Oid
  readonly inputCollation: Oid
} {
  const operator = resolveOperator(context, { name: '=' }, left.type, right.type, position)
  const parts = coerceOperands(context, operator, [left, right])
  if (parts.result !== TYPE.bool) {
    throw new SqlError('42804', `${what} requires = operator to yield boolean`, { position })
  }
  const [a = left, b = right] = parts.args
  const derived = deriveCollation(context, TYPE.bool, parts.args)
  return { left: a, right: b, procedure: operator.procedure, inputCollation: derived.input }
}

export function makeDistinct(
  context: BindContext,
  left: Expression,
  right: Expression,
  negated: boolean,
  position: number | undefined,
): Expression {
  const parts = makeEquality(context, left, right, 'IS DISTINCT FROM', position)
  return { kind: 'distinctTest', ...parts, negated, ...booleanResult(position) }
}

export function booleanResult(position: number | undefined): {
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  readonly position: number | undefined
} {
  return { type: TYPE.bool, typmod: -1, collation: NO_OID, position }
}

export function makeAnd(args: readonly Expression[], position: number | undefined): Expression {
  const [first] = args
  if (first !== undefined && args.length === 1) return first
  return { kind: 'and', args, ...booleanResult(position) }
}

export function makeOr(args: readonly Expression[], position: number | undefined): Expression {
  const [first] = args
  if (first !== undefined && args.length === 1) return first
  return { kind: 'or', args, ...booleanResult(position) }
}

export function makeNot(input: Expression, position: number | undefined): Expression {
  return { kind: 'not', input, ...booleanResult(position) }
}
