/** Any argument as text, through its type's output function: what concat, format and string building of any type need. */
import { unsupported } from '../../errors/sql-error.ts'
import type { Datum } from '../../storage/vector.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { CallContext } from './registry.ts'

/** text, varchar, name, unknown, cstring: their datum is their text. */
const PLAIN_TEXT: ReadonlySet<number> = new Set([25, 1043, 19, 705, 2275, 1042])

export function valueToText(context: CallContext, value: Datum, typeOid: Oid): string {
  if (PLAIN_TEXT.has(typeOid)) return value as string // a text datum by its type
  const type = context.catalog.type(typeOid)
  const output = context.io.findOutput(type.output)
  if (output === undefined) throw unsupported(`output of type ${type.name}`)
  const { session, catalog, io } = context
  return output(value, { session, catalog, io, type, typmod: -1 })
}
