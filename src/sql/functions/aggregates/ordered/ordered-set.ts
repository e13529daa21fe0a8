/**
 * Ordered-set aggregates: percentile_cont, percentile_disc, mode. Rows come sorted; direct arguments precede the
 * sorted ones and are equal in all rows of a group.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { ColumnKind, Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../storage/vector.ts'
import { compareDatums } from '../../../types/compare-datums.ts'
import { formatFloat8 } from '../../../types/number/float.ts'
import { PgArray } from '../../../types/value-classes.ts'
import type { Accumulator, CallContext, FunctionRegistry } from '../../registry.ts'
import type { Interval } from '../../../types/value-classes.ts'
import { interpolateIntervals } from '../interval-aggregates.ts'

interface Group {
  direct: Datum | null
  readonly values: Datum[]
}

type Result = (group: Group) => Datum | null

/** Collects the values of each group in the order they come. */
class OrderedSetAccumulator implements Accumulator {
  readonly #groups: Group[] = []
  readonly #kind: ColumnKind
  readonly #hasDirect: boolean
  readonly #result: Result
  #size = 0

  constructor(kind: ColumnKind, hasDirect: boolean, result: Result) {
    this.#kind = kind
    this.#hasDirect = hasDirect
    this.#result = result
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push({ direct: null, values: [] })
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[args.length - 1]
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const group = this.#groups[g]
      if (this.#hasDirect && group.values.length === 0) group.direct = datumAt(args[0], i)
      const value = datumAt(input, i)
      if (value === null) continue
      group.values.push(value)
      this.#size += 16
    }
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#groups.slice(0, count).map(this.#result))
  }

  sizeBytes(): number {
    return this.#size
  }
}

function checkFraction(fraction: number): void {
  if (fraction >= 0 && fraction <= 1) return
  throw new SqlError(
    SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
    `percentile value ${formatFloat8(fraction)} is not between 0 and 1`,
  )
}

type Percentile = (values: readonly Datum[], fraction: number) => Datum

function discrete(values: readonly Datum[], fraction: number): Datum {
  checkFraction(fraction)
  return values[Math.max(Math.ceil(fraction * values.length), 1) - 1]
}

function continuous(interpolate: (low: Datum, high: Datum, part: number) => Datum): Percentile {
  return (values, fraction) => {
    checkFraction(fraction)
    const place = fraction * (values.length - 1)
    const low = values[Math.floor(place)]
    const high = values[Math.ceil(place)]
    return Math.floor(place) === Math.ceil(place)
      ? low
      : interpolate(low, high, place - Math.floor(place))
  }
}

const continuousFloat = continuous(
  (low, high, part) => (low as number) + part * ((high as number) - (low as number)),
)
const continuousInterval = continuous((low, high, part) =>
  interpolateIntervals(low as Interval, high as Interval, part),
)

function single(percentile: Percentile): Result {
  return ({ direct, values }) => {
    if (direct === null) return null
    checkFraction(direct as number)
    return values.length === 0 ? null : percentile(values, direct as number)
  }
}

/** An array of fractions gives an array of the same shape. */
function several(percentile: Percentile): Result {
  return ({ direct, values }) => {
    if (!(direct instanceof PgArray) || values.length === 0) return null
    const elements = direct.elements.map((fraction) =>
      fraction === null ? null : percentile(values, fraction as number),
    )
    return new PgArray(elements, direct.dimensions, direct.lowerBounds)
  }
}

/** The most frequent value, the first in sort order among several. */
function mode({ values }: Group): Datum | null {
  let best: Datum | null = null
  let bestCount = 0
  for (let from = 0; from < values.length;) {
    let to = from + 1
    while (to < values.length && compareDatums(values[from], values[to]) === 0) to++
    if (to - from > bestCount) {
      best = values[from]
      bestCount = to - from
    }
    from = to
  }
  return best
}

function resultKind(context: CallContext): ColumnKind {
  return context.catalog.type(context.resultType).kind
}

export function registerOrderedSet(registry: FunctionRegistry): void {
  const register = (signature: string, result: Result): void =>
    registry.aggregate(
      signature,
      (context) => new OrderedSetAccumulator(resultKind(context), true, result),
    )
  register('percentile_cont(float8,float8)', single(continuousFloat))
  register('percentile_cont(_float8,float8)', several(continuousFloat))
  register('percentile_cont(float8,interval)', single(continuousInterval))
  register('percentile_cont(_float8,interval)', several(continuousInterval))
  register('percentile_disc(float8,anyelement)', single(discrete))
  register('percentile_disc(_float8,anyelement)', several(discrete))
  registry.aggregate(
    'mode(anyelement)',
    (context) => new OrderedSetAccumulator(resultKind(context), false, mode),
  )
}
