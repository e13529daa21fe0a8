/**
 * Values of a key column as unsigned integers whose order is the column's order: what the radix sort works on.
 * Numbers become 64 exact bits. Text becomes its first characters: equal keys still need comparing.
 */
import type { Vector } from '../../../storage/vector.ts'
import type { SortColumn } from './sort-column.ts'

export interface RadixKeys {
  readonly high: Uint32Array
  readonly low: Uint32Array | undefined
  /** Whether equal keys mean equal values. */
  readonly isExact: boolean
}

const SIGN = 0x80000000

/** Undefined when the column has no such keys (datums, text of a locale). Null rows have key 0. */
export function radixKeys(column: SortColumn, n: number): RadixKeys | undefined {
  const { vector } = column
  if (vector.kind === 'datum') return undefined
  const keys =
    vector.kind === 'text'
      ? column.locale === undefined
        ? textKeys(vector.values, n)
        : undefined
      : numberKeys(vector, n)
  if (keys !== undefined && column.descending) invert(keys)
  if (keys !== undefined) clearNulls(keys, vector, n)
  return keys
}

function numberKeys(vector: Exclude<Vector, { kind: 'text' | 'datum' }>, n: number): RadixKeys {
  const { values } = vector
  const high = new Uint32Array(n)
  if (values instanceof Int32Array || values instanceof Uint8Array) {
    for (let i = 0; i < n; i++) high[i] = values[i] ^ SIGN
    return { high, low: undefined, isExact: true }
  }
  const low = new Uint32Array(n)
  if (values instanceof BigInt64Array) {
    const halves = new Uint32Array(values.buffer, values.byteOffset, n * 2)
    for (let i = 0; i < n; i++) {
      low[i] = halves[2 * i]
      high[i] = halves[2 * i + 1] ^ SIGN
    }
  } else doubleKeys(values, high, low)
  return { high, low, isExact: true }
}

const double = new Float64Array(1)
const doubleHalves = new Uint32Array(double.buffer)

/** Negative numbers have all bits flipped, others the sign: then bits order as values do. NaN ends up last, -0 is 0. */
function doubleKeys(values: Float64Array, high: Uint32Array, low: Uint32Array): void {
  for (let i = 0; i < high.length; i++) {
    const value = values[i] + 0
    double[0] = value === value ? value : NaN
    const top = doubleHalves[1]
    if (value < 0) {
      high[i] = ~top
      low[i] = ~doubleHalves[0]
    } else {
      high[i] = top | SIGN
      low[i] = doubleHalves[0]
    }
  }
}

function textKeys(values: readonly (string | null)[], n: number): RadixKeys {
  const keys = { high: new Uint32Array(n), low: new Uint32Array(n), isExact: false }
  for (let row = 0; row < n; row++) writeTextKey(keys, row, values[row], 0)
  return keys
}

export const KEY_CHARACTERS = 4

/**
 * Four characters of 16 bits from `offset` on, surrogates moved above the rest so that the order is that of code points.
 * What is beyond the end is 0, which no character is: both halves 0 mean that the text has ended.
 */
export function writeTextKey(
  { high, low }: { readonly high: Uint32Array; readonly low: Uint32Array },
  row: number,
  text: string | null,
  offset: number,
): void {
  const left = text === null ? 0 : text.length - offset
  if (text === null || left <= 0) {
    high[row] = 0
    low[row] = 0
    return
  }
  const a = codePointOrder(text.charCodeAt(offset))
  const b = left > 1 ? codePointOrder(text.charCodeAt(offset + 1)) : 0
  const c = left > 2 ? codePointOrder(text.charCodeAt(offset + 2)) : 0
  const d = left > 3 ? codePointOrder(text.charCodeAt(offset + 3)) : 0
  high[row] = (a << 16) | b
  low[row] = (c << 16) | d
}

function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function invert({ high, low }: RadixKeys): void {
  for (let i = 0; i < high.length; i++) high[i] = ~high[i]
  if (low !== undefined) for (let i = 0; i < low.length; i++) low[i] = ~low[i]
}

function clearNulls({ high, low }: RadixKeys, vector: Vector, n: number): void {
  if (vector.kind === 'text') {
    for (let i = 0; i < n; i++) {
      if (vector.values[i] !== null) continue
      high[i] = 0
      if (low !== undefined) low[i] = 0
    }
    return
  }
  if (vector.kind === 'datum' || vector.nulls === undefined) return
  for (let i = 0; i < n; i++) {
    if (vector.nulls[i] === 0) continue
    high[i] = 0
    if (low !== undefined) low[i] = 0
  }
}
