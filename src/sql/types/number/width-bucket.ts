/** width_bucket: which of `count` equal buckets between two bounds an operand falls in; 0 and count + 1 lie outside. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Numeric } from '../value-classes.ts'
import { checkWidth } from './integer.ts'
import { compareNumeric, unscaledAt } from './numeric.ts'

const INVALID_ARGUMENT = '2201G'

function requireBuckets(count: number): void {
  if (count <= 0) throw new SqlError(INVALID_ARGUMENT, 'count must be greater than zero')
}
function equalBounds(): SqlError {
  return new SqlError(INVALID_ARGUMENT, 'lower bound cannot equal upper bound')
}

export function widthBucketFloat(
  operand: number,
  low: number,
  high: number,
  count: number,
): number {
  requireBuckets(count)
  if (Number.isNaN(operand) || Number.isNaN(low) || Number.isNaN(high)) {
    throw new SqlError(INVALID_ARGUMENT, 'operand, lower bound, and upper bound cannot be NaN')
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new SqlError(INVALID_ARGUMENT, 'lower and upper bounds must be finite')
  }
  if (low === high) throw equalBounds()
  const ascending = low < high
  if (ascending ? operand < low : operand > low) return 0
  if (ascending ? operand >= high : operand <= high) return afterLast(count)
  // Halves, where the distance of the bounds would overflow.
  const part = Number.isFinite(high - low)
    ? (operand - low) / (high - low)
    : (operand / 2 - low / 2) / (high / 2 - low / 2)
  const bucket = Math.floor(count * part)
  return Math.min(bucket, count - 1) + 1
}

function afterLast(count: number): number {
  return checkWidth(count + 1, 4)
}

export function widthBucketNumeric(
  operand: Numeric,
  low: Numeric,
  high: Numeric,
  count: number,
): number {
  requireBuckets(count)
  if ([operand, low, high].some((value) => value.special === 'NaN')) {
    throw new SqlError(INVALID_ARGUMENT, 'operand, lower bound, and upper bound cannot be NaN')
  }
  if (low.special !== undefined || high.special !== undefined) {
    throw new SqlError(INVALID_ARGUMENT, 'lower and upper bounds must be finite')
  }
  const order = compareNumeric(low, high)
  if (order === 0) throw equalBounds()
  if (compareNumeric(operand, low) * order > 0) return 0
  if (compareNumeric(operand, high) * order <= 0) return afterLast(count)
  const scale = Math.max(operand.scale, low.scale, high.scale)
  const from = unscaledAt(low, scale)
  const distance = unscaledAt(operand, scale) - from
  const width = unscaledAt(high, scale) - from
  return Number((distance * BigInt(count)) / width) + 1
}
