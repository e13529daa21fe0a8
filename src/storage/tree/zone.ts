/**
 * Per-column min/max of what lies below a child: scans skip by it and the planner reads it at the root. Zones only
 * ever grow while a page is edited (a delete leaves them), so they are bounds, not exact values; a split recomputes.
 */
import { compareCodePoints } from './key-order.ts'
import type { ValueRange } from '../page/column.ts'
import type { LargeValue, Zone } from '../page/node.ts'
import type { ZoneFilter } from '../access.ts'
import type { ColumnKind, Datum } from '../vector.ts'

/** Columns beyond this many have no min/max, so that interior pages of very wide tables stay small. */
export const ZONE_COLUMNS_MAX = 32
/** Longer text is cut for its bound. */
export const ZONE_TEXT_MAX = 24

export const EMPTY_ZONE: Zone = { mins: [], maxs: [] }

interface Bounds {
  min: Datum | undefined
  max: Datum | undefined
}

/** `zone` widened by rows [from, to) of these columns. */
export function extendZone(
  zone: Zone,
  columns: readonly ValueRange[],
  from: number,
  to: number,
): Zone {
  const count = Math.min(columns.length, ZONE_COLUMNS_MAX)
  let mins: (Datum | undefined)[] | undefined
  let maxs: (Datum | undefined)[] | undefined
  for (let position = 0; position < count; position++) {
    const range = columns[position]!
    if (range.kind === 'datum') continue
    const min = zone.mins[position]
    const max = zone.maxs[position]
    if (to - from === 1 && isWithin(range, from, min, max)) continue
    const bounds: Bounds = { min, max }
    widen(bounds, range, from, to)
    if (bounds.min !== zone.mins[position])
      (mins ??= padded(zone.mins, count))[position] = bounds.min
    if (bounds.max !== zone.maxs[position])
      (maxs ??= padded(zone.maxs, count))[position] = bounds.max
  }
  if (mins === undefined && maxs === undefined) return zone
  return { mins: mins ?? zone.mins, maxs: maxs ?? zone.maxs }
}

/** Whether the value at `row` certainly widens nothing: the quick way out for a single row. */
function isWithin(
  { values, nulls }: ValueRange,
  row: number,
  min: Datum | undefined,
  max: Datum | undefined,
): boolean {
  if (nulls?.[row] === 1) return true
  const value = values[row]
  if (typeof value === 'number') return value >= (min as number) && value <= (max as number)
  if (typeof value !== 'string' || typeof min !== 'string' || typeof max !== 'string')
    return value === null
  return compareCodePoints(value, min) >= 0 && compareCodePoints(value, max) <= 0
}

function padded(values: readonly (Datum | undefined)[], count: number): (Datum | undefined)[] {
  const copy = values.slice()
  while (copy.length < count) copy.push(undefined)
  return copy
}

function widen(bounds: Bounds, range: ValueRange, from: number, to: number): void {
  if (range.kind === 'text')
    widenText(bounds, range.values as readonly (string | LargeValue | null)[], from, to)
  else if (range.values instanceof BigInt64Array) widenBigints(bounds, range, from, to)
  else widenNumbers(bounds, range, from, to)
}

function widenNumbers(bounds: Bounds, range: ValueRange, from: number, to: number): void {
  const values = range.values as Float64Array
  const nulls = range.nulls
  // NaN is above every number: it is the least only while nothing else was seen.
  let min = NaN
  let max = -Infinity
  let seen = false
  for (let row = from; row < to; row++) {
    if (nulls !== undefined && nulls[row] === 1) continue
    const value = values[row]!
    seen = true
    if (value < min || min !== min) min = value
    if (value > max || value !== value) max = value
  }
  if (!seen) return
  if (range.kind === 'bool') mergeBounds(bounds, min === 1, max === 1)
  else mergeBounds(bounds, min, max)
}

function widenBigints(bounds: Bounds, range: ValueRange, from: number, to: number): void {
  const values = range.values as BigInt64Array
  for (let row = from; row < to; row++) {
    if (range.nulls?.[row] === 1) continue
    const value = values[row]!
    const safe = BigInt.asIntN(54, value) === value && value > -9007199254740992n
    const datum = safe ? Number(value) : value
    mergeBounds(bounds, datum, datum)
  }
}

function widenText(
  bounds: Bounds,
  values: readonly (string | LargeValue | null)[],
  from: number,
  to: number,
): void {
  let min: string | undefined
  let max: string | undefined
  for (let row = from; row < to; row++) {
    const value = values[row]
    if (value === null || value === undefined) continue
    // Of a text on overflow pages only the beginning is known: enough for a bound.
    const low = typeof value === 'string' ? value : value.prefix
    const high = typeof value === 'string' ? value : `${value.prefix}\u{10ffff}`
    if (min === undefined || compareCodePoints(low, min) < 0) min = low
    if (max === undefined || compareCodePoints(high, max) > 0) max = high
  }
  if (min !== undefined && max !== undefined) mergeBounds(bounds, cutMin(min), cutMax(max))
}

function mergeBounds(bounds: Bounds, min: Datum, max: Datum): void {
  if (bounds.min === undefined || compareZone(min, bounds.min) < 0) bounds.min = min
  if (bounds.max === undefined || compareZone(max, bounds.max) > 0) bounds.max = max
}

/** A prefix is never greater than its text. */
function cutMin(text: string): string {
  return text.length <= ZONE_TEXT_MAX ? text : prefix(text)
}

/** The highest code point ends the prefix, so that nothing that starts with it is greater. */
function cutMax(text: string): string {
  return text.length <= ZONE_TEXT_MAX ? text : `${prefix(text)}\u{10ffff}`
}

function prefix(text: string): string {
  const last = text.charCodeAt(ZONE_TEXT_MAX - 1)
  const splitsPair = last >= 0xd800 && last < 0xdc00
  return text.slice(0, splitsPair ? ZONE_TEXT_MAX - 1 : ZONE_TEXT_MAX)
}

/** Orders two non-null values of the same column: code points for text, NaN greatest. */
export function compareZone(a: Datum, b: Datum): number {
  if (typeof a === 'string') return compareCodePoints(a, b as string)
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1
}

/** Both zones in one. */
export function unionZone(a: Zone, b: Zone): Zone {
  const mins = unionSide(a.mins, b.mins, -1)
  const maxs = unionSide(a.maxs, b.maxs, 1)
  return mins === a.mins && maxs === a.maxs ? a : { mins, maxs }
}

function unionSide(
  a: readonly (Datum | undefined)[],
  b: readonly (Datum | undefined)[],
  sign: 1 | -1,
): readonly (Datum | undefined)[] {
  let result: (Datum | undefined)[] | undefined
  for (let position = 0; position < b.length; position++) {
    const other = b[position]
    if (other === undefined) continue
    const own = a[position]
    if (own !== undefined && compareZone(other, own) * sign <= 0) continue
    result ??= padded(a, b.length)
    result[position] = other
  }
  return result ?? a
}

/** Whether rows below can satisfy all filters. Unknown bounds mean yes. */
export function zoneMayMatch(zone: Zone, filters: readonly ZoneFilter[]): boolean {
  for (const filter of filters) {
    const min = zone.mins[filter.column]
    const max = zone.maxs[filter.column]
    if (min === undefined || max === undefined) continue
    if (!boundsMayMatch(min, max, filter)) return false
  }
  return true
}

/** The same for one value that is known. */
export function valueMayMatch(value: Datum, filter: ZoneFilter): boolean {
  return boundsMayMatch(value, value, filter)
}

function boundsMayMatch(min: Datum, max: Datum, filter: ZoneFilter): boolean {
  const { value } = filter
  switch (filter.operator) {
    case '=':
      return compareZone(min, value) <= 0 && compareZone(max, value) >= 0
    case '<':
      return compareZone(min, value) < 0
    case '<=':
      return compareZone(min, value) <= 0
    case '>':
      return compareZone(max, value) > 0
    case '>=':
      return compareZone(max, value) >= 0
  }
}

/** Kinds that have min/max at all. */
export function hasZone(kind: ColumnKind, position: number): boolean {
  return kind !== 'datum' && position < ZONE_COLUMNS_MAX
}
