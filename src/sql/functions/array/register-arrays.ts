/** All functions of arrays, for the library. */
import type { FunctionRegistry } from '../registry.ts'
import { registerArrayComparison } from './array-comparison.ts'
import { registerArrayFunctions } from './array-functions.ts'
import { registerArraySeries } from './array-series.ts'

export function registerArrays(registry: FunctionRegistry): void {
  registerArrayComparison(registry)
  registerArrayFunctions(registry)
  registerArraySeries(registry)
}
