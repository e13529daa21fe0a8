/** Enum comparison (by sort order) and enum_first, enum_last, enum_range. */
import { SqlError } from '../../errors/sql-error.ts'
import { PgArray } from '../types/value-classes.ts'
import { registerComparisons, registerPure } from './pure.ts'
import type { CallContext, FunctionRegistry } from './registry.ts'

export function registerEnums(registry: FunctionRegistry): void {
  const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)
  registerComparisons<number>(registry, 'enum_', compare)
  registerPure(registry, {
    enum_cmp: compare,
    enum_larger: (a: number, b: number) => (a > b ? a : b),
    enum_smaller: (a: number, b: number) => (a < b ? a : b),
  })
  registry.scalar('enum_first', (context: CallContext) => orders(context)[0])
  registry.scalar('enum_last', (context: CallContext) => orders(context).at(-1) ?? null)
  registry.scalar('enum_range_all', (context: CallContext) => new PgArray(orders(context)))
  registry.scalar(
    'enum_range_bounds',
    (context: CallContext, low: number | null, high: number | null) =>
      new PgArray(
        orders(context).filter(
          (order) => (low === null || order >= low) && (high === null || order <= high),
        ),
      ),
  )
}

/** Sort orders of the argument's enum, ascending. The argument itself may be null: only its type counts. */
function orders(context: CallContext): number[] {
  const type = context.catalog.type(context.argumentTypes[0])
  const labels = type.labels ?? []
  if (labels.length === 0) {
    throw new SqlError('55000', `enum ${type.name} contains no values`)
  }
  return labels.map(({ sortOrder }) => sortOrder).sort((a, b) => a - b)
}
