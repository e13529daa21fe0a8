/** Operators, functions and casts of numeric. */
import { SqlError } from '../../../errors/sql-error.ts'
import {
  applyNumericTypmod,
  compareNumeric,
  numericFromInteger,
  roundToScale,
  truncateToScale,
} from '../../types/number/numeric.ts'
import {
  absoluteNumeric,
  addNumeric,
  divideNumeric,
  divideTruncated,
  factorial,
  gcdNumeric,
  incrementNumeric,
  integerTowards,
  lcmNumeric,
  minimalScale,
  moduloNumeric,
  multiplyNumeric,
  negateNumeric,
  signNumeric,
  signOf,
  subtractNumeric,
  trimScale,
} from '../../types/number/numeric-arithmetic.ts'
import {
  floatToNumeric,
  numericToFloat4,
  numericToFloat8,
  numericToInteger,
} from '../../types/number/numeric-conversion.ts'
import {
  exponentialNumeric,
  logarithmOfBase,
  naturalLogarithmNumeric,
  powerNumeric,
  squareRootNumeric,
} from '../../types/number/numeric-transcendental.ts'
import { widthBucketNumeric } from '../../types/number/width-bucket.ts'
import type { Int8 } from '../../types/number/integer.ts'
import type { Numeric } from '../../types/value-classes.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'
import { integerToNumeric } from '../vector/casts.ts'
import { addDecimals, multiplyDecimals } from '../vector/decimal-vector.ts'
import { numericArithmetic, numericComparison } from '../vector/numeric-vectors.ts'

const TEN = numericFromInteger(10)

export function registerNumerics(registry: FunctionRegistry): void {
  registerArithmetic(registry)
  registerComparisons<Numeric>(registry, 'numeric_', compareNumeric)
  registerVectors(registry)
  registerFunctions(registry)
  registerCasts(registry)
  registerSqlBodies(registry)
}

function registerArithmetic(registry: FunctionRegistry): void {
  registerPure(registry, {
    numeric_add: addNumeric,
    numeric_sub: subtractNumeric,
    numeric_mul: multiplyNumeric,
    numeric_div: divideNumeric,
    numeric_div_trunc: divideTruncated,
    numeric_mod: moduloNumeric,
    numeric_uminus: negateNumeric,
    numeric_uplus: (a: Numeric) => a,
    numeric_inc: incrementNumeric,
    numeric_cmp: compareNumeric,
    numeric_larger: (a: Numeric, b: Numeric) => (compareNumeric(a, b) > 0 ? a : b),
    numeric_smaller: (a: Numeric, b: Numeric) => (compareNumeric(a, b) < 0 ? a : b),
    in_range_numeric_numeric: inRange,
  })
}

function registerVectors(registry: FunctionRegistry): void {
  registry.vector(
    'numeric_add',
    numericArithmetic(addNumeric, (a, b, n) => addDecimals(a, b, n, 1)),
  )
  registry.vector(
    'numeric_sub',
    numericArithmetic(subtractNumeric, (a, b, n) => addDecimals(a, b, n, -1)),
  )
  registry.vector('numeric_mul', numericArithmetic(multiplyNumeric, multiplyDecimals))
  registry.vector(
    'numeric_eq',
    numericComparison((order) => order === 0),
  )
  registry.vector(
    'numeric_ne',
    numericComparison((order) => order !== 0),
  )
  registry.vector(
    'numeric_lt',
    numericComparison((order) => order < 0),
  )
  registry.vector(
    'numeric_le',
    numericComparison((order) => order <= 0),
  )
  registry.vector(
    'numeric_gt',
    numericComparison((order) => order > 0),
  )
  registry.vector(
    'numeric_ge',
    numericComparison((order) => order >= 0),
  )
  for (const symbol of ['int2_numeric', 'int4_numeric', 'int8_numeric']) {
    registry.vector(symbol, integerToNumeric)
  }
}

function registerFunctions(registry: FunctionRegistry): void {
  registerPure(registry, {
    numeric_abs: absoluteNumeric,
    numeric_sign: signNumeric,
    numeric_round: roundToScale,
    numeric_trunc: truncateToScale,
    numeric_ceil: (a: Numeric) => integerTowards(a, 1),
    numeric_floor: (a: Numeric) => integerTowards(a, -1),
    numeric_sqrt: squareRootNumeric,
    numeric_exp: exponentialNumeric,
    numeric_ln: naturalLogarithmNumeric,
    numeric_log: logarithmOfBase,
    numeric_power: powerNumeric,
    numeric_gcd: gcdNumeric,
    numeric_lcm: lcmNumeric,
    numeric_fac: factorial,
    numeric_scale: (a: Numeric) => (a.special === undefined ? a.scale : null),
    numeric_min_scale: (a: Numeric) => (a.special === undefined ? minimalScale(a) : null),
    numeric_trim_scale: trimScale,
    width_bucket_numeric: widthBucketNumeric,
    numrange_subdiff: (a: Numeric, b: Numeric) => numericToFloat8(subtractNumeric(a, b)),
  })
}

function registerCasts(registry: FunctionRegistry): void {
  registerPure(registry, {
    numeric: applyNumericTypmod,
    int2_numeric: numericFromInteger,
    int4_numeric: numericFromInteger,
    int8_numeric: numericFromInteger,
    numeric_int2: (a: Numeric) => numericToInteger(a, 2),
    numeric_int4: (a: Numeric) => numericToInteger(a, 4),
    numeric_int8: (a: Numeric): Int8 => numericToInteger(a, 8),
    float4_numeric: (a: number) => floatToNumeric(a, 6),
    float8_numeric: (a: number) => floatToNumeric(a, 15),
    numeric_float4: numericToFloat4,
    numeric_float8: numericToFloat8,
  })
}

/** Built-ins that PostgreSQL writes in SQL. */
function registerSqlBodies(registry: FunctionRegistry): void {
  registerPure(registry, {
    'round(numeric)': (a: Numeric) => roundToScale(a, 0),
    'trunc(numeric)': (a: Numeric) => truncateToScale(a, 0),
    'log(numeric)': (a: Numeric) => logarithmOfBase(TEN, a),
    'log10(numeric)': (a: Numeric) => logarithmOfBase(TEN, a),
  })
}

/** See int's. Offsets of NaN or below zero are errors; infinities reach everything on their side. */
function inRange(
  value: Numeric,
  base: Numeric,
  offset: Numeric,
  preceding: boolean,
  less: boolean,
): boolean {
  if (offset.special === 'NaN' || signOf(offset) < 0) {
    throw new SqlError('22013', 'invalid preceding or following size in window function')
  }
  if (value.special === 'NaN') return base.special === 'NaN' || !less
  if (base.special === 'NaN') return less
  const end = preceding ? subtractNumeric(base, offset) : addNumeric(base, offset)
  if (end.special === 'NaN') return true
  const order = compareNumeric(value, end)
  return less ? order <= 0 : order >= 0
}
