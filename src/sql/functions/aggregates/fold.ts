/** Aggregates that fold their non-null values one by one: bool_and, bit_or, any_value, string_agg … */
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import { combineBits } from '../../types/binary/bit-string.ts'
import { concatBytes } from '../../types/binary/bytea.ts'
import { bitwiseInt8 } from '../../types/number/integer.ts'
import type { Int8 } from '../../types/number/integer.ts'
import type { BitString } from '../../types/value-classes.ts'
import type { Accumulator, CallContext, FunctionRegistry } from '../registry.ts'

/** State after the first value is the value itself. */
type Fold = (state: Datum, value: Datum) => Datum

export class FoldAccumulator implements Accumulator {
  readonly #states: (Datum | null)[] = []
  readonly #kind: ColumnKind
  readonly #fold: Fold

  constructor(kind: ColumnKind, fold: Fold) {
    this.#kind = kind
    this.#fold = fold
  }

  grow(count: number): void {
    while (this.#states.length < count) this.#states.push(null)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const value = datumAt(args[0], i)
      if (value === null) continue
      const state = this.#states[g]
      this.#states[g] = state === null ? value : this.#fold(state, value)
    }
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#states.slice(0, count))
  }
}

/** string_agg: the delimiter of a row stands before its value. */
class ConcatenationAccumulator<T extends string | Uint8Array> implements Accumulator {
  readonly #states: (T | null)[] = []
  readonly #kind: 'text' | 'datum'
  readonly #concat: (a: T, b: T) => T
  #size = 0

  constructor(kind: 'text' | 'datum', concat: (a: T, b: T) => T) {
    this.#kind = kind
    this.#concat = concat
  }

  grow(count: number): void {
    while (this.#states.length < count) this.#states.push(null)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const value = datumAt(args[0], i) as T | null // text or bytea by the signature
      if (value === null) continue
      const delimiter = datumAt(args[1], i) as T | null
      const state = this.#states[g]
      this.#size += value.length + (delimiter?.length ?? 0)
      if (state === null) this.#states[g] = value
      else {
        const joined = delimiter === null ? state : this.#concat(state, delimiter)
        this.#states[g] = this.#concat(joined, value)
      }
    }
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#states.slice(0, count))
  }

  sizeBytes(): number {
    return this.#size * 2
  }
}

export function registerFolds(registry: FunctionRegistry): void {
  registry.aggregate('bool_and(bool)', () => new FoldAccumulator('bool', (a, b) => a && b))
  registry.aggregate('every(bool)', () => new FoldAccumulator('bool', (a, b) => a && b))
  registry.aggregate('bool_or(bool)', () => new FoldAccumulator('bool', (a, b) => a || b))
  registry.aggregate(
    'any_value(anyelement)',
    (context: CallContext) =>
      new FoldAccumulator(context.catalog.type(context.argumentTypes[0]).kind, (first) => first),
  )
  registry.aggregate(
    'string_agg(text,text)',
    () => new ConcatenationAccumulator<string>('text', (a, b) => a + b),
  )
  registry.aggregate(
    'string_agg(bytea,bytea)',
    () => new ConcatenationAccumulator<Uint8Array>('datum', concatBytes),
  )
  registerBitwise(registry)
}

function registerBitwise(registry: FunctionRegistry): void {
  const operations = [
    [
      'bit_and',
      (a: number, b: number) => a & b,
      (a: bigint, b: bigint) => a & b,
      (a: boolean, b: boolean) => a && b,
    ],
    [
      'bit_or',
      (a: number, b: number) => a | b,
      (a: bigint, b: bigint) => a | b,
      (a: boolean, b: boolean) => a || b,
    ],
    [
      'bit_xor',
      (a: number, b: number) => a ^ b,
      (a: bigint, b: bigint) => a ^ b,
      (a: boolean, b: boolean) => a !== b,
    ],
  ] as const
  for (const [name, small, big, logic] of operations) {
    for (const type of ['int2', 'int4']) {
      registry.aggregate(
        `${name}(${type})`,
        () => new FoldAccumulator('int32', (a, b) => small(a as number, b as number)),
      )
    }
    registry.aggregate(
      `${name}(int8)`,
      () => new FoldAccumulator('int64', (a, b) => bitwiseInt8(a as Int8, b as Int8, big)),
    )
    const verb = name.slice(4).toUpperCase()
    registry.aggregate(
      `${name}(bit)`,
      () =>
        new FoldAccumulator('datum', (a, b) =>
          combineBits(a as BitString, b as BitString, logic, verb),
        ),
    )
  }
}
