/** to_char of int4, int8, numeric, float4 and float8, and to_number. */
import {
  exponentHashes,
  fitDigits,
  writeNumber,
  writeRoman,
} from '../../types/format/number-to-char.ts'
import { parseNumberFormat } from '../../types/format/number-format.ts'
import type { NumberFormat } from '../../types/format/number-format.ts'
import { textToNumber } from '../../types/format/text-to-number.ts'
import type { Int8 } from '../../types/number/integer.ts'
import { checkWidth, multiplyInt8 } from '../../types/number/integer.ts'
import { formatNumeric, powerOfTen, roundToScale } from '../../types/number/numeric.ts'
import { multiplyNumeric } from '../../types/number/numeric-arithmetic.ts'
import { numericToInteger } from '../../types/number/numeric-conversion.ts'
import { Numeric } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

/** A fresh copy of the parsed format: formatting adjusts its widths. */
function formatOf(context: CallContext, pattern: string): NumberFormat {
  let parsed = context.memo.get(pattern) as NumberFormat | undefined // only this file writes here
  if (parsed === undefined) {
    parsed = parseNumberFormat(pattern)
    if (context.memo.size >= 100) context.memo.clear()
    context.memo.set(pattern, parsed)
  }
  return { ...parsed }
}

function integerToChar(context: CallContext, value: Int8, pattern: string, width: 4 | 8): string {
  const format = formatOf(context, pattern)
  if (format.flags.has('roman')) return writeRoman(format, checkWidth(Number(value), 4))
  if (format.flags.has('exponent')) return scientific(new Numeric(value, 0), format)
  let digits = String(value)
  if (format.flags.has('multi')) {
    const factor = 10 ** format.multi
    // int4 wraps around here, int8 does not.
    digits = String(width === 8 ? multiplyInt8(value, factor) : Math.imul(Number(value), factor))
    format.pre += format.multi
  }
  if (format.post > 0) digits += `.${'0'.repeat(format.post)}`
  return writeNumber(format, fitDigits(digits, format))
}

function numericToChar(context: CallContext, value: Numeric, pattern: string): string {
  const format = formatOf(context, pattern)
  if (format.flags.has('roman'))
    return writeRoman(format, Number(numericToInteger(roundToScale(value, 0), 4)))
  if (format.flags.has('exponent')) return scientific(value, format)
  let scaled = value
  if (format.flags.has('multi')) {
    scaled = multiplyNumeric(value, new Numeric(Number(powerOfTen(format.multi)), 0))
    format.pre += format.multi
  }
  return writeNumber(format, fitDigits(formatNumeric(roundToScale(scaled, format.post)), format))
}

/** d.ddde+xx, rounded half away from zero, with room for a sign. */
function scientific(value: Numeric, format: NumberFormat): string {
  if (value.special !== undefined) return exponentHashes(format)
  const negative = value.unscaled < 0
  const digits = String(value.unscaled).replace('-', '')
  const exponent = value.unscaled === 0 ? 0 : digits.length - 1 - value.scale
  // A mantissa that rounds up to 10 stays so, as PostgreSQL leaves it.
  const mantissa = shifted(digits, value.scale + exponent, format.post)
  const magnitude = String(Math.abs(exponent)).padStart(2, '0')
  return `${negative ? '-' : ' '}${mantissa}e${exponent < 0 ? '-' : '+'}${magnitude}`
}

/** digits · 10^-scale (the scale may be negative) with `post` places. */
function shifted(digits: string, scale: number, post: number): string {
  const whole = scale < 0 ? digits + '0'.repeat(-scale) : digits
  return formatNumeric(roundToScale(new Numeric(BigInt(whole), Math.max(scale, 0)), post))
}

function floatToChar(
  context: CallContext,
  value: number,
  pattern: string,
  certain: 15 | 6,
): string {
  const format = formatOf(context, pattern)
  if (format.flags.has('roman')) return writeRoman(format, Math.round(value))
  if (format.flags.has('exponent')) {
    if (!Number.isFinite(value)) return exponentHashes(format)
    const [mantissa, exponent] = value.toExponential(format.post).split('e')
    const magnitude = String(Math.abs(Number(exponent))).padStart(2, '0')
    const sign = value < 0 || Object.is(value, -0) ? '' : ' '
    return `${sign}${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${magnitude}`
  }
  let scaled = value
  if (format.flags.has('multi')) {
    scaled *= 10 ** format.multi
    format.pre += format.multi
  }
  const whole = fixedText(Math.abs(scaled), 0).length
  if (whole >= certain) format.post = 0
  else if (whole + format.post > certain) format.post = certain - whole
  return writeNumber(format, fitDigits(fixedText(scaled, format.post), format))
}

/** C's %.*f: exact for any magnitude. */
function fixedText(value: number, places: number): string {
  if (!Number.isFinite(value)) return String(value)
  const text =
    Math.abs(value) < 1e21
      ? value.toFixed(places)
      : `${BigInt(value)}${places > 0 ? `.${'0'.repeat(places)}` : ''}`
  return Object.is(value, -0) ? `-${text}` : text
}

export function registerNumberFormatting(registry: FunctionRegistry): void {
  registry.scalar('int4_to_char', (context: CallContext, value: number, pattern: string) =>
    integerToChar(context, value, pattern, 4),
  )
  registry.scalar('int8_to_char', (context: CallContext, value: Int8, pattern: string) =>
    integerToChar(context, value, pattern, 8),
  )
  registry.scalar('numeric_to_char', numericToChar)
  registry.scalar('float8_to_char', (context: CallContext, value: number, pattern: string) =>
    floatToChar(context, value, pattern, 15),
  )
  registry.scalar('float4_to_char', (context: CallContext, value: number, pattern: string) =>
    floatToChar(context, value, pattern, 6),
  )
  registry.scalar('numeric_to_number', (context: CallContext, text: string, pattern: string) =>
    pattern === '' ? null : textToNumber(text, formatOf(context, pattern)),
  )
}
