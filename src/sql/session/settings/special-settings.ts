/** Settings whose values have a grammar of their own: DateStyle, TimeZone, client_encoding, search_path. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { findTimeZone } from '../../types/datetime/time-zone.ts'
import type { SettingDefinition } from './setting-definitions.ts'

export function normalizeSpecialSetting(
  definition: SettingDefinition,
  value: string,
  current: (name: string) => string,
): string {
  switch (definition.name.toLowerCase()) {
    case 'datestyle':
      return mergeDateStyle(value, current('datestyle'))
    case 'timezone':
      return checkTimeZone(value)
    case 'client_encoding':
      return checkEncoding(value)
    case 'default_with_oids':
      if (value === 'on')
        throw new SqlError(
          SQLSTATE.FEATURE_NOT_SUPPORTED,
          'tables declared WITH OIDS are not supported',
        )
      return value
    default:
      return value
  }
}

const DATE_OUTPUTS: Readonly<Record<string, string>> = {
  iso: 'ISO',
  sql: 'SQL',
  postgres: 'Postgres',
  german: 'German',
}
const DATE_ORDERS: Readonly<Record<string, string>> = {
  ymd: 'YMD',
  dmy: 'DMY',
  euro: 'DMY',
  european: 'DMY',
  mdy: 'MDY',
  us: 'MDY',
  noneuro: 'MDY',
  noneuropean: 'MDY',
}

/** `SET datestyle TO dmy` keeps the output style: the parts that are named replace those of the current value. */
function mergeDateStyle(value: string, current: string): string {
  let [output = 'ISO', order = 'MDY'] = current.split(', ')
  let orderGiven = false
  for (const word of value.split(',').map((part) => part.trim().toLowerCase())) {
    if (word === 'default') [output, order] = ['ISO', 'MDY']
    else if (Object.hasOwn(DATE_OUTPUTS, word)) {
      output = DATE_OUTPUTS[word]!
      if (output === 'German' && !orderGiven) order = 'DMY'
    } else if (Object.hasOwn(DATE_ORDERS, word)) {
      order = DATE_ORDERS[word]!
      orderGiven = true
    } else {
      throw new SqlError(
        SQLSTATE.INVALID_PARAMETER_VALUE,
        `invalid value for parameter "DateStyle": "${value}"`,
        {
          detail: `Unrecognized key word: "${word}".`,
        },
      )
    }
  }
  return `${output}, ${order}`
}

function checkTimeZone(value: string): string {
  const hours = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
  if (hours !== undefined) return fixedOffsetZone(hours)
  const zone = findTimeZone(value)
  if (zone === undefined) {
    throw new SqlError(
      SQLSTATE.INVALID_PARAMETER_VALUE,
      `invalid value for parameter "TimeZone": "${value}"`,
    )
  }
  return zone.name
}

/** `SET TIME ZONE -7` becomes the POSIX zone <-07>+07, as PostgreSQL shows it. */
function fixedOffsetZone(hours: number): string {
  const sign = hours < 0 ? '-' : '+'
  const inverse = hours < 0 ? '+' : '-'
  const total = Math.round(Math.abs(hours) * 60)
  const minutes = total % 60 === 0 ? '' : `:${String(total % 60).padStart(2, '0')}`
  const text = `${String(Math.trunc(total / 60)).padStart(2, '0')}${minutes}`
  return `<${sign}${text}>${inverse}${text}`
}

function checkEncoding(value: string): string {
  const name = value.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  if (name === 'UTF8' || name === 'UNICODE') return 'UTF8'
  if (name === 'SQLASCII') return 'SQL_ASCII'
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid value for parameter "client_encoding": "${value}"`,
    {
      detail: 'Lakelet speaks UTF8 only.',
    },
  )
}

/** Identifiers separated by commas: bare ones fold to lower case, quoted ones stay. */
export function splitIdentifierList(text: string): readonly string[] {
  const names: string[] = []
  for (const match of text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]*))\s*(?:,|$)/g)) {
    const [whole, quoted, bare] = match
    if (whole === '') continue
    const name =
      quoted === undefined ? (bare ?? '').trim().toLowerCase() : quoted.replaceAll('""', '"')
    if (name !== '') names.push(name)
  }
  return names
}
