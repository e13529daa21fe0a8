/**
 * Order and equality of values of a type that is known only at run time: elements of arrays, bounds of ranges, fields of
 * records. The order is that of the type's default btree operator class.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Catalog, Oid } from '../../catalog/catalog.ts'
import { compareIntervals } from '../datetime/interval-value.ts'
import { compareJsonb } from '../json/jsonb-compare.ts'
import { compareNumeric } from '../number/numeric.ts'
import { compareText, trimBlanks } from '../text/compare-text.ts'
import {
  BitString,
  Interval,
  Jsonb,
  Numeric,
  PgArray,
  PgMultirange,
  PgRange,
  PgRecord,
  TimeTz,
} from '../value-classes.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

/** -1, 0 or 1 */
export type Comparator = (left: Datum, right: Datum) => number

/** Types that have neither order nor equality. */
const INCOMPARABLE: ReadonlySet<string> = new Set([
  'json',
  'xml',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'jsonpath',
])

/** The order of a type; `purpose` names what is missing if it has none. */
export function comparatorOf(
  catalog: Catalog,
  oid: Oid,
  locale: string | undefined,
  purpose: 'an equality operator' | 'a comparison function' = 'a comparison function',
): Comparator {
  const type = baseTypeOf(catalog, oid)
  if (INCOMPARABLE.has(type.name) && type.schema === 'pg_catalog') {
    throw new SqlError('42883', `could not identify ${purpose} for type ${type.name}`)
  }
  if (type.elementType !== 0 && type.category === 'A') {
    const element = comparatorOf(catalog, type.elementType, locale, purpose)
    return (left, right) => compareArrays(left as PgArray, right as PgArray, element)
  }
  if (type.name === 'bpchar') {
    return (left, right) =>
      compareText(trimBlanks(left as string), trimBlanks(right as string), locale)
  }
  return (left, right) => compareValues(left, right, locale)
}

/** Order of two values of one type, told apart by their representation. */
export function compareValues(left: Datum, right: Datum, locale?: string): number {
  if (left === right) return 0
  if (typeof left === 'string' && typeof right === 'string') {
    return compareText(left, right, locale)
  }
  if (typeof left !== 'object' || typeof right !== 'object') return compareScalars(left, right)
  return compareObjects(left, right, locale)
}

/** Numbers, bigints and booleans; NaN is the greatest and equal to itself. */
function compareScalars(left: Datum, right: Datum): number {
  if (left < right) return -1
  if (left > right) return 1
  if (left === right) return 0
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
}

function compareObjects(left: object, right: object, locale: string | undefined): number {
  if (left instanceof Numeric && right instanceof Numeric) return compareNumeric(left, right)
  if (left instanceof Interval && right instanceof Interval) return compareIntervals(left, right)
  if (left instanceof Jsonb && right instanceof Jsonb) return compareJsonb(left.root, right.root)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right)
  const compare: Comparator = (a, b) => compareValues(a, b, locale)
  if (left instanceof PgArray && right instanceof PgArray) {
    return compareArrays(left, right, compare)
  }
  if (left instanceof PgRecord && right instanceof PgRecord) {
    return compareNullableLists(left.values, right.values, compare)
  }
  if (left instanceof PgRange && right instanceof PgRange) {
    return compareRanges(left, right, compare)
  }
  if (left instanceof PgMultirange && right instanceof PgMultirange) {
    return compareMultiranges(left, right, compare)
  }
  if (left instanceof TimeTz && right instanceof TimeTz) return compareTimeTz(left, right)
  if (left instanceof BitString && right instanceof BitString) {
    return compareText(left.bits, right.bits, undefined)
  }
  throw new SqlError('42883', 'could not identify a comparison function for these values')
}

function compareTimeTz(left: TimeTz, right: TimeTz): number {
  const a = left.micros + left.zone * 1_000_000
  const b = right.micros + right.zone * 1_000_000
  return compareScalars(a, b) || compareScalars(left.zone, right.zone)
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const n = Math.min(left.length, right.length)
  for (let i = 0; i < n; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference < 0 ? -1 : 1
  }
  return compareScalars(left.length, right.length)
}

/** Nulls are equal to each other and come after everything. */
export function compareNullable(
  left: Datum | null,
  right: Datum | null,
  compare: Comparator,
): number {
  if (left === null) return right === null ? 0 : 1
  return right === null ? -1 : compare(left, right)
}

export function compareNullableLists(
  left: readonly (Datum | null)[],
  right: readonly (Datum | null)[],
  compare: Comparator,
): number {
  const n = Math.min(left.length, right.length)
  for (let i = 0; i < n; i++) {
    const order = compareNullable(left[i] ?? null, right[i] ?? null, compare)
    if (order !== 0) return order
  }
  return compareScalars(left.length, right.length)
}

/** Elements first, then the number of dimensions, lengths and lower bounds. */
export function compareArrays(left: PgArray, right: PgArray, compare: Comparator): number {
  return (
    compareNullableLists(left.elements, right.elements, compare) ||
    compareScalars(left.dimensions.length, right.dimensions.length) ||
    compareNullableLists(left.dimensions, right.dimensions, compareScalars) ||
    compareNullableLists(left.lowerBounds, right.lowerBounds, compareScalars)
  )
}

export function compareRanges(left: PgRange, right: PgRange, compare: Comparator): number {
  if (left.isEmpty || right.isEmpty) return Number(right.isEmpty) - Number(left.isEmpty)
  return (
    compareBounds(lowerBound(left), lowerBound(right), compare) ||
    compareBounds(upperBound(left), upperBound(right), compare)
  )
}

export function compareMultiranges(
  left: PgMultirange,
  right: PgMultirange,
  compare: Comparator,
): number {
  const n = Math.min(left.ranges.length, right.ranges.length)
  for (let i = 0; i < n; i++) {
    const a = left.ranges[i]
    const b = right.ranges[i]
    if (a === undefined || b === undefined) break
    const order = compareRanges(a, b, compare)
    if (order !== 0) return order
  }
  return compareScalars(left.ranges.length, right.ranges.length)
}

/** One end of a range. */
export interface RangeBound {
  /** null = unbounded */
  readonly value: Datum | null
  readonly isInclusive: boolean
  readonly isLower: boolean
}

export function lowerBound(range: PgRange): RangeBound {
  return { value: range.lower, isInclusive: range.lowerInclusive, isLower: true }
}

export function upperBound(range: PgRange): RangeBound {
  return { value: range.upper, isInclusive: range.upperInclusive, isLower: false }
}

/** Order of two ends, either of which may be lower or upper: an exclusive upper end comes before its value. */
export function compareBounds(left: RangeBound, right: RangeBound, compare: Comparator): number {
  if (left.value === null || right.value === null) {
    const a = left.value !== null ? 0 : left.isLower ? -1 : 1
    const b = right.value !== null ? 0 : right.isLower ? -1 : 1
    return a < b ? -1 : a > b ? 1 : 0
  }
  const order = compare(left.value, right.value)
  return order !== 0 ? order : Math.sign(nudge(left) - nudge(right))
}

/** Where an end lies relative to its value: -1 just before, 1 just after, 0 on it. */
function nudge({ isInclusive, isLower }: RangeBound): number {
  if (isInclusive) return 0
  return isLower ? 1 : -1
}
