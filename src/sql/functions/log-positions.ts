/** pg_lsn: positions in a log, 64 bits without a sign, kept as the int8 that sorts like them. */
import { SqlError } from '../../errors/sql-error.ts'
import { bitsOfPosition, positionFromBits } from '../types/address-io.ts'
import { numericFromInteger, rescale } from '../types/number/numeric.ts'
import type { Numeric } from '../types/value-classes.ts'
import { registerComparisons, registerPure } from './pure.ts'
import type { FunctionRegistry } from './registry.ts'

type Position = number | bigint

function compare(a: Position, b: Position): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function registerLogPositions(registry: FunctionRegistry): void {
  registerComparisons<Position>(registry, 'pg_lsn_', compare)
  registerPure(registry, {
    pg_lsn_cmp: compare,
    pg_lsn_larger: (a: Position, b: Position) => (compare(a, b) > 0 ? a : b),
    pg_lsn_smaller: (a: Position, b: Position) => (compare(a, b) < 0 ? a : b),
    pg_lsn_mi: (a: Position, b: Position) =>
      numericFromInteger(bitsOfPosition(a) - bitsOfPosition(b)),
    pg_lsn_pli: plus,
    'numeric_pl_pg_lsn(numeric,pg_lsn)': (more: Numeric, a: Position) => plus(a, more),
    pg_lsn_mii: (a: Position, less: Numeric) =>
      positionOf(bitsOfPosition(a) - integerOf(less, '22023', 'cannot subtract NaN from pg_lsn')),
    numeric_pg_lsn: (a: Numeric) =>
      positionOf(integerOf(a, '0A000', 'cannot convert NaN to pg_lsn')),
  })
}

function plus(a: Position, more: Numeric): Position {
  return positionOf(bitsOfPosition(a) + integerOf(more, '22023', 'cannot add NaN to pg_lsn'))
}

function integerOf(value: Numeric, code: '22023' | '0A000', forNaN: string): bigint {
  if (value.special === 'NaN') throw new SqlError(code, forNaN)
  if (value.special !== undefined) throw outOfRange()
  return BigInt(rescale(value, 0).unscaled)
}

function positionOf(bits: bigint): Position {
  if (BigInt.asUintN(64, bits) !== bits) throw outOfRange()
  return positionFromBits(bits)
}

function outOfRange(): SqlError {
  return new SqlError('22023', 'pg_lsn out of range')
}
