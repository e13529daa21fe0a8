/**
 * The immutable value classes behind 'datum' columns. Their representation is fixed here once, so that types, functions,
 * the row codec and the executor agree; their arithmetic and text forms live in the file named for each.
 *
 *  numeric      Numeric           interval  Interval        timetz    TimeTz
 *  bytea        Uint8Array        arrays    PgArray         record    PgRecord
 *  range        PgRange           multirange PgMultirange   bit/varbit BitString
 *  jsonb        Jsonb             point, inet, macaddr, tsvector … a value class of their own, later
 *  json, uuid, xml are text; "char" and name are text.
 */
import type { Datum } from '../../storage/vector.ts'

/** sign · digits · 10^-scale, or a special. `scale` is the display scale (dscale), ≥ 0. */
export class Numeric {
  /** A number while it is a safe integer, else a bigint: normalised, so equal values have equal representation at equal scale. */
  readonly unscaled: number | bigint
  readonly scale: number
  /** NaN and infinities have unscaled 0, scale 0. */
  readonly special: 'NaN' | 'Infinity' | '-Infinity' | undefined

  constructor(
    unscaled: number | bigint,
    scale: number,
    special?: 'NaN' | 'Infinity' | '-Infinity',
  ) {
    this.unscaled = unscaled
    this.scale = scale
    this.special = special
  }
}

export class Interval {
  readonly months: number
  readonly days: number
  /** Microseconds; number while safe, else bigint. */
  readonly micros: number | bigint
  constructor(months: number, days: number, micros: number | bigint) {
    this.months = months
    this.days = days
    this.micros = micros
  }
}

export class TimeTz {
  /** Microseconds since midnight. */
  readonly micros: number
  /** Seconds west of UTC, as PostgreSQL stores it. */
  readonly zone: number
  constructor(micros: number, zone: number) {
    this.micros = micros
    this.zone = zone
  }
}

export class PgArray {
  /** Length per dimension; empty = the empty array. */
  readonly dimensions: readonly number[]
  readonly lowerBounds: readonly number[]
  /** Row-major. */
  readonly elements: readonly (Datum | null)[]
  constructor(
    elements: readonly (Datum | null)[],
    dimensions?: readonly number[],
    lowerBounds?: readonly number[],
  ) {
    this.elements = elements
    this.dimensions = dimensions ?? (elements.length === 0 ? [] : [elements.length])
    this.lowerBounds = lowerBounds ?? this.dimensions.map(() => 1)
  }
}

/** A composite value; `types` are the fields' types (anonymous records know them only this way). */
export class PgRecord {
  readonly values: readonly (Datum | null)[]
  readonly types: readonly number[]
  readonly names: readonly string[]
  constructor(
    values: readonly (Datum | null)[],
    types: readonly number[],
    names: readonly string[],
  ) {
    this.values = values
    this.types = types
    this.names = names
  }
}

export class PgRange {
  readonly isEmpty: boolean
  /** null = unbounded. */
  readonly lower: Datum | null
  readonly upper: Datum | null
  readonly lowerInclusive: boolean
  readonly upperInclusive: boolean
  constructor(
    isEmpty: boolean,
    lower: Datum | null,
    upper: Datum | null,
    lowerInclusive: boolean,
    upperInclusive: boolean,
  ) {
    this.isEmpty = isEmpty
    this.lower = lower
    this.upper = upper
    this.lowerInclusive = lowerInclusive
    this.upperInclusive = upperInclusive
  }
}

export class PgMultirange {
  readonly ranges: readonly PgRange[]
  constructor(ranges: readonly PgRange[]) {
    this.ranges = ranges
  }
}

/** bit and varbit: '0' and '1' characters. */
export class BitString {
  readonly bits: string
  constructor(bits: string) {
    this.bits = bits
  }
}

/** A node of a jsonb document. Objects keep their keys as jsonb does: unique, sorted by UTF-8 length, then bytes. */
export type JsonbNode = null | boolean | string | Numeric | readonly JsonbNode[] | JsonbObject
export type JsonbObject = ReadonlyMap<string, JsonbNode>

/** A jsonb datum (a wrapper, because a jsonb null is not an SQL null). */
export class Jsonb {
  readonly root: JsonbNode
  constructor(root: JsonbNode) {
    this.root = root
  }
}
