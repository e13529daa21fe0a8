/**
 * Values as keys: a primitive for every datum, equal (as a Map key) exactly when PostgreSQL's equality of the type says so.
 * Grouping, distinct, set operations and hash joins stand on this one file.
 *
 *  numeric 1.0 and 1.00 are one key; -0 is 0 and NaN is NaN (Map keys already agree); '1 month' and '30 days' are equal
 *  intervals; char(n) ignores trailing blanks; containers are keyed by their parts.
 */
import type { Datum } from '../../../storage/vector.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'
import type { Catalog, Oid } from '../../catalog/catalog.ts'
import {
  BitString,
  Interval,
  Jsonb,
  type JsonbNode,
  Numeric,
  PgArray,
  PgMultirange,
  PgRange,
  PgRecord,
  TimeTz,
} from '../../types/value-classes.ts'

export type Key = string | number | bigint | boolean
export type KeyEncoder = (value: Datum) => Key

const BPCHAR_OID = 1042

/** Undefined: datums of the type are keys as they are. */
export function keyEncoder(type: Oid, catalog: Catalog): KeyEncoder | undefined {
  const info = baseTypeOf(catalog, type)
  if (info.oid === BPCHAR_OID) return trimmedKey
  return info.kind === 'datum' ? datumKey : undefined
}

function trimmedKey(value: Datum): Key {
  return typeof value === 'string' ? value.replace(/ +$/, '') : datumKey(value)
}

export function datumKey(value: Datum): Key {
  if (typeof value !== 'object') return value
  if (value instanceof Numeric) return numericKey(value)
  if (value instanceof Interval) return intervalMicros(value).toString()
  if (value instanceof TimeTz) return `${value.micros}/${value.zone}`
  if (value instanceof PgArray) {
    return `${value.dimensions.join()}@${value.lowerBounds.join()}:${listKey(value.elements)}`
  }
  if (value instanceof PgRecord) return listKey(value.values)
  if (value instanceof PgRange) return rangeKey(value)
  if (value instanceof PgMultirange) return value.ranges.map(rangeKey).join()
  if (value instanceof BitString) return value.bits
  if (value instanceof Jsonb) return jsonbKey(value.root)
  if (value instanceof Uint8Array) return bytesKey(value)
  return otherKey(value)
}

/** Without trailing zeros after the point. */
function numericKey({ unscaled, scale, special }: Numeric): string {
  if (special !== undefined) return special
  if (typeof unscaled === 'number') {
    let digits = unscaled
    let places = scale
    while (places > 0 && digits % 10 === 0) {
      digits /= 10
      places--
    }
    return digits === 0 ? '0' : `${digits}e${places}`
  }
  let digits = unscaled
  let places = scale
  while (places > 0 && digits % 10n === 0n) {
    digits /= 10n
    places--
  }
  return `${digits}e${places}`
}

const DAY_MICROS = 86_400_000_000n
const MONTH_DAYS = 30n

/** As PostgreSQL compares intervals: a month is 30 days, a day 24 hours. */
export function intervalMicros(value: Interval): bigint {
  const days = BigInt(value.months) * MONTH_DAYS + BigInt(value.days)
  return days * DAY_MICROS + BigInt(value.micros)
}

/** Lengths in front keep neighbours apart. */
export function listKey(values: readonly (Datum | null)[]): string {
  let key = ''
  for (const value of values) key += partKey(value === null ? null : datumKey(value))
  return key
}

export function valueKey(value: Datum | null, encoder: KeyEncoder | undefined): Key | null {
  return value === null ? null : (encoder ?? datumKey)(value)
}

/** Several columns as one key, each by its type's encoder: of a single one the value itself, or what stands for it. */
export function rowKey(
  values: readonly (Datum | null)[],
  encoders: readonly (KeyEncoder | undefined)[],
): Key {
  const only = values.length === 1 ? valueKey(values[0] ?? null, encoders[0]) : null
  if (only !== null) return only
  let key = ''
  for (let i = 0; i < values.length; i++) key += partKey(valueKey(values[i] ?? null, encoders[i]))
  return key
}

/** A key as a self-delimiting part of a longer one. */
export function partKey(key: Key | null): string {
  if (key === null) return '~'
  if (typeof key === 'string') return `${key.length}:${key}`
  return key === 0 ? '0;' : `${key};`
}

function rangeKey(range: PgRange): string {
  if (range.isEmpty) return 'empty'
  const open = range.lower !== null && range.lowerInclusive ? '[' : '('
  const close = range.upper !== null && range.upperInclusive ? ']' : ')'
  return open + listKey([range.lower, range.upper]) + close
}

function jsonbKey(node: JsonbNode): string {
  if (node === null) return 'n'
  if (typeof node === 'boolean') return node ? 't' : 'f'
  if (typeof node === 'string') return `s${partKey(node)}`
  if (node instanceof Numeric) return `d${partKey(numericKey(node))}`
  if (node instanceof Map) {
    let key = '{'
    for (const [name, child] of node) key += partKey(name) + jsonbKey(child)
    return `${key}}`
  }
  return `[${(node as readonly JsonbNode[]).map(jsonbKey).join('')}]` // nothing else is left
}

function bytesKey(bytes: Uint8Array): string {
  let key = ''
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i])
  return key
}

/** Value classes that came later (points, networks …): by their fields. */
function otherKey(value: object): string {
  let key = value.constructor.name
  for (const field of Object.values(value) as unknown[]) {
    key += partKey(isDatum(field) ? datumKey(field) : null)
  }
  return key
}

function isDatum(value: unknown): value is Datum {
  return value !== null && value !== undefined && typeof value !== 'function'
}
