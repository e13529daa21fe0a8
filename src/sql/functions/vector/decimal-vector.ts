/**
 * Numerics as digits at one common scale: a column of numeric(12,2) is numbers in a Float64Array. Sums and products of
 * such columns never make a Numeric; whoever wants datums gets them when it asks for `values`.
 *
 * Invariants: every digit is a safe integer and never -0; rows that are null have digit 0.
 */
import type { Datum, DatumVector, Nulls, Vector } from '../../../storage/vector.ts'
import { smallPowerOfTen } from '../../types/number/numeric.ts'
import { Numeric } from '../../types/value-classes.ts'

const MAX_SAFE = Number.MAX_SAFE_INTEGER

export class DecimalVector implements DatumVector {
  readonly kind = 'datum'
  readonly digits: Float64Array
  readonly scale: number
  readonly nulls: Nulls
  #values: readonly (Datum | null)[] | undefined

  constructor(digits: Float64Array, scale: number, nulls: Nulls) {
    this.digits = digits
    this.scale = scale
    this.nulls = nulls
  }

  get values(): readonly (Datum | null)[] {
    return (this.#values ??= Array.from(this.digits, (digit, row) =>
      this.nulls?.[row] === 1 ? null : new Numeric(digit, this.scale),
    ))
  }
}

/** The numerics as decimals; undefined when they have no common scale or one is not a safe integer of digits. */
export function decimalsOf(vector: Vector, n: number): DecimalVector | undefined {
  if (vector instanceof DecimalVector) return vector
  const values = vector.values as unknown as readonly (Numeric | null)[] // a numeric vector
  const digits = new Float64Array(n)
  let nulls: Uint8Array | undefined
  let scale = -1
  for (let i = 0; i < n; i++) {
    const value = values[i]
    if (value === null) {
      nulls ??= new Uint8Array(n)
      nulls[i] = 1
      continue
    }
    const { unscaled } = value
    if (value.scale !== scale) {
      if (scale !== -1) return undefined
      scale = value.scale
    }
    if (typeof unscaled !== 'number' || value.special !== undefined) return undefined
    digits[i] = unscaled
  }
  return new DecimalVector(digits, Math.max(scale, 0), nulls)
}

/** a + sign * b, exactly; undefined when a result outgrows a double. */
export function addDecimals(
  a: DecimalVector,
  b: DecimalVector,
  n: number,
  sign: 1 | -1,
): DecimalVector | undefined {
  const scale = Math.max(a.scale, b.scale)
  const left = smallPowerOfTen(scale - a.scale)
  const right = smallPowerOfTen(scale - b.scale)
  if (left === undefined || right === undefined) return undefined
  const x = a.digits
  const y = b.digits
  const digits = new Float64Array(n)
  let largest = 0
  for (let i = 0; i < n; i++) {
    const p = x[i] * left
    const q = y[i] * right * sign
    const sum = p + q
    largest = Math.max(largest, Math.abs(p), Math.abs(q), Math.abs(sum))
    digits[i] = sum + 0
  }
  return largest > MAX_SAFE
    ? undefined
    : new DecimalVector(digits, scale, nullsOfBoth(a, b, digits, n))
}

export function multiplyDecimals(
  a: DecimalVector,
  b: DecimalVector,
  n: number,
): DecimalVector | undefined {
  const x = a.digits
  const y = b.digits
  const digits = new Float64Array(n)
  let largest = 0
  for (let i = 0; i < n; i++) {
    const product = x[i] * y[i]
    largest = Math.max(largest, Math.abs(product))
    digits[i] = product + 0
  }
  if (largest > MAX_SAFE) return undefined
  return new DecimalVector(digits, a.scale + b.scale, nullsOfBoth(a, b, digits, n))
}

/** Digits under a null are zeroed: they must not count for the next operation's range. */
function nullsOfBoth(a: DecimalVector, b: DecimalVector, digits: Float64Array, n: number): Nulls {
  if (a.nulls === undefined && b.nulls === undefined) return undefined
  const nulls = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    if (a.nulls?.[i] !== 1 && b.nulls?.[i] !== 1) continue
    nulls[i] = 1
    digits[i] = 0
  }
  return nulls
}

/** holds[order + 1] for every row; undefined when the scales are too far apart. */
export function compareDecimals(
  a: DecimalVector,
  b: DecimalVector,
  n: number,
  holds: readonly number[],
): Vector | undefined {
  const scale = Math.max(a.scale, b.scale)
  const left = smallPowerOfTen(scale - a.scale)
  const right = smallPowerOfTen(scale - b.scale)
  if (left === undefined || right === undefined) return undefined
  const [below, equal, above] = holds as readonly [number, number, number] // one for each order
  const values = new Uint8Array(n)
  let largest = 0
  for (let i = 0; i < n; i++) {
    const x = a.digits[i] * left
    const y = b.digits[i] * right
    largest = Math.max(largest, Math.abs(x), Math.abs(y))
    values[i] = x < y ? below : x > y ? above : equal
  }
  if (largest > MAX_SAFE) return undefined
  return { kind: 'bool', values, nulls: nullsOfBoth(a, b, new Float64Array(n), n) }
}
