/** Support functions of a type's default operator class: comparison, equality, in_range. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, OperatorInfo } from '../../catalog/catalog.ts'
import type { BindContext } from '../context/bind-context.ts'
import { formatType } from './format-type.ts'
import { compatibleOperator } from './candidate/resolve-operator.ts'
import { baseType, elementType } from './type-facts.ts'
import { NO_OID, TYPE } from './type-oids.ts'

/** btree support function 1 by the type's name, where it is not '<type>_cmp'. */
const COMPARE_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['bool', 'btboolcmp'],
  ['bytea', 'byteacmp'],
  ['char', 'btcharcmp'],
  ['name', 'btnamecmp'],
  ['int8', 'btint8cmp'],
  ['int2', 'btint2cmp'],
  ['int4', 'btint4cmp'],
  ['text', 'bttextcmp'],
  ['varchar', 'bttextcmp'],
  ['bpchar', 'bpcharcmp'],
  ['oid', 'btoidcmp'],
  ['tid', 'bttidcmp'],
  ['oidvector', 'btoidvectorcmp'],
  ['float4', 'btfloat4cmp'],
  ['float8', 'btfloat8cmp'],
  ['money', 'cash_cmp'],
  ['inet', 'network_cmp'],
  ['cidr', 'network_cmp'],
  ['bit', 'bitcmp'],
  ['varbit', 'varbitcmp'],
  ['record', 'btrecordcmp'],
  ['xid8', 'xid8cmp'],
])

/** The function that compares two values of the type (int4cmp …), or undefined: json, point, xml … have none. */
export function compareFunction(context: BindContext, type: Oid): Oid | undefined {
  const { catalog } = context
  const info = catalog.type(baseType(catalog, type))
  const name = compareFunctionName(context, info.oid)
  const [proc] = catalog.functionsNamed('pg_catalog', name, context.searchPath)
  return proc?.oid
}

function compareFunctionName(context: BindContext, type: Oid): string {
  const info = context.catalog.type(type)
  if (elementType(context.catalog, type) !== NO_OID) return 'btarraycmp'
  if (info.typeType === 'e') return 'enum_cmp'
  if (info.typeType === 'r') return 'range_cmp'
  if (info.typeType === 'm') return 'multirange_cmp'
  if (info.typeType === 'c') return 'btrecordcmp'
  if (info.schema !== 'pg_catalog') return ''
  const known = COMPARE_FUNCTIONS.get(info.name)
  if (known !== undefined) return known
  // regclass and friends sort as the oids they are.
  return info.name.startsWith('reg') ? 'btoidcmp' : `${info.name}_cmp`
}

export function equalityOperator(context: BindContext, type: Oid): OperatorInfo | undefined {
  return compatibleOperator(context, '=', type, type)
}

/** Raises PostgreSQL's 42883 unless values of the type can be sorted. */
export function requireSortable(
  context: BindContext,
  type: Oid,
  position: number | undefined,
): void {
  if (
    type === TYPE.record ||
    compareFunction(context, elementOrSelf(context, type)) !== undefined
  ) {
    return
  }
  throw new SqlError(
    '42883',
    `could not identify an ordering operator for type ${formatType(context, type)}`,
    { hint: 'Use an explicit ordering operator or modify the query.', position },
  )
}

/** The same for grouping: DISTINCT, GROUP BY, UNION. */
export function requireGroupable(
  context: BindContext,
  type: Oid,
  position: number | undefined,
): void {
  if (type === TYPE.record) return
  if (equalityOperator(context, elementOrSelf(context, type)) !== undefined) return
  throw new SqlError(
    '42883',
    `could not identify an equality operator for type ${formatType(context, type)}`,
    { position },
  )
}

function elementOrSelf(context: BindContext, type: Oid): Oid {
  const element = elementType(context.catalog, baseType(context.catalog, type))
  return element === NO_OID ? type : element
}
