/** Text input and output of the date/time types, for the registry of type I/O. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import type { TypeIoContext, TypeIoRegistry } from '../type-io.ts'
import { type Interval, TimeTz } from '../value-classes.ts'
import { MICROS_PER_SECOND, daysFromCivil } from './calendar.ts'
import { formatDate, formatTime, formatTimestamp } from './datetime-output.ts'
import { formatTimestampTz, formatTimeTz } from './datetime-output.ts'
import { dateStyleOf, intervalStyleOf, timeZoneOf } from './datetime-settings.ts'
import { decodeIso, type IsoDateTime } from './decode/decode-iso.ts'
import { decodeDateTime, type DecodeSettings } from './decode/decode-datetime.ts'
import { decodeInterval } from './decode/decode-interval.ts'
import { decodeTimeOnly } from './decode/decode-time.ts'
import { formatInterval } from './interval-output.ts'
import { roundMicros } from './interval-typmod.ts'
import * as Value from './timestamp-value.ts'
import type { Timestamp } from './timestamp-value.ts'

/** PostgreSQL stores timestamps as 64 bits: the Unix epoch in them. */
const UNIX_EPOCH = -946684800_000_000

export function decodeSettingsOf(session: EvaluationSession): DecodeSettings {
  return {
    order: dateStyleOf(session).order,
    zone: timeZoneOf(session),
    // Read only by texts such as 'today': a statement whose literals read it means something else the next time.
    get now() {
      return session.transactionTimestamp
    },
  }
}

export function parseDate(text: string, session: EvaluationSession): number {
  const iso = decodeIso(text)
  if (iso !== undefined) return daysFromCivil(iso.year, iso.month, iso.day)
  const decoded = decodeDateTime(text, 'date', decodeSettingsOf(session))
  switch (decoded.kind) {
    case 'infinity':
      return Value.DATE_INFINITY
    case '-infinity':
      return Value.DATE_MINUS_INFINITY
    case 'epoch':
      return -10957
    case 'value': {
      const days = daysFromCivil(decoded.year, decoded.month, decoded.day)
      if (days >= Value.MIN_DAY && days < Value.END_DATE_DAY) return days
      throw new SqlError('22008', `date out of range: "${text}"`)
    }
  }
}

/** timestamp (`hasZone` false: a zone in the text is ignored) or timestamptz. */
export function parseTimestamp(
  text: string,
  session: EvaluationSession,
  hasZone: boolean,
  typmod: number,
): Timestamp {
  const iso = decodeIso(text)
  if (iso !== undefined) return roundTimestamp(timestampOfIso(iso, session, hasZone), typmod)
  const typeName = hasZone ? 'timestamp with time zone' : 'timestamp'
  const decoded = decodeDateTime(text, typeName, decodeSettingsOf(session))
  switch (decoded.kind) {
    case 'infinity':
      return Value.TIMESTAMP_INFINITY
    case '-infinity':
      return Value.TIMESTAMP_MINUS_INFINITY
    case 'epoch':
      return UNIX_EPOCH
    case 'value': {
      const days = daysFromCivil(decoded.year, decoded.month, decoded.day)
      const value = hasZone
        ? Value.tryToInstant({ days, micros: decoded.micros }, decoded.zone)
        : Value.tryJoinTimestamp(days, decoded.micros)
      if (value === undefined) throw new SqlError('22008', `timestamp out of range: "${text}"`)
      return roundTimestamp(value, typmod)
    }
  }
}

function timestampOfIso(iso: IsoDateTime, session: EvaluationSession, hasZone: boolean): Timestamp {
  const days = daysFromCivil(iso.year, iso.month, iso.day)
  const { micros, offset } = iso
  if (!hasZone) return Value.joinTimestamp(days, micros)
  if (offset === undefined) return Value.toInstant({ days, micros }, timeZoneOf(session))
  return Value.joinTimestamp(days, micros - offset * MICROS_PER_SECOND)
}

export function roundTimestamp(value: Timestamp, typmod: number): Timestamp {
  if (typmod < 0 || typmod >= 6 || Value.isInfiniteTimestamp(value)) return value
  return roundMicros(value, 10 ** (6 - typmod))
}

export function roundTime(micros: number, typmod: number): number {
  return typmod < 0 || typmod >= 6 ? micros : Number(roundMicros(micros, 10 ** (6 - typmod)))
}

export function parseTime(text: string, session: EvaluationSession, typmod: number): number {
  return roundTime(decodeTimeOnly(text, 'time', decodeSettingsOf(session)).micros, typmod)
}

export function parseTimeTz(text: string, session: EvaluationSession, typmod: number): TimeTz {
  const decoded = decodeTimeOnly(text, 'time with time zone', decodeSettingsOf(session))
  return new TimeTz(roundTime(decoded.micros, typmod), -decoded.offset)
}

export function registerDateTimeIo(registry: TypeIoRegistry): void {
  registry.input('date_in', (text, { session }) => parseDate(text, session))
  registry.output('date_out', (value, { session }) =>
    formatDate(value as number, dateStyleOf(session)),
  )
  registry.input('time_in', (text, { session, typmod }) => parseTime(text, session, typmod))
  registry.output('time_out', (value) => formatTime(value as number))
  registry.input('timetz_in', (text, { session, typmod }) => parseTimeTz(text, session, typmod))
  registry.output('timetz_out', (value) => formatTimeTz(value as TimeTz))
  registry.input('timestamp_in', (text, { session, typmod }) =>
    parseTimestamp(text, session, false, typmod),
  )
  registry.output('timestamp_out', (value, { session }) =>
    formatTimestamp(value as Timestamp, dateStyleOf(session)),
  )
  registry.input('timestamptz_in', (text, { session, typmod }) =>
    parseTimestamp(text, session, true, typmod),
  )
  registry.output('timestamptz_out', (value, { session }) =>
    formatTimestampTz(value as Timestamp, dateStyleOf(session), timeZoneOf(session)),
  )
  registry.input('interval_in', intervalIn)
  registry.output('interval_out', (value, { session }) =>
    formatInterval(value as Interval, intervalStyleOf(session)),
  )
}

function intervalIn(text: string, { session, typmod }: TypeIoContext): Interval {
  return decodeInterval(text, intervalStyleOf(session), typmod)
}
