/** Every built-in function Lakelet implements, in one registry. A part that adds functions adds its line here. */
import { registerArrays } from './array/register-arrays.ts'
import { registerDateTime } from './datetime/register-datetime.ts'
import { registerAggregates } from './aggregates/register-aggregates.ts'
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
  registerTextBasics(functions)
  registerTextComparison(functions)
  registerTextFunctions(functions)
  registerLike(functions)
  registerRegularExpressions(functions)
  registerDateTime(functions)
  registerAggregates(functions)
  registerArrays(functions)
  return functions
}
