/** Numeric columns as decimals give what the scalar functions give, also where digits outgrow a double. */
import { expect, test } from 'vitest'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import type { CallContext } from '../../src/sql/functions/registry.ts'
import { formatNumeric, parseNumeric, compareNumeric } from '../../src/sql/types/number/numeric.ts'
import {
  addNumeric,
  multiplyNumeric,
  subtractNumeric,
} from '../../src/sql/types/number/numeric-arithmetic.ts'
import { Numeric } from '../../src/sql/types/value-classes.ts'
import type { Vector } from '../../src/storage/vector.ts'
import { datumAt } from '../../src/storage/vector.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'

const ROWS = 40
const functions = createFunctionLibrary()
const context = {} as CallContext // why: these functions look at their arguments only

function column(random: SeededRandom, digits: number, scale: number): (Numeric | null)[] {
  return Array.from({ length: ROWS }, () => {
    if (random.below(9) === 0) return null
    const whole = Math.floor((random.next() - 0.5) * 2 * 10 ** digits)
    return parseNumeric(`${whole}e-${scale}`)
  })
}

function text(value: unknown): string | null {
  return value instanceof Numeric ? formatNumeric(value) : value === null ? null : String(value)
}

test('operators over decimals', () => {
  const random = new SeededRandom(7)
  const scalar = {
    numeric_add: addNumeric,
    numeric_sub: subtractNumeric,
    numeric_mul: multiplyNumeric,
    numeric_lt: (a: Numeric, b: Numeric) => compareNumeric(a, b) < 0,
    numeric_eq: (a: Numeric, b: Numeric) => compareNumeric(a, b) === 0,
  }
  for (let round = 0; round < 300; round++) {
    const a = column(random, random.below(17), random.below(6))
    const b = column(random, random.below(17), random.below(20))
    for (const [symbol, operation] of Object.entries(scalar)) {
      const args: Vector[] = [a, b].map((values) => ({ kind: 'datum', values }))
      const got = functions.findVector(symbol)!(context, args, ROWS)
      for (let i = 0; i < ROWS; i++) {
        const [x, y] = [a[i]!, b[i]!]
        const want = x === null || y === null ? null : operation(x, y)
        expect(text(datumAt(got, i))).toBe(text(want))
      }
      // A second operation over the first one's result, and its sum.
      if (!symbol.endsWith('mul') && !symbol.endsWith('add')) continue
      const twice = functions.findVector('numeric_sub')!(context, [got, args[0]!], ROWS)
      const sums = functions.findAggregate('sum(numeric)')!(context)
      sums.grow(1)
      sums.add(new Int32Array(ROWS), [twice], ROWS)
      let total: Numeric | null = null
      for (let i = 0; i < ROWS; i++) {
        const value = datumAt(twice, i) as Numeric | null
        if (value !== null) total = total === null ? value : addNumeric(total, value)
      }
      expect(text(datumAt(sums.finish(1), 0))).toBe(text(total))
    }
  }
})
