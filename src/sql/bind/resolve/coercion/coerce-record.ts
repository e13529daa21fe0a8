/** ROW(…) and other records where a named composite type is wanted: field by field. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Column, Oid } from '../../../catalog/catalog.ts'
import type { Expression, RowConstructor } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { coerceToTarget } from './coerce.ts'
import type { CoercionContext } from './coercion-path.ts'
import { coerceToDomain } from './domain.ts'
import { formatType } from '../format-type.ts'
import { baseType, compositeRelation } from '../type-facts.ts'
import { NO_OID } from '../type-oids.ts'

function cannotCastRecord(
  context: BindContext,
  target: Oid,
  detail: string | undefined,
  position: number | undefined,
): SqlError {
  return new SqlError('42846', `cannot cast type record to ${formatType(context, target)}`, {
    detail,
    position,
  })
}

export function coerceRecordToComplex(
  context: BindContext,
  input: Expression,
  target: Oid,
  how: CoercionContext,
  position: number | undefined,
): Expression {
  if (input.kind !== 'row') {
    throw cannotCastRecord(context, target, undefined, position ?? input.position)
  }
  const base = baseType(context.catalog, target)
  const columns = compositeColumns(context, base)
  const where = position ?? input.position
  if (input.fields.length < columns.length) {
    throw cannotCastRecord(context, target, 'Input has too few columns.', where)
  }
  if (input.fields.length > columns.length) {
    throw cannotCastRecord(context, target, 'Input has too many columns.', where)
  }
  const fields = columns.map((column, i) =>
    coerceField(context, input, i, column, target, how, where),
  )
  const row: RowConstructor = {
    kind: 'row',
    fields,
    names: columns.map((column) => column.name),
    type: base,
    typmod: -1,
    collation: NO_OID,
    position: input.position,
  }
  return base === target ? row : coerceToDomain(context, row, target)
}

function coerceField(
  context: BindContext,
  input: RowConstructor,
  index: number,
  column: Column,
  target: Oid,
  how: CoercionContext,
  position: number | undefined,
): Expression {
  const field = input.fields[index]
  const coerced =
    field === undefined ? undefined : coerceToTarget(context, field, column, how, position)
  if (coerced !== undefined) return coerced
  throw cannotCastRecord(
    context,
    target,
    `Cannot cast type ${formatType(context, field?.type ?? NO_OID)} to ${formatType(context, column.type)} in column ${index + 1}.`,
    field?.position ?? position,
  )
}

/** Live columns of a named composite type. */
export function compositeColumns(context: BindContext, type: Oid): readonly Column[] {
  const relation = context.catalog.relation(compositeRelation(context.catalog, type))
  return relation?.columns ?? []
}
