/**
 * The typmod of interval: which fields it keeps (high 16 bits, a mask by PostgreSQL's field numbers) and how many
 * decimals of the seconds (low 16 bits).
 */
import { Interval } from '../value-classes.ts'
import { int64FromFloat, isFiniteInterval, makeInterval } from './interval-value.ts'

export type IntervalRange =
  | 'full'
  | 'year'
  | 'month'
  | 'year to month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'day to hour'
  | 'day to minute'
  | 'day to second'
  | 'hour to minute'
  | 'hour to second'
  | 'minute to second'

const MONTH = 1 << 1
const YEAR = 1 << 2
const DAY = 1 << 3
const HOUR = 1 << 10
const MINUTE = 1 << 11
const SECOND = 1 << 12
const FULL_PRECISION = 0xffff

const RANGES: ReadonlyMap<number, IntervalRange> = new Map([
  [YEAR, 'year'],
  [MONTH, 'month'],
  [YEAR | MONTH, 'year to month'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
  [DAY | HOUR, 'day to hour'],
  [DAY | HOUR | MINUTE, 'day to minute'],
  [DAY | HOUR | MINUTE | SECOND, 'day to second'],
  [HOUR | MINUTE, 'hour to minute'],
  [HOUR | MINUTE | SECOND, 'hour to second'],
  [MINUTE | SECOND, 'minute to second'],
])

export function rangeOfTypmod(typmod: number): IntervalRange {
  return typmod < 0 ? 'full' : (RANGES.get((typmod >> 16) & 0x7fff) ?? 'full')
}

export function adjustIntervalForTypmod(value: Interval, typmod: number): Interval {
  if (typmod < 0 || !isFiniteInterval(value)) return value
  const kept = keepRange(value, rangeOfTypmod(typmod))
  const precision = typmod & 0xffff
  if (precision === FULL_PRECISION || precision >= 6) return kept
  const unit = 10 ** (6 - precision)
  return makeInterval(kept.months, kept.days, roundMicros(kept.micros, unit))
}

function keepRange(value: Interval, range: IntervalRange): Interval {
  const { months, days, micros } = value
  switch (range) {
    case 'year':
      return new Interval(Math.trunc(months / 12) * 12, 0, 0)
    case 'month':
    case 'year to month':
      return new Interval(months, 0, 0)
    case 'day':
      return new Interval(months, days, 0)
    case 'hour':
    case 'day to hour':
      return new Interval(months, days, truncate(micros, 3_600_000_000n))
    case 'minute':
    case 'day to minute':
    case 'hour to minute':
      return new Interval(months, days, truncate(micros, 60_000_000n))
    default:
      return value
  }
}

function truncate(micros: number | bigint, unit: bigint): number | bigint {
  const exact = (BigInt(micros) / unit) * unit
  return int64FromBig(exact)
}

function int64FromBig(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Rounds half away from zero to a multiple of `unit`. */
export function roundMicros(micros: number | bigint, unit: number): number | bigint {
  if (typeof micros === 'bigint') {
    const size = BigInt(unit)
    const half = micros < 0n ? -size / 2n : size / 2n
    return int64FromBig(((micros + half) / size) * size)
  }
  const half = Math.floor(unit / 2)
  const rounded =
    micros < 0 ? Math.trunc((micros - half) / unit) : Math.trunc((micros + half) / unit)
  return int64FromFloat(rounded * unit)
}
