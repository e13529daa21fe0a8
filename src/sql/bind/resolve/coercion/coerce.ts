/**
 * Builds the expressions that turn a value of one type into another. `coerceToTarget` is the entry for casts and
 * assignments; `coerceArgument` for operator and function arguments (no type modifiers there).
 */
import { SqlError, assert, attempt } from '../../../../errors/sql-error.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { Constant, Expression, Parameter } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import {
  type CoercionContext,
  type CoercionPath,
  canCoerce,
  findCoercionPath,
  findTypmodCoercion,
} from './coercion-path.ts'
import { copyCollationState, deriveCollation, withCollationState } from '../collation.ts'
import { coerceToDomain } from './domain.ts'
import { formatType } from '../format-type.ts'
import { constant, readLiteral } from './literal-input.ts'
import { coerceRecordToComplex } from './coerce-record.ts'
import { elementType, isComplex } from '../type-facts.ts'
import { TYPE } from '../type-oids.ts'
import { baseTypeAndTypmod } from '../../../catalog/base-type.ts'

export interface CoercionTarget {
  readonly type: Oid
  readonly typmod: number
}

/** Pseudo-types that take any value as it is. */
const TRANSPARENT: ReadonlySet<Oid> = new Set([
  TYPE.any,
  TYPE.anyelement,
  TYPE.anynonarray,
  TYPE.anycompatible,
  TYPE.anycompatiblenonarray,
])

const POLYMORPHIC_CONTAINERS: ReadonlySet<Oid> = new Set([
  TYPE.anyarray,
  TYPE.anyenum,
  TYPE.anyrange,
  TYPE.anymultirange,
  TYPE.anycompatiblearray,
  TYPE.anycompatiblerange,
  TYPE.anycompatiblemultirange,
])

/** The value as the target type with its modifier applied, or undefined when there is no way. */
export function coerceToTarget(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
  position?: number,
): Expression | undefined {
  if (input.type === target.type && input.typmod === target.typmod) return input
  if (!canCoerce(context.catalog, input.type, target.type, how)) return undefined
  const read = readWithTypmod(context, input, target, how)
  if (read !== undefined) return read
  const coerced = coerceType(context, input, target, how, position)
  return applyTypmod(context, coerced, target, how, position)
}

/** A value where exactly `type` is declared; the caller has checked that it can be coerced implicitly. */
export function coerceArgument(
  context: BindContext,
  input: Expression,
  type: Oid,
  position?: number,
): Expression {
  return coerceType(context, input, { type, typmod: -1 }, 'implicit', position)
}

export function cannotCast(
  context: BindContext,
  from: Oid,
  to: Oid,
  position: number | undefined,
): SqlError {
  return new SqlError(
    '42846',
    `cannot cast type ${formatType(context, from)} to ${formatType(context, to)}`,
    { position },
  )
}

/**
 * Assigned literals are read with the modifier at once; an explicit cast truncates, which is the cast function's work.
 * A literal that does not fit is an error of execution, not of binding: that is the cast function's work, too.
 */
function readWithTypmod(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
): Constant | undefined {
  if (input.kind !== 'constant' || input.type !== TYPE.unknown || target.typmod < 0)
    return undefined
  // INTERVAL '1' YEAR: what the digits mean depends on the fields that the modifier names.
  if (target.type === TYPE.interval)
    return literalToType(context, input, target.type, target.typmod)
  if (how === 'explicit' || context.catalog.type(target.type).typeType === 'd') return undefined
  return attempt(() => literalToType(context, input, target.type, target.typmod))
}

export function coerceType(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
  position?: number,
): Expression {
  if (input.type === target.type || TRANSPARENT.has(target.type)) return input
  if (POLYMORPHIC_CONTAINERS.has(target.type) && input.type !== TYPE.unknown) {
    return relabel(context, input, baseTypeAndTypmod(context.catalog, input.type).type)
  }
  if (input.type === TYPE.unknown) {
    const known = coerceUnknown(context, input, target.type, how)
    if (known !== undefined) return known
  }
  const path = findCoercionPath(context.catalog, target.type, input.type, how)
  if (path.kind !== 'none') return followPath(context, input, target, how, path, position)
  if (input.type === TYPE.record && isComplex(context.catalog, target.type)) {
    return coerceRecordToComplex(context, input, target.type, how, position)
  }
  // A named composite is a record, an array of them an array of records: same datums.
  return relabel(context, input, target.type)
}

/** Unknown literals and parameters take the type their context wants. */
function coerceUnknown(
  context: BindContext,
  input: Expression,
  type: Oid,
  how: CoercionContext,
): Expression | undefined {
  if (input.kind === 'constant') {
    const base = baseTypeAndTypmod(context.catalog, type)
    const literal = literalToType(
      context,
      input,
      base.type,
      base.type === TYPE.interval ? base.typmod : -1,
    )
    return base.type === type ? literal : domainOf(context, literal, type, base.typmod, how)
  }
  if (input.kind === 'parameter') return decideParameter(context, input, type)
  if (input.kind === 'relabel' && input.input.type === TYPE.unknown) {
    // An unknown literal under COLLATE.
    const inner = coerceType(context, input.input, { type, typmod: -1 }, how)
    return copyCollationState({ ...input, input: inner, type, typmod: -1 }, input)
  }
  return undefined
}

function domainOf(
  context: BindContext,
  input: Expression,
  type: Oid,
  typmod: number,
  how: CoercionContext,
): Expression {
  const base = applyTypmod(context, input, { type: input.type, typmod }, how)
  return coerceToDomain(context, base, type)
}

function literalToType(
  context: BindContext,
  literal: Constant,
  type: Oid,
  typmod: number,
): Constant {
  const result = constant(context, type, null, literal.position)
  if (literal.value === null) return { ...result, typmod }
  const text = String(literal.value)
  return { ...result, typmod, value: readLiteral(context, text, type, typmod, literal.position) }
}

function decideParameter(context: BindContext, parameter: Parameter, type: Oid): Parameter {
  const decided = context.parameters.decide(parameter.index, type, parameter.position, (t) =>
    formatType(context, t),
  )
  assert(decided === type, 'a decided parameter has the type it was decided to')
  return { ...parameter, type, typmod: -1, collation: context.catalog.type(type).collation }
}

function followPath(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
  path: CoercionPath,
  position: number | undefined,
): Expression {
  const { catalog } = context
  const base = baseTypeAndTypmod(catalog, target.type, target.typmod)
  if (path.kind === 'relabel') {
    const plain = relabel(context, input, base.type)
    if (base.type === target.type) return plain
    return domainOf(context, plain, target.type, base.typmod, how)
  }
  const built = buildCoercion(context, input, path, base, how, position)
  if (base.type === target.type) return built
  return domainOf(context, built, target.type, base.typmod, how)
}

/** Same datums, other label. Domains over the wanted type need nothing at run time either. */
export function relabel(context: BindContext, input: Expression, type: Oid): Expression {
  if (input.type === type) return input
  const derived = deriveCollation(context, type, [input])
  const node: Expression = {
    kind: 'relabel',
    input,
    type,
    typmod: -1,
    collation: derived.collation,
    position: input.position,
  }
  return withCollationState(node, derived)
}

function buildCoercion(
  context: BindContext,
  input: Expression,
  path: CoercionPath,
  target: CoercionTarget,
  how: CoercionContext,
  position: number | undefined,
): Expression {
  switch (path.kind) {
    case 'function':
      return castCall(context, input, path.procedure, target, how, position)
    case 'array':
      return coerceElements(context, input, target, how, position)
    default: {
      const derived = deriveCollation(context, target.type, [input])
      return withCollationState(
        {
          kind: 'coerceViaIo',
          input,
          type: target.type,
          typmod: -1,
          collation: derived.collation,
          position: position ?? input.position,
        },
        derived,
      )
    }
  }
}

/** Cast functions take (value), (value, typmod) or (value, typmod, isExplicit). */
function castCall(
  context: BindContext,
  input: Expression,
  procedure: Oid,
  target: CoercionTarget,
  how: CoercionContext,
  position: number | undefined,
): Expression {
  const info = context.catalog.proc(procedure)
  const count = info?.argumentTypes.length ?? 1
  const args: Expression[] = [relabelArgument(context, input, info?.argumentTypes[0])]
  if (count >= 2) args.push(constant(context, TYPE.int4, target.typmod))
  if (count >= 3) args.push(constant(context, TYPE.bool, how === 'explicit'))
  const derived = deriveCollation(context, target.type, [input])
  return withCollationState(
    {
      kind: 'call',
      procedure,
      args,
      type: target.type,
      typmod: count >= 2 ? target.typmod : -1,
      collation: derived.collation,
      inputCollation: derived.input,
      position: position ?? input.position,
    },
    derived,
  )
}

/** Domains over the function's argument type pass as they are, under the right label. */
function relabelArgument(
  context: BindContext,
  input: Expression,
  declared: Oid | undefined,
): Expression {
  if (declared === undefined || declared === input.type) return input
  const base = baseTypeAndTypmod(context.catalog, input.type).type
  return base === input.type ? input : relabel(context, input, base)
}

function coerceElements(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
  position: number | undefined,
): Expression {
  const from = baseTypeAndTypmod(context.catalog, input.type)
  const fromElement = elementType(context.catalog, from.type)
  const toElement = elementType(context.catalog, target.type)
  const placeholder: Expression = {
    kind: 'placeholder',
    type: fromElement,
    typmod: input.typmod,
    collation: context.catalog.type(fromElement).collation,
  }
  const wanted = { type: toElement, typmod: target.typmod }
  const element = coerceToTarget(context, placeholder, wanted, how, position)
  assert(element !== undefined, 'an array path exists only when the elements can be coerced')
  const derived = deriveCollation(context, target.type, [input])
  return withCollationState(
    {
      kind: 'arrayCoerce',
      input: relabel(context, input, from.type),
      element,
      type: target.type,
      typmod: target.typmod,
      collation: derived.collation,
      position: position ?? input.position,
    },
    derived,
  )
}

/** Applies varchar(n), numeric(p,s) …; a value that already has the modifier passes. */
export function applyTypmod(
  context: BindContext,
  input: Expression,
  target: CoercionTarget,
  how: CoercionContext,
  position?: number,
): Expression {
  if (target.typmod < 0 || target.typmod === input.typmod) return input
  const path = findTypmodCoercion(context.catalog, target.type)
  if (path.kind === 'none') return input
  // A null needs no function; and most modifiers mean the same to the input function as to the cast.
  if (input.kind === 'constant' && input.value === null) return { ...input, typmod: target.typmod }
  return buildCoercion(context, input, path, target, how, position)
}

/** Anything that must be boolean: WHERE, HAVING, AND, CASE WHEN … */
export function coerceToBoolean(
  context: BindContext,
  input: Expression,
  construct: string,
): Expression {
  return coerceToSpecificType(context, input, TYPE.bool, construct)
}

/** LIMIT's bigint, AND's boolean …: assignment rules, with PostgreSQL's message for the construct. */
export function coerceToSpecificType(
  context: BindContext,
  input: Expression,
  type: Oid,
  construct: string,
): Expression {
  if (input.type === type) return input
  const coerced = coerceToTarget(context, input, { type, typmod: -1 }, 'assignment')
  if (coerced !== undefined) return coerced
  throw new SqlError(
    '42804',
    `argument of ${construct} must be type ${formatType(context, type)}, not type ${formatType(context, input.type)}`,
    { position: input.position },
  )
}

/** To a type chosen by selectCommonType. */
export function coerceToCommonType(
  context: BindContext,
  input: Expression,
  type: Oid,
  construct: string,
): Expression {
  if (input.type === type) return input
  if (canCoerce(context.catalog, input.type, type, 'implicit')) {
    return coerceArgument(context, input, type)
  }
  throw new SqlError(
    '42846',
    `${construct} could not convert type ${formatType(context, input.type)} to ${formatType(context, type)}`,
    { position: input.position },
  )
}

/** An unknown that no context decided becomes text, as output columns and sort keys do. */
export function resolveUnknown(context: BindContext, input: Expression): Expression {
  if (input.type !== TYPE.unknown) return input
  return coerceType(context, input, { type: TYPE.text, typmod: -1 }, 'implicit')
}

export function isNullConstant(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === null
}
