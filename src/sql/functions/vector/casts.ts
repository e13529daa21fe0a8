/** Widening casts over whole vectors: int4 → int8, float8, numeric and the like never fail. */
import type { Datum, Vector } from '../../../storage/vector.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { Numeric } from '../../types/value-classes.ts'
import type { CallContext, VectorFunction } from '../registry.ts'
import { nullsOf } from './null-masks.ts'

export const integerToInt64: VectorFunction = (_: CallContext, [input]: readonly Vector[], n) => {
  const values = input.values as Int32Array // the argument is int2 or int4
  return {
    kind: 'int64',
    values: new Float64Array(values.subarray(0, n)),
    nulls: nullsOf(input, n),
  }
}

export const toFloat64: VectorFunction = (_: CallContext, [input]: readonly Vector[], n) => {
  const source = input.values as Int32Array | Float64Array | BigInt64Array // an integer or float4
  const values = new Float64Array(n)
  for (let i = 0; i < n; i++) values[i] = Number(source[i])
  return { kind: 'float64', values, nulls: nullsOf(input, n) }
}

export const integerToNumeric: VectorFunction = (_: CallContext, [input]: readonly Vector[], n) => {
  const source = input.values as Int32Array | Float64Array | BigInt64Array // an integer
  const nulls = nullsOf(input, n)
  const values = new Array<Datum | null>(n)
  for (let i = 0; i < n; i++) {
    if (nulls !== undefined && nulls[i] === 1) values[i] = null
    else {
      const digits = source[i]
      values[i] = new Numeric(typeof digits === 'bigint' ? normalizeInt64(digits) : digits, 0)
    }
  }
  return { kind: 'datum', values }
}
