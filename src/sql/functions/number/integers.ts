/** Operators and functions of int2, int4 and int8, alone and mixed. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import {
  absoluteInt8,
  addInt8,
  bitwiseInt8,
  checkWidth,
  compareInt8,
  divideInt8,
  divideInteger,
  gcdInt8,
  lcmInt8,
  moduloInt8,
  moduloInteger,
  multiplyInt8,
  negateInt8,
  shiftInt8,
  shiftLeft,
  shiftRight,
  subtractInt8,
} from '../../types/number/integer.ts'
import type { Int8, IntegerWidth } from '../../types/number/integer.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { PureFunction } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'
import { integerArithmetic } from '../vector/arithmetic.ts'
import { integerToInt64 } from '../vector/casts.ts'

const WIDTHS = [2, 4, 8] as const

export function registerIntegers(registry: FunctionRegistry): void {
  for (const left of WIDTHS) {
    for (const right of WIDTHS) registerPair(registry, left, right)
  }
  for (const width of [2, 4] as const) registerSmall(registry, width)
  registerInt8(registry)
  registerConversions(registry)
  registerInRange(registry)
}

/** Arithmetic and comparison of two widths; the result has the wider one. 'int4pl', 'int48pl'. */
function registerPair(registry: FunctionRegistry, left: IntegerWidth, right: IntegerWidth): void {
  const name = left === right ? `int${left}` : `int${left}${right}`
  const width = Math.max(left, right) as IntegerWidth // the larger of two widths is one
  const { add, subtract, multiply, divide } = arithmeticOf(width)
  registerPure(registry, {
    [`${name}pl`]: add,
    [`${name}mi`]: subtract,
    [`${name}mul`]: multiply,
    [`${name}div`]: divide,
  })
  registry.vector(`${name}pl`, integerArithmetic('+', width, add))
  registry.vector(`${name}mi`, integerArithmetic('-', width, subtract))
  registry.vector(`${name}mul`, integerArithmetic('*', width, multiply))
  registry.vector(`${name}div`, integerArithmetic('/', width, divide))
  registerComparisons<Int8>(registry, name, compareInt8)
  const suffix = left === right ? `${left}` : `${left}${right}`
  registerPure(registry, { [`btint${suffix}cmp`]: compareInt8 })
}

type IntegerOperation = (a: never, b: never) => Int8

function arithmeticOf(
  width: IntegerWidth,
): Record<'add' | 'subtract' | 'multiply' | 'divide', IntegerOperation> {
  if (width === 8) {
    return { add: addInt8, subtract: subtractInt8, multiply: multiplyInt8, divide: divideInt8 }
  }
  return {
    add: (a: number, b: number) => checkWidth(a + b, width),
    subtract: (a: number, b: number) => checkWidth(a - b, width),
    multiply: (a: number, b: number) => checkWidth(a * b, width),
    divide: (a: number, b: number) => divideInteger(a, b, width),
  }
}

function registerSmall(registry: FunctionRegistry, width: 2 | 4): void {
  const functions: Record<string, PureFunction> = {
    mod: moduloInteger,
    um: (a: number) => checkWidth(-a, width),
    up: (a: number) => a,
    abs: (a: number) => checkWidth(Math.abs(a), width),
    and: (a: number, b: number) => a & b,
    or: (a: number, b: number) => a | b,
    xor: (a: number, b: number) => a ^ b,
    not: (a: number) => ~a,
    shl: (a: number, count: number) => shiftLeft(a, count, width),
    shr: (a: number, count: number) => shiftRight(a, count),
    larger: (a: number, b: number) => (a > b ? a : b),
    smaller: (a: number, b: number) => (a < b ? a : b),
  }
  for (const [suffix, body] of Object.entries(functions)) {
    registerPure(registry, { [`int${width}${suffix}`]: body })
  }
  registerPure(registry, {
    int4inc: (a: number) => checkWidth(a + 1, 4),
    int4gcd: (a: number, b: number) => gcdInt8(a, b, 4),
    int4lcm: (a: number, b: number) => lcmInt8(a, b, 4),
  })
}

function registerInt8(registry: FunctionRegistry): void {
  registerPure(registry, {
    int8mod: moduloInt8,
    int8um: negateInt8,
    int8up: (a: Int8) => a,
    int8abs: absoluteInt8,
    int8inc: (a: Int8) => addInt8(a, 1),
    int8dec: (a: Int8) => subtractInt8(a, 1),
    int8and: (a: Int8, b: Int8) => bitwiseInt8(a, b, (x, y) => x & y),
    int8or: (a: Int8, b: Int8) => bitwiseInt8(a, b, (x, y) => x | y),
    int8xor: (a: Int8, b: Int8) => bitwiseInt8(a, b, (x, y) => x ^ y),
    int8not: (a: Int8) => bitwiseInt8(a, 0, (x) => ~x),
    int8shl: (a: Int8, count: number) => shiftInt8(a, count, true),
    int8shr: (a: Int8, count: number) => shiftInt8(a, count, false),
    int8larger: (a: Int8, b: Int8) => (a > b ? a : b),
    int8smaller: (a: Int8, b: Int8) => (a < b ? a : b),
    int8gcd: (a: Int8, b: Int8) => gcdInt8(a, b, 8),
    int8lcm: (a: Int8, b: Int8) => lcmInt8(a, b, 8),
  })
}

function narrow(value: Int8, width: 2 | 4): number {
  return checkWidth(Number(value), width)
}

function registerConversions(registry: FunctionRegistry): void {
  registerPure(registry, {
    i2toi4: (a: number) => a,
    i4toi2: (a: number) => checkWidth(a, 2),
    int28: (a: number) => a,
    int48: (a: number) => a,
    int82: (a: Int8) => narrow(a, 2),
    int84: (a: Int8) => narrow(a, 4),
    i8tooid: (a: Int8) => {
      if (a < 0 || a > 4294967295) {
        throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'OID out of range')
      }
      return a
    },
    oidtoi8: (a: number) => a,
    int4_bool: (a: number) => a !== 0,
    bool_int4: (a: boolean) => (a ? 1 : 0),
    to_hex32: (a: number) => (a >>> 0).toString(16),
    to_hex64: (a: Int8) => BigInt.asUintN(64, BigInt(a)).toString(16),
    to_oct32: (a: number) => (a >>> 0).toString(8),
    to_oct64: (a: Int8) => BigInt.asUintN(64, BigInt(a)).toString(8),
    to_bin32: (a: number) => (a >>> 0).toString(2),
    to_bin64: (a: Int8) => BigInt.asUintN(64, BigInt(a)).toString(2),
    int4range_subdiff: (a: number, b: number) => a - b,
    int8range_subdiff: (a: Int8, b: Int8) => Number(a) - Number(b),
  })
  registry.vector('int28', integerToInt64)
  registry.vector('int48', integerToInt64)
}

/** Whether `value` lies within `offset` before or after `base`, for RANGE frames; a frame end beyond the type is far enough. */
function inRange(
  value: Int8,
  base: Int8,
  offset: Int8,
  preceding: boolean,
  less: boolean,
): boolean {
  if (offset < 0) {
    throw new SqlError('22013', 'invalid preceding or following size in window function')
  }
  const end = preceding ? BigInt(base) - BigInt(offset) : BigInt(base) + BigInt(offset)
  return less ? BigInt(value) <= end : BigInt(value) >= end
}

function registerInRange(registry: FunctionRegistry): void {
  const pairs = [
    'int2_int2',
    'int2_int4',
    'int2_int8',
    'int4_int2',
    'int4_int4',
    'int4_int8',
    'int8_int8',
  ]
  for (const pair of pairs) registerPure(registry, { [`in_range_${pair}`]: inRange })
}
