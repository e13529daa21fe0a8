/** Constructors, bounds and operators of multiranges; a range counts as a multirange of one. */
import { SqlError } from '../../../errors/sql-error.ts'
import { datumAt, type Datum, type Vector } from '../../../storage/vector.ts'
import { compareMultiranges } from '../../types/compare/compare-values.ts'
import * as Ranges from '../../types/range/range-value.ts'
import type { RangeKind } from '../../types/range/range-value.ts'
import { PgMultirange, type PgArray, PgRange } from '../../types/value-classes.ts'
import type { Accumulator, CallContext, FunctionRegistry } from '../registry.ts'
import { kindOf } from './range-functions.ts'

type Set = PgMultirange | PgRange
type Parts = readonly PgRange[]

function partsOf(set: Set): Parts {
  if (set instanceof PgMultirange) return set.ranges
  return set.isEmpty ? [] : [set]
}

type Relation = (kind: RangeKind, left: Parts, right: Parts) => boolean

/** A relation between the outermost parts: `left`'s first or last and `right`'s. */
function between(
  end: (parts: Parts) => PgRange | undefined,
  otherEnd: (parts: Parts) => PgRange | undefined,
  relation: (kind: RangeKind, left: PgRange, right: PgRange) => boolean,
): Relation {
  return (kind, left, right) => {
    const a = end(left)
    const b = otherEnd(right)
    return a !== undefined && b !== undefined && relation(kind, a, b)
  }
}

const first = (parts: Parts): PgRange | undefined => parts[0]
const last = (parts: Parts): PgRange | undefined => parts.at(-1)

const contains: Relation = (kind, outer, inner) =>
  inner.every((part) => outer.some((whole) => Ranges.containsRange(kind, whole, part)))
const isBefore = between(last, first, Ranges.isBefore)
const touches = between(last, first, Ranges.isAdjacent)

const RELATIONS: Readonly<Record<string, Relation>> = {
  contains,
  contained_by: (kind, left, right) => contains(kind, right, left),
  overlaps: (kind, left, right) => left.some((a) => right.some((b) => Ranges.overlaps(kind, a, b))),
  before: isBefore,
  after: (kind, left, right) => isBefore(kind, right, left),
  overleft: between(last, last, Ranges.isOverLeft),
  overright: between(first, first, Ranges.isOverRight),
  adjacent: (kind, left, right) => touches(kind, left, right) || touches(kind, right, left),
}

export function registerMultirangeFunctions(registry: FunctionRegistry): void {
  for (const [name, relation] of Object.entries(RELATIONS)) {
    for (const pair of ['multirange_#_multirange', 'multirange_#_range', 'range_#_multirange']) {
      registry.scalar(pair.replace('#', name), (context, left: Set, right: Set) =>
        relation(kindOf(context), partsOf(left), partsOf(right)),
      )
    }
  }
  const holds = (context: CallContext, { ranges }: PgMultirange, value: Datum): boolean =>
    ranges.some((range) => Ranges.containsElement(kindOf(context), range, value))
  registry.scalar('multirange_contains_elem', holds)
  registry.scalar('elem_contained_by_multirange', (context, value: Datum, set: PgMultirange) =>
    holds(context, set, value),
  )
  registerConstructors(registry)
  registerBounds(registry)
  registerComparison(registry)
  registerCombinations(registry)
  registerAggregates(registry)
}

function build(context: CallContext, ranges: Parts): PgMultirange {
  return new PgMultirange(Ranges.normalizeRanges(kindOf(context), ranges))
}

function registerConstructors(registry: FunctionRegistry): void {
  registry.scalar('multirange_constructor0', () => new PgMultirange([]))
  registry.scalar('multirange_constructor1', (context, range: PgRange) => build(context, [range]))
  registry.scalar('multirange_constructor2', (context, array: PgArray) => {
    if (array.elements.includes(null)) {
      throw new SqlError('22004', 'multirange values cannot contain null members')
    }
    return build(context, array.elements as readonly PgRange[]) // an array of ranges
  })
  registry.set('multirange_unnest', (_context, { ranges }: PgMultirange) => ranges)
}

function registerBounds(registry: FunctionRegistry): void {
  registry.scalar(
    'multirange_lower',
    (_context, { ranges }: PgMultirange) => first(ranges)?.lower ?? null,
  )
  registry.scalar(
    'multirange_upper',
    (_context, { ranges }: PgMultirange) => last(ranges)?.upper ?? null,
  )
  registry.scalar('multirange_empty', (_context, { ranges }: PgMultirange) => ranges.length === 0)
  registry.scalar(
    'multirange_lower_inc',
    (_context, { ranges }: PgMultirange) => first(ranges)?.lowerInclusive ?? false,
  )
  registry.scalar(
    'multirange_upper_inc',
    (_context, { ranges }: PgMultirange) => last(ranges)?.upperInclusive ?? false,
  )
  registry.scalar(
    'multirange_lower_inf',
    (_context, { ranges }: PgMultirange) => first(ranges)?.lower === null,
  )
  registry.scalar(
    'multirange_upper_inf',
    (_context, { ranges }: PgMultirange) => last(ranges)?.upper === null,
  )
  registry.scalar('range_merge_from_multirange', (context, { ranges }: PgMultirange) => {
    const from = first(ranges)
    const to = last(ranges)
    if (from === undefined || to === undefined) return Ranges.EMPTY_RANGE
    return Ranges.mergeRanges(kindOf(context), from, to)
  })
}

function registerComparison(registry: FunctionRegistry): void {
  const order = (context: CallContext, left: PgMultirange, right: PgMultirange): number =>
    compareMultiranges(left, right, kindOf(context).compare)
  type Test = (order: number) => boolean
  const tests: Readonly<Record<string, Test>> = {
    eq: (n) => n === 0,
    ne: (n) => n !== 0,
    lt: (n) => n < 0,
    le: (n) => n <= 0,
    gt: (n) => n > 0,
    ge: (n) => n >= 0,
  }
  registry.scalar('multirange_cmp', order)
  for (const [name, test] of Object.entries(tests)) {
    registry.scalar(`multirange_${name}`, (context, l: PgMultirange, r: PgMultirange) =>
      test(order(context, l, r)),
    )
  }
}

function intersect(kind: RangeKind, left: Parts, right: Parts): Parts {
  return left.flatMap((a) => right.map((b) => Ranges.intersectRanges(kind, a, b)))
}

function subtract(kind: RangeKind, left: Parts, right: Parts): Parts {
  let rest = left
  for (const part of right) rest = rest.flatMap((range) => Ranges.subtractRange(kind, range, part))
  return rest
}

function registerCombinations(registry: FunctionRegistry): void {
  registry.scalar('multirange_union', (context, l: PgMultirange, r: PgMultirange) =>
    build(context, [...l.ranges, ...r.ranges]),
  )
  registry.scalar('multirange_intersect', (context, l: PgMultirange, r: PgMultirange) =>
    build(context, intersect(kindOf(context), l.ranges, r.ranges)),
  )
  registry.scalar('multirange_minus', (context, l: PgMultirange, r: PgMultirange) =>
    build(context, subtract(kindOf(context), l.ranges, r.ranges)),
  )
}

/** range_agg and range_intersect_agg: folds the sets of a group. */
class SetAccumulator implements Accumulator {
  readonly #groups: (Set | undefined)[] = []
  readonly #combine: (known: Set | undefined, next: Set) => Set

  constructor(combine: (known: Set | undefined, next: Set) => Set) {
    this.#combine = combine
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push(undefined)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    if (input === undefined) return
    for (let i = 0; i < n; i++) {
      const group = groups[i] ?? -1
      const value = datumAt(input, i)
      if (group < 0 || value === null) continue
      this.#groups[group] = this.#combine(this.#groups[group], value as Set)
    }
  }

  finish(count: number): Vector {
    return { kind: 'datum', values: this.#groups.slice(0, count).map((set) => set ?? null) }
  }
}

function registerAggregates(registry: FunctionRegistry): void {
  for (const type of ['anyrange', 'anymultirange']) {
    registry.aggregate(
      `range_agg(${type})`,
      (context) =>
        new SetAccumulator((known, next) =>
          build(context, [...(known === undefined ? [] : partsOf(known)), ...partsOf(next)]),
        ),
    )
  }
  registry.aggregate(
    'range_intersect_agg(anyrange)',
    (context) =>
      new SetAccumulator((known, next) =>
        known instanceof PgRange && next instanceof PgRange
          ? Ranges.intersectRanges(kindOf(context), known, next)
          : next,
      ),
  )
  registry.aggregate(
    'range_intersect_agg(anymultirange)',
    (context) =>
      new SetAccumulator((known, next) =>
        known === undefined
          ? next
          : build(context, intersect(kindOf(context), partsOf(known), partsOf(next))),
      ),
  )
}
