/** Every built-in function Lakelet implements, in one registry. A part that adds functions adds its line here. */
import { registerMultirangeFunctions } from './range/multirange-functions.ts'
import { registerRangeFunctions } from './range/range-functions.ts'
import { registerCatalogFunctions } from '../catalog/functions/register-catalog-functions.ts'
import { registerRecordComparison } from './record/record-comparison.ts'
import { registerSequencesAndRandom } from './session/sequences-and-random.ts'
import { registerAdvisoryLocks } from './session/advisory-locks.ts'
import { registerSessionInfo } from './session/session-info.ts'
import { registerJson } from './json/register-json.ts'
import { registerArrays } from './array/register-arrays.ts'
import { registerDateTimeCompositions } from './datetime/datetime-compositions.ts'
import { registerDateTime } from './datetime/register-datetime.ts'
import { registerGeneralFunctions } from './general-functions.ts'
import { Functions } from './registry.ts'

export function createFunctionLibrary(): Functions {
  const functions = new Functions()
  registerGeneralFunctions(functions)
  registerDateTime(functions)
  registerDateTimeCompositions(functions)
  registerArrays(functions)
  registerJson(functions)
  registerRecordComparison(functions)
  registerSequencesAndRandom(functions)
  registerRangeFunctions(functions)
  registerMultirangeFunctions(functions)
  registerCatalogFunctions(functions)
  registerSessionInfo(functions)
  registerAdvisoryLocks(functions)
  return functions
}
