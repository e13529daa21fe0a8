/** The functions of numbers, text, bytes and patterns, and the general aggregates: whatever needs no catalog or clock. */
import { registerAggregates } from './aggregates/register-aggregates.ts'
import { registerBitStrings } from './binary/bit-strings.ts'
import { registerBytes } from './binary/bytes.ts'
import { registerEnums } from './enums.ts'
import { registerNumberFormatting } from './format/numbers.ts'
import { registerHashing } from './hashing.ts'
import { registerInputCheck } from './input-check.ts'
import { registerInetFunctions } from './network/inet-functions.ts'
import { registerMacAddresses } from './network/mac-addresses.ts'
import { registerLogPositions } from './log-positions.ts'
import { registerFloats } from './number/floats.ts'
import { registerIntegers } from './number/integers.ts'
import { registerMoney } from './number/money.ts'
import { registerNumerics } from './number/numerics.ts'
import { registerLike } from './pattern/like.ts'
import { registerRegularExpressions } from './pattern/regular-expressions.ts'
import type { FunctionRegistry } from './registry.ts'
import { registerScalarBasics } from './scalar-basics.ts'
import { registerSizes } from './sizes.ts'
import { registerTextBasics } from './text/text-basics.ts'
import { registerTextComparison } from './text/text-comparison.ts'
import { registerTextFunctions } from './text/text-functions.ts'

export function registerGeneralFunctions(registry: FunctionRegistry): void {
  registerScalarBasics(registry)
  registerIntegers(registry)
  registerFloats(registry)
  registerNumerics(registry)
  registerMoney(registry)
  registerNumberFormatting(registry)
  registerTextBasics(registry)
  registerTextComparison(registry)
  registerTextFunctions(registry)
  registerLike(registry)
  registerRegularExpressions(registry)
  registerBytes(registry)
  registerBitStrings(registry)
  registerEnums(registry)
  registerHashing(registry)
  registerInputCheck(registry)
  registerLogPositions(registry)
  registerSizes(registry)
  registerInetFunctions(registry)
  registerMacAddresses(registry)
  registerAggregates(registry)
}
