/** Operators, functions and casts of bit and bit varying. */
import {
  bitAt,
  bitOverlay,
  bitSubstring,
  bitsFromInteger,
  bitsToInteger,
  combineBits,
  fitBit,
  fitVarbit,
  invertBits,
  shiftBits,
  withBit,
} from '../../types/binary/bit-string.ts'
import { compareBits } from '../../types/compare-datums.ts'
import type { Int8 } from '../../types/number/integer.ts'
import { BitString } from '../../types/value-classes.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'

export function registerBitStrings(registry: FunctionRegistry): void {
  registerComparisons<BitString>(registry, 'bit', compareBits)
  registerPure(registry, {
    bitcmp: compareBits,
    bit_and: (a: BitString, b: BitString) => combineBits(a, b, (x, y) => x && y, 'AND'),
    bit_or: (a: BitString, b: BitString) => combineBits(a, b, (x, y) => x || y, 'OR'),
    bitxor: (a: BitString, b: BitString) => combineBits(a, b, (x, y) => x !== y, 'XOR'),
    bitnot: invertBits,
    bitshiftleft: shiftBits,
    bitshiftright: (value: BitString, places: number) => shiftBits(value, -places),
    bitcat: (a: BitString, b: BitString) => new BitString(a.bits + b.bits),
    bit: fitBit,
    varbit: fitVarbit,
    bitfromint4: (value: number, typmod: number) => bitsFromInteger(value, typmod, 32),
    bitfromint8: (value: Int8, typmod: number) => bitsFromInteger(value, typmod, 64),
    bittoint4: (value: BitString) => bitsToInteger(value, 32),
    bittoint8: (value: BitString) => bitsToInteger(value, 64),
  })
  registerParts(registry)
}

function registerParts(registry: FunctionRegistry): void {
  registerPure(registry, {
    bitlength: (value: BitString) => value.bits.length,
    'bit_length(bit)': (value: BitString) => value.bits.length,
    bitoctetlength: (value: BitString) => Math.ceil(value.bits.length / 8),
    bit_bit_count: (value: BitString) => value.bits.replaceAll('0', '').length,
    bitsubstr: bitSubstring,
    bitsubstr_no_len: (value: BitString, start: number) => bitSubstring(value, start),
    bitoverlay: bitOverlay,
    bitoverlay_no_len: (value: BitString, part: BitString, start: number) =>
      bitOverlay(value, part, start),
    bitposition: (value: BitString, part: BitString) =>
      value.bits === '' ? 0 : value.bits.indexOf(part.bits) + 1,
    bitgetbit: bitAt,
    bitsetbit: withBit,
  })
}
