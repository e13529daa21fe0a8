/** Operators of arrays: comparison, containment, overlap; also oidvector's, and width_bucket over thresholds. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { comparatorOf, compareArrays, type Comparator } from '../../types/compare/compare-values.ts'
import type { PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

type Purpose = 'an equality operator' | 'a comparison function'

/** Order of the elements of the first array argument, kept per call site. */
export function elementComparator(
  context: CallContext,
  purpose: Purpose,
  argument = 0,
): Comparator {
  const known = context.memo.get(purpose)
  if (known !== undefined) return known as Comparator // only this function writes the key
  const type = baseTypeOf(context.catalog, context.argumentTypes[argument] ?? (0 as Oid))
  const comparator = comparatorOf(context.catalog, type.elementType, context.locale, purpose)
  context.memo.set(purpose, comparator)
  return comparator
}

function sameShape(left: PgArray, right: PgArray): boolean {
  const same = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((value, i) => value === b[i])
  return same(left.dimensions, right.dimensions) && same(left.lowerBounds, right.lowerBounds)
}

function arraysEqual(context: CallContext, left: PgArray, right: PgArray): boolean {
  const compare = elementComparator(context, 'an equality operator')
  if (!sameShape(left, right)) return false
  return compareArrays(left, right, compare) === 0
}

function order(context: CallContext, left: PgArray, right: PgArray): number {
  return compareArrays(left, right, elementComparator(context, 'a comparison function'))
}

/** Whether every element of `inner` is in `outer`; a null is in nothing. */
function contains(context: CallContext, outer: PgArray, inner: PgArray): boolean {
  const compare = elementComparator(context, 'an equality operator')
  return inner.elements.every((element) => element !== null && has(outer, element, compare))
}

function has(array: PgArray, wanted: Datum, compare: Comparator): boolean {
  return array.elements.some((element) => element !== null && compare(element, wanted) === 0)
}

export function registerArrayComparison(registry: FunctionRegistry): void {
  registry.scalar('array_eq', (context, l: PgArray, r: PgArray) => arraysEqual(context, l, r))
  registry.scalar('array_ne', (context, l: PgArray, r: PgArray) => !arraysEqual(context, l, r))
  registry.scalar('btarraycmp', order)
  registry.scalar('array_lt', (context, l: PgArray, r: PgArray) => order(context, l, r) < 0)
  registry.scalar('array_le', (context, l: PgArray, r: PgArray) => order(context, l, r) <= 0)
  registry.scalar('array_gt', (context, l: PgArray, r: PgArray) => order(context, l, r) > 0)
  registry.scalar('array_ge', (context, l: PgArray, r: PgArray) => order(context, l, r) >= 0)
  registry.scalar('array_larger', (context, l: PgArray, r: PgArray) =>
    order(context, l, r) > 0 ? l : r,
  )
  registry.scalar('array_smaller', (context, l: PgArray, r: PgArray) =>
    order(context, l, r) < 0 ? l : r,
  )
  registry.scalar('arraycontains', contains)
  registry.scalar('arraycontained', (context, l: PgArray, r: PgArray) => contains(context, r, l))
  registry.scalar('arrayoverlap', (context, l: PgArray, r: PgArray) => {
    const compare = elementComparator(context, 'an equality operator')
    return l.elements.some((element) => element !== null && has(r, element, compare))
  })
  registerOidVectors(registry)
  registry.scalar('width_bucket_array', widthBucket)
}

function registerOidVectors(registry: FunctionRegistry): void {
  const compare = (left: PgArray, right: PgArray): number => {
    const byLength = left.elements.length - right.elements.length
    if (byLength !== 0) return Math.sign(byLength)
    return compareArrays(left, right, (a, b) => Math.sign(Number(a) - Number(b)))
  }
  registry.scalar('btoidvectorcmp', (_context, l: PgArray, r: PgArray) => compare(l, r))
  registry.scalar('oidvectoreq', (_context, l: PgArray, r: PgArray) => compare(l, r) === 0)
  registry.scalar('oidvectorne', (_context, l: PgArray, r: PgArray) => compare(l, r) !== 0)
  registry.scalar('oidvectorlt', (_context, l: PgArray, r: PgArray) => compare(l, r) < 0)
  registry.scalar('oidvectorle', (_context, l: PgArray, r: PgArray) => compare(l, r) <= 0)
  registry.scalar('oidvectorgt', (_context, l: PgArray, r: PgArray) => compare(l, r) > 0)
  registry.scalar('oidvectorge', (_context, l: PgArray, r: PgArray) => compare(l, r) >= 0)
}

/** width_bucket(operand, thresholds): how many thresholds are at most the operand. */
function widthBucket(context: CallContext, operand: Datum, thresholds: PgArray): number {
  if (thresholds.dimensions.length > 1) {
    throw new SqlError('2202E', 'thresholds must be one-dimensional array')
  }
  if (thresholds.elements.includes(null)) {
    throw new SqlError('22004', 'thresholds array must not contain NULLs')
  }
  const compare = elementComparator(context, 'a comparison function', 1)
  let low = 0
  let high = thresholds.elements.length
  while (low < high) {
    const middle = (low + high) >> 1
    const threshold = thresholds.elements[middle]! // checked: no nulls
    if (compare(operand, threshold) < 0) high = middle
    else low = middle + 1
  }
  return low
}
