/** All general aggregates. */
import type { FunctionRegistry } from '../registry.ts'
import { registerCount } from './count.ts'
import { registerExtremes } from './extremes.ts'
import { registerFloatSums } from './float-sums.ts'
import { registerIntegerSums } from './integer-sums.ts'
import { registerNumericSums } from './numeric-sums.ts'

export function registerAggregates(registry: FunctionRegistry): void {
  registerCount(registry)
  registerIntegerSums(registry)
  registerFloatSums(registry)
  registerNumericSums(registry)
  registerExtremes(registry)
}
