/**
 * Exact sums of integers per group: in doubles while they are safe integers; what would leave that range moves to a
 * bigint carry beside them. Shared by sum and avg of int2, int4, int8 and money.
 */
import type { Vector } from '../../../storage/vector.ts'
import { compactInteger } from '../../types/number/integer.ts'
import { grownFloats } from './growable.ts'

export class ExactSums {
  counts = new Float64Array(0)
  #sums = new Float64Array(0)
  /** Sparse: only groups whose sum outgrew doubles. */
  readonly #carry = new Map<number, bigint>()

  grow(count: number): void {
    this.counts = grownFloats(this.counts, count)
    this.#sums = grownFloats(this.#sums, count)
  }

  add(groups: Int32Array, input: Vector, n: number): void {
    if (input.kind !== 'int32' && input.kind !== 'int64') return
    const { values, nulls } = input
    if (values instanceof BigInt64Array) this.#addBig(groups, values, nulls, n)
    else if (nulls === undefined) this.#addAll(groups, values, n)
    else this.#addNonNull(groups, values, nulls, n)
  }

  #addAll(groups: Int32Array, values: Int32Array | Float64Array, n: number): void {
    const sums = this.#sums
    const counts = this.counts
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const value = values[i]
      const sum = sums[g] + value
      counts[g]++
      if (sum > 9007199254740991 || sum < -9007199254740991) this.#flush(g, value)
      else sums[g] = sum
    }
  }

  #addNonNull(
    groups: Int32Array,
    values: Int32Array | Float64Array,
    nulls: Uint8Array,
    n: number,
  ): void {
    const sums = this.#sums
    const counts = this.counts
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || nulls[i] === 1) continue
      const value = values[i]
      const sum = sums[g] + value
      counts[g]++
      if (sum > 9007199254740991 || sum < -9007199254740991) this.#flush(g, value)
      else sums[g] = sum
    }
  }

  #addBig(
    groups: Int32Array,
    values: BigInt64Array,
    nulls: Uint8Array | undefined,
    n: number,
  ): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      this.counts[g]++
      this.#carry.set(g, (this.#carry.get(g) ?? 0n) + values[i])
    }
  }

  #flush(g: number, next: number): void {
    this.#carry.set(g, (this.#carry.get(g) ?? 0n) + BigInt(this.#sums[g]))
    this.#sums[g] = next
  }

  /** The sums when every one is a safe integer: the common case, ready for a vector. */
  plainSums(count: number): Float64Array | undefined {
    return this.#carry.size === 0 ? this.#sums.slice(0, count) : undefined
  }

  sum(g: number): number | bigint {
    const carry = this.#carry.get(g)
    return carry === undefined ? this.#sums[g] : compactInteger(carry + BigInt(this.#sums[g]))
  }
}
