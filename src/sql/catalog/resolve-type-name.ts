/**
 * A type as written (`varchar(10)[]`, `numeric(8,2)`, `s.mood`, `t.a%TYPE`) as OID and type modifier: what casts, column
 * definitions and function signatures begin with.
 */
import { SqlError } from '../../errors/sql-error.ts'
import type { Expression } from '../parse/ast/expression.ts'
import type { TypeName } from '../parse/ast/common.ts'
import type { Catalog, Oid, TypeInfo } from './catalog.ts'

export interface ResolvedType {
  readonly type: Oid
  /** -1 when there is none. */
  readonly typmod: number
}

export function resolveTypeName(
  name: TypeName,
  catalog: Catalog,
  searchPath: readonly string[],
): ResolvedType {
  if (name.columnType !== undefined) return columnTypeOf(name, name.columnType, catalog, searchPath)
  const type = catalog.findType(name.schema, name.name, searchPath)
  if (type === undefined) throw undefinedType(name, catalog)
  const typmod = typeModifier(name, type)
  if (name.arrayDimensions.length === 0) return { type: type.oid, typmod }
  if (type.elementType !== 0) return { type: type.oid, typmod }
  if (type.arrayType === 0) {
    throw new SqlError('42704', `could not find array type for data type ${type.name}`, {
      position: name.position,
    })
  }
  return { type: type.arrayType, typmod }
}

function undefinedType(name: TypeName, catalog: Catalog): SqlError {
  const { position } = name
  if (name.schema !== undefined && !catalog.hasSchema(name.schema)) {
    return new SqlError('3F000', `schema "${name.schema}" does not exist`, { position })
  }
  const brackets = '[]'.repeat(name.arrayDimensions.length === 0 ? 0 : 1)
  const full = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
  return new SqlError('42704', `type "${full}${brackets}" does not exist`, { position })
}

/** table.column%TYPE */
function columnTypeOf(
  name: TypeName,
  path: readonly string[],
  catalog: Catalog,
  searchPath: readonly string[],
): ResolvedType {
  const column = path.at(-1) ?? ''
  const table = path.at(-2) ?? ''
  const relation = catalog.findRelation(path.at(-3), table, searchPath)
  const { position } = name
  if (relation === undefined) {
    throw new SqlError('42P01', `relation "${path.slice(0, -1).join('.')}" does not exist`, { position })
  }
  const found = relation.columns.find((candidate) => candidate.name === column)
  if (found === undefined) {
    throw new SqlError('42703', `column "${column}" of relation "${relation.name}" does not exist`, { position })
  }
  return { type: found.type, typmod: found.typmod }
}

function typeModifier(name: TypeName, type: TypeInfo): number {
  if (name.typmods.length === 0) return -1
  const modifiers = name.typmods.map((modifier) => modifierValue(modifier, name))
  const compute = type.schema === 'pg_catalog' ? MODIFIERS[type.name] : undefined
  if (compute === undefined) {
    throw new SqlError('42601', `type modifier is not allowed for type "${type.name}"`, {
      position: name.position,
    })
  }
  return compute(modifiers)
}

function modifierValue(expression: Expression, name: TypeName): number {
  if (expression.kind === 'integer') return expression.value
  if (expression.kind === 'unary' && expression.operator.name === '-' && expression.operand.kind === 'integer') {
    return -expression.operand.value
  }
  if (expression.kind === 'number' || expression.kind === 'string') {
    const text = expression.kind === 'number' ? expression.text : expression.value
    if (/^\d+$/.test(text) && Number(text) <= 2147483647) return Number(text)
    throw new SqlError('22P02', `invalid input syntax for type integer: "${text}"`)
  }
  throw new SqlError('42601', 'type modifiers must be simple constants or identifiers', {
    position: name.position,
  })
}

type ModifierFunction = (values: readonly number[]) => number

const MODIFIERS: Readonly<Record<string, ModifierFunction>> = {
  varchar: (values) => lengthModifier(values, 'varchar', 4),
  bpchar: (values) => lengthModifier(values, 'char', 4),
  bit: (values) => lengthModifier(values, 'bit', 0),
  varbit: (values) => lengthModifier(values, 'varbit', 0),
  numeric: numericModifier,
  timestamp: (values) => precisionModifier(values, 'TIMESTAMP', ''),
  timestamptz: (values) => precisionModifier(values, 'TIMESTAMP', ' WITH TIME ZONE'),
  time: (values) => precisionModifier(values, 'TIME', ''),
  timetz: (values) => precisionModifier(values, 'TIME', ' WITH TIME ZONE'),
  interval: intervalModifier,
}

function invalid(message: string): SqlError {
  return new SqlError('22023', message)
}

/** PostgreSQL's MaxAttrSize. */
const MAX_LENGTH = 10485760

function lengthModifier(values: readonly number[], name: string, header: number): number {
  const length = values[0] ?? 0
  if (values.length !== 1) throw invalid('invalid type modifier')
  if (length < 1) throw invalid(`length for type ${name} must be at least 1`)
  const limit = header === 0 ? MAX_LENGTH * 8 : MAX_LENGTH
  if (length > limit) throw invalid(`length for type ${name} cannot exceed ${limit}`)
  return length + header
}

function numericModifier(values: readonly number[]): number {
  const [precision = 0, scale = 0] = values
  if (values.length > 2) throw invalid('invalid NUMERIC type modifier')
  if (precision < 1 || precision > 1000) {
    throw invalid(`NUMERIC precision ${precision} must be between 1 and 1000`)
  }
  if (scale < -1000 || scale > 1000) {
    throw invalid(`NUMERIC scale ${scale} must be between -1000 and 1000`)
  }
  return ((precision << 16) | (scale & 0x7ff)) + 4
}

/** Fractional digits of seconds; more than 6 are 6. */
function precisionModifier(values: readonly number[], name: string, zone: string): number {
  const precision = values[0] ?? 0
  if (values.length !== 1) throw invalid('invalid type modifier')
  if (precision < 0) throw invalid(`${name}(${precision})${zone} precision must not be negative`)
  return Math.min(precision, 6)
}

const INTERVAL_FULL_RANGE = 0x7fff
const INTERVAL_FULL_PRECISION = 0xffff

function intervalModifier(values: readonly number[]): number {
  const [range = INTERVAL_FULL_RANGE, precision] = values
  if (precision === undefined) {
    return range === INTERVAL_FULL_RANGE ? -1 : (range << 16) | INTERVAL_FULL_PRECISION
  }
  if (precision < 0) throw invalid(`INTERVAL(${precision}) precision must not be negative`)
  return (range << 16) | Math.min(precision, 6)
}
