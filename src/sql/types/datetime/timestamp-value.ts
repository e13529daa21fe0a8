/**
 * The datum of timestamp and timestamptz (microseconds since 2000-01-01, a bigint beyond the safe integers) taken apart
 * into day number and time of day, and put together again within PostgreSQL's limits. Also the limits of date.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { MICROS_PER_DAY, MICROS_PER_SECOND, UNIX_TO_POSTGRES_DAYS } from './calendar.ts'
import { offsetOfLocal, type TimeZone } from './time-zone.ts'

export type Timestamp = number | bigint

export const TIMESTAMP_INFINITY = 9223372036854775807n
export const TIMESTAMP_MINUS_INFINITY = -9223372036854775808n
export const DATE_INFINITY = 2147483647
export const DATE_MINUS_INFINITY = -2147483648
/** 4713-11-24 BC, the first Julian day, and the day after the last of each type. */
export const MIN_DAY = -2451545
export const END_DATE_DAY = 2145031949
export const END_TIMESTAMP_DAY = 106751983

export interface DayTime {
  readonly days: number
  /** Microseconds since midnight. */
  readonly micros: number
}

export function isInfiniteTimestamp(value: Timestamp): boolean {
  return value === TIMESTAMP_INFINITY || value === TIMESTAMP_MINUS_INFINITY
}

export function isInfiniteDate(days: number): boolean {
  return days === DATE_INFINITY || days === DATE_MINUS_INFINITY
}

export function splitTimestamp(value: Timestamp): DayTime {
  if (typeof value === 'bigint') {
    const perDay = BigInt(MICROS_PER_DAY)
    let days = value / perDay
    let micros = value % perDay
    if (micros < 0n) {
      micros += perDay
      days -= 1n
    }
    return { days: Number(days), micros: Number(micros) }
  }
  let days = Math.floor(value / MICROS_PER_DAY)
  let micros = value - days * MICROS_PER_DAY
  // the division may have been rounded across a day's border
  if (micros < 0) {
    days -= 1
    micros += MICROS_PER_DAY
  } else if (micros >= MICROS_PER_DAY) {
    days += 1
    micros -= MICROS_PER_DAY
  }
  return { days, micros }
}

/** `micros` may lie outside of the day. Undefined when the result is no valid timestamp. */
export function tryJoinTimestamp(days: number, micros: number): Timestamp | undefined {
  const carry = Math.floor(micros / MICROS_PER_DAY)
  const day = days + carry
  if (!(day >= MIN_DAY && day < END_TIMESTAMP_DAY)) return undefined
  const time = micros - carry * MICROS_PER_DAY
  const value = day * MICROS_PER_DAY + time
  if (Number.isSafeInteger(value)) return value
  return normalizeInt64(BigInt(day) * BigInt(MICROS_PER_DAY) + BigInt(time))
}

export function joinTimestamp(days: number, micros: number): Timestamp {
  return tryJoinTimestamp(days, micros) ?? timestampOutOfRange()
}

export function timestampOutOfRange(): never {
  throw new SqlError('22008', 'timestamp out of range')
}

/** -1, 0 or 1; numbers and bigints mix. */
export function compareTimestamps(left: Timestamp, right: Timestamp): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Unix seconds of the wall clock at `days` and `micros`, read as if it were UTC. */
export function unixSecondsOf({ days, micros }: DayTime): number {
  return (days + UNIX_TO_POSTGRES_DAYS) * 86400 + Math.floor(micros / MICROS_PER_SECOND)
}

/** What the clocks of `zone` show at an instant. */
export function toLocal(value: Timestamp, zone: TimeZone): DayTime {
  if (zone.fixed?.offset === 0) return splitTimestamp(value)
  const utc = splitTimestamp(value)
  const { offset } = zone.offsetAt(unixSecondsOf(utc))
  return shift(utc, offset)
}

export function offsetAtTimestamp(value: Timestamp, zone: TimeZone): number {
  if (zone.fixed !== undefined) return zone.fixed.offset
  return zone.offsetAt(unixSecondsOf(splitTimestamp(value))).offset
}

/** The instant at which the clocks of `zone` show `local`; undefined out of range. */
export function tryToInstant(local: DayTime, zone: TimeZone): Timestamp | undefined {
  const offset =
    zone.fixed === undefined ? offsetOfLocal(zone, unixSecondsOf(local)).offset : zone.fixed.offset
  return tryJoinTimestamp(local.days, local.micros - offset * MICROS_PER_SECOND)
}

export function toInstant(local: DayTime, zone: TimeZone): Timestamp {
  return tryToInstant(local, zone) ?? timestampOutOfRange()
}

export function shift({ days, micros }: DayTime, offsetSeconds: number): DayTime {
  const moved = micros + offsetSeconds * MICROS_PER_SECOND
  const carry = Math.floor(moved / MICROS_PER_DAY)
  return { days: days + carry, micros: moved - carry * MICROS_PER_DAY }
}
