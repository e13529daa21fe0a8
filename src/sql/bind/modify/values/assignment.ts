/** Values on their way into columns: coercion with PostgreSQL's words, elements, slices and fields of a column. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Column } from '../../../catalog/catalog.ts'
import type { IndirectionStep } from '../../../parse/ast/expression.ts'
import type { AssignmentTarget } from '../../../parse/ast/modify.ts'
import type { Expression } from '../../../plan/expression.ts'
import { bindSubscriptList, subscriptedType } from '../../expression/bind-cast.ts'
import type { Binder } from '../../expression/binder.ts'
import { compositeColumns } from '../../resolve/coercion/coerce-record.ts'
import { type CoercionTarget, coerceToTarget } from '../../resolve/coercion/coerce.ts'
import { formatType } from '../../resolve/format-type.ts'
import { baseType, isComplex } from '../../resolve/type-facts.ts'
import { coerceToDomain } from '../../resolve/coercion/domain.ts'

/** The value as the column's type. */
export function assignToColumn(binder: Binder, column: Column, value: Expression): Expression {
  const { context } = binder
  const coerced = coerceToTarget(context, value, column, 'assignment', value.position)
  if (coerced !== undefined) return coerced
  throw new SqlError(
    '42804',
    `column "${column.name}" is of type ${formatType(context, column.type)} but expression is of type ${formatType(context, value.type)}`,
    { hint: 'You will need to rewrite or cast the expression.', position: value.position },
  )
}

export interface PartAssignment {
  readonly column: Column
  readonly target: AssignmentTarget
  /** What the column holds so far: the old value, or an earlier assignment to another part. */
  readonly current: Expression
  readonly value: Expression
}

/** column[1] = value, column.field = value: the whole column with the part replaced. */
export function assignPart(binder: Binder, assignment: PartAssignment): Expression {
  const { column, target, current, value } = assignment
  const result = assignSteps(binder, column.name, current, target.steps, value, target.position)
  return coerceToTarget(binder.context, result, column, 'assignment') ?? result
}

function assignSteps(
  binder: Binder,
  name: string,
  container: Expression,
  steps: readonly IndirectionStep[],
  value: Expression,
  position: number | undefined,
): Expression {
  const [first] = steps
  if (first === undefined) return value
  if (first.kind === 'field') {
    return assignField(binder, name, container, first.name, steps.slice(1), value, position)
  }
  const count = steps.findIndex((step) => step.kind === 'field' || step.kind === 'star')
  const subscripts = count < 0 ? steps : steps.slice(0, count)
  const rest = count < 0 ? [] : steps.slice(count)
  return assignElement(binder, name, container, subscripts, rest, value, position)
}

function assignElement(
  binder: Binder,
  name: string,
  container: Expression,
  steps: readonly IndirectionStep[],
  rest: readonly IndirectionStep[],
  value: Expression,
  position: number | undefined,
): Expression {
  const isSlice = steps.some((step) => step.kind === 'slice')
  const type = subscriptedType(binder, container, isSlice)
  const part: CoercionTarget = { type, typmod: container.typmod }
  const bounds = bindSubscriptList(binder, container, steps)
  const element: Expression = {
    kind: 'subscript',
    input: container,
    ...bounds,
    ...part,
    collation: binder.context.catalog.type(type).collation,
  }
  const inner = assignSteps(binder, name, element, rest, value, position)
  const coerced = coerceToTarget(binder.context, inner, part, 'assignment', value.position)
  if (coerced === undefined) {
    const { context } = binder
    throw new SqlError(
      '42804',
      `subscripted assignment to "${name}" requires type ${formatType(context, type)} but expression is of type ${formatType(context, value.type)}`,
      { hint: 'You will need to rewrite or cast the expression.', position },
    )
  }
  const base = baseType(binder.context.catalog, container.type)
  const { typmod, collation } = container
  const whole: Expression = {
    kind: 'assign',
    input: container,
    ...bounds,
    value: coerced,
    type: base,
    typmod,
    collation,
    position,
  }
  return base === container.type ? whole : coerceToDomain(binder.context, whole, container.type)
}

function assignField(
  binder: Binder,
  name: string,
  container: Expression,
  field: string,
  rest: readonly IndirectionStep[],
  value: Expression,
  position: number | undefined,
): Expression {
  const { context } = binder
  const typeName = formatType(context, container.type)
  if (!isComplex(context.catalog, container.type)) {
    throw new SqlError(
      '42804',
      `cannot assign to field "${field}" of column "${name}" because its type ${typeName} is not a composite type`,
      { position },
    )
  }
  const columns = compositeColumns(context, container.type)
  const index = columns.findIndex((column) => column.name === field)
  const column = columns[index]
  if (column === undefined) {
    throw new SqlError(
      '42703',
      `cannot assign to field "${field}" of column "${name}" because there is no such column in data type ${typeName}`,
      { position },
    )
  }
  const { type, typmod, collation } = column
  const old: Expression = { kind: 'field', input: container, index, type, typmod, collation }
  const inner = assignSteps(binder, field, old, rest, value, position)
  const coerced = coerceToTarget(context, inner, column, 'assignment', value.position)
  if (coerced === undefined) {
    throw new SqlError(
      '42804',
      `subfield "${field}" is of type ${formatType(context, type)} but expression is of type ${formatType(context, value.type)}`,
      { hint: 'You will need to rewrite or cast the expression.', position },
    )
  }
  return {
    kind: 'assign',
    input: container,
    upper: [],
    field: index,
    value: coerced,
    type: container.type,
    typmod: container.typmod,
    collation: container.collation,
    position,
  }
}
