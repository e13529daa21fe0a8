/** Comparison of records, field by field; nulls are equal to each other and come last. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { comparatorOf, compareNullable } from '../../types/compare/compare-values.ts'
import type { PgRecord } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

type Purpose = 'an equality operator' | 'a comparison function'

function order(context: CallContext, left: PgRecord, right: PgRecord, purpose: Purpose): number {
  const n = Math.min(left.values.length, right.values.length)
  for (let i = 0; i < n; i++) {
    requireSameType(context, left, right, i)
    const a = left.values[i] ?? null
    const b = right.values[i] ?? null
    const type = (left.types[i] ?? 0) as Oid
    const compare = comparatorOf(context.catalog, type, context.locale, purpose)
    const field = compareNullable(a, b, compare)
    if (field !== 0) return field
  }
  if (left.values.length === right.values.length) return 0
  throw new SqlError('42804', 'cannot compare record types with different numbers of columns')
}

function requireSameType(
  { catalog }: CallContext,
  left: PgRecord,
  right: PgRecord,
  index: number,
): void {
  const a = left.types[index] as Oid | undefined // oids, as records keep them
  const b = right.types[index] as Oid | undefined
  if (a === b || a === undefined || b === undefined) return
  const names = `${catalog.type(a).name} and ${catalog.type(b).name}`
  throw new SqlError(
    '42804',
    `cannot compare dissimilar column types ${names} at record column ${index + 1}`,
  )
}

export function registerRecordComparison(registry: FunctionRegistry): void {
  type Test = (order: number) => boolean
  const tests: readonly (readonly [string, Purpose, Test])[] = [
    ['eq', 'an equality operator', (n) => n === 0],
    ['ne', 'an equality operator', (n) => n !== 0],
    ['lt', 'a comparison function', (n) => n < 0],
    ['le', 'a comparison function', (n) => n <= 0],
    ['gt', 'a comparison function', (n) => n > 0],
    ['ge', 'a comparison function', (n) => n >= 0],
  ]
  for (const [suffix, purpose, test] of tests) {
    registry.scalar(`record_${suffix}`, (context, l: PgRecord, r: PgRecord) =>
      test(order(context, l, r, purpose)),
    )
  }
  registry.scalar('btrecordcmp', (context, l: PgRecord, r: PgRecord) =>
    order(context, l, r, 'a comparison function'),
  )
  registry.scalar('record_larger', (context, l: PgRecord, r: PgRecord) =>
    order(context, l, r, 'a comparison function') > 0 ? l : r,
  )
  registry.scalar('record_smaller', (context, l: PgRecord, r: PgRecord) =>
    order(context, l, r, 'a comparison function') < 0 ? l : r,
  )
}
