/**
 * The six comparisons over vectors, and over a vector and one value, as tight typed loops.
 * Floats follow PostgreSQL: NaN equals NaN and is greater than everything else. Nulls are the caller's concern.
 */
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt } from '../../../../storage/vector.ts'
import { compareText } from '../../../types/text/compare-text.ts'

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='
export type PlainNumbers = Int32Array | Float64Array | Uint8Array

/** a op b, the other way round. */
export const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

export function plainNumbers(vector: Vector): PlainNumbers | undefined {
  if (vector.kind === 'text' || vector.kind === 'datum') return undefined
  return vector.values instanceof BigInt64Array ? undefined : vector.values
}

/** `value` must not be NaN. */
export function compareNumbersWith(
  operation: Comparison,
  values: PlainNumbers,
  value: number,
  n: number,
): Uint8Array {
  const out = new Uint8Array(n)
  switch (operation) {
    case '=':
      for (let i = 0; i < n; i++) out[i] = values[i] === value ? 1 : 0
      break
    case '<>':
      for (let i = 0; i < n; i++) out[i] = values[i] === value ? 0 : 1
      break
    case '<':
      for (let i = 0; i < n; i++) out[i] = values[i] < value ? 1 : 0
      break
    case '<=':
      for (let i = 0; i < n; i++) out[i] = values[i] <= value ? 1 : 0
      break
    case '>':
      for (let i = 0; i < n; i++) out[i] = values[i] <= value ? 0 : 1
      break
    case '>=':
      for (let i = 0; i < n; i++) out[i] = values[i] < value ? 0 : 1
      break
  }
  return out
}

export function compareNumbers(
  operation: Comparison,
  a: PlainNumbers,
  b: PlainNumbers,
  n: number,
): Uint8Array {
  switch (operation) {
    case '=':
      return equalNumbers(a, b, n)
    case '<>':
      return inverted(equalNumbers(a, b, n))
    case '<':
      return lessNumbers(a, b, n)
    case '<=':
      return inverted(lessNumbers(b, a, n))
    case '>':
      return lessNumbers(b, a, n)
    case '>=':
      return inverted(lessNumbers(a, b, n))
  }
}

function equalNumbers(a: PlainNumbers, b: PlainNumbers, n: number): Uint8Array {
  const out = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const x = a[i]
    const y = b[i]
    out[i] = x === y || (x !== x && y !== y) ? 1 : 0
  }
  return out
}

function lessNumbers(a: PlainNumbers, b: PlainNumbers, n: number): Uint8Array {
  const out = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const x = a[i]
    const y = b[i]
    out[i] = x < y || (y !== y && x === x) ? 1 : 0
  }
  return out
}

function inverted(bits: Uint8Array): Uint8Array {
  for (let i = 0; i < bits.length; i++) bits[i] ^= 1
  return bits
}

export function holds(operation: Comparison, order: number): boolean {
  switch (operation) {
    case '=':
      return order === 0
    case '<>':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

type TextValues = readonly (string | null)[]

/** Null rows come out as 0. */
export function compareTexts(
  operation: Comparison,
  a: TextValues,
  b: TextValues,
  n: number,
  locale: string | undefined,
): Uint8Array {
  const out = new Uint8Array(n)
  if (operation === '=' || operation === '<>') {
    const equal = operation === '=' ? 1 : 0
    for (let i = 0; i < n; i++) out[i] = a[i] === b[i] ? equal : equal ^ 1
    return out
  }
  for (let i = 0; i < n; i++) {
    const x = a[i]
    const y = b[i]
    if (x !== null && y !== null && holds(operation, compareText(x, y, locale))) out[i] = 1
  }
  return out
}

export function compareTextsWith(
  operation: Comparison,
  a: TextValues,
  value: string,
  n: number,
  locale: string | undefined,
): Uint8Array {
  const out = new Uint8Array(n)
  if (operation === '=' || operation === '<>') {
    const equal = operation === '=' ? 1 : 0
    for (let i = 0; i < n; i++) out[i] = a[i] === value ? equal : equal ^ 1
    return out
  }
  for (let i = 0; i < n; i++) {
    const x = a[i]
    if (x !== null && holds(operation, compareText(x, value, locale))) out[i] = 1
  }
  return out
}

/** Numbers, bigints and booleans of any mixture, NaN greatest. */
export function compareScalars(a: Datum, b: Datum): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  const aIsNaN = a !== a
  const bIsNaN = b !== b
  return aIsNaN === bIsNaN ? 0 : aIsNaN ? 1 : -1
}

/** Row by row, for int8 beyond 2^53. */
export function compareSlowly(operation: Comparison, a: Vector, b: Vector, n: number): Uint8Array {
  const out = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const x = datumAt(a, i)
    const y = datumAt(b, i)
    if (x !== null && y !== null && holds(operation, compareScalars(x, y))) out[i] = 1
  }
  return out
}
