/**
 * Comparison operators whose operands are plain numbers, booleans or text: the ones worth loops of their own.
 * Known by the C symbol of the operator's function, so user-defined operators over the same functions gain too.
 */
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import { nullVector } from '../../vectors/gather.ts'
import {
  type Comparison,
  compareNumbers,
  compareNumbersWith,
  compareSlowly,
  compareTexts,
  compareTextsWith,
  MIRRORED,
  plainNumbers,
} from './comparison-loops.ts'
import { type Applier, broadcast, type Kernel, nullsOf, ONE_ROW, unionNulls } from '../kernel.ts'

const OPERATIONS: Readonly<Record<string, Comparison>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}
const NUMERIC_PREFIXES = [
  'int2', 'int4', 'int8', 'int24', 'int42', 'int28', 'int82', 'int48', 'int84',
  'float4', 'float8', 'float48', 'float84', 'oid', 'bool', 'cash_',
  'date_', 'time_', 'timestamp_', 'timestamptz_', 'enum_',
] // prettier-ignore
/** `text_lt` but `texteq`; `uuid_eq`: uuids are kept as lower-case text, whose order is that of the bytes. */
const TEXT_SYMBOLS: Readonly<Record<string, Comparison>> = {
  texteq: '=', textne: '<>', text_lt: '<', text_le: '<=', text_gt: '>', text_ge: '>=',
  nameeq: '=', namene: '<>', namelt: '<', namele: '<=', namegt: '>', namege: '>=',
  nameeqtext: '=', namenetext: '<>', texteqname: '=', textnename: '<>',
  uuid_eq: '=', uuid_ne: '<>', uuid_lt: '<', uuid_le: '<=', uuid_gt: '>', uuid_ge: '>=',
} // prettier-ignore

const NUMERIC_SYMBOLS: Readonly<Record<string, Comparison>> = Object.fromEntries(
  NUMERIC_PREFIXES.flatMap((prefix) =>
    Object.entries(OPERATIONS).map(([suffix, operation]) => [prefix + suffix, operation]),
  ),
)

/** The comparison a C symbol makes when it is one of the plain ones. timestamptz shares timestamp's functions. */
export function plainComparison(symbol: string): Comparison | undefined {
  return NUMERIC_SYMBOLS[symbol] ?? TEXT_SYMBOLS[symbol]
}

/** uuid and "char" ignore the collation that stands beside them; names are compared by bytes. */
export function comparisonApplier(operation: Comparison, locale: string | undefined): Applier {
  return (args, n) => compareVectors(operation, args[0], args[1], n, locale)
}

function compareVectors(
  operation: Comparison,
  a: Vector,
  b: Vector,
  n: number,
  locale: string | undefined,
): Vector {
  if (a.kind === 'text' && b.kind === 'text') {
    const nulls = unionNulls(nullsOf(a, n), nullsOf(b, n), n)
    return { kind: 'bool', values: compareTexts(operation, a.values, b.values, n, locale), nulls }
  }
  const x = plainNumbers(a)
  const y = plainNumbers(b)
  const nulls = unionNulls(nullsOf(a, n), nullsOf(b, n), n)
  const values =
    x !== undefined && y !== undefined
      ? compareNumbers(operation, x, y, n)
      : compareSlowly(operation, a, b, n)
  return { kind: 'bool', values, nulls }
}

/** Column against a value that is the same for all rows, on either side. */
export function comparisonWithConstant(
  operation: Comparison,
  column: Kernel,
  constant: Kernel,
  options: { readonly constantIsLeft: boolean; readonly locale: string | undefined },
): Kernel {
  const direction = options.constantIsLeft ? MIRRORED[operation] : operation
  return (batch, context) => {
    const n = batch.length
    const value = datumAt(constant(ONE_ROW, context), 0)
    if (value === null) return nullVector('bool', n)
    return compareWith(direction, column(batch, context), value, n, options.locale)
  }
}

function compareWith(
  operation: Comparison,
  vector: Vector,
  value: Datum,
  n: number,
  locale: string | undefined,
): Vector {
  if (vector.kind === 'text') {
    const values = compareTextsWith(operation, vector.values, value as string, n, locale)
    return { kind: 'bool', values, nulls: nullsOf(vector, n) }
  }
  const numbers = plainNumbers(vector)
  const number = typeof value === 'boolean' ? Number(value) : value
  if (numbers !== undefined && typeof number === 'number' && number === number) {
    const values = compareNumbersWith(operation, numbers, number, n)
    return { kind: 'bool', values, nulls: nullsOf(vector, n) }
  }
  const other = broadcast({ kind: 'datum', values: [value] }, n)
  return compareVectors(operation, vector, other, n, locale)
}

export type { Comparison }
