/** EXTRACT / date_part, date_trunc, date_bin, isfinite. */
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import * as Extract from '../../types/datetime/extract-field.ts'
import type { Field } from '../../types/datetime/extract-field.ts'
import { findIntervalUnit } from '../../types/datetime/decode/interval-accumulator.ts'
import { isFiniteInterval } from '../../types/datetime/interval-value.ts'
import type { TimeZone } from '../../types/datetime/time-zone.ts'
import * as Sums from '../../types/datetime/timestamp-arithmetic.ts'
import type { DateTimeUnit } from '../../types/datetime/datetime-unit.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { Timestamp } from '../../types/datetime/timestamp-value.ts'
import { numericToFloat8 } from '../../types/number/numeric-conversion.ts'
import { makeNumeric } from '../../types/number/numeric.ts'
import type { Interval, Numeric, TimeTz } from '../../types/value-classes.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'
import { zoneArgument } from './datetime-casts.ts'

const TIMESTAMP = 'timestamp without time zone'
const TIMESTAMPTZ = 'timestamp with time zone'

function fieldNamed(text: string, typeName: string): Field {
  const field = Extract.findField(text)
  if (field === undefined) throw Extract.unitNotRecognized(text, typeName)
  return field
}

function signOf(value: Timestamp | number): number {
  return value > 0 ? 1 : -1
}

function extractTimestamp(text: string, value: Timestamp): Numeric | null {
  const field = fieldNamed(text, TIMESTAMP)
  if (field.startsWith('timezone')) throw Extract.unitNotSupported(text, TIMESTAMP)
  if (Value.isInfiniteTimestamp(value)) return Extract.extractFromInfinity(field, signOf(value))
  if (field === 'epoch') return Extract.epochOfTimestamp(value)
  return extractLocal(text, field, Value.splitTimestamp(value), TIMESTAMP)
}

function extractLocal(text: string, field: Field, local: Value.DayTime, typeName: string): Numeric {
  if (field === 'julian') return Extract.julianOf(local)
  const found =
    Extract.extractFromTime(local.micros, field) ?? Extract.extractFromDay(local.days, field)
  if (found === undefined) throw Extract.unitNotSupported(text, typeName)
  return found
}

function extractTimestampTz(text: string, value: Timestamp, zone: TimeZone): Numeric | null {
  const field = fieldNamed(text, TIMESTAMPTZ)
  if (Value.isInfiniteTimestamp(value)) return Extract.extractFromInfinity(field, signOf(value))
  if (field === 'epoch') return Extract.epochOfTimestamp(value)
  const ofZone = Extract.extractFromOffset(Value.offsetAtTimestamp(value, zone), field)
  return ofZone ?? extractLocal(text, field, Value.toLocal(value, zone), TIMESTAMPTZ)
}

function extractDate(text: string, days: number): Numeric | null {
  const field = fieldNamed(text, 'date')
  if (field === 'epoch' && !Value.isInfiniteDate(days)) return Extract.epochOfDay(days)
  const probe = field === 'epoch' ? true : Extract.extractFromDay(0, field)
  if (probe === undefined) throw Extract.unitNotSupported(text, 'date')
  if (Value.isInfiniteDate(days)) return Extract.extractFromInfinity(field, signOf(days))
  return Extract.extractFromDay(days, field) ?? null
}

function extractTime(text: string, micros: number): Numeric {
  const typeName = 'time without time zone'
  const field = fieldNamed(text, typeName)
  if (field === 'epoch') return makeNumeric(BigInt(micros), 6)
  const found = Extract.extractFromTime(micros, field)
  if (found === undefined) throw Extract.unitNotSupported(text, typeName)
  return found
}

function extractTimeTz(text: string, { micros, zone }: TimeTz): Numeric {
  const typeName = 'time with time zone'
  const field = fieldNamed(text, typeName)
  if (field === 'epoch') return makeNumeric(BigInt(micros + zone * 1_000_000), 6)
  const found = Extract.extractFromTime(micros, field) ?? Extract.extractFromOffset(0 - zone, field)
  if (found === undefined) throw Extract.unitNotSupported(text, typeName)
  return found
}

function extractInterval(text: string, value: Interval): Numeric | null {
  const field = fieldNamed(text, 'interval')
  const found = Extract.extractFromInterval(value, field)
  if (found === undefined) throw Extract.unitNotSupported(text, 'interval')
  return found
}

function truncationUnit(text: string, typeName: string): DateTimeUnit {
  const unit = findIntervalUnit(text.toLowerCase())
  if (unit !== undefined) return unit
  if (text.toLowerCase().startsWith('timezone')) throw Extract.unitNotSupported(text, typeName)
  throw Extract.unitNotRecognized(text, typeName)
}

export function registerDateTimeFields(registry: FunctionRegistry): void {
  type Extraction<T> = (context: CallContext, text: string, value: T) => Numeric | null
  const both = <T>(type: string, extraction: Extraction<T>): void => {
    registry.scalar(`extract_${type}`, extraction)
    registry.scalar(`${type}_part`, (context, text: string, value: T) => {
      const field = extraction(context, text, value)
      return field === null ? null : numericToFloat8(field)
    })
  }
  both('timestamp', (_context, text, value: Timestamp) => extractTimestamp(text, value))
  both('timestamptz', (context, text, value: Timestamp) =>
    extractTimestampTz(text, value, timeZoneOf(context.session)),
  )
  both('date', (_context, text, days: number) => extractDate(text, days))
  both('time', (_context, text, micros: number) => extractTime(text, micros))
  both('timetz', (_context, text, time: TimeTz) => extractTimeTz(text, time))
  both('interval', (_context, text, value: Interval) => extractInterval(text, value))
  registerTruncations(registry)
  registry.scalar('date_finite', (_context, days: number) => !Value.isInfiniteDate(days))
  registry.scalar(
    'timestamp_finite',
    (_context, value: Timestamp) => !Value.isInfiniteTimestamp(value),
  )
  registry.scalar('interval_finite', (_context, value: Interval) => isFiniteInterval(value))
}

function registerTruncations(registry: FunctionRegistry): void {
  registry.scalar('timestamp_trunc', (_context, unit: string, value: Timestamp) =>
    Sums.truncateTimestamp(value, truncationUnit(unit, TIMESTAMP)),
  )
  registry.scalar('timestamptz_trunc', (context, unit: string, value: Timestamp) =>
    Sums.truncateTimestamp(value, truncationUnit(unit, TIMESTAMPTZ), timeZoneOf(context.session)),
  )
  registry.scalar(
    'timestamptz_trunc_zone',
    (_context, unit: string, value: Timestamp, zone: string) =>
      Sums.truncateTimestamp(value, truncationUnit(unit, TIMESTAMPTZ), zoneArgument(zone)),
  )
  registry.scalar('interval_trunc', (_context, text: string, value: Interval) => {
    const unit = truncationUnit(text, 'interval')
    if (unit === 'week') {
      throw new SqlError('0A000', `unit "${text.toLowerCase()}" not supported for type interval`, {
        detail: 'Months usually have fractional weeks.',
      })
    }
    return Sums.truncateInterval(value, unit)
  })
  const bin = (_context: CallContext, stride: Interval, value: Timestamp, origin: Timestamp) =>
    Sums.binTimestamp(stride, value, origin)
  registry.scalar('timestamp_bin', bin)
  registry.scalar('timestamptz_bin', bin)
}
