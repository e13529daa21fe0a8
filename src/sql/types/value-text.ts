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
function undomained({ catalog }: ValueTextContext, oid: Oid): TypeInfo {
  let type = catalog.type(oid)
  while (type.typeType === 'd') type = catalog.type(type.baseType)
  return type
}

/** A printer for many values of one type. */
export function printerOf(context: ValueTextContext, oid: Oid): (value: Datum) => string {
  const type = undomained(context, oid)
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
  const type = context.catalog.type(oid)
  if (type.typeType === 'd') return domainReader(context, type)
  const input = context.io.findInput(type.input)
  if (input === undefined) throw unsupported(`input of type ${type.name}`)
  const own = contextFor(context, type, typmod)
  return (text) => input(text, own)
}

/** A domain's values are read as those of its base type, and must then keep its constraints. */
function domainReader(context: ValueTextContext, domain: TypeInfo): (text: string) => Datum {
  const read = readerOf(context, domain.baseType, domain.typmod)
  return (text) => {
    const value = read(text)
    context.session.checkDomain(domain.oid, value)
    return value
  }
}
