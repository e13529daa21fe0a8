/**
 * Any SQL value as JSON: numbers and booleans bare, dates in ISO form, arrays and records nested, everything else as a
 * string of its text. The rules behind to_json, row_to_json, json_agg, json_build_object and the SQL/JSON constructors.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import { formatDate, formatIsoTimestamp, ISO_STYLE } from '../datetime/datetime-output.ts'
import { timeZoneOf } from '../datetime/datetime-settings.ts'
import type { Timestamp } from '../datetime/timestamp-value.ts'
import { parseNumeric } from '../number/numeric.ts'
import {
  type Jsonb,
  type JsonbNode,
  Numeric,
  type PgArray,
  type PgRecord,
} from '../value-classes.ts'
import { printerOf, type ValueTextContext } from '../value-text.ts'
import { parseJsonTree } from './json-tree.ts'
import { makeObject, nodeOfTree, printJsonb, quoteJson } from './jsonb-value.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

export type JsonCategory =
  | 'boolean'
  | 'number'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'json'
  | 'jsonb'
  | 'array'
  | 'composite'
  | 'other'

/** Whether printed JSON is laid out over several lines (the "pretty" variants: the outermost level only). */
export interface JsonLayout {
  readonly lineFeeds: boolean
}

const NUMBER_TYPES: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
])

export function jsonCategory(type: TypeInfo): JsonCategory {
  if (type.schema === 'pg_catalog') {
    if (NUMBER_TYPES.has(type.name)) return 'number'
    switch (type.name) {
      case 'bool':
        return 'boolean'
      case 'date':
      case 'timestamp':
      case 'timestamptz':
      case 'json':
      case 'jsonb':
        return type.name
      case 'record':
        return 'composite'
      case '_record':
      case 'int2vector':
      case 'oidvector':
        return 'array'
    }
  }
  if (type.typeType === 'c') return 'composite'
  return type.elementType !== 0 && type.category === 'A' ? 'array' : 'other'
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

type JsonPrinter = (value: Datum) => string

/** A printer of values of one type as JSON text; nulls are the caller's business. */
export function jsonPrinter(
  context: ValueTextContext,
  oid: Oid,
  layout: JsonLayout = { lineFeeds: false },
): JsonPrinter {
  const type = baseTypeOf(context.catalog, oid)
  switch (jsonCategory(type)) {
    case 'boolean':
      return (value) => String(value)
    case 'number': {
      const print = printerOf(context, type.oid)
      return (value) => {
        const text = print(value)
        return JSON_NUMBER.test(text) ? text : quoteJson(text)
      }
    }
    case 'json':
      return (value) => value as string
    case 'jsonb':
      return (value) => printJsonb((value as Jsonb).root)
    case 'array': {
      const element = jsonPrinter(context, type.elementType)
      return (value) => printArray(value as PgArray, element, layout)
    }
    case 'composite':
      return (value) => printRecord(context, value as PgRecord, layout)
    default: {
      const text = scalarText(context, type)
      return (value) => quoteJson(text(value))
    }
  }
}

/** The text of a value that becomes a JSON string. */
function scalarText(context: ValueTextContext, type: TypeInfo): (value: Datum) => string {
  switch (jsonCategory(type)) {
    case 'date':
      return (value) => formatDate(value as number, ISO_STYLE)
    case 'timestamp':
      return (value) => formatIsoTimestamp(value as Timestamp)
    case 'timestamptz': {
      const zone = timeZoneOf(context.session)
      return (value) => formatIsoTimestamp(value as Timestamp, zone)
    }
    default:
      return printerOf(context, type.oid)
  }
}

function printArray(array: PgArray, element: JsonPrinter, { lineFeeds }: JsonLayout): string {
  let next = 0
  const level = (depth: number): string => {
    const parts: string[] = []
    for (let i = 0; i < (array.dimensions[depth] ?? 0); i++) {
      if (depth < array.dimensions.length - 1) parts.push(level(depth + 1))
      else {
        const value = array.elements[next++] ?? null
        parts.push(value === null ? 'null' : element(value))
      }
    }
    return `[${parts.join(depth === 0 && lineFeeds ? ',\n ' : ',')}]`
  }
  return array.dimensions.length === 0 ? '[]' : level(0)
}

/** Fields of a record by name; anonymous records have names f1, f2 … already. */
function printRecord(context: ValueTextContext, record: PgRecord, layout: JsonLayout): string {
  const members = record.values.map((value, i) => {
    const name = quoteJson(record.names[i] ?? `f${i + 1}`)
    const type = record.types[i]
    const shown =
      value === null || type === undefined ? 'null' : jsonPrinter(context, type as Oid)(value)
    return `${name}:${shown}`
  })
  return `{${members.join(layout.lineFeeds ? ',\n ' : ',')}}`
}

/** A converter of values of one type to jsonb nodes. */
export function jsonbConverter(context: ValueTextContext, oid: Oid): (value: Datum) => JsonbNode {
  const type = baseTypeOf(context.catalog, oid)
  switch (jsonCategory(type)) {
    case 'boolean':
      return (value) => value as boolean
    case 'number': {
      const print = printerOf(context, type.oid)
      return (value) => (value instanceof Numeric ? numberNode(value) : numberOfText(print(value)))
    }
    case 'json':
      return (value) => nodeOfTree(value as string, parseJsonTree(value as string))
    case 'jsonb':
      return (value) => (value as Jsonb).root
    case 'array': {
      const element = jsonbConverter(context, type.elementType)
      return (value) => arrayNode(value as PgArray, element)
    }
    case 'composite':
      return (value) => recordNode(context, value as PgRecord)
    default:
      return scalarText(context, type)
  }
}

function numberNode(value: Numeric): JsonbNode {
  return value.special === undefined ? value : value.special
}

function numberOfText(text: string): JsonbNode {
  return JSON_NUMBER.test(text) ? parseNumeric(text) : text
}

function arrayNode(array: PgArray, element: (value: Datum) => JsonbNode): JsonbNode {
  let next = 0
  const level = (depth: number): JsonbNode[] =>
    Array.from({ length: array.dimensions[depth] ?? 0 }, () => {
      if (depth < array.dimensions.length - 1) return level(depth + 1)
      const value = array.elements[next++] ?? null
      return value === null ? null : element(value)
    })
  return array.dimensions.length === 0 ? [] : level(0)
}

function recordNode(context: ValueTextContext, record: PgRecord): JsonbNode {
  return makeObject(
    record.values.map((value, i) => {
      const type = record.types[i]
      const node =
        value === null || type === undefined ? null : jsonbConverter(context, type as Oid)(value)
      return [record.names[i] ?? `f${i + 1}`, node] as const
    }),
  )
}

/** A value as the key of an object: its text, unless it is nested or null. */
export function jsonKey(context: ValueTextContext, value: Datum, oid: Oid): string {
  const type = baseTypeOf(context.catalog, oid)
  const category = jsonCategory(type)
  if (['array', 'composite', 'json', 'jsonb'].includes(category)) {
    throw new SqlError('22023', 'key value must be scalar, not array, composite, or json')
  }
  if (category === 'boolean') return String(value)
  return category === 'number'
    ? printerOf(context, type.oid)(value)
    : scalarText(context, type)(value)
}
