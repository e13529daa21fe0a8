/** Constructors, bounds and operators of ranges. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { compareRanges } from '../../types/compare/compare-values.ts'
import * as Ranges from '../../types/range/range-value.ts'
import type { RangeKind } from '../../types/range/range-value.ts'
import type { PgRange } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

/** The range type a call is about: the first of its types that is a range or multirange. */
export function kindOf(context: CallContext): RangeKind {
  const known = context.memo.get('range kind')
  if (known !== undefined) return known as RangeKind // only this function writes the key
  const oid = [...context.argumentTypes, context.resultType].find((candidate) => {
    const { typeType } = baseTypeOf(context.catalog, candidate)
    return typeType === 'r' || typeType === 'm'
  })
  const kind = Ranges.rangeKindOf(context.catalog, oid ?? (0 as Oid))
  context.memo.set('range kind', kind)
  return kind
}

function construct(context: CallContext, lower: Value, upper: Value, flags: string): PgRange {
  if (!/^[[(][\])]$/.test(flags)) {
    throw new SqlError('42601', 'invalid range bound flags', {
      hint: 'Valid values are "[]", "[)", "(]", and "()".',
    })
  }
  return Ranges.makeRange(
    kindOf(context),
    { value: lower, isInclusive: flags.startsWith('['), isLower: true },
    { value: upper, isInclusive: flags.endsWith(']'), isLower: false },
  )
}

export function registerRangeFunctions(registry: FunctionRegistry): void {
  registry.scalar('range_constructor2', (context, lower: Value, upper: Value) =>
    construct(context, lower, upper, '[)'),
  )
  registry.scalar(
    'range_constructor3',
    (context, lower: Value, upper: Value, flags: string | null) => {
      if (flags === null) {
        throw new SqlError('22000', 'range constructor flags argument must not be null')
      }
      return construct(context, lower, upper, flags)
    },
  )
  for (const symbol of ['int4range_canonical', 'int8range_canonical', 'daterange_canonical']) {
    registry.scalar(symbol, (_context, range: PgRange) => range)
  }
  registerBounds(registry)
  registerRelations(registry)
  registerComparison(registry)
  registerCombinations(registry)
}

function registerBounds(registry: FunctionRegistry): void {
  registry.scalar('range_lower', (_context, range: PgRange) => range.lower)
  registry.scalar('range_upper', (_context, range: PgRange) => range.upper)
  registry.scalar('range_empty', (_context, range: PgRange) => range.isEmpty)
  registry.scalar('range_lower_inc', (_context, range: PgRange) => range.lowerInclusive)
  registry.scalar('range_upper_inc', (_context, range: PgRange) => range.upperInclusive)
  registry.scalar(
    'range_lower_inf',
    (_context, range: PgRange) => !range.isEmpty && range.lower === null,
  )
  registry.scalar(
    'range_upper_inf',
    (_context, range: PgRange) => !range.isEmpty && range.upper === null,
  )
}

function registerRelations(registry: FunctionRegistry): void {
  registry.scalar('range_contains_elem', (context, range: PgRange, value: Datum) =>
    Ranges.containsElement(kindOf(context), range, value),
  )
  registry.scalar('elem_contained_by_range', (context, value: Datum, range: PgRange) =>
    Ranges.containsElement(kindOf(context), range, value),
  )
  type Relation = (kind: RangeKind, left: PgRange, right: PgRange) => boolean
  const relations: Readonly<Record<string, Relation>> = {
    contains: Ranges.containsRange,
    contained_by: (kind, left, right) => Ranges.containsRange(kind, right, left),
    overlaps: Ranges.overlaps,
    before: Ranges.isBefore,
    after: (kind, left, right) => Ranges.isBefore(kind, right, left),
    overleft: Ranges.isOverLeft,
    overright: Ranges.isOverRight,
    adjacent: Ranges.isAdjacent,
  }
  for (const [name, relation] of Object.entries(relations)) {
    registry.scalar(`range_${name}`, (context, left: PgRange, right: PgRange) =>
      relation(kindOf(context), left, right),
    )
  }
}

function registerComparison(registry: FunctionRegistry): void {
  const order = (context: CallContext, left: PgRange, right: PgRange): number =>
    compareRanges(left, right, kindOf(context).compare)
  registry.scalar('range_cmp', order)
  registry.scalar('range_eq', (context, l: PgRange, r: PgRange) => order(context, l, r) === 0)
  registry.scalar('range_ne', (context, l: PgRange, r: PgRange) => order(context, l, r) !== 0)
  registry.scalar('range_lt', (context, l: PgRange, r: PgRange) => order(context, l, r) < 0)
  registry.scalar('range_le', (context, l: PgRange, r: PgRange) => order(context, l, r) <= 0)
  registry.scalar('range_gt', (context, l: PgRange, r: PgRange) => order(context, l, r) > 0)
  registry.scalar('range_ge', (context, l: PgRange, r: PgRange) => order(context, l, r) >= 0)
}

function registerCombinations(registry: FunctionRegistry): void {
  registry.scalar('range_union', (context, l: PgRange, r: PgRange) =>
    Ranges.uniteRanges(kindOf(context), l, r),
  )
  registry.scalar('range_merge', (context, l: PgRange, r: PgRange) =>
    Ranges.mergeRanges(kindOf(context), l, r),
  )
  registry.scalar('range_intersect', (context, l: PgRange, r: PgRange) =>
    Ranges.intersectRanges(kindOf(context), l, r),
  )
  registry.scalar('range_minus', (context, l: PgRange, r: PgRange) => {
    const parts = Ranges.subtractRange(kindOf(context), l, r)
    if (parts.length > 1) {
      throw new SqlError('22000', 'result of range difference would not be contiguous')
    }
    return parts[0] ?? Ranges.EMPTY_RANGE
  })
}
