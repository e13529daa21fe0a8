/** Operators and functions of float4 and float8, alone and mixed. */
import { SqlError } from '../../../errors/sql-error.ts'
import {
  addFloat,
  compareFloat,
  divideFloat,
  floatToInteger,
  multiplyFloat,
  roundHalfEven,
  singlePrecision,
  subtractFloat,
  toFloat4,
} from '../../types/number/float.ts'
import {
  arccosineDegrees,
  arcsineDegrees,
  arctangent2Degrees,
  arctangentDegrees,
  bounded,
  circular,
  complementaryErrorFunction,
  cosineDegrees,
  cotangentDegrees,
  decimalLogarithm,
  errorFunction,
  exponential,
  naturalLogarithm,
  powerFloat,
  sineDegrees,
  squareRoot,
  tangentDegrees,
} from '../../types/number/float-functions.ts'
import type { Int8 } from '../../types/number/integer.ts'
import { widthBucketFloat } from '../../types/number/width-bucket.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'
import { floatArithmetic } from '../vector/arithmetic.ts'
import { toFloat64 } from '../vector/casts.ts'

const ARITHMETIC = {
  pl: ['+', addFloat],
  mi: ['-', subtractFloat],
  mul: ['*', multiplyFloat],
  div: ['/', divideFloat],
} as const

export function registerFloats(registry: FunctionRegistry): void {
  for (const name of ['float8', 'float48', 'float84']) {
    for (const [suffix, [operator, body]] of Object.entries(ARITHMETIC)) {
      registerPure(registry, { [name + suffix]: body })
      registry.vector(name + suffix, floatArithmetic(operator, body))
    }
    registerComparisons<number>(registry, name, compareFloat)
  }
  for (const [suffix, [, body]] of Object.entries(ARITHMETIC)) {
    registerPure(registry, { [`float4${suffix}`]: singlePrecision(body) })
  }
  registerComparisons<number>(registry, 'float4', compareFloat)
  registerUnary(registry)
  registerConversions(registry)
  registerMathematics(registry)
}

function registerUnary(registry: FunctionRegistry): void {
  for (const name of ['float4', 'float8']) {
    registerPure(registry, {
      [`${name}um`]: (a: number) => -a,
      [`${name}up`]: (a: number) => a,
      [`${name}abs`]: (a: number) => Math.abs(a),
      [`${name}larger`]: (a: number, b: number) => (compareFloat(a, b) > 0 ? a : b),
      [`${name}smaller`]: (a: number, b: number) => (compareFloat(a, b) < 0 ? a : b),
    })
  }
  registerPure(registry, {
    btfloat4cmp: compareFloat,
    btfloat8cmp: compareFloat,
    btfloat48cmp: compareFloat,
    btfloat84cmp: compareFloat,
    in_range_float8_float8: inRange,
    in_range_float4_float8: inRange,
  })
}

/** See int's: NaN sorts last and is in range only of itself. */
function inRange(
  value: number,
  base: number,
  offset: number,
  preceding: boolean,
  less: boolean,
): boolean {
  if (Number.isNaN(offset) || offset < 0) {
    throw new SqlError('22013', 'invalid preceding or following size in window function')
  }
  if (Number.isNaN(value)) return Number.isNaN(base) || !less
  if (Number.isNaN(base)) return less
  if (offset === Infinity && (preceding ? base === Infinity : base === -Infinity)) return true
  const end = preceding ? base - offset : base + offset
  return less ? value <= end : value >= end
}

function registerConversions(registry: FunctionRegistry): void {
  registerPure(registry, {
    ftod: (a: number) => a,
    dtof: toFloat4,
    i2tod: (a: number) => a,
    i4tod: (a: number) => a,
    i8tod: (a: Int8) => Number(a),
    i2tof: (a: number) => a,
    i4tof: (a: number) => Math.fround(a),
    i8tof: (a: Int8) => Math.fround(Number(a)),
    dtoi2: (a: number) => floatToInteger(a, 2),
    dtoi4: (a: number) => floatToInteger(a, 4),
    dtoi8: (a: number) => floatToInteger(a, 8),
    ftoi2: (a: number) => floatToInteger(a, 2),
    ftoi4: (a: number) => floatToInteger(a, 4),
    ftoi8: (a: number) => floatToInteger(a, 8),
  })
  for (const symbol of ['ftod', 'i2tod', 'i4tod', 'i8tod']) registry.vector(symbol, toFloat64)
}

function registerMathematics(registry: FunctionRegistry): void {
  registerPure(registry, {
    dround: roundHalfEven,
    dtrunc: (x: number) => Math.trunc(x),
    dceil: (x: number) => Math.ceil(x),
    dfloor: (x: number) => Math.floor(x),
    dsign: (x: number) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    dsqrt: squareRoot,
    dcbrt: (x: number) => Math.cbrt(x),
    dpow: powerFloat,
    dexp: exponential,
    dlog1: naturalLogarithm,
    dlog10: decimalLogarithm,
    dpi: () => Math.PI,
    degrees: (x: number) => divideFloat(x, Math.PI / 180),
    radians: (x: number) => multiplyFloat(x, Math.PI / 180),
    derf: errorFunction,
    derfc: complementaryErrorFunction,
    width_bucket_float8: widthBucketFloat,
  })
  registerTrigonometry(registry)
}

function registerTrigonometry(registry: FunctionRegistry): void {
  registerPure(registry, {
    dsin: circular(Math.sin),
    dcos: circular(Math.cos),
    dtan: circular(Math.tan),
    dcot: circular((x) => 1 / Math.tan(x)),
    dasin: bounded(Math.asin, -1, 1),
    dacos: bounded(Math.acos, -1, 1),
    datan: (x: number) => Math.atan(x),
    datan2: (y: number, x: number) => Math.atan2(y, x),
    dsinh: (x: number) => Math.sinh(x),
    dcosh: (x: number) => Math.cosh(x),
    dtanh: (x: number) => Math.tanh(x),
    dasinh: (x: number) => Math.asinh(x),
    dacosh: bounded(Math.acosh, 1, Infinity),
    datanh: bounded(Math.atanh, -1, 1),
    dsind: sineDegrees,
    dcosd: cosineDegrees,
    dtand: tangentDegrees,
    dcotd: cotangentDegrees,
    dasind: arcsineDegrees,
    dacosd: arccosineDegrees,
    datand: arctangentDegrees,
    datan2d: arctangent2Degrees,
  })
}
