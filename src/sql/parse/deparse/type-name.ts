/** Type names as format_type() prints them: int4 → integer, varchar(5) → character varying(5). */
import type { TypeName } from '../ast/common.ts'
import type { Expression } from '../ast/expression.ts'
import { quoteLiteral, quoteQualifiedName } from './quote.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'

const STANDARD_NAMES: { readonly [name: string]: string } = {
  bool: 'boolean',
  bit: 'bit',
  bpchar: 'character',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  numeric: 'numeric',
  varbit: 'bit varying',
  varchar: 'character varying',
  interval: 'interval',
  time: 'time',
  timestamp: 'timestamp',
  timetz: 'time',
  timestamptz: 'timestamp',
  json: 'json',
}
/** What follows the typmod. */
const SUFFIXES: { readonly [name: string]: string } = {
  time: ' without time zone',
  timestamp: ' without time zone',
  timetz: ' with time zone',
  timestamptz: ' with time zone',
}

export function deparseTypeName(type: TypeName): string {
  const setof = type.setof ? 'SETOF ' : ''
  const dimensions = type.arrayDimensions.map((size) => (size < 0 ? '[]' : `[${size}]`)).join('')
  return setof + baseName(type) + dimensions
}

function baseName(type: TypeName): string {
  if (type.columnType) return `${type.columnType.map(quoteIdentifier).join('.')}%TYPE`
  const isSystem = type.schema === undefined || type.schema === 'pg_catalog'
  const standard = isSystem ? STANDARD_NAMES[type.name] : undefined
  if (standard === 'interval') return intervalName(type.typmods)
  const name = standard ?? quoteQualifiedName(type)
  const suffix = (standard && SUFFIXES[type.name]) ?? ''
  if (type.typmods.length === 0) return name + suffix
  return `${name}(${type.typmods.map(modifier).join(',')})${suffix}`
}

function modifier(typmod: Expression): string {
  if (typmod.kind === 'integer') return String(typmod.value)
  if (typmod.kind === 'string') return quoteLiteral(typmod.value)
  if (typmod.kind === 'column') return typmod.parts.map(quoteIdentifier).join('.')
  return typmod.kind === 'number' ? typmod.text : ''
}

/** interval's first typmod is a mask of fields: bit n stands for PostgreSQL's datetime field n. */
const INTERVAL_FIELDS: ReadonlyMap<number, string> = new Map([
  [1 << 2, ' year'],
  [1 << 1, ' month'],
  [1 << 3, ' day'],
  [1 << 10, ' hour'],
  [1 << 11, ' minute'],
  [1 << 12, ' second'],
  [(1 << 2) | (1 << 1), ' year to month'],
  [(1 << 3) | (1 << 10), ' day to hour'],
  [(1 << 3) | (1 << 10) | (1 << 11), ' day to minute'],
  [(1 << 3) | (1 << 10) | (1 << 11) | (1 << 12), ' day to second'],
  [(1 << 10) | (1 << 11), ' hour to minute'],
  [(1 << 10) | (1 << 11) | (1 << 12), ' hour to second'],
  [(1 << 11) | (1 << 12), ' minute to second'],
])

function intervalName(typmods: readonly Expression[]): string {
  const [fields, precision] = typmods
  const name = fields?.kind === 'integer' ? (INTERVAL_FIELDS.get(fields.value) ?? '') : ''
  return `interval${name}${precision ? `(${modifier(precision)})` : ''}`
}
