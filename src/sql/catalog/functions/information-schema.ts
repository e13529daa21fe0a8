/** The helpers behind information_schema's views: SQL functions in PostgreSQL, by their signatures here. */
import type { PgArray, PgRecord } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../../functions/registry.ts'
import { columnsOf, oidOf, vectorNumbers } from '../store/catalog-tables.ts'
import { snapshotOf } from './call-catalog.ts'
import { recordField } from './object-facts.ts'

const BPCHAR = 1042
const VARCHAR = 1043
const TEXT = 25
const BIT = 1560
const VARBIT = 1562
const NUMERIC = 1700
const INTEGER_BITS = new Map([
  [21, 16],
  [23, 32],
  [20, 64],
])
const FLOAT_BITS = new Map([
  [700, 24],
  [701, 53],
])
const DATE = 1082
const INTERVAL = 1186
/** time, timestamp, with and without zone */
const TIMES = new Set([1083, 1114, 1184, 1266])

export function registerInformationSchema(registry: FunctionRegistry): void {
  registry.set('_pg_expandarray(anyarray)', function* (_: CallContext, array: PgArray) {
    for (const [i, element] of array.elements.entries()) yield [element, i + 1]
  })
  registry.scalar(
    '_pg_index_position(oid,int2)',
    (context: CallContext, index: number, column: number) => {
      const row = snapshotOf(context).data.rows('pg_index').find('indexrelid', oidOf(index))
      const position = vectorNumbers(row?.indkey ?? '').indexOf(column)
      return position < 0 ? null : position + 1
    },
  )
  const field = (record: PgRecord, catalog: string, name: string): Value =>
    recordField(
      record.values,
      columnsOf(catalog).map((column) => column.name),
      name,
    )
  const pick =
    (ofDomain: string, ofColumn: string) =>
    (_: CallContext, attribute: PgRecord, type: PgRecord): Value =>
      field(type, 'pg_type', 'typtype') === 'd'
        ? field(type, 'pg_type', ofDomain)
        : field(attribute, 'pg_attribute', ofColumn)
  registry.scalar('_pg_truetypid(pg_attribute,pg_type)', pick('typbasetype', 'atttypid'))
  registry.scalar('_pg_truetypmod(pg_attribute,pg_type)', pick('typtypmod', 'atttypmod'))
  registerTypeFacts(registry)
}

function registerTypeFacts(registry: FunctionRegistry): void {
  const fact = (name: string, compute: (type: number, typmod: number) => Value): void =>
    registry.scalar(`${name}(oid,int4)`, (_: CallContext, type: number, typmod: number) =>
      compute(type, typmod),
    )
  fact('_pg_char_max_length', charMaxLength)
  fact('_pg_char_octet_length', (type, typmod) => {
    if (type !== TEXT && type !== BPCHAR && type !== VARCHAR) return null
    if (typmod === -1) return 2 ** 30
    // Four bytes are the longest character of UTF-8.
    return Number(charMaxLength(type, typmod) ?? 0) * 4
  })
  fact('_pg_numeric_precision', (type, typmod) => {
    if (type === NUMERIC) return typmod === -1 ? null : ((typmod - 4) >> 16) & 65535
    return INTEGER_BITS.get(type) ?? FLOAT_BITS.get(type) ?? null
  })
  fact('_pg_numeric_precision_radix', (type) => {
    if (INTEGER_BITS.has(type) || FLOAT_BITS.has(type)) return 2
    return type === NUMERIC ? 10 : null
  })
  fact('_pg_numeric_scale', (type, typmod) => {
    if (INTEGER_BITS.has(type)) return 0
    return type === NUMERIC && typmod !== -1 ? (typmod - 4) & 65535 : null
  })
  fact('_pg_datetime_precision', (type, typmod) => {
    if (type === DATE) return 0
    if (TIMES.has(type)) return typmod < 0 ? 6 : typmod
    if (type !== INTERVAL) return null
    return typmod < 0 || (typmod & 65535) === 65535 ? 6 : typmod & 65535
  })
  fact('_pg_interval_type', (type, typmod) => {
    if (type !== INTERVAL || typmod === -1) return null
    const fields = /^interval ([a-z ]+)/.exec(intervalFields(typmod))?.[1]
    return fields === undefined ? null : fields.toUpperCase()
  })
}

/** The field words of an interval's modifier. */
function intervalFields(typmod: number): string {
  const names = new Map([
    [4, 'interval year'],
    [2, 'interval month'],
    [8, 'interval day'],
    [1024, 'interval hour'],
    [2048, 'interval minute'],
    [4096, 'interval second'],
    [6, 'interval year to month'],
    [1032, 'interval day to hour'],
    [3080, 'interval day to minute'],
    [7176, 'interval day to second'],
    [3072, 'interval hour to minute'],
    [7168, 'interval hour to second'],
    [6144, 'interval minute to second'],
  ])
  return names.get((typmod >> 16) & 0x7fff) ?? ''
}

function charMaxLength(type: number, typmod: number): Value {
  if (typmod === -1) return null
  if (type === BPCHAR || type === VARCHAR) return typmod - 4
  return type === BIT || type === VARBIT ? typmod : null
}
