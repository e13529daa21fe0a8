/** sum and avg of intervals, and the point between two of them. */
import type { Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import {
  addIntervals,
  scaleInterval,
  subtractIntervals,
} from '../../types/datetime/interval-value.ts'
import type { Interval } from '../../types/value-classes.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'

class IntervalAccumulator implements Accumulator {
  readonly #sums: (Interval | null)[] = []
  readonly #counts: number[] = []
  readonly #isAverage: boolean

  constructor(isAverage: boolean) {
    this.#isAverage = isAverage
  }

  grow(count: number): void {
    while (this.#sums.length < count) {
      this.#sums.push(null)
      this.#counts.push(0)
    }
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      const value = g < 0 ? null : (datumAt(args[0], i) as Interval | null) // by the signature
      if (value === null) continue
      const sum = this.#sums[g]
      this.#sums[g] = sum === null ? value : addIntervals(sum, value)
      this.#counts[g]++
    }
  }

  finish(count: number): Vector {
    const values = this.#sums
      .slice(0, count)
      .map((sum, g) =>
        sum === null || !this.#isAverage ? sum : scaleInterval(sum, '/', this.#counts[g]),
      )
    return { kind: 'datum', values }
  }
}

export function interpolateIntervals(low: Interval, high: Interval, part: number): Interval {
  return addIntervals(low, scaleInterval(subtractIntervals(high, low), '*', part))
}

export function registerIntervalAggregates(registry: FunctionRegistry): void {
  registry.aggregate('sum(interval)', () => new IntervalAccumulator(false))
  registry.aggregate('avg(interval)', () => new IntervalAccumulator(true))
}
