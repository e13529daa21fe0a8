/** CASE, COALESCE, GREATEST/LEAST, ARRAY[], ROW(): constructs with lists of values. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { ArrayConstructor, Case, Coalesce, MinMax, Row } from '../../parse/ast/expression.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Expression } from '../../plan/expression.ts'
import {
  type CoercionTarget,
  cannotCast,
  coerceToBoolean,
  coerceToCommonType,
  coerceToTarget,
  resolveUnknown,
} from '../resolve/coercion/coerce.ts'
import { deriveCollation, withCollationState } from '../resolve/collation.ts'
import { selectCommonType, selectCommonTypmod } from '../resolve/coercion/common-type.ts'
import { formatType } from '../resolve/format-type.ts'
import { arrayTypeOf, baseType, elementType, isArrayType } from '../resolve/type-facts.ts'
import { compareFunction } from '../resolve/type-support.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindExpression } from './bind-expression.ts'
import { expandTargets } from './name/expand-star.ts'
import { type Binder, leftmostOf } from './binder.ts'
import { makeOperator } from './make-operator.ts'

/** Runs `bind` and rejects set-returning calls inside: these constructs choose which operands to evaluate. */
function withoutSets<T>(binder: Binder, construct: string, bind: () => T): T {
  const query = binder.scope.query
  const before = query?.lastSetReturning
  const result = bind()
  const after = query?.lastSetReturning
  if (after !== before) {
    throw new SqlError('0A000', `set-returning functions are not allowed in ${construct}`, {
      hint: 'You might be able to move the set-returning function into a LATERAL FROM item.',
      position: after?.position,
    })
  }
  return result
}

export function bindCase(binder: Binder, node: Case): Expression {
  return withoutSets(binder, 'CASE', () => bindCaseParts(binder, node))
}

function bindCaseParts(binder: Binder, node: Case): Expression {
  const { context } = binder
  const operand =
    node.operand === undefined
      ? undefined
      : resolveUnknown(context, bindExpression(binder, node.operand))
  const whens = node.branches.map((branch) => {
    const value = bindExpression(binder, branch.when)
    if (operand === undefined) return coerceToBoolean(context, value, 'CASE/WHEN')
    const placeholder: Expression = {
      kind: 'placeholder',
      type: operand.type,
      typmod: operand.typmod,
      collation: operand.collation,
    }
    const options = { name: { name: '=' }, position: branch.position }
    return coerceToBoolean(context, makeOperator(context, placeholder, value, options), 'CASE/WHEN')
  })
  const thens = node.branches.map((branch) => bindExpression(binder, branch.then))
  const otherwise: Expression =
    node.otherwise === undefined
      ? { kind: 'constant', value: null, type: TYPE.unknown, typmod: -1, collation: NO_OID }
      : bindExpression(binder, node.otherwise)
  // The ELSE branch is looked at first, as in PostgreSQL: it breaks ties.
  const results = [otherwise, ...thens]
  const type = selectCommonType(context, results, 'CASE')
  const coerced = results.map((one, i) =>
    coerceToCommonType(context, one, type, i === 0 ? 'CASE/ELSE' : 'CASE/WHEN'),
  )
  const [elseResult = otherwise, ...thenResults] = coerced
  const derived = deriveCollation(context, type, coerced)
  const result: Expression = {
    kind: 'case',
    branches: whens.map((when, i) => ({ when, then: thenResults[i] ?? elseResult })),
    otherwise: elseResult,
    type,
    typmod: selectCommonTypmod(coerced, type),
    collation: derived.collation,
    position: node.position,
  }
  return withCollationState(operand === undefined ? result : { ...result, operand }, derived)
}

export function bindCoalesce(binder: Binder, node: Coalesce): Expression {
  return withoutSets(binder, 'COALESCE', () => {
    const { context } = binder
    const args = node.args.map((arg) => bindExpression(binder, arg))
    const type = selectCommonType(context, args, 'COALESCE')
    return makeCoalesce(binder, args, type, node.position)
  })
}

export function makeCoalesce(
  binder: Binder,
  args: readonly Expression[],
  type: Oid,
  position: number | undefined,
): Expression {
  const { context } = binder
  const coerced = args.map((arg) => coerceToCommonType(context, arg, type, 'COALESCE'))
  const derived = deriveCollation(context, type, coerced)
  return withCollationState(
    {
      kind: 'coalesce',
      args: coerced,
      type,
      typmod: selectCommonTypmod(coerced, type),
      collation: derived.collation,
      position,
    },
    derived,
  )
}

export function bindMinMax(binder: Binder, node: MinMax): Expression {
  const { context } = binder
  const construct = node.operation === 'greatest' ? 'GREATEST' : 'LEAST'
  return withoutSets(binder, construct, () => {
    const bound = node.args.map((arg) => bindExpression(binder, arg))
    const type = selectCommonType(context, bound, construct)
    const args = bound.map((arg) => coerceToCommonType(context, arg, type, construct))
    const procedure = compareFunction(context, type)
    if (procedure === undefined) {
      throw new SqlError(
        '42883',
        `could not identify a comparison function for type ${formatType(context, type)}`,
      )
    }
    const derived = deriveCollation(context, type, args)
    return withCollationState(
      {
        kind: 'minMax',
        operation: node.operation,
        args,
        procedure,
        inputCollation: derived.input,
        type,
        typmod: selectCommonTypmod(args, type),
        collation: derived.collation,
        position: node.position,
      },
      derived,
    )
  })
}

export function bindRow(binder: Binder, node: Row): Expression {
  const fields = expandTargets(
    binder,
    node.fields.map((expression) => ({ expression })),
  ).map((target) => target.expression)
  return {
    kind: 'row',
    fields,
    names: fields.map((_, i) => `f${i + 1}`),
    type: TYPE.record,
    typmod: -1,
    collation: NO_OID,
    position: node.position,
  }
}

/** ARRAY[…]; `wanted` is the type of a cast around it, which decides the elements' type. */
export function bindArray(
  binder: Binder,
  node: ArrayConstructor,
  wanted?: CoercionTarget,
): Expression {
  const { context } = binder
  const elements = node.elements.map((element) =>
    // Inner brackets take the type of the whole, too.
    element.kind === 'array' ? bindArray(binder, element, wanted) : bindExpression(binder, element),
  )
  if (wanted !== undefined) return arrayOfWantedType(binder, node, elements, wanted)
  if (elements.length === 0) {
    throw new SqlError('42P18', 'cannot determine type of empty array', {
      hint: 'Explicitly cast to the desired type, for example ARRAY[]::integer[].',
      position: node.position,
    })
  }
  const type = selectCommonType(context, elements, 'ARRAY')
  const nested = isArrayType(context.catalog, type)
  const arrayType = nested ? baseType(context.catalog, type) : arrayTypeOf(context.catalog, type)
  if (arrayType === NO_OID) {
    throw new SqlError(
      '42704',
      `could not find array type for data type ${formatType(context, type)}`,
      { position: node.position },
    )
  }
  const coerced = elements.map((one) => coerceToCommonType(context, one, type, 'ARRAY'))
  return makeArray(binder, coerced, arrayType, nested, node.position)
}

export function makeArray(
  binder: Binder,
  elements: readonly Expression[],
  type: Oid,
  nested: boolean,
  position: number | undefined,
): Expression {
  const derived = deriveCollation(binder.context, type, elements)
  return withCollationState(
    {
      kind: 'array',
      elements,
      nested,
      type,
      typmod: -1,
      collation: derived.collation,
      position: leftmostOf(position, elements),
    },
    derived,
  )
}

function arrayOfWantedType(
  binder: Binder,
  node: ArrayConstructor,
  elements: readonly Expression[],
  wanted: CoercionTarget,
): Expression {
  const { context } = binder
  const nested = node.elements.some((one) => one.kind === 'array')
  const type = nested ? wanted.type : elementType(context.catalog, wanted.type)
  const coerced = elements.map((one) => {
    const target = { type, typmod: wanted.typmod }
    const element = coerceToTarget(context, one, target, 'explicit', one.position)
    if (element === undefined) throw cannotCast(context, one.type, type, one.position)
    return element
  })
  return makeArray(binder, coerced, wanted.type, nested, node.position)
}
