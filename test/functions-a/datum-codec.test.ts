import { describe, expect, it } from 'vitest'
import type { Datum } from '../../src/storage/vector.ts'
import { datumCodec } from '../../src/sql/types/datum-codec.ts'
import { parseNumeric } from '../../src/sql/types/number/numeric.ts'
import {
  BitString,
  Interval,
  Jsonb,
  type Numeric,
  PgArray,
  PgMultirange,
  PgRange,
  PgRecord,
  TimeTz,
} from '../../src/sql/types/value-classes.ts'

const n = parseNumeric
const range = new PgRange(false, 1, null, true, false)
const VALUES: readonly Datum[] = [
  true, false, 0, -1, 1, 2147483648, -(2 ** 53 - 1), 2 ** 53 - 1, 1.5, -0, NaN, Infinity, 2 ** 60,
  9223372036854775807n, -9223372036854775808n, '', 'abc', 'žluťoučký 🐎', 'x'.repeat(300),
  n('0'), n('0.00'), n('-12.340'), n('123456789012345678901234567890.123'), n('-1e40'), n('NaN'), n('-Infinity'),
  new Uint8Array([]), new Uint8Array([0, 1, 255]), new Interval(-3, 400, -5), new Interval(0, 0, 2n ** 60n),
  new TimeTz(3600000000, -7200), new PgArray([]), new PgArray([1, null, 3]),
  new PgArray(['a', 'b', 'c', null], [2, 2], [0, -5]), new PgRecord([1, 'x', null], [23, 25, 25], ['a', 'b', 'c']),
  range, new PgRange(true, null, null, false, false), new PgMultirange([range]), new BitString(''), new BitString('1011001110'),
  new Jsonb(null), new Jsonb(new Map<string, never | Numeric | null | string>([['a', n('1.0')], ['bb', null], ['cc', 'x']])),
  new Jsonb([true, false, 'x', [n('1')], new Map()]),
] // prettier-ignore

describe('datum codec', () => {
  it('reads back what it wrote, exactly', () => {
    for (const value of VALUES) {
      const bytes = datumCodec.encode(value)
      expect(datumCodec.decode(bytes)).toStrictEqual(value)
    }
  })

  it('guesses sizes of the right order', () => {
    for (const value of VALUES) {
      const actual = datumCodec.encode(value).length
      expect(datumCodec.sizeOf(value)).toBeLessThan(actual * 4 + 32)
      expect(datumCodec.sizeOf(value) * 4 + 8).toBeGreaterThan(actual)
    }
  })

  it('refuses damaged bytes', () => {
    expect(() => datumCodec.decode(new Uint8Array([99]))).toThrow(/damaged/)
    expect(() => datumCodec.decode(new Uint8Array([7, 5, 65]))).toThrow(/damaged/)
  })

  it('keeps the stored form', () => {
    const hex = (value: Datum): string => Buffer.from(datumCodec.encode(value)).toString('hex')
    expect(hex(n('-12.340'))).toBe('0903b460')
    expect(hex(new PgArray([1, null]))).toBe('0f010202030100')
    expect(hex(new Jsonb(new Map([['a', n('1')]])))).toBe('1416010161080001')
  })

  it('orders each class as btree does', () => {
    const ascending: readonly (readonly Datum[])[] = [
      [n('-Infinity'), n('-10'), n('1.1'), n('1.10001'), n('1e30'), n('Infinity'), n('NaN')],
      [-Infinity, -1, 0, 2 ** 60, Infinity, NaN],
      [new Interval(0, 29, 0), new Interval(1, 0, 0), new Interval(0, 31, 0)],
      [new PgArray([1, 2]), new PgArray([1, 2, 0]), new PgArray([1, 3]), new PgArray([1, null])],
      [new Uint8Array([1]), new Uint8Array([1, 0]), new Uint8Array([2])],
      [new Jsonb([]), new Jsonb(null), new Jsonb('a'), new Jsonb(n('1')), new Jsonb(true), new Jsonb([n('1')]), new Jsonb(new Map())],
      [new PgRange(true, null, null, false, false), new PgRange(false, null, 5, false, false), new PgRange(false, 1, 3, true, false), new PgRange(false, 1, null, true, false), new PgRange(false, 1, 3, false, false)],
      [new BitString('0'), new BitString('01'), new BitString('1')],
      ['', 'Z', 'a', '\uffff', '🐎'],
    ] // prettier-ignore
    for (const list of ascending) {
      for (let i = 0; i < list.length; i++) {
        for (let j = 0; j < list.length; j++) {
          expect(Math.sign(datumCodec.compare(list[i], list[j]))).toBe(Math.sign(i - j))
        }
      }
    }
  })
})
