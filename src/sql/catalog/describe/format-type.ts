/** format_type(): types as PostgreSQL spells them, with their modifiers. */
import { rangeOfTypmod } from '../../types/datetime/interval-typmod.ts'
import type { Catalog, Oid, TypeInfo } from '../catalog.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'

const SQL_NAMES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'character',
  varchar: 'character varying',
  char: '"char"',
  bit: 'bit',
  varbit: 'bit varying',
  interval: 'interval',
  numeric: 'numeric',
  json: 'json',
}

const VECTOR_TYPES: ReadonlySet<string> = new Set(['int2vector', 'oidvector'])

/** `typmod` -1: without modifier; undefined: as format_type(oid, NULL) has it. */
export function formatTypeName(
  catalog: Pick<Catalog, 'typeIfExists' | 'findType'>,
  oid: Oid,
  typmod: number | undefined,
  searchPath: readonly string[],
): string {
  if (oid === 0) return '-'
  const type = catalog.typeIfExists(oid)
  if (type === undefined) return '???'
  // int2vector and oidvector have elements too, and names of their own.
  if (type.elementType !== 0 && type.category === 'A' && !VECTOR_TYPES.has(type.name)) {
    return `${formatTypeName(catalog, type.elementType, typmod, searchPath)}[]`
  }
  if (type.schema === 'pg_catalog') return formatBuiltin(type, typmod)
  const visible = catalog.findType(undefined, type.name, searchPath)?.oid === oid
  const name = quoteIdentifier(type.name)
  return visible ? name : `${quoteIdentifier(type.schema)}.${name}`
}

function formatBuiltin(type: TypeInfo, typmod: number | undefined): string {
  const time = /^(time|timestamp)(tz)?$/.exec(type.name)
  if (time !== null) {
    const precision = typmod === undefined || typmod < 0 ? '' : `(${typmod})`
    return `${time[1]}${precision} ${time[2] === undefined ? 'without' : 'with'} time zone`
  }
  const name = SQL_NAMES[type.name] ?? quoteIdentifier(type.name)
  // The grammar reads bare "character" and "bit" as of length one; only a known -1 may be called so.
  if (typmod === -1 && type.name === 'bpchar') return 'bpchar'
  if (typmod === -1 && type.name === 'bit') return '"bit"'
  if (typmod === undefined || typmod < 0) return name
  return withModifier(type.name, name, typmod)
}

function withModifier(type: string, name: string, typmod: number): string {
  switch (type) {
    case 'bpchar':
    case 'varchar':
      return typmod > 4 ? `${name}(${typmod - 4})` : name
    case 'bit':
    case 'varbit':
      return `${name}(${typmod})`
    case 'numeric':
      return `numeric(${((typmod - 4) >> 16) & 0xffff},${numericScale(typmod)})`
    case 'interval':
      return formatInterval(typmod)
    default:
      return name
  }
}

/** 11 bits, signed. */
function numericScale(typmod: number): number {
  return (((typmod - 4) & 0x7ff) ^ 1024) - 1024
}

function formatInterval(typmod: number): string {
  const range = rangeOfTypmod(typmod)
  const precision = typmod & 0xffff
  return `interval${range === 'full' ? '' : ` ${range}`}${precision === 0xffff ? '' : `(${precision})`}`
}
