/**
 * The binary form of numeric: digits to the base of 10,000, the first one weighing 10,000^weight.
 *
 *   int16 digits · int16 weight · int16 sign · int16 display scale · that many int16 digits
 */
import { Numeric } from '../value-classes.ts'
import { applyNumericTypmod, makeNumeric, powerOfTen } from '../number/numeric.ts'
import type { BinaryFormat } from './binary-formats.ts'
import { incorrectFormat, insufficientData, requireLength } from './binary-length.ts'

const HEADER_BYTES = 8
const DIGITS = 4
const BASE = 10_000
const NEGATIVE = 0x4000
const SPECIALS = { NaN: 0xc000, Infinity: 0xd000, '-Infinity': 0xf000 } as const
const MAX_SCALE = 0x3fff
/** PostgreSQL fills it with a bit of the sign. */
const INFINITY_SCALE = 0x20

export const numericFormat: BinaryFormat = {
  receive: (bytes, { typmod }) => applyNumericTypmod(receive(bytes), typmod),
  send: (value) => send(value as Numeric),
}

function receive(bytes: Uint8Array): Numeric {
  if (bytes.length < HEADER_BYTES) throw insufficientData()
  const head = new DataView(bytes.buffer, bytes.byteOffset)
  const count = head.getUint16(0)
  const view = requireLength(bytes, HEADER_BYTES + count * 2)
  const [weight, sign, scale] = [view.getInt16(2), view.getUint16(4), view.getUint16(6)]
  for (const [name, code] of Object.entries(SPECIALS)) {
    if (sign === code) return new Numeric(0, 0, name as keyof typeof SPECIALS) // the keys are these
  }
  if ((sign !== 0 && sign !== NEGATIVE) || scale > MAX_SCALE) throw incorrectFormat()
  let digits = ''
  for (let i = 0; i < count; i++) {
    const digit = view.getInt16(HEADER_BYTES + i * 2)
    if (digit < 0 || digit >= BASE) throw incorrectFormat()
    digits += String(digit).padStart(DIGITS, '0')
  }
  // The digits stand for an integer times 10^exponent; digits beyond the display scale are cut off.
  const exponent = (weight - count + 1) * DIGITS + scale
  const magnitude = BigInt(digits === '' ? '0' : digits)
  const unscaled =
    exponent >= 0 ? magnitude * powerOfTen(exponent) : magnitude / powerOfTen(-exponent)
  return makeNumeric(sign === NEGATIVE ? -unscaled : unscaled, scale)
}

function send({ unscaled, scale, special }: Numeric): Uint8Array {
  if (special !== undefined) {
    return encode([], 0, SPECIALS[special], special === 'NaN' ? 0 : INFINITY_SCALE)
  }
  const isNegative = unscaled < 0
  const all = String(unscaled).replace('-', '')
  // Padded on both sides, so that groups of four meet at the decimal point.
  const fraction = all.padStart(scale, '0').slice(all.padStart(scale, '0').length - scale)
  const whole = all.length > scale ? all.slice(0, all.length - scale) : ''
  const head = whole.padStart(Math.ceil(whole.length / DIGITS) * DIGITS, '0')
  const tail = fraction.padEnd(Math.ceil(fraction.length / DIGITS) * DIGITS, '0')
  const groups = Array.from({ length: (head.length + tail.length) / DIGITS }, (_, index) =>
    Number((head + tail).slice(index * DIGITS, (index + 1) * DIGITS)),
  )
  const first = groups.findIndex((digit) => digit !== 0)
  if (first < 0) return encode([], 0, 0, scale)
  const last = groups.findLastIndex((digit) => digit !== 0)
  const weight = head.length / DIGITS - 1 - first
  return encode(groups.slice(first, last + 1), weight, isNegative ? NEGATIVE : 0, scale)
}

function encode(
  digits: readonly number[],
  weight: number,
  sign: number,
  scale: number,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + digits.length * 2)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, digits.length)
  view.setInt16(2, weight)
  view.setUint16(4, sign)
  view.setUint16(6, scale)
  digits.forEach((digit, index) => view.setInt16(HEADER_BYTES + index * 2, digit))
  return bytes
}
