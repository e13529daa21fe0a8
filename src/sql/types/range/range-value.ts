/** Ranges as sets: construction with canonical bounds, relations, union, intersection, difference. */
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64, type Datum } from '../../../storage/vector.ts'
import type { Catalog, Oid, TypeInfo } from '../../catalog/catalog.ts'
import { DATE_INFINITY, DATE_MINUS_INFINITY, END_DATE_DAY } from '../datetime/timestamp-value.ts'
import { comparatorOf, type Comparator } from '../compare/compare-values.ts'
import {
  compareBounds,
  lowerBound,
  upperBound,
  type RangeBound,
} from '../compare/compare-values.ts'
import { PgRange } from '../value-classes.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

/** What the operations need to know of a range type. */
export interface RangeKind {
  readonly type: TypeInfo
  readonly subtype: Oid
  readonly compare: Comparator
  /** The next value of a discrete subtype; such ranges are kept as [lower, upper). */
  readonly next: ((value: Datum) => Datum) | undefined
}

export const EMPTY_RANGE = new PgRange(true, null, null, false, false)

/** `oid` of a range, or of a multirange over it. */
export function rangeKindOf(catalog: Catalog, oid: Oid): RangeKind {
  let type = baseTypeOf(catalog, oid)
  if (type.typeType === 'm' && type.rangeSubtype !== undefined)
    type = catalog.type(type.rangeSubtype)
  const subtype = type.rangeSubtype ?? (0 as Oid)
  const compare = comparatorOf(catalog, subtype, undefined)
  const next = type.schema === 'pg_catalog' ? NEXT[type.name] : undefined
  return { type, subtype, compare, next }
}

const NEXT: Readonly<Record<string, (value: Datum) => Datum>> = {
  int4range: (value) => {
    if (value === 2147483647) throw new SqlError('22003', 'integer out of range')
    return (value as number) + 1
  },
  int8range: (value) => {
    const next = BigInt(value as number | bigint) + 1n
    if (next > 9223372036854775807n) throw new SqlError('22003', 'bigint out of range')
    return normalizeInt64(next)
  },
  daterange: (value) => {
    if (value === DATE_INFINITY || value === DATE_MINUS_INFINITY) return value
    if ((value as number) + 1 >= END_DATE_DAY) throw new SqlError('22008', 'date out of range')
    return (value as number) + 1
  },
}

function isEndless(kind: RangeKind, value: Datum): boolean {
  return (
    kind.type.name === 'daterange' && (value === DATE_INFINITY || value === DATE_MINUS_INFINITY)
  )
}

export function makeRange(kind: RangeKind, lower: RangeBound, upper: RangeBound): PgRange {
  if (lower.value !== null && upper.value !== null) {
    const order = kind.compare(lower.value, upper.value)
    if (order > 0) {
      throw new SqlError(
        '22000',
        'range lower bound must be less than or equal to range upper bound',
      )
    }
    if (order === 0 && !(lower.isInclusive && upper.isInclusive)) return EMPTY_RANGE
  }
  return canonical(kind, lower, upper)
}

function canonical(kind: RangeKind, lower: RangeBound, upper: RangeBound): PgRange {
  let from = lower.value
  let to = upper.value
  let fromInclusive = from !== null && lower.isInclusive
  let toInclusive = to !== null && upper.isInclusive
  if (kind.next !== undefined) {
    if (from !== null && !fromInclusive && !isEndless(kind, from)) {
      from = kind.next(from)
      fromInclusive = true
    }
    if (to !== null && toInclusive && !isEndless(kind, to)) {
      to = kind.next(to)
      toInclusive = false
    }
    const isEmpty = from !== null && to !== null && kind.compare(from, to) >= 0
    if (isEmpty && !(fromInclusive && toInclusive)) return EMPTY_RANGE
  }
  return new PgRange(false, from, to, fromInclusive, toInclusive)
}

export function containsElement(kind: RangeKind, range: PgRange, value: Datum): boolean {
  if (range.isEmpty) return false
  if (range.lower !== null) {
    const order = kind.compare(range.lower, value)
    if (order > 0 || (order === 0 && !range.lowerInclusive)) return false
  }
  if (range.upper === null) return true
  const order = kind.compare(range.upper, value)
  return order > 0 || (order === 0 && range.upperInclusive)
}

const lowers = (kind: RangeKind, a: PgRange, b: PgRange): number =>
  compareBounds(lowerBound(a), lowerBound(b), kind.compare)
const uppers = (kind: RangeKind, a: PgRange, b: PgRange): number =>
  compareBounds(upperBound(a), upperBound(b), kind.compare)

export function containsRange(kind: RangeKind, outer: PgRange, inner: PgRange): boolean {
  if (inner.isEmpty) return true
  if (outer.isEmpty) return false
  return lowers(kind, outer, inner) <= 0 && uppers(kind, outer, inner) >= 0
}

export function isBefore(kind: RangeKind, a: PgRange, b: PgRange): boolean {
  if (a.isEmpty || b.isEmpty) return false
  return compareBounds(upperBound(a), lowerBound(b), kind.compare) < 0
}

export function overlaps(kind: RangeKind, a: PgRange, b: PgRange): boolean {
  if (a.isEmpty || b.isEmpty) return false
  return !isBefore(kind, a, b) && !isBefore(kind, b, a)
}

/** &<: does not extend to the right of */
export function isOverLeft(kind: RangeKind, a: PgRange, b: PgRange): boolean {
  return !a.isEmpty && !b.isEmpty && uppers(kind, a, b) <= 0
}

/** &>: does not extend to the left of */
export function isOverRight(kind: RangeKind, a: PgRange, b: PgRange): boolean {
  return !a.isEmpty && !b.isEmpty && lowers(kind, a, b) >= 0
}

export function isAdjacent(kind: RangeKind, a: PgRange, b: PgRange): boolean {
  if (a.isEmpty || b.isEmpty) return false
  const touches = (left: PgRange, right: PgRange): boolean =>
    left.upper !== null &&
    right.lower !== null &&
    kind.compare(left.upper, right.lower) === 0 &&
    left.upperInclusive !== right.lowerInclusive
  return touches(a, b) || touches(b, a)
}

/** The smallest range that holds both. */
export function mergeRanges(kind: RangeKind, a: PgRange, b: PgRange): PgRange {
  if (a.isEmpty) return b
  if (b.isEmpty) return a
  const from = lowers(kind, a, b) <= 0 ? a : b
  const to = uppers(kind, a, b) >= 0 ? a : b
  return new PgRange(false, from.lower, to.upper, from.lowerInclusive, to.upperInclusive)
}

export function uniteRanges(kind: RangeKind, a: PgRange, b: PgRange): PgRange {
  const isContiguous = a.isEmpty || b.isEmpty || overlaps(kind, a, b) || isAdjacent(kind, a, b)
  if (!isContiguous) throw new SqlError('22000', 'result of range union would not be contiguous')
  return mergeRanges(kind, a, b)
}

export function intersectRanges(kind: RangeKind, a: PgRange, b: PgRange): PgRange {
  if (!overlaps(kind, a, b)) return EMPTY_RANGE
  const from = lowers(kind, a, b) >= 0 ? a : b
  const to = uppers(kind, a, b) <= 0 ? a : b
  return makeRange(kind, lowerBound(from), upperBound(to))
}

/** What is left of `a` without `b`: none, one or two ranges. */
export function subtractRange(kind: RangeKind, a: PgRange, b: PgRange): readonly PgRange[] {
  if (a.isEmpty) return []
  if (!overlaps(kind, a, b)) return [a]
  const parts: PgRange[] = []
  if (lowers(kind, a, b) < 0) {
    parts.push(makeRange(kind, lowerBound(a), flip(lowerBound(b))))
  }
  if (uppers(kind, a, b) > 0) {
    parts.push(makeRange(kind, flip(upperBound(b)), upperBound(a)))
  }
  return parts.filter(({ isEmpty }) => !isEmpty)
}

function flip({ value, isInclusive, isLower }: RangeBound): RangeBound {
  return { value, isInclusive: !isInclusive, isLower: !isLower }
}

/** Sorted, without empty ranges, with overlapping and adjacent ones joined: what a multirange holds. */
export function normalizeRanges(kind: RangeKind, ranges: readonly PgRange[]): readonly PgRange[] {
  const sorted = ranges
    .filter(({ isEmpty }) => !isEmpty)
    .toSorted((a, b) => lowers(kind, a, b) || uppers(kind, a, b))
  const merged: PgRange[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    const joins =
      last !== undefined && (overlaps(kind, last, range) || isAdjacent(kind, last, range))
    if (joins) merged[merged.length - 1] = mergeRanges(kind, last, range)
    else merged.push(range)
  }
  return merged
}
