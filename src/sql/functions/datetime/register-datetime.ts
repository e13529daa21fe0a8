/** All functions of the date/time types, for the library. */
import type { FunctionRegistry } from '../registry.ts'
import { registerDateTimeComparisons } from './compare-datetime.ts'
import { registerDateTimeArithmetic } from './datetime-arithmetic.ts'
import { registerDateTimeCasts } from './datetime-casts.ts'
import { registerDateTimeConstructors } from './datetime-constructors.ts'
import { registerDateTimeFields } from './datetime-fields.ts'
import { registerDateTimeFormatting } from './datetime-formatting.ts'
import { registerDateTimeSeries } from './datetime-series.ts'
import { registerTimeZoneLists } from './time-zone-lists.ts'

export function registerDateTime(registry: FunctionRegistry): void {
  registerDateTimeComparisons(registry)
  registerDateTimeArithmetic(registry)
  registerDateTimeCasts(registry)
  registerDateTimeConstructors(registry)
  registerDateTimeFields(registry)
  registerDateTimeSeries(registry)
  registerTimeZoneLists(registry)
  registerDateTimeFormatting(registry)
}
