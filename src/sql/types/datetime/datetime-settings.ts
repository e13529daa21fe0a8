/**
 * The session settings that date/time input and output depend on, parsed once per distinct text: DateStyle,
 * IntervalStyle and TimeZone.
 */
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import { findTimeZone, UTC, type TimeZone } from './time-zone.ts'

export type OutputStyle = 'ISO' | 'SQL' | 'Postgres' | 'German'
export type FieldOrder = 'YMD' | 'DMY' | 'MDY'
export type IntervalStyle = 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601'

export interface DateStyle {
  readonly style: OutputStyle
  readonly order: FieldOrder
}

const styles = new Map<string, DateStyle>()
const DEFAULT_STYLE: DateStyle = { style: 'ISO', order: 'MDY' }

function parseDateStyle(text: string): DateStyle {
  const upper = text.toUpperCase()
  const style: OutputStyle = upper.includes('GERMAN')
    ? 'German'
    : upper.includes('SQL')
      ? 'SQL'
      : upper.includes('POSTGRES')
        ? 'Postgres'
        : 'ISO'
  const order: FieldOrder = upper.includes('YMD')
    ? 'YMD'
    : upper.includes('DMY') || (style === 'German' && !upper.includes('MDY'))
      ? 'DMY'
      : 'MDY'
  return { style, order }
}

export function dateStyleOf(session: EvaluationSession): DateStyle {
  const text = session.setting('datestyle')
  if (text === undefined) return DEFAULT_STYLE
  let style = styles.get(text)
  if (style === undefined) {
    style = parseDateStyle(text)
    styles.set(text, style)
  }
  return style
}

export function intervalStyleOf(session: EvaluationSession): IntervalStyle {
  const text = session.setting('intervalstyle')?.toLowerCase()
  return text === 'postgres_verbose' || text === 'sql_standard' || text === 'iso_8601'
    ? text
    : 'postgres'
}

export function timeZoneOf(session: EvaluationSession): TimeZone {
  const name = session.setting('timezone')
  return name === undefined ? UTC : (findTimeZone(name) ?? UTC)
}
