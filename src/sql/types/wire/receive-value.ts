/** Values from their binary form, whatever their type: a domain's are those of its base type and must then keep its constraints. */
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { baseContext, checked } from '../value-text.ts'
import type { ValueTextContext } from '../value-text.ts'
import { findBinaryFormat } from './binary-formats.ts'

/** A reader for many values of one type. */
export function receiverOf(context: ValueTextContext, oid: Oid): (bytes: Uint8Array) => Datum {
  const own = baseContext(context, oid)
  const format = findBinaryFormat(own)
  return checked(context, oid, (bytes) => format.receive(bytes, own))
}
