/** All general aggregates; the JSON ones live with JSON. */
import type { FunctionRegistry } from '../registry.ts'
import { registerArrayAgg } from './array-agg.ts'
import { registerCount } from './count.ts'
import { registerExtremes } from './extremes.ts'
import { registerFloatSums } from './float-sums.ts'
import { registerFolds } from './fold.ts'
import { registerIntegerSums } from './integer-sums.ts'
import { registerIntervalAggregates } from './interval-aggregates.ts'
import { registerNumericSums } from './numeric-sums.ts'
import { registerHypotheticalSet } from './ordered/hypothetical-set.ts'
import { registerOrderedSet } from './ordered/ordered-set.ts'
import { registerRegression } from './statistics/regression.ts'
import { registerVariance } from './statistics/variance.ts'

export function registerAggregates(registry: FunctionRegistry): void {
  registerCount(registry)
  registerIntegerSums(registry)
  registerFloatSums(registry)
  registerNumericSums(registry)
  registerExtremes(registry)
  registerFolds(registry)
  registerArrayAgg(registry)
  registerIntervalAggregates(registry)
  registerVariance(registry)
  registerRegression(registry)
  registerOrderedSet(registry)
  registerHypotheticalSet(registry)
}
