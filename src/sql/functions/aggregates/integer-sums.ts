/** sum and avg of int2, int4, int8 and money: exact whatever the number of rows. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Datum, Vector } from '../../../storage/vector.ts'
import { vectorOf } from '../../../storage/vector.ts'
import { toInt8 } from '../../types/number/integer.ts'
import { makeNumeric } from '../../types/number/numeric.ts'
import { divideNumeric } from '../../types/number/numeric-arithmetic.ts'
import { Numeric } from '../../types/value-classes.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'
import { ExactSums } from './exact-sums.ts'
import { nullsOfUnseen } from './growable.ts'

abstract class IntegerAccumulator implements Accumulator {
  protected readonly state = new ExactSums()

  grow(count: number): void {
    this.state.grow(count)
  }
  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    this.state.add(groups, args[0], n)
  }
  abstract finish(count: number): Vector

  /** A result a group from its exact sum; null where no value was seen. */
  protected results(count: number, result: (g: number) => Datum): (Datum | null)[] {
    const data = new Array<Datum | null>(count)
    for (let g = 0; g < count; g++) data[g] = this.state.counts[g] === 0 ? null : result(g)
    return data
  }
}

/** sum(int2), sum(int4), sum(money): an int8, 22003 beyond it. */
class Int8Sum extends IntegerAccumulator {
  readonly #overflow: string

  constructor(overflow: string) {
    super()
    this.#overflow = overflow
  }

  finish(count: number): Vector {
    const values = this.state.plainSums(count)
    if (values !== undefined) {
      return { kind: 'int64', values, nulls: nullsOfUnseen(this.state.counts, count) }
    }
    return vectorOf(
      'int64',
      this.results(count, (g) => this.#checked(this.state.sum(g))),
    )
  }

  #checked(sum: number | bigint): number | bigint {
    if (sum >= 2n ** 63n || sum < -(2n ** 63n)) {
      throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, this.#overflow)
    }
    return toInt8(BigInt(sum))
  }
}

/** sum(int8) */
class NumericSumOfIntegers extends IntegerAccumulator {
  finish(count: number): Vector {
    const values = this.results(count, (g) => makeNumeric(BigInt(this.state.sum(g)), 0))
    return { kind: 'datum', values }
  }
}

/** avg(int2), avg(int4), avg(int8): numeric, divided with numeric's result scale. */
class IntegerAverage extends IntegerAccumulator {
  finish(count: number): Vector {
    const { state } = this
    const values = this.results(count, (g) =>
      divideNumeric(new Numeric(state.sum(g), 0), new Numeric(state.counts[g], 0)),
    )
    return { kind: 'datum', values }
  }
}

export function registerIntegerSums(registry: FunctionRegistry): void {
  registry.aggregate('sum(int2)', () => new Int8Sum('bigint out of range'))
  registry.aggregate('sum(int4)', () => new Int8Sum('bigint out of range'))
  registry.aggregate('sum(money)', () => new Int8Sum('money out of range'))
  registry.aggregate('sum(int8)', () => new NumericSumOfIntegers())
  for (const type of ['int2', 'int4', 'int8']) {
    registry.aggregate(`avg(${type})`, () => new IntegerAverage())
  }
}
