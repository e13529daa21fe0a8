/** count(*) and count(x). */
import type { Vector } from '../../../storage/vector.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'
import { nullsOf } from '../vector/null-masks.ts'
import { grownFloats } from './growable.ts'

class CountAccumulator implements Accumulator {
  #counts = new Float64Array(0)

  grow(count: number): void {
    this.#counts = grownFloats(this.#counts, count)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const counts = this.#counts
    const nulls = args.length === 0 ? undefined : nullsOf(args[0], n)
    if (nulls === undefined) {
      for (let i = 0; i < n; i++) {
        const g = groups[i]
        if (g >= 0) counts[g]++
      }
      return
    }
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g >= 0) counts[g] += 1 - nulls[i]
    }
  }

  finish(count: number): Vector {
    return { kind: 'int64', values: this.#counts.slice(0, count), nulls: undefined }
  }
}

export function registerCount(registry: FunctionRegistry): void {
  registry.aggregate('count()', () => new CountAccumulator())
  registry.aggregate('count(any)', () => new CountAccumulator())
}
