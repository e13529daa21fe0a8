/** Type names as PostgreSQL's error messages and format_type() spell them. */
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import type { BindContext } from '../context/bind-context.ts'
import { NO_OID } from './type-oids.ts'

const SQL_NAMES: ReadonlyMap<string, string> = new Map([
  ['bool', 'boolean'],
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['numeric', 'numeric'],
  ['bpchar', 'character'],
  ['varchar', 'character varying'],
  ['char', '"char"'],
  ['bit', 'bit'],
  ['varbit', 'bit varying'],
  ['interval', 'interval'],
  ['time', 'time without time zone'],
  ['timetz', 'time with time zone'],
  ['timestamp', 'timestamp without time zone'],
  ['timestamptz', 'timestamp with time zone'],
])

const PLAIN_IDENTIFIER = /^[a-z_][a-z0-9_$]*$/

/** Reserved words that need quotes; only those that plausibly name types or columns in messages. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create ' +
    'current_date current_role current_time current_timestamp current_user default deferrable desc distinct do ' +
    'else end except false fetch for foreign from grant group having in initially intersect into lateral leading ' +
    'limit localtime localtimestamp not null offset on only or order placing primary references returning select ' +
    'session_user some symmetric table then to trailing true union unique user using variadic when where window with'
  ).split(' '),
)

export function quoteIdentifier(name: string): string {
  if (PLAIN_IDENTIFIER.test(name) && !RESERVED.has(name)) return name
  return `"${name.replaceAll('"', '""')}"`
}

/** format_type_be(): the name without a type modifier. */
export function formatType(context: BindContext, type: Oid): string {
  if (type === NO_OID) return '-'
  const info = context.catalog.type(type)
  if (info.elementType !== NO_OID) return `${formatType(context, info.elementType)}[]`
  return formatPlain(context, info)
}

function formatPlain(context: BindContext, info: TypeInfo): string {
  if (info.schema === 'pg_catalog') {
    return SQL_NAMES.get(info.name) ?? quoteIdentifier(info.name)
  }
  const visible = context.catalog.findType(undefined, info.name, context.searchPath)
  const name = quoteIdentifier(info.name)
  return visible?.oid === info.oid ? name : `${quoteIdentifier(info.schema)}.${name}`
}

/** format_type() with the modifier, for the types that show theirs. */
export function formatTypeWithTypmod(context: BindContext, type: Oid, typmod: number): string {
  const plain = formatType(context, type)
  if (typmod < 0) return plain
  const { name, schema, elementType } = context.catalog.type(type)
  if (elementType !== NO_OID) return `${formatTypeWithTypmod(context, elementType, typmod)}[]`
  if (schema !== 'pg_catalog') return plain
  switch (name) {
    case 'varchar':
    case 'bpchar':
      return `${plain}(${typmod - 4})`
    case 'bit':
    case 'varbit':
      return `${plain}(${typmod})`
    case 'numeric':
      return `${plain}(${(typmod - 4) >> 16},${(((typmod - 4) & 0x7ff) ^ 1024) - 1024})`
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return plain.replace(/^(\w+)/, `$1(${typmod})`)
    default:
      return plain
  }
}
