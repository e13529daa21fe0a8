/** Comparison operators, btree support and larger/smaller of the date/time types, also across types. */
import {
  compareIntervals,
  addIntervals,
  intervalSpan,
  negateInterval,
  isFiniteInterval,
} from '../../types/datetime/interval-value.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import { addIntervalTo } from '../../types/datetime/timestamp-arithmetic.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { Timestamp } from '../../types/datetime/timestamp-value.ts'
import type { Interval, TimeTz } from '../../types/value-classes.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

type Comparison<L, R> = (left: L, right: R, context: CallContext) => number

/** eq, ne, lt, le, gt, ge, cmp named `<prefix><operator><suffix>`. */
function registerComparisons<L, R>(
  registry: FunctionRegistry,
  name: (operator: string) => string,
  compare: Comparison<L, R>,
): void {
  registry.scalar(name('eq'), (context, l: L, r: R) => compare(l, r, context) === 0)
  registry.scalar(name('ne'), (context, l: L, r: R) => compare(l, r, context) !== 0)
  registry.scalar(name('lt'), (context, l: L, r: R) => compare(l, r, context) < 0)
  registry.scalar(name('le'), (context, l: L, r: R) => compare(l, r, context) <= 0)
  registry.scalar(name('gt'), (context, l: L, r: R) => compare(l, r, context) > 0)
  registry.scalar(name('ge'), (context, l: L, r: R) => compare(l, r, context) >= 0)
  registry.scalar(name('cmp'), (context, l: L, r: R) => compare(l, r, context))
}

function registerOrdered<T extends object | number | bigint>(
  registry: FunctionRegistry,
  type: string,
  compare: (left: T, right: T) => number,
): void {
  registerComparisons<T, T>(registry, (operator) => `${type}_${operator}`, compare)
  registry.scalar(`${type}_larger`, (_context, l: T, r: T) => (compare(l, r) > 0 ? l : r))
  registry.scalar(`${type}_smaller`, (_context, l: T, r: T) => (compare(l, r) < 0 ? l : r))
}

export function compareTimeTz(left: TimeTz, right: TimeTz): number {
  const a = left.micros + left.zone * 1_000_000
  const b = right.micros + right.zone * 1_000_000
  if (a !== b) return a < b ? -1 : 1
  return left.zone < right.zone ? -1 : left.zone > right.zone ? 1 : 0
}

/** Midnight of a day as timestamp; days beyond the type's range compare as infinities. */
function midnight(days: number): Timestamp {
  if (days === Value.DATE_INFINITY || days >= Value.END_TIMESTAMP_DAY) {
    return Value.TIMESTAMP_INFINITY
  }
  if (days === Value.DATE_MINUS_INFINITY) return Value.TIMESTAMP_MINUS_INFINITY
  return Value.joinTimestamp(days, 0)
}

function compareDateTimestamp(days: number, value: Timestamp): number {
  const isBeyond = days >= Value.END_TIMESTAMP_DAY && days !== Value.DATE_INFINITY
  if (isBeyond) return value === Value.TIMESTAMP_INFINITY ? -1 : 1
  return Value.compareTimestamps(midnight(days), value)
}

function localMidnight(days: number, context: CallContext): Timestamp {
  if (days >= Value.END_TIMESTAMP_DAY || days === Value.DATE_MINUS_INFINITY) return midnight(days)
  const zone = timeZoneOf(context.session)
  return Value.tryToInstant({ days, micros: 0 }, zone) ?? midnight(days)
}

function compareDateTimestampTz(days: number, value: Timestamp, context: CallContext): number {
  const isBeyond = days >= Value.END_TIMESTAMP_DAY && days !== Value.DATE_INFINITY
  if (isBeyond) return value === Value.TIMESTAMP_INFINITY ? -1 : 1
  return Value.compareTimestamps(localMidnight(days, context), value)
}

function compareLocalAndInstant(local: Timestamp, value: Timestamp, context: CallContext): number {
  if (Value.isInfiniteTimestamp(local)) return Value.compareTimestamps(local, value)
  const instant = Value.tryToInstant(Value.splitTimestamp(local), timeZoneOf(context.session))
  return Value.compareTimestamps(instant ?? local, value)
}

function swapped<L, R>(compare: Comparison<L, R>): Comparison<R, L> {
  return (left, right, context) => 0 - compare(right, left, context)
}

export function registerDateTimeComparisons(registry: FunctionRegistry): void {
  const numbers = (left: number, right: number): number =>
    left < right ? -1 : left > right ? 1 : 0
  registerOrdered(registry, 'date', numbers)
  registerOrdered(registry, 'time', numbers)
  registerOrdered(registry, 'timetz', compareTimeTz)
  registerOrdered(registry, 'timestamp', Value.compareTimestamps)
  registerOrdered(registry, 'interval', compareIntervals)
  const across = <L, R>(left: string, right: string, compare: Comparison<L, R>): void => {
    registerComparisons(registry, (operator) => `${left}_${operator}_${right}`, compare)
    registerComparisons(registry, (operator) => `${right}_${operator}_${left}`, swapped(compare))
  }
  across('date', 'timestamp', compareDateTimestamp)
  across('date', 'timestamptz', compareDateTimestampTz)
  across('timestamp', 'timestamptz', compareLocalAndInstant)
  registerRangeFrames(registry)
}

/** in_range(): whether `value` lies within `offset` of `base`, for RANGE window frames. */
function registerRangeFrames(registry: FunctionRegistry): void {
  const checked = (offset: Interval): Interval => {
    if (intervalSpan(offset) < 0n) {
      throw new SqlError('22013', 'invalid preceding or following size in window function')
    }
    return offset
  }
  const decide = (order: number, isLess: boolean): boolean => (isLess ? order <= 0 : order >= 0)
  const ofTimestamps =
    (zoned: boolean) =>
    (context: CallContext, value: Timestamp, base: Timestamp, ...rest: FrameArguments) => {
      const [offset, isSubtraction, isLess] = rest
      const span = isSubtraction ? negateInterval(checked(offset)) : checked(offset)
      if (!isFiniteInterval(span) && Value.isInfiniteTimestamp(base)) return true
      const zone = zoned ? timeZoneOf(context.session) : undefined
      return decide(Value.compareTimestamps(value, addIntervalTo(base, span, zone)), isLess)
    }
  registry.scalar('in_range_timestamp_interval', ofTimestamps(false))
  registry.scalar('in_range_timestamptz_interval', ofTimestamps(true))
  registry.scalar(
    'in_range_date_interval',
    (context: CallContext, value: number, base: number, ...rest: FrameArguments) =>
      ofTimestamps(false)(context, midnight(value), midnight(base), ...rest),
  )
  registry.scalar(
    'in_range_interval_interval',
    (_context: CallContext, value: Interval, base: Interval, ...rest: FrameArguments) => {
      const [offset, isSubtraction, isLess] = rest
      const span = isSubtraction ? negateInterval(checked(offset)) : checked(offset)
      return decide(compareIntervals(value, addIntervals(base, span)), isLess)
    },
  )
  registry.scalar(
    'in_range_time_interval',
    (_context: CallContext, value: number, base: number, ...rest: FrameArguments) => {
      const [offset, isSubtraction, isLess] = rest
      const micros = Number(checked(offset).micros)
      const edge = isSubtraction ? base - micros : base + micros
      return decide(value < edge ? -1 : value > edge ? 1 : 0, isLess)
    },
  )
  registry.scalar(
    'in_range_timetz_interval',
    (_context: CallContext, value: TimeTz, base: TimeTz, ...rest: FrameArguments) => {
      const [offset, isSubtraction, isLess] = rest
      const micros = Number(checked(offset).micros)
      const edge = isSubtraction ? base.micros - micros : base.micros + micros
      return decide(compareTimeTz(value, { micros: edge, zone: base.zone }), isLess)
    },
  )
}

type FrameArguments = readonly [offset: Interval, isSubtraction: boolean, isLess: boolean]
