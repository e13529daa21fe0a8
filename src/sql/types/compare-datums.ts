/**
 * PostgreSQL's btree order for any two values of one type, told apart by their class alone: what sorting, min/max and
 * index pages need when the type itself is not at hand. Arrays, records and ranges compare their parts the same way.
 */
import { assert } from '../../errors/sql-error.ts'
import type { Datum } from '../../storage/vector.ts'
import { compareFloat } from './number/float.ts'
import { compareNumeric } from './number/numeric.ts'
import { compareByCodePoint } from './text/compare-text.ts'
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
} from './value-classes.ts'
import type { JsonbNode, JsonbObject } from './value-classes.ts'

export type Comparator = (a: Datum, b: Datum) => number

/** -1, 0 or 1. Text goes by code point. Both values must be of one type. */
export function compareDatums(a: Datum, b: Datum): number {
  if (typeof a === 'number') {
    return typeof b === 'number' ? compareFloat(a, b) : compareOrdered(a, b as bigint)
  }
  if (typeof a === 'string') return compareByCodePoint(a, b as string)
  if (typeof a === 'bigint' || typeof a === 'boolean') return compareOrdered(a, b as bigint)
  return compareObjects(a as object, b as object)
}

function compareOrdered(a: number | bigint | boolean, b: number | bigint | boolean): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Values of one type are instances of one class, so the class of the first decides. */
function compareObjects(a: object, b: object): number {
  if (a instanceof Numeric) return compareNumeric(a, b as Numeric)
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array)
  if (a instanceof Interval) return compareIntervals(a, b as Interval)
  if (a instanceof PgArray) return compareArrays(a, b as PgArray)
  if (a instanceof PgRecord) return compareRecords(a, b as PgRecord)
  if (a instanceof TimeTz) return compareTimeTz(a, b as TimeTz)
  if (a instanceof BitString) return compareBits(a, b as BitString)
  if (a instanceof Jsonb) return compareJsonb(a.root, (b as Jsonb).root)
  if (a instanceof PgRange) return compareRanges(a, b as PgRange)
  assert(a instanceof PgMultirange, `a value of class ${a.constructor.name} has an order`)
  return compareMultiranges(a, b as PgMultirange)
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

/** Shorter first when one is the prefix of the other: as the padded bytes of bit strings compare. */
export function compareBits(a: BitString, b: BitString): number {
  return a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : 0
}

const MICROS_PER_DAY = 86_400_000_000n

/** A month counts as 30 days, a day as 24 hours. */
function intervalSpan(value: Interval): bigint {
  return BigInt(value.months * 30 + value.days) * MICROS_PER_DAY + BigInt(value.micros)
}
export function compareIntervals(a: Interval, b: Interval): number {
  return compareOrdered(intervalSpan(a), intervalSpan(b))
}

/** By the moment in UTC, then by zone. */
export function compareTimeTz(a: TimeTz, b: TimeTz): number {
  const x = a.micros + a.zone * 1_000_000
  const y = b.micros + b.zone * 1_000_000
  return compareOrdered(x, y) || compareOrdered(a.zone, b.zone)
}

/** Nulls sort after values inside arrays and records. */
function compareNullable(a: Datum | null, b: Datum | null): number {
  if (a === null) return b === null ? 0 : 1
  return b === null ? -1 : compareDatums(a, b)
}

/** Element by element, then by number of elements, dimensions and their lengths and lower bounds. */
export function compareArrays(a: PgArray, b: PgArray): number {
  const n = Math.min(a.elements.length, b.elements.length)
  for (let i = 0; i < n; i++) {
    const order = compareNullable(a.elements[i], b.elements[i])
    if (order !== 0) return order
  }
  if (a.elements.length !== b.elements.length) return a.elements.length < b.elements.length ? -1 : 1
  if (a.dimensions.length !== b.dimensions.length) {
    return a.dimensions.length < b.dimensions.length ? -1 : 1
  }
  return compareLists(a.dimensions, b.dimensions) || compareLists(a.lowerBounds, b.lowerBounds)
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1
  }
  return 0
}

export function compareRecords(a: PgRecord, b: PgRecord): number {
  const n = Math.min(a.values.length, b.values.length)
  for (let i = 0; i < n; i++) {
    const order = compareNullable(a.values[i], b.values[i])
    if (order !== 0) return order
  }
  return Math.sign(a.values.length - b.values.length)
}

/** Empty ranges come first; then by lower bound, then by upper. */
export function compareRanges(a: PgRange, b: PgRange): number {
  if (a.isEmpty || b.isEmpty) return a.isEmpty === b.isEmpty ? 0 : a.isEmpty ? -1 : 1
  return compareLowerBounds(a, b) || compareUpperBounds(a, b)
}

function compareLowerBounds(a: PgRange, b: PgRange): number {
  if (a.lower === null || b.lower === null) {
    return a.lower === b.lower ? 0 : a.lower === null ? -1 : 1
  }
  const order = compareDatums(a.lower, b.lower)
  if (order !== 0 || a.lowerInclusive === b.lowerInclusive) return order
  return a.lowerInclusive ? -1 : 1
}

function compareUpperBounds(a: PgRange, b: PgRange): number {
  if (a.upper === null || b.upper === null) {
    return a.upper === b.upper ? 0 : a.upper === null ? 1 : -1
  }
  const order = compareDatums(a.upper, b.upper)
  if (order !== 0 || a.upperInclusive === b.upperInclusive) return order
  return a.upperInclusive ? 1 : -1
}

function compareMultiranges(a: PgMultirange, b: PgMultirange): number {
  const n = Math.min(a.ranges.length, b.ranges.length)
  for (let i = 0; i < n; i++) {
    const order = compareRanges(a.ranges[i], b.ranges[i])
    if (order !== 0) return order
  }
  return Math.sign(a.ranges.length - b.ranges.length)
}

/** Object > Array > Boolean > Number > String > Null; but an empty top-level array sorts below everything. */
function rankOfNode(node: JsonbNode): number {
  if (node === null) return 0
  if (typeof node === 'string') return 1
  if (node instanceof Numeric) return 2
  if (typeof node === 'boolean') return 3
  return Array.isArray(node) ? 4 : 5
}

export function compareJsonb(a: JsonbNode, b: JsonbNode): number {
  const aEmpty = Array.isArray(a) && a.length === 0
  const bEmpty = Array.isArray(b) && b.length === 0
  if (aEmpty !== bEmpty) return aEmpty ? -1 : 1
  return compareNodes(a, b)
}

function compareNodes(a: JsonbNode, b: JsonbNode): number {
  const rank = rankOfNode(a)
  const other = rankOfNode(b)
  if (rank !== other) return rank < other ? -1 : 1
  switch (rank) {
    case 0:
      return 0
    case 1:
      return compareByCodePoint(a as string, b as string)
    case 2:
      return compareNumeric(a as Numeric, b as Numeric)
    case 3:
      return compareOrdered(a as boolean, b as boolean)
    case 4:
      return compareNodeArrays(a as readonly JsonbNode[], b as readonly JsonbNode[])
    default:
      return compareNodeObjects(a as JsonbObject, b as JsonbObject)
  }
}

/** Length first, then element by element. */
function compareNodeArrays(a: readonly JsonbNode[], b: readonly JsonbNode[]): number {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1
  for (let i = 0; i < a.length; i++) {
    const order = compareNodes(a[i], b[i])
    if (order !== 0) return order
  }
  return 0
}

function compareNodeObjects(a: JsonbObject, b: JsonbObject): number {
  if (a.size !== b.size) return a.size < b.size ? -1 : 1
  const others = b.entries()
  for (const [key, value] of a) {
    const [otherKey, otherValue] = others.next().value as [string, JsonbNode] // same size
    const order = compareByCodePoint(key, otherKey) || compareNodes(value, otherValue)
    if (order !== 0) return order
  }
  return 0
}
