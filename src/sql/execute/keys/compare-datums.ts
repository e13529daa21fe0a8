/** Total order of any two datums of one type, as PostgreSQL's default btree operator class orders them. */
import type { Datum } from '../../../storage/vector.ts'
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
import { compareCodePoints, compareText } from '../expression/compare-text.ts'
import { compareScalars } from '../expression/comparison-loops.ts'
import { datumKey, intervalMicros } from './key-encoding.ts'

/** `locale` concerns text, and the text inside arrays and rows. */
export function compareDatums(a: Datum, b: Datum, locale?: string): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b, locale)
  if (typeof a !== 'object' || typeof b !== 'object') return compareScalars(a, b)
  if (a instanceof Numeric && b instanceof Numeric) return compareNumerics(a, b)
  if (a instanceof Interval && b instanceof Interval) {
    return compareScalars(intervalMicros(a), intervalMicros(b))
  }
  if (a instanceof PgArray && b instanceof PgArray) return compareArrays(a, b, locale)
  if (a instanceof PgRecord && b instanceof PgRecord) {
    return compareLists(a.values, b.values, locale)
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  if (a instanceof Jsonb && b instanceof Jsonb) return compareJsonb(a.root, b.root)
  if (a instanceof TimeTz && b instanceof TimeTz) return compareTimeTz(a, b)
  if (a instanceof PgRange && b instanceof PgRange) return compareRanges(a, b, locale)
  if (a instanceof PgMultirange && b instanceof PgMultirange) {
    return compareMultiranges(a, b, locale)
  }
  if (a instanceof BitString && b instanceof BitString) return compareCodePoints(a.bits, b.bits)
  return compareOthers(a, b)
}

const SPECIAL_RANK = { '-Infinity': -1, Infinity: 1, NaN: 2 } as const

export function compareNumerics(a: Numeric, b: Numeric): number {
  if (a.special !== undefined || b.special !== undefined) {
    const rankA = a.special === undefined ? 0 : SPECIAL_RANK[a.special]
    const rankB = b.special === undefined ? 0 : SPECIAL_RANK[b.special]
    return rankA - rankB
  }
  if (a.scale === b.scale) return compareScalars(a.unscaled, b.unscaled)
  const scale = Math.max(a.scale, b.scale)
  return compareScalars(rescaled(a, scale), rescaled(b, scale))
}

function rescaled(value: Numeric, scale: number): bigint {
  return BigInt(value.unscaled) * 10n ** BigInt(scale - value.scale)
}

type Values = readonly (Datum | null)[]

/** Nulls are equal to each other and after everything. */
function compareLists(a: Values, b: Values, locale: string | undefined): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const order = compareNullable(a[i], b[i], locale)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareNullable(a: Datum | null, b: Datum | null, locale?: string): number {
  if (a === null) return b === null ? 0 : 1
  return b === null ? -1 : compareDatums(a, b, locale)
}

function compareArrays(a: PgArray, b: PgArray, locale: string | undefined): number {
  return (
    compareLists(a.elements, b.elements, locale) ||
    a.dimensions.length - b.dimensions.length ||
    compareLists(a.dimensions, b.dimensions, undefined) ||
    compareLists(a.lowerBounds, b.lowerBounds, undefined)
  )
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}

const SECOND_MICROS = 1_000_000

/** By the moment in UTC, then by zone. */
function compareTimeTz(a: TimeTz, b: TimeTz): number {
  const utc = a.micros + a.zone * SECOND_MICROS - (b.micros + b.zone * SECOND_MICROS)
  return utc || a.zone - b.zone
}

function compareRanges(a: PgRange, b: PgRange, locale: string | undefined): number {
  if (a.isEmpty || b.isEmpty) return Number(b.isEmpty) - Number(a.isEmpty)
  return compareLower(a, b, locale) || compareUpper(a, b, locale)
}

function compareLower(a: PgRange, b: PgRange, locale: string | undefined): number {
  if (a.lower === null || b.lower === null) return Number(b.lower === null) - Number(a.lower === null)
  const order = compareDatums(a.lower, b.lower, locale)
  return order || Number(b.lowerInclusive) - Number(a.lowerInclusive)
}

function compareUpper(a: PgRange, b: PgRange, locale: string | undefined): number {
  if (a.upper === null || b.upper === null) return Number(a.upper === null) - Number(b.upper === null)
  const order = compareDatums(a.upper, b.upper, locale)
  return order || Number(a.upperInclusive) - Number(b.upperInclusive)
}

function compareMultiranges(a: PgMultirange, b: PgMultirange, locale: string | undefined): number {
  const n = Math.min(a.ranges.length, b.ranges.length)
  for (let i = 0; i < n; i++) {
    const order = compareRanges(a.ranges[i], b.ranges[i], locale)
    if (order !== 0) return order
  }
  return a.ranges.length - b.ranges.length
}

function isList(node: JsonbNode): node is readonly JsonbNode[] {
  return Array.isArray(node)
}

/** Object > array > boolean > number > string > null. */
function jsonbRank(node: JsonbNode): number {
  if (node === null) return 0
  if (typeof node === 'string') return 1
  if (node instanceof Numeric) return 2
  if (typeof node === 'boolean') return 3
  return isList(node) ? 4 : 5
}

function compareJsonb(a: JsonbNode, b: JsonbNode): number {
  // An empty array at the top sorts below everything: PostgreSQL's historical exception.
  if (isList(a) && isList(b)) {
    if (a.length !== b.length) return a.length - b.length
    for (let i = 0; i < a.length; i++) {
      const order = compareJsonb(a[i], b[i])
      if (order !== 0) return order
    }
    return 0
  }
  if (isList(a) && a.length === 0) return -1
  if (isList(b) && b.length === 0) return 1
  const rank = jsonbRank(a) - jsonbRank(b)
  if (rank !== 0) return rank
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Numeric && b instanceof Numeric) return compareNumerics(a, b)
  if (a instanceof Map && b instanceof Map) return compareJsonbObjects(a, b)
  return 0
}

type Fields = ReadonlyMap<string, JsonbNode>

function compareJsonbObjects(a: Fields, b: Fields): number {
  if (a.size !== b.size) return a.size - b.size
  const other = [...b]
  let i = 0
  for (const [key, value] of a) {
    const [otherKey, otherValue] = other[i++]
    const order =
      key.length - otherKey.length || compareCodePoints(key, otherKey) || compareJsonb(value, otherValue)
    if (order !== 0) return order
  }
  return 0
}

function compareOthers(a: object, b: object): number {
  const x = datumKey(a)
  const y = datumKey(b)
  return x < y ? -1 : x > y ? 1 : 0
}
