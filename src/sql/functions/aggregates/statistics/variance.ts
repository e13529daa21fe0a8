/**
 * variance, stddev and their _pop and _samp forms. Integers and numeric sum exactly and divide once; floats follow
 * Youngs and Cramer's updating formula, which PostgreSQL uses.
 */
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import { floatOverflow } from '../../../types/number/float.ts'
import { compactInteger } from '../../../types/number/integer.ts'
import { NUMERIC_NAN, NUMERIC_ZERO, powerOfTen, unscaledAt } from '../../../types/number/numeric.ts'
import { divideToScale, divisionScale } from '../../../types/number/numeric-arithmetic.ts'
import { squareRootToScale } from '../../../types/number/numeric-transcendental.ts'
import { Numeric } from '../../../types/value-classes.ts'
import type { Accumulator, FunctionRegistry } from '../../registry.ts'
import { grownFloats } from '../growable.ts'

interface Form {
  readonly isSample: boolean
  readonly isRoot: boolean
}

/** Exact sums of one group, as digits at a scale; squares have twice the scale, beyond what numeric itself can hold. */
interface ExactMoments {
  count: number
  scale: number
  sum: bigint
  squares: bigint
  /** A NaN or infinity was among the values. */
  isSpecial: boolean
}

class NumericVariance implements Accumulator {
  readonly #groups: ExactMoments[] = []
  readonly #form: Form

  constructor(form: Form) {
    this.#form = form
  }

  grow(count: number): void {
    while (this.#groups.length < count) {
      this.#groups.push({ count: 0, scale: 0, sum: 0n, squares: 0n, isSpecial: false })
    }
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      const value = g < 0 ? null : datumAt(args[0], i)
      if (value === null) continue
      if (value instanceof Numeric) addNumericMoment(this.#groups[g], value)
      else addDigits(this.#groups[g], BigInt(value as number | bigint)) // an integer type
    }
  }

  finish(count: number): Vector {
    const values = new Array<Datum | null>(count)
    for (let g = 0; g < count; g++) values[g] = this.#result(this.#groups[g])
    return { kind: 'datum', values }
  }

  #result({ count: n, scale, sum, squares, isSpecial }: ExactMoments): Numeric | null {
    const { isSample, isRoot } = this.#form
    if (n === 0 || (isSample && n === 1)) return null
    if (isSpecial) return NUMERIC_NAN
    const digits = BigInt(n) * squares - sum * sum
    if (digits <= 0n) return NUMERIC_ZERO
    const numerator = new Numeric(compactInteger(digits), scale * 2)
    const denominator = new Numeric(n * (isSample ? n - 1 : n), 0)
    const resultScale = divisionScale(numerator, denominator)
    const variance = divideToScale(numerator, denominator, resultScale)
    return isRoot ? squareRootToScale(variance, resultScale) : variance
  }
}

function addNumericMoment(moments: ExactMoments, value: Numeric): void {
  if (value.special !== undefined) {
    moments.count++
    moments.isSpecial = true
    return
  }
  if (value.scale > moments.scale) {
    const factor = powerOfTen(value.scale - moments.scale)
    moments.sum *= factor
    moments.squares *= factor * factor
    moments.scale = value.scale
  }
  addDigits(moments, unscaledAt(value, moments.scale))
}

function addDigits(moments: ExactMoments, digits: bigint): void {
  moments.count++
  moments.sum += digits
  moments.squares += digits * digits
}

class FloatVariance implements Accumulator {
  #counts = new Float64Array(0)
  #sums = new Float64Array(0)
  #squares = new Float64Array(0)
  readonly #form: Form

  constructor(form: Form) {
    this.#form = form
  }

  grow(count: number): void {
    this.#counts = grownFloats(this.#counts, count)
    this.#sums = grownFloats(this.#sums, count)
    this.#squares = grownFloats(this.#squares, count)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    if (input.kind !== 'float64') return
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g >= 0 && input.nulls?.[i] !== 1) this.#addOne(g, input.values[i])
    }
  }

  #addOne(g: number, value: number): void {
    const before = this.#counts[g]
    const oldSum = this.#sums[g]
    const n = before + 1
    const sum = oldSum + value
    this.#counts[g] = n
    this.#sums[g] = sum
    if (before > 0) {
      const distance = value * n - sum
      this.#squares[g] += (distance * distance) / (n * before)
      if (!isInfinite(sum) && !isInfinite(this.#squares[g])) return
      if (!isInfinite(oldSum) && !isInfinite(value)) throw floatOverflow()
      this.#squares[g] = NaN
    } else if (!Number.isFinite(value)) this.#squares[g] = NaN
  }

  finish(count: number): Vector {
    const values = new Float64Array(count)
    let nulls: Uint8Array | undefined
    const { isSample, isRoot } = this.#form
    for (let g = 0; g < count; g++) {
      const n = this.#counts[g]
      if (n === 0 || (isSample && n === 1)) (nulls ??= new Uint8Array(count))[g] = 1
      else {
        const variance = this.#squares[g] / (isSample ? n - 1 : n)
        values[g] = isRoot ? Math.sqrt(variance) : variance
      }
    }
    return { kind: 'float64', values, nulls }
  }
}

function isInfinite(x: number): boolean {
  return x === Infinity || x === -Infinity
}

const FORMS: Readonly<Record<string, Form>> = {
  variance: { isSample: true, isRoot: false },
  var_samp: { isSample: true, isRoot: false },
  var_pop: { isSample: false, isRoot: false },
  stddev: { isSample: true, isRoot: true },
  stddev_samp: { isSample: true, isRoot: true },
  stddev_pop: { isSample: false, isRoot: true },
}

export function registerVariance(registry: FunctionRegistry): void {
  for (const [name, form] of Object.entries(FORMS)) {
    for (const type of ['int2', 'int4', 'int8', 'numeric']) {
      registry.aggregate(`${name}(${type})`, () => new NumericVariance(form))
    }
    for (const type of ['float4', 'float8']) {
      registry.aggregate(`${name}(${type})`, () => new FloatVariance(form))
    }
  }
}
