/** sum and avg of float4 and float8, added in row order as PostgreSQL does. */
import type { Vector } from '../../../storage/vector.ts'
import { floatOverflow } from '../../types/number/float.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'
import { grownFloats, nullsOfUnseen } from './growable.ts'

class FloatAccumulator implements Accumulator {
  #sums = new Float64Array(0)
  #counts = new Float64Array(0)
  readonly #isAverage: boolean

  constructor(isAverage: boolean) {
    this.#isAverage = isAverage
  }

  grow(count: number): void {
    this.#sums = grownFloats(this.#sums, count)
    this.#counts = grownFloats(this.#counts, count)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    if (input.kind !== 'float64') return
    const { values, nulls } = input
    const sums = this.#sums
    const counts = this.#counts
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      const before = sums[g]
      const after = before + values[i]
      if (after - after !== 0) checkOverflow(after, before, values[i])
      // The first value of a sum is taken as it is (-0 stays -0); avg adds it to 0.
      sums[g] = counts[g] === 0 && !this.#isAverage ? values[i] : after
      counts[g]++
    }
  }

  finish(count: number): Vector {
    const values = this.#sums.slice(0, count)
    if (this.#isAverage) {
      for (let g = 0; g < count; g++) values[g] /= this.#counts[g]
    }
    return { kind: 'float64', values, nulls: nullsOfUnseen(this.#counts, count) }
  }
}

/** Not finite is fine only when an operand was not. */
function checkOverflow(result: number, a: number, b: number): void {
  if (!Number.isNaN(result) && Number.isFinite(a) && Number.isFinite(b)) throw floatOverflow()
}

/** sum(float4) rounds to float4 at each step. */
class SingleSum implements Accumulator {
  #sums = new Float64Array(0)
  #counts = new Float64Array(0)

  grow(count: number): void {
    this.#sums = grownFloats(this.#sums, count)
    this.#counts = grownFloats(this.#counts, count)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    if (input.kind !== 'float64') return
    const { values, nulls } = input
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      const before = this.#sums[g]
      const after = Math.fround(before + values[i])
      if (after - after !== 0) checkOverflow(after, before, values[i])
      this.#sums[g] = this.#counts[g]++ === 0 ? values[i] : after
    }
  }

  finish(count: number): Vector {
    const values = this.#sums.slice(0, count)
    return { kind: 'float64', values, nulls: nullsOfUnseen(this.#counts, count) }
  }
}

export function registerFloatSums(registry: FunctionRegistry): void {
  registry.aggregate('sum(float8)', () => new FloatAccumulator(false))
  registry.aggregate('avg(float8)', () => new FloatAccumulator(true))
  registry.aggregate('avg(float4)', () => new FloatAccumulator(true))
  registry.aggregate('sum(float4)', () => new SingleSum())
}
