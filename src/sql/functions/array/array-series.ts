/** Set-returning functions over arrays and numbers: unnest, generate_subscripts, generate_series, string_to_table. */
import { SqlError } from '../../../errors/sql-error.ts'
import { addNumeric } from '../../types/number/numeric-arithmetic.ts'
import { compareNumeric, NUMERIC_ONE } from '../../types/number/numeric.ts'
import { addInt8 } from '../../types/number/integer.ts'
import { Numeric, type PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { splitText } from './array-functions.ts'

const MAX_INT4 = 2147483647

function stepIsZero(): SqlError {
  return new SqlError('22023', 'step size cannot equal zero')
}

function* int4Series(start: number, stop: number, step: number): Generator<number> {
  if (step === 0) throw stepIsZero()
  for (let i = start; step > 0 ? i <= stop : i >= stop; i += step) {
    if (i > MAX_INT4 || i < -MAX_INT4 - 1) return
    yield i
  }
}

function* int8Series(
  start: number | bigint,
  stop: number | bigint,
  step: number | bigint,
): Generator<number | bigint> {
  if (step === 0) throw stepIsZero()
  let current = start
  while (step > 0 ? current <= stop : current >= stop) {
    yield current
    // the series ends quietly where the type does
    if (!fitsInt8(BigInt(current) + BigInt(step))) return
    current = addInt8(current, step)
  }
}

function fitsInt8(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

function requireFinite(value: Numeric, role: string): void {
  if (value.special === undefined) return
  const what = value.special === 'NaN' ? 'NaN' : 'infinity'
  throw new SqlError('22023', `${role} cannot be ${what}`)
}

function* numericSeries(start: Numeric, stop: Numeric, step: Numeric): Generator<Numeric> {
  requireFinite(start, 'start value')
  requireFinite(stop, 'stop value')
  requireFinite(step, 'step size')
  const sign = compareNumeric(step, new Numeric(0, 0))
  if (sign === 0) throw stepIsZero()
  let current = start
  while (sign > 0 ? compareNumeric(current, stop) <= 0 : compareNumeric(current, stop) >= 0) {
    yield current
    current = addNumeric(current, step)
  }
}

function* subscripts(array: PgArray, dimension: number, isReverse: boolean): Generator<number> {
  if (dimension < 1 || dimension > array.dimensions.length) return
  const lower = array.lowerBounds[dimension - 1] ?? 1
  const length = array.dimensions[dimension - 1] ?? 0
  for (let i = 0; i < length; i++) yield isReverse ? lower + length - 1 - i : lower + i
}

export function registerArraySeries(registry: FunctionRegistry): void {
  registry.set('array_unnest', (_context, array: PgArray): Iterable<Value> => array.elements)
  registry.set('generate_subscripts_nodir', (_context, array: PgArray, dimension: number) =>
    subscripts(array, dimension, false),
  )
  registry.set(
    'generate_subscripts',
    (_context, array: PgArray, dimension: number, isReverse: boolean) =>
      subscripts(array, dimension, isReverse),
  )
  registry.set('generate_series_int4', (_context, start: number, stop: number) =>
    int4Series(start, stop, 1),
  )
  registry.set('generate_series_step_int4', (_context, start: number, stop: number, step: number) =>
    int4Series(start, stop, step),
  )
  type Int8 = number | bigint
  registry.set('generate_series_int8', (_context, start: Int8, stop: Int8) =>
    int8Series(start, stop, 1),
  )
  registry.set('generate_series_step_int8', (_context, start: Int8, stop: Int8, step: Int8) =>
    int8Series(start, stop, step),
  )
  registry.set('generate_series_numeric', (_context, start: Numeric, stop: Numeric) =>
    numericSeries(start, stop, NUMERIC_ONE),
  )
  registry.set(
    'generate_series_step_numeric',
    (_context, start: Numeric, stop: Numeric, step: Numeric) => numericSeries(start, stop, step),
  )
  const table = (
    _context: CallContext,
    text: string | null,
    separator: string | null,
    nullText: string | null = null,
  ): Iterable<Value> => (text === null ? [] : splitText(text, separator, nullText))
  registry.set('text_to_table', table)
  registry.set('text_to_table_null', table)
}
