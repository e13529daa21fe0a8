/** Operators and casts of money. */
import { compareInt8, divisionByZero, multiplyInt8 } from '../../types/number/integer.ts'
import type { Int8 } from '../../types/number/integer.ts'
import { divideMoneyByFloat, multiplyMoneyByFloat, toMoney } from '../../types/number/money.ts'
import { makeNumeric } from '../../types/number/numeric.ts'
import { roundToScale } from '../../types/number/numeric.ts'
import { numericToInteger } from '../../types/number/numeric-conversion.ts'
import { multiplyNumeric } from '../../types/number/numeric-arithmetic.ts'
import { Numeric } from '../../types/value-classes.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'

const HUNDRED = new Numeric(100, 0)

export function registerMoney(registry: FunctionRegistry): void {
  registerComparisons<Int8>(registry, 'cash_', compareInt8)
  registerPure(registry, {
    cash_cmp: compareInt8,
    cash_pl: (a: Int8, b: Int8) => toMoney(BigInt(a) + BigInt(b)),
    cash_mi: (a: Int8, b: Int8) => toMoney(BigInt(a) - BigInt(b)),
    cash_div_cash: (a: Int8, b: Int8) => {
      if (b === 0) throw divisionByZero()
      return Number(a) / Number(b)
    },
    cashlarger: (a: Int8, b: Int8) => (a > b ? a : b),
    cashsmaller: (a: Int8, b: Int8) => (a < b ? a : b),
    cash_mul_flt8: multiplyMoneyByFloat,
    cash_mul_flt4: multiplyMoneyByFloat,
    flt8_mul_cash: (factor: number, value: Int8) => multiplyMoneyByFloat(value, factor),
    flt4_mul_cash: (factor: number, value: Int8) => multiplyMoneyByFloat(value, factor),
    cash_div_flt8: divideMoneyByFloat,
    cash_div_flt4: divideMoneyByFloat,
    cash_numeric: (value: Int8) => makeNumeric(BigInt(value), 2),
    numeric_cash: (value: Numeric) =>
      numericToInteger(roundToScale(multiplyNumeric(value, HUNDRED), 0), 8),
    int4_cash: (value: number) => toMoney(BigInt(value) * 100n),
    int8_cash: (value: Int8) => multiplyInt8(value, 100),
  })
  registerIntegerFactors(registry)
}

function registerIntegerFactors(registry: FunctionRegistry): void {
  const multiply = (a: Int8, b: Int8): Int8 => toMoney(BigInt(a) * BigInt(b))
  const divide = (a: Int8, b: Int8): Int8 => {
    if (b === 0) throw divisionByZero()
    return toMoney(BigInt(a) / BigInt(b))
  }
  for (const width of [2, 4, 8]) {
    registerPure(registry, {
      [`cash_mul_int${width}`]: multiply,
      [`int${width}_mul_cash`]: multiply,
      [`cash_div_int${width}`]: divide,
    })
  }
}
