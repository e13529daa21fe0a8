/** to_char() of timestamps and intervals, to_timestamp() and to_date() of text. */
import { SqlError } from '../../../errors/sql-error.ts'
import { formatIntervalAs, formatTimestampAs } from '../../types/datetime-format/format-datetime.ts'
import { readDateTime } from '../../types/datetime-format/resolve-datetime.ts'
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import { isFiniteInterval } from '../../types/datetime/interval-value.ts'
import { fixedZone } from '../../types/datetime/time-zone.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { Timestamp } from '../../types/datetime/timestamp-value.ts'
import type { Interval } from '../../types/value-classes.ts'
import type { FunctionRegistry } from '../registry.ts'

export function registerDateTimeFormatting(registry: FunctionRegistry): void {
  registry.scalar('timestamp_to_char', (_context, value: Timestamp, format: string) => {
    if (format === '' || Value.isInfiniteTimestamp(value)) return null
    return formatTimestampAs(Value.splitTimestamp(value), undefined, format)
  })
  registry.scalar('timestamptz_to_char', (context, value: Timestamp, format: string) => {
    if (format === '' || Value.isInfiniteTimestamp(value)) return null
    const zone = timeZoneOf(context.session)
    const utc = Value.splitTimestamp(value)
    const at = zone.offsetAt(Value.unixSecondsOf(utc))
    return formatTimestampAs(Value.shift(utc, at.offset), at, format)
  })
  registry.scalar('interval_to_char', (_context, value: Interval, format: string) =>
    format === '' || !isFiniteInterval(value) ? null : formatIntervalAs(value, format),
  )
  registry.scalar('to_timestamp', (context, text: string, format: string) => {
    const { days, micros, offset } = readDateTime(text, format)
    const zone = offset === undefined ? timeZoneOf(context.session) : fixedZone('', offset, '')
    return Value.toInstant({ days, micros }, zone)
  })
  registry.scalar('to_date', (_context, text: string, format: string) => {
    const { days } = readDateTime(text, format)
    if (days >= Value.MIN_DAY && days < Value.END_DATE_DAY) return days
    throw new SqlError('22008', `date out of range: "${text}"`)
  })
}
