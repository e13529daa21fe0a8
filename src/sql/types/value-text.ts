/** Text form of values whose type is known only at run time, through the library of type I/O. */
import { unsupported } from '../../errors/sql-error.ts'
import type { Datum } from '../../storage/vector.ts'
import type { Catalog, Oid, TypeInfo } from '../catalog/catalog.ts'
import type { EvaluationSession } from '../execute/evaluation-session.ts'
import type { TypeIo, TypeIoContext } from './type-io.ts'

/** What both a call and a type's I/O know. */
export interface ValueTextContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  readonly io: TypeIo
}

function contextFor(context: ValueTextContext, type: TypeInfo, typmod: number): TypeIoContext {
  const { session, catalog, io } = context
  return { session, catalog, io, type, typmod }
}

/** A domain's values look like those of its base type, which may have parts of its own. */
export function undomained(
  catalog: Catalog,
  oid: Oid,
  typmod: number,
): { readonly type: TypeInfo; readonly typmod: number } {
  const type = catalog.type(oid)
  return type.typeType === 'd' ? undomained(catalog, type.baseType, type.typmod) : { type, typmod }
}

/** A printer for many values of one type. */
export function printerOf(context: ValueTextContext, oid: Oid): (value: Datum) => string {
  const { type } = undomained(context.catalog, oid, -1)
  const output = context.io.findOutput(type.output)
  if (output === undefined) throw unsupported(`output of type ${type.name}`)
  const own = contextFor(context, type, -1)
  return (value) => output(value, own)
}

/** A reader for many values of one type. */
export function readerOf(
  context: ValueTextContext,
  oid: Oid,
  typmod = -1,
): (text: string) => Datum {
  const base = undomained(context.catalog, oid, typmod)
  const input = context.io.findInput(base.type.input)
  if (input === undefined) throw unsupported(`input of type ${base.type.name}`)
  const own = contextFor(context, base.type, base.typmod)
  return checked(context, oid, (text) => input(text, own))
}

/** A domain's values are read as those of its base type, and must then keep its constraints. */
export function checked<T>(
  { catalog, session }: ValueTextContext,
  oid: Oid,
  read: (from: T) => Datum,
): (from: T) => Datum {
  if (catalog.type(oid).typeType !== 'd') return read
  return (from) => {
    const value = read(from)
    session.checkDomain(oid, value)
    return value
  }
}
