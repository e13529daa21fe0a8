/**
 * sum and avg of numeric. A group's sum is kept as digits at the largest scale seen so far: a double while that is a
 * safe integer, with a bigint carry beside it for what outgrows it.
 */
import type { Datum, Vector } from '../../../storage/vector.ts'
import {
  NUMERIC_INFINITY,
  NUMERIC_MINUS_INFINITY,
  NUMERIC_NAN,
  makeNumeric,
  powerOfTen,
  smallPowerOfTen,
} from '../../types/number/numeric.ts'
import { divideNumeric } from '../../types/number/numeric-arithmetic.ts'
import { Numeric } from '../../types/value-classes.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'
import { DecimalVector } from '../vector/decimal-vector.ts'
import { grownBytes, grownFloats } from './growable.ts'

const MAX_SAFE = Number.MAX_SAFE_INTEGER
/** Bits of a group's `specials`. */
const SAW = { NaN: 1, Infinity: 2, '-Infinity': 4 } as const

export class NumericSums {
  counts = new Float64Array(0)
  #sums = new Float64Array(0)
  #scales = new Float64Array(0)
  #specials = new Uint8Array(0)
  readonly #carry = new Map<number, bigint>()

  grow(count: number): void {
    this.counts = grownFloats(this.counts, count)
    this.#sums = grownFloats(this.#sums, count)
    this.#scales = grownFloats(this.#scales, count)
    this.#specials = grownBytes(this.#specials, count)
  }

  add(groups: Int32Array, input: Vector, n: number): void {
    if (input instanceof DecimalVector) this.#addDecimals(groups, input, n)
    else this.#addDatums(groups, input, n)
  }

  #addDatums(groups: Int32Array, input: Vector, n: number): void {
    const values = input.values as unknown as readonly (Numeric | null)[] // a numeric vector
    const sums = this.#sums
    const scales = this.#scales
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      const value = values[i]
      if (g < 0 || value === null) continue
      this.counts[g]++
      const digits = value.unscaled
      if (typeof digits === 'number' && value.scale === scales[g] && value.special === undefined) {
        const sum = sums[g] + digits
        if (sum <= MAX_SAFE && sum >= -MAX_SAFE) {
          sums[g] = sum
          continue
        }
      }
      this.#addSlowly(g, value)
    }
  }

  #addDecimals(groups: Int32Array, { digits, scale, nulls }: DecimalVector, n: number): void {
    const sums = this.#sums
    const scales = this.#scales
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      this.counts[g]++
      const sum = sums[g] + digits[i]
      if (scales[g] === scale && sum <= MAX_SAFE && sum >= -MAX_SAFE) sums[g] = sum
      else this.#addSlowly(g, new Numeric(digits[i], scale))
    }
  }

  #addSlowly(g: number, value: Numeric): void {
    if (value.special !== undefined) {
      this.#specials[g] |= SAW[value.special]
      return
    }
    if (value.scale > this.#scales[g]) this.#rescale(g, value.scale)
    const factor = smallPowerOfTen(this.#scales[g] - value.scale)
    if (typeof value.unscaled === 'number' && factor !== undefined) {
      const digits = value.unscaled * factor
      const sum = this.#sums[g] + digits
      if (Math.abs(digits) <= MAX_SAFE && Math.abs(sum) <= MAX_SAFE) {
        this.#sums[g] = sum
        return
      }
    }
    this.#carryOver(g, BigInt(value.unscaled) * powerOfTen(this.#scales[g] - value.scale))
  }

  #carryOver(g: number, digits: bigint): void {
    this.#carry.set(g, (this.#carry.get(g) ?? 0n) + digits + BigInt(this.#sums[g]))
    this.#sums[g] = 0
  }

  #rescale(g: number, scale: number): void {
    const step = scale - this.#scales[g]
    this.#scales[g] = scale
    const carry = this.#carry.get(g)
    if (carry !== undefined) this.#carry.set(g, carry * powerOfTen(step))
    const factor = smallPowerOfTen(step)
    const sum = this.#sums[g] * (factor ?? NaN)
    if (Math.abs(sum) <= MAX_SAFE) {
      this.#sums[g] = sum
      return
    }
    const digits = BigInt(this.#sums[g]) * powerOfTen(step)
    this.#sums[g] = 0
    this.#carryOver(g, digits)
  }

  sum(g: number): Numeric {
    const specials = this.#specials[g]
    if (specials !== 0) return specialSum(specials)
    const carry = this.#carry.get(g)
    if (carry === undefined) return new Numeric(this.#sums[g], this.#scales[g])
    return makeNumeric(carry + BigInt(this.#sums[g]), this.#scales[g])
  }
}

function specialSum(specials: number): Numeric {
  if (specials === SAW.Infinity) return NUMERIC_INFINITY
  return specials === SAW['-Infinity'] ? NUMERIC_MINUS_INFINITY : NUMERIC_NAN
}

class NumericSumAccumulator implements Accumulator {
  readonly #state = new NumericSums()
  readonly #isAverage: boolean

  constructor(isAverage: boolean) {
    this.#isAverage = isAverage
  }

  grow(count: number): void {
    this.#state.grow(count)
  }
  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    this.#state.add(groups, args[0], n)
  }
  finish(count: number): Vector {
    const values = new Array<Datum | null>(count)
    for (let g = 0; g < count; g++) values[g] = this.#result(g)
    return { kind: 'datum', values }
  }

  #result(g: number): Numeric | null {
    const count = this.#state.counts[g]
    if (count === 0) return null
    const sum = this.#state.sum(g)
    return this.#isAverage ? divideNumeric(sum, new Numeric(count, 0)) : sum
  }
}

export function registerNumericSums(registry: FunctionRegistry): void {
  registry.aggregate('sum(numeric)', () => new NumericSumAccumulator(false))
  registry.aggregate('avg(numeric)', () => new NumericSumAccumulator(true))
}
