/** The fields of a composite value: of its named type, or of the function or row that made the record. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Expression } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { compositeColumns } from './coercion/coerce-record.ts'
import { functionOutputColumns } from './candidate/function-output.ts'
import { isComplex } from './type-facts.ts'
import { TYPE } from './type-oids.ts'

export interface Field {
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
}

export function knownFields(context: BindContext, value: Expression): readonly Field[] | undefined {
  if (isComplex(context.catalog, value.type)) return compositeColumns(context, value.type)
  if (value.type !== TYPE.record) return undefined
  if (value.kind === 'row') {
    return value.fields.map((field, i) => ({
      name: value.names[i] ?? '',
      type: field.type,
      typmod: field.typmod,
      collation: field.collation,
    }))
  }
  if (value.kind === 'call') return functionOutputColumns(context, value)
  if (value.kind === 'column') return context.shared.recordFields.get(value.column)
  return undefined
}

export function compositeFields(context: BindContext, value: Expression): readonly Field[] {
  const fields = knownFields(context, value)
  if (fields !== undefined) return fields
  throw new SqlError('42809', 'record type has not been registered', { position: value.position })
}
