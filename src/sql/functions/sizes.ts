/** Sizes in bytes as people write them: pg_size_pretty(), pg_size_bytes(). */
import { SqlError } from '../../errors/sql-error.ts'
import { multiplyNumeric } from '../types/number/numeric-arithmetic.ts'
import { numericToInteger } from '../types/number/numeric-conversion.ts'
import {
  formatNumeric,
  numericFromInteger,
  parseNumeric,
  truncateToScale,
} from '../types/number/numeric.ts'
import type { Numeric } from '../types/value-classes.ts'
import { registerPure } from './pure.ts'
import type { FunctionRegistry } from './registry.ts'

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const
const BYTES_LIMIT = 10n * 1024n
/** Larger units are held in halves until they are rounded. */
const HALVES_LIMIT = 20n * 1024n - 1n

export function registerSizes(registry: FunctionRegistry): void {
  registerPure(registry, {
    pg_size_pretty: (size: number | bigint) => pretty(BigInt(size), String(size)),
    pg_size_pretty_numeric: (size: Numeric) =>
      pretty(BigInt(truncateToScale(size, 0).unscaled), formatNumeric(size)),
    pg_size_bytes: bytesOf,
  })
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

function pretty(size: bigint, text: string): string {
  if (magnitude(size) < BYTES_LIMIT) return `${text} bytes`
  let unit = 1
  let halves = size / 512n
  while (unit < UNITS.length - 1 && magnitude(halves) >= HALVES_LIMIT) {
    halves /= 1024n
    unit += 1
  }
  return `${(halves + (halves < 0n ? -1n : 1n)) / 2n} ${UNITS[unit]}`
}

const SIZE = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$/s

function bytesOf(text: string): number | bigint {
  const match = SIZE.exec(text)
  if (match === null) throw new SqlError('22023', `invalid size: "${text}"`)
  const [, number = '', unit = ''] = match
  const power =
    unit === '' || unit.toLowerCase() === 'b'
      ? 0
      : UNITS.findIndex((one) => one.toLowerCase() === unit.toLowerCase())
  if (power < 0) {
    throw new SqlError('22023', `invalid size: "${text}"`, {
      detail: `Invalid size unit: "${unit}".`,
      hint: 'Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".',
    })
  }
  const scale = numericFromInteger(1024n ** BigInt(power))
  return numericToInteger(multiplyNumeric(parseNumeric(number), scale), 8)
}
