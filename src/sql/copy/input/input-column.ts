/** A column that COPY FROM gives values to, and how one text becomes its value. */
import type { SqlError } from '../../../errors/sql-error.ts'
import { unsupported } from '../../../errors/sql-error.ts'
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import type { TypeIoContext } from '../../types/type-io.ts'
import type { NullRules } from './field-reader.ts'

/** The first of the values from `from` up to `to` that breaks a constraint of the column's type. */
export type ValueCheck = (
  values: Vector,
  from: number,
  to: number,
) => { readonly row: number; readonly error: SqlError } | undefined

export interface InputColumn extends NullRules {
  readonly name: string
  readonly kind: ColumnKind
  /** Of the base type, where the column's is a domain. */
  readonly io: TypeIoContext
  /** The default marker may stand for it. */
  readonly hasDefault: boolean
  readonly check: ValueCheck | undefined
}

export function textReader({ io }: Pick<InputColumn, 'io'>): (text: string) => Datum {
  const input = io.io.findInput(io.type.input)
  if (input === undefined) throw unsupported(`input of type ${io.type.name}`)
  return (text) => input(text, io)
}
