/** Reads literals with their type's input function at bind time, as PostgreSQL does for `unknown` constants. */
import { SqlError, unsupported } from '../../../../errors/sql-error.ts'
import type { Datum } from '../../../../storage/vector.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { Constant } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { formatType } from '../format-type.ts'

/** The datum of a literal's text; `position` is added to the input function's errors. */
export function readLiteral(
  context: BindContext,
  text: string,
  type: Oid,
  typmod: number,
  position: number | undefined,
): Datum {
  const info = context.catalog.type(type)
  const input = context.typeIo.findInput(info.input)
  if (input === undefined) throw unsupported(`input of type ${formatType(context, type)}`, position)
  try {
    return input(text, {
      session: context.session,
      catalog: context.catalog,
      type: info,
      typmod,
      io: context.typeIo,
    })
  } catch (error) {
    if (error instanceof SqlError) throw error.at(position)
    throw error
  }
}

export function constant(
  context: BindContext,
  type: Oid,
  value: Datum | null,
  position?: number,
): Constant {
  const collation = context.catalog.type(type).collation
  return { kind: 'constant', type, typmod: -1, collation, position, value }
}
