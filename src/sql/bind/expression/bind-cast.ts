/** Written casts, COLLATE, and the parts of composite and array values: (a).b, a[1], a[2:3]. */
import { SqlError } from '../../../errors/sql-error.ts'
import type {
  Collate,
  Expression as Ast,
  Indirection,
  IndirectionStep,
  TypeCast,
} from '../../parse/ast/expression.ts'
import type { Expression } from '../../plan/expression.ts'
import { tryFunctionOrField } from '../call/bind-function.ts'
import { cannotCast, coerceToTarget } from '../resolve/coercion/coerce.ts'
import { markExplicitCollation } from '../resolve/collation.ts'
import { formatType } from '../resolve/format-type.ts'
import { resolveTypeName } from '../resolve/type-name.ts'
import { baseType, elementType, isArrayType, isRowType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindArray } from './bind-conditional.ts'
import { bindExpression } from './bind-expression.ts'
import { type Binder, leftmost } from './binder.ts'
import { baseTypeAndTypmod } from '../../catalog/base-type.ts'

export function bindCast(binder: Binder, node: TypeCast): Expression {
  const { context } = binder
  const target = resolveTypeName(context, node.type)
  const position = node.position ?? node.type.position
  const base = baseTypeAndTypmod(context.catalog, target.type, target.typmod)
  if (node.operand.kind === 'array' && isArrayType(context.catalog, base.type)) {
    const array = bindArray(binder, node.operand, base)
    return coerceToTarget(context, array, target, 'explicit', position) ?? array
  }
  const input = bindExpression(binder, node.operand)
  const cast = coerceToTarget(context, input, target, 'explicit', position)
  if (cast === undefined) throw cannotCast(context, input.type, target.type, position)
  return cast.position === input.position
    ? cast
    : { ...cast, position: leftmost(position, input.position) }
}

export function bindCollate(binder: Binder, node: Collate): Expression {
  const { context } = binder
  const input = bindExpression(binder, node.operand)
  if (
    input.type !== TYPE.unknown &&
    context.catalog.type(baseType(context.catalog, input.type)).collation === NO_OID
  ) {
    throw new SqlError(
      '42804',
      `collations are not supported by type ${formatType(context, input.type)}`,
      { position: node.position },
    )
  }
  const { schema, name } = node.collation
  const collation = context.catalog.findCollation(schema, name)
  if (collation === undefined) {
    const written = schema === undefined ? name : `${schema}.${name}`
    throw new SqlError('42704', `collation "${written}" for encoding "UTF8" does not exist`, {
      position: node.position,
    })
  }
  const relabelled: Expression = {
    kind: 'relabel',
    input,
    type: input.type,
    typmod: input.typmod,
    collation: collation.oid,
    position: leftmost(node.position, input.position),
  }
  return markExplicitCollation(relabelled, node.position)
}

export function bindIndirection(binder: Binder, node: Indirection): Expression {
  let value = bindExpression(binder, node.operand)
  let subscripts: IndirectionStep[] = []
  const flush = (): void => {
    if (subscripts.length > 0) value = bindSubscripts(binder, value, subscripts, node.position)
    subscripts = []
  }
  for (const step of node.steps) {
    if (step.kind === 'index' || step.kind === 'slice') {
      subscripts.push(step)
      continue
    }
    flush()
    if (step.kind === 'star') {
      throw new SqlError('42601', 'row expansion via "*" is not supported here', {
        position: node.position,
      })
    }
    value = bindField(binder, value, step.name, node.position)
  }
  flush()
  return value
}

/** (value).name: a field, or a function of that name. */
export function bindField(
  binder: Binder,
  value: Expression,
  name: string,
  position: number | undefined,
): Expression {
  const { context } = binder
  const field = tryFunctionOrField(binder, name, value, position)
  if (field !== undefined) return field
  const type = formatType(context, value.type)
  if (!isRowType(context.catalog, value.type)) {
    throw new SqlError(
      '42809',
      `column notation .${name} applied to type ${type}, which is not a composite type`,
      { position },
    )
  }
  if (value.type === TYPE.record) {
    throw new SqlError('42703', `could not identify column "${name}" in record data type`, {
      position,
    })
  }
  throw new SqlError('42703', `column "${name}" not found in data type ${type}`, { position })
}

export interface BoundSubscripts {
  readonly upper: readonly (Expression | null)[]
  readonly lower?: readonly (Expression | null)[]
}

/** Subscript expressions as the container wants them: integers for arrays, text or integers for jsonb. */
export function bindSubscriptList(
  binder: Binder,
  container: Expression,
  steps: readonly IndirectionStep[],
): BoundSubscripts {
  const isSlice = steps.some((step) => step.kind === 'slice')
  const isJson = baseType(binder.context.catalog, container.type) === TYPE.jsonb
  const bind = (ast: Ast | undefined): Expression | null =>
    ast === undefined ? null : bindSubscript(binder, ast, isJson)
  if (isJson && isSlice) {
    throw new SqlError('42804', 'jsonb subscript does not support slices', {
      position: container.position,
    })
  }
  const upper: (Expression | null)[] = []
  const lower: (Expression | null)[] = []
  for (const step of steps) {
    if (step.kind === 'index') {
      upper.push(bind(step.index))
      // In a slice a single subscript n stands for 1:n.
      lower.push(isSlice ? one(binder) : null)
    } else if (step.kind === 'slice') {
      upper.push(bind(step.upper))
      lower.push(bind(step.lower))
    }
  }
  return isSlice ? { upper, lower } : { upper }
}

function one(binder: Binder): Expression {
  return bindExpression(binder, { kind: 'integer', value: 1 })
}

function bindSubscript(binder: Binder, ast: Ast, isJson: boolean): Expression {
  const { context } = binder
  const value = bindExpression(binder, ast)
  if (isJson) {
    const wanted = value.type === TYPE.int4 ? TYPE.int4 : TYPE.text
    const json = coerceToTarget(context, value, { type: wanted, typmod: -1 }, 'implicit')
    if (json !== undefined) return json
    throw new SqlError(
      '42804',
      `subscript type ${formatType(context, value.type)} is not supported`,
      {
        hint: 'jsonb subscript must be coercible to either integer or text.',
        position: value.position,
      },
    )
  }
  const index = coerceToTarget(context, value, { type: TYPE.int4, typmod: -1 }, 'assignment')
  if (index !== undefined) return index
  throw new SqlError('42804', 'array subscript must have type integer', {
    position: value.position,
  })
}

/** Type of an element (or of a slice) of the container; errors for what has no parts. */
export function subscriptedType(
  binder: Binder,
  container: Expression,
  isSlice: boolean,
): Expression['type'] {
  const { context } = binder
  const base = baseType(context.catalog, container.type)
  if (base === TYPE.jsonb) return TYPE.jsonb
  const element = elementType(context.catalog, base)
  if (element !== NO_OID) return isSlice ? base : element
  if (base === TYPE.oidvector) return TYPE.oid
  if (base === TYPE.int2vector) return TYPE.int2
  throw new SqlError(
    '42804',
    `cannot subscript type ${formatType(context, container.type)} because it does not support subscripting`,
    { position: container.position },
  )
}

function bindSubscripts(
  binder: Binder,
  container: Expression,
  steps: readonly IndirectionStep[],
  position: number | undefined,
): Expression {
  const isSlice = steps.some((step) => step.kind === 'slice')
  const type = subscriptedType(binder, container, isSlice)
  return {
    kind: 'subscript',
    input: container,
    ...bindSubscriptList(binder, container, steps),
    type,
    typmod: container.typmod,
    collation: binder.context.catalog.type(type).collation,
    position: leftmost(position, container.position),
  }
}
