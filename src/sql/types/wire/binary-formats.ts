/**
 * Binary forms of values, as the wire protocol carries them when a client asks. Keyed by pg_type.typoutput, since a type's text and
 * its binary form go together. All numbers are big-endian. A type without one here raises 0A000 by name.
 */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { TypeIoContext } from '../type-io.ts'
import { arrayFormat } from './array-format.ts'
import {
  bytesFormat,
  float4Format,
  float8Format,
  integerFormat,
  unsignedFormat,
} from './fixed-formats.ts'
import { booleanFormat, intervalFormat, timeTzFormat, uuidFormat } from './fixed-formats.ts'
import { numericFormat } from './numeric-format.ts'
import { jsonbFormat, textFormat } from './text-formats.ts'

export interface BinaryFormat {
  /** Raises 22P03 or 08P01 when the bytes are no such value. */
  readonly receive: (bytes: Uint8Array, context: TypeIoContext) => Datum
  readonly send: (value: Datum, context: TypeIoContext) => Uint8Array
}

const UNSIGNED = [
  'oid',
  'xid',
  'cid',
  'regproc',
  'regprocedure',
  'regoper',
  'regoperator',
  'regclass',
]
const MORE_UNSIGNED = [
  'regtype',
  'regrole',
  'regnamespace',
  'regcollation',
  'regconfig',
  'regdictionary',
]
const TEXTS = [
  'textout',
  'varcharout',
  'bpcharout',
  'nameout',
  'json_out',
  'unknownout',
  'cstring_out',
  'enum_out',
]

const FORMATS: ReadonlyMap<string, BinaryFormat> = new Map([
  ['boolout', booleanFormat],
  ['int2out', integerFormat(2)],
  ['int4out', integerFormat(4)],
  ['date_out', integerFormat(4)],
  ['int8out', integerFormat(8)],
  ['cash_out', integerFormat(8)],
  ['time_out', integerFormat(8)],
  ['timestamp_out', integerFormat(8)],
  ['timestamptz_out', integerFormat(8)],
  ['float4out', float4Format],
  ['float8out', float8Format],
  ['numeric_out', numericFormat],
  ['interval_out', intervalFormat],
  ['timetz_out', timeTzFormat],
  ['uuid_out', uuidFormat],
  ['byteaout', bytesFormat],
  ['jsonb_out', jsonbFormat],
  ['charout', textFormat],
  ['void_out', textFormat],
  ['array_out', arrayFormat],
  ...[...UNSIGNED, ...MORE_UNSIGNED].map((name) => [`${name}out`, unsignedFormat] as const),
  ...TEXTS.map((name) => [name, textFormat] as const),
])

export function findBinaryFormat(context: Pick<TypeIoContext, 'type'>): BinaryFormat {
  const format = FORMATS.get(context.type.output)
  if (format === undefined) throw unsupported(`binary format of type ${context.type.name}`)
  return format
}
