/** money as a value: an int8 of cents, read and printed as the C locale does: $1,234.56. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { divideFloat, multiplyFloat, roundHalfEven } from './float.ts'
import type { Int8 } from './integer.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

function moneyOutOfRange(): SqlError {
  return new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'money out of range')
}

/** Exact cents as money. */
export function toMoney(cents: bigint): Int8 {
  if (cents < MIN || cents > MAX) throw moneyOutOfRange()
  return normalizeInt64(cents)
}

const MONEY = /^\s*(\(?)\s*([-+]?)\s*\$?\s*([-+]?)\s*([0-9,]*)(?:\.([0-9]*))?(?:\s|\)|\$|([-+]))*$/

export function parseMoney(text: string): Int8 {
  const match = MONEY.exec(text)
  const invalid = (): SqlError =>
    new SqlError(
      SQLSTATE.INVALID_TEXT_REPRESENTATION,
      `invalid input syntax for type money: "${text}"`,
    )
  if (match === null) throw invalid()
  const [, open, before, after, whole, fraction = '', behind] = match
  const digits = whole.replaceAll(',', '')
  const negative = open === '(' || [before, after, behind].includes('-')
  let cents = BigInt(`${digits}${fraction.slice(0, 2).padEnd(2, '0')}`)
  if (fraction.length > 2 && fraction[2] >= '5') cents++
  const value = negative ? -cents : cents
  if (value < MIN || value > MAX) {
    throw new SqlError(
      SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE,
      `value "${text}" is out of range for type money`,
    )
  }
  return normalizeInt64(value)
}

export function formatMoney(value: Int8): string {
  const digits = String(value < 0 ? -BigInt(value) : value).padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `${value < 0 ? '-' : ''}$${whole}.${digits.slice(-2)}`
}

export function multiplyMoneyByFloat(value: Int8, factor: number): Int8 {
  return moneyFromFloat(multiplyFloat(Number(value), factor))
}
export function divideMoneyByFloat(value: Int8, divisor: number): Int8 {
  return moneyFromFloat(divideFloat(Number(value), divisor))
}
function moneyFromFloat(cents: number): Int8 {
  const rounded = roundHalfEven(cents)
  if (!(rounded >= -(2 ** 63) && rounded < 2 ** 63)) throw moneyOutOfRange()
  return toMoney(BigInt(rounded))
}
