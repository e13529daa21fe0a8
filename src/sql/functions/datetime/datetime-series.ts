/** generate_series() over timestamps. */
import { SqlError } from '../../../errors/sql-error.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import { compareIntervals, isFiniteInterval } from '../../types/datetime/interval-value.ts'
import { UTC, type TimeZone } from '../../types/datetime/time-zone.ts'
import { addIntervalTo } from '../../types/datetime/timestamp-arithmetic.ts'
import { compareTimestamps, type Timestamp } from '../../types/datetime/timestamp-value.ts'
import { Interval } from '../../types/value-classes.ts'
import type { FunctionRegistry } from '../registry.ts'
import { zoneArgument } from './datetime-casts.ts'

const ZERO = new Interval(0, 0, 0)

function* timestampSeries(
  start: Timestamp,
  stop: Timestamp,
  step: Interval,
  zone: TimeZone,
): Generator<Timestamp> {
  const sign = compareIntervals(step, ZERO)
  if (sign === 0) throw new SqlError('22023', 'step size cannot equal zero')
  if (!isFiniteInterval(step)) throw new SqlError('22023', 'step size cannot be infinite')
  let current = start
  while (sign > 0 ? compareTimestamps(current, stop) <= 0 : compareTimestamps(current, stop) >= 0) {
    yield current
    current = addIntervalTo(current, step, zone)
  }
}

export function registerDateTimeSeries(registry: FunctionRegistry): void {
  registry.set(
    'generate_series_timestamp',
    (_context, start: Timestamp, stop: Timestamp, step: Interval) =>
      timestampSeries(start, stop, step, UTC),
  )
  registry.set(
    'generate_series_timestamptz',
    (context, start: Timestamp, stop: Timestamp, step: Interval) =>
      timestampSeries(start, stop, step, timeZoneOf(context.session)),
  )
  registry.set(
    'generate_series_timestamptz_at_zone',
    (_context, start: Timestamp, stop: Timestamp, step: Interval, zone: string) =>
      timestampSeries(start, stop, step, zoneArgument(zone)),
  )
}
