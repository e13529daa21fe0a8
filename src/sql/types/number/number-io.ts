/** Text input and output of the integer, float, numeric and oid-like types. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import type { TypeIoRegistry } from '../type-io.ts'
import type { Numeric } from '../value-classes.ts'
import { formatFloat4, formatFloat8, parseFloatText } from './float.ts'
import { invalidInteger, parseInteger } from './integer.ts'
import { applyNumericTypmod, formatNumeric, parseNumeric } from './numeric.ts'

export function registerNumberIo(registry: TypeIoRegistry): void {
  for (const width of [2, 4, 8] as const) {
    registry.input(`int${width}in`, (text) => parseInteger(text, width))
    registry.output(`int${width}out`, String)
  }
  registry.input('float4in', (text) => parseFloatText(text, true))
  registry.input('float8in', (text) => parseFloatText(text, false))
  registry.output('float4out', (value, context) =>
    formatFloat4(value as number, extraDigits(context.session)),
  )
  registry.output('float8out', (value, context) =>
    formatFloat8(value as number, extraDigits(context.session)),
  )
  registry.input('numeric_in', (text, { typmod }) => applyNumericTypmod(parseNumeric(text), typmod))
  registry.output('numeric_out', (value) => formatNumeric(value as Numeric))
  for (const type of ['oid', 'xid', 'cid']) {
    registry.input(`${type}in`, (text) => parseOid(text, type))
    registry.output(`${type}out`, String)
  }
  registry.input('xid8in', parseUnsigned64)
  registry.output('xid8out', String)
}

/** The setting extra_float_digits; the default prints the shortest text that reads back. */
export function extraDigits(session: EvaluationSession): number {
  const setting = session.setting('extra_float_digits')
  return setting === undefined ? 1 : Number(setting)
}

/** Like C's strtoul: a sign wraps around, octal and hexadecimal are taken. */
export function parseOid(text: string, typeName: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)[ \t\n\v\f\r]*$/.exec(text)
  if (match === null) throw invalidInteger(text, typeName)
  const digits = match[2]
  const isOctal = /^0[0-7]+$/.test(digits)
  if (/^0[0-9]+$/.test(digits) && !isOctal) throw invalidInteger(text, typeName)
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits)
  const value = match[1] === '-' ? -magnitude : magnitude
  if (value > 4294967295n || value < -2147483648n) {
    throw new SqlError(
      SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
      `value "${text}" is out of range for type ${typeName}`,
    )
  }
  return Number(BigInt.asUintN(32, value))
}

/** LIMIT: transaction ids from 2^63 on are refused, int64 vectors are signed. */
function parseUnsigned64(text: string): number | bigint {
  if (!/^\s*-?[0-9]+\s*$/.test(text)) throw invalidInteger(text, 'xid8')
  return parseInteger(text, 8)
}
