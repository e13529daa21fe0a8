/** pg_input_is_valid and pg_input_error_info: whether a text could be read as a type, and why not. */
import { SqlError, unsupported } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Datum } from '../../storage/vector.ts'
import type { TypeInfo } from '../catalog/catalog.ts'
import { PgRecord } from '../types/value-classes.ts'
import { readerOf } from '../types/value-text.ts'
import type { CallContext, FunctionRegistry } from './registry.ts'

/** The grammar's own type names. */
const ALIASES: Readonly<Record<string, string>> = {
  int: 'int4', integer: 'int4', smallint: 'int2', bigint: 'int8', real: 'float4', 'double precision': 'float8',
  decimal: 'numeric', boolean: 'bool', 'character varying': 'varchar', character: 'bpchar', char: 'bpchar',
  'bit varying': 'varbit', 'timestamp with time zone': 'timestamptz', 'time with time zone': 'timetz',
} // prettier-ignore

const WRITTEN = /^\s*([a-z_][a-z_0-9 ]*?|"[^"]+")\s*(?:\(([-\d,\s]+)\))?\s*(\[\])?\s*$/i

function typeOf(context: CallContext, written: string): { type: TypeInfo; typmod: number } {
  const match = WRITTEN.exec(written)
  if (match === null) throw unsupported(`type name "${written}" here`)
  const plain = match[1].startsWith('"') ? match[1].slice(1, -1) : match[1].toLowerCase()
  const name = Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : plain
  const { catalog, session } = context
  const type = catalog.findType(undefined, name, session.searchPath)
  if (type === undefined) {
    throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, `type "${plain}" does not exist`)
  }
  const defaultLength = plain === 'char' || plain === 'character' ? '1' : undefined
  const typmod = typmodOf(type, match[2] ?? defaultLength)
  return match[3] === undefined ? { type, typmod } : { type: catalog.type(type.arrayType), typmod }
}

function typmodOf(type: TypeInfo, modifiers: string | undefined): number {
  if (modifiers === undefined) return -1
  const [first, second = 0] = modifiers.split(',').map(Number)
  switch (type.name) {
    case 'numeric':
      return ((first << 16) | (second & 2047)) + 4
    case 'varchar':
    case 'bpchar':
      return first + 4
    case 'bit':
    case 'varbit':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return first
    default:
      throw unsupported(`modifier of type ${type.name} here`)
  }
}

/** The error reading raises, undefined if there is none. Only data exceptions count; others are raised. */
function inputError(context: CallContext, text: string, typeName: string): SqlError | undefined {
  const { type, typmod } = typeOf(context, typeName)
  if (type.typeType === 'd') return domainError(context, text, type)
  const input = context.io.findInput(type.input)
  if (input === undefined) throw unsupported(`input of type ${type.name}`)
  const { session, catalog, io } = context
  return softError(/^(?!0A|XX)/, () => input(text, { session, catalog, io, type, typmod }))
}

/** Values that break the domain's constraints are wrong; an error while a constraint is computed is an error. */
function domainError(context: CallContext, text: string, domain: TypeInfo): SqlError | undefined {
  const read = readerOf(context, domain.baseType, domain.typmod)
  let value: Datum | undefined
  const error = softError(/^(?!0A|XX)/, () => {
    value = read(text)
  })
  if (error !== undefined || value === undefined) return error
  const found = value
  return softError(/^23/, () => context.session.checkDomain(domain.oid, found))
}

function softError(codes: RegExp, attempt: () => unknown): SqlError | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof SqlError && codes.test(error.code)) return error
    throw error
  }
}

const TEXT_OID = 25
const NAMES = ['message', 'detail', 'hint', 'sql_error_code']

export function registerInputCheck(registry: FunctionRegistry): void {
  registry.scalar(
    'pg_input_is_valid',
    (context: CallContext, text: string, typeName: string) =>
      inputError(context, text, typeName) === undefined,
  )
  registry.scalar('pg_input_error_info', (context: CallContext, text: string, typeName: string) => {
    const error = inputError(context, text, typeName)
    const { detail = null, hint = null } = error?.fields ?? {}
    const values =
      error === undefined ? [null, null, null, null] : [error.message, detail, hint, error.code]
    return new PgRecord(values, [TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID], NAMES)
  })
}
