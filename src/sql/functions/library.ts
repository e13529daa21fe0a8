/** Every built-in function Lakelet implements, in one registry. A part that adds functions adds its line here. */
import { registerMultirangeFunctions } from './range/multirange-functions.ts'
import { registerRangeFunctions } from './range/range-functions.ts'
import { registerRecordComparison } from './record/record-comparison.ts'
import { registerSequencesAndRandom } from './session/sequences-and-random.ts'
import { registerSessionInfo } from './session/session-info.ts'
import { registerJson } from './json/register-json.ts'
import { registerArrays } from './array/register-arrays.ts'
import { registerDateTime } from './datetime/register-datetime.ts'
import { registerAggregates } from './aggregates/register-aggregates.ts'
import { registerBitStrings } from './binary/bit-strings.ts'
import { registerBytes } from './binary/bytes.ts'
import { registerEnums } from './enums.ts'
import { registerMoney } from './number/money.ts'
import { registerNumberFormatting } from './format/numbers.ts'
import { registerFloats } from './number/floats.ts'
import { registerIntegers } from './number/integers.ts'
import { registerNumerics } from './number/numerics.ts'
import { registerLike } from './pattern/like.ts'
import { registerRegularExpressions } from './pattern/regular-expressions.ts'
import { Functions } from './registry.ts'
import { registerScalarBasics } from './scalar-basics.ts'
import { registerTextBasics } from './text/text-basics.ts'
import { registerTextComparison } from './text/text-comparison.ts'
import { registerTextFunctions } from './text/text-functions.ts'

export function createFunctionLibrary(): Functions {
  const functions = new Functions()
  registerScalarBasics(functions)
  registerIntegers(functions)
  registerFloats(functions)
  registerNumerics(functions)
  registerMoney(functions)
  registerNumberFormatting(functions)
  registerTextBasics(functions)
  registerBytes(functions)
  registerBitStrings(functions)
  registerEnums(functions)
  registerTextComparison(functions)
  registerTextFunctions(functions)
  registerLike(functions)
  registerRegularExpressions(functions)
  registerDateTime(functions)
  registerAggregates(functions)
  registerArrays(functions)
  registerJson(functions)
  registerRecordComparison(functions)
  registerSessionInfo(functions)
  registerSequencesAndRandom(functions)
  registerRangeFunctions(functions)
  registerMultirangeFunctions(functions)
  return functions
}
