/** Text form of values whose type is known only at run time, through the library of type I/O. */
import { unsupported } from '../../errors/sql-error.ts'
import type { Datum } from '../../storage/vector.ts'
import type { Catalog, Oid } from '../catalog/catalog.ts'
import type { EvaluationSession } from '../execute/evaluation-session.ts'
import type { TypeIo, TypeIoContext } from './type-io.ts'
import { baseTypeAndTypmod } from '../catalog/base-type.ts'

/** What both a call and a type's I/O know. */
export interface ValueTextContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  readonly io: TypeIo
}

/** For a type's I/O; that of a domain is its base type's, which may have parts of its own. */
export function baseContext(
  { session, catalog, io }: ValueTextContext,
  oid: Oid,
  typmod = -1,
): TypeIoContext {
  const base = baseTypeAndTypmod(catalog, oid, typmod)
  return { session, catalog, io, type: catalog.type(base.type), typmod: base.typmod }
}

/** A printer for many values of one type. */
export function printerOf(context: ValueTextContext, oid: Oid): (value: Datum) => string {
  const own = baseContext(context, oid)
  const output = own.io.findOutput(own.type.output)
  if (output === undefined) throw unsupported(`output of type ${own.type.name}`)
  return (value) => output(value, own)
}

/** A reader for many values of one type. */
export function readerOf(
  context: ValueTextContext,
  oid: Oid,
  typmod = -1,
): (text: string) => Datum {
  const own = baseContext(context, oid, typmod)
  const input = own.io.findInput(own.type.input)
  if (input === undefined) throw unsupported(`input of type ${own.type.name}`)
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
