/**
 * Taking rows out of vectors: selection after a filter, both sides of a join, sorted output.
 * Everything here makes new vectors; inputs are immutable. An index of -1 means a null row where the name says so.
 */
import type { Batch, ColumnKind, Nulls, Vector } from '../../../storage/vector.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'

export type RowIndexes = Int32Array | Uint32Array

/** Stands where a kernel is known not to look. */
export const UNUSED_VECTOR: Vector = { kind: 'datum', values: [] }

/** Rows `indexes[0 … count-1]` of a vector. */
export function gather(vector: Vector, indexes: RowIndexes, count: number): Vector {
  switch (vector.kind) {
    case 'text':
      return { kind: 'text', values: gatherObjects(vector.values, indexes, count) }
    case 'datum':
      return { kind: 'datum', values: gatherObjects(vector.values, indexes, count) }
    case 'bool':
      return {
        kind: 'bool',
        values: gatherBytes(vector.values, indexes, count),
        nulls: gatherNulls(vector.nulls, indexes, count),
      }
    case 'int32': {
      const source = vector.values
      const values = new Int32Array(count)
      for (let i = 0; i < count; i++) values[i] = source[indexes[i]]
      return { kind: 'int32', values, nulls: gatherNulls(vector.nulls, indexes, count) }
    }
    case 'float64':
      return {
        kind: 'float64',
        values: gatherFloats(vector.values, indexes, count),
        nulls: gatherNulls(vector.nulls, indexes, count),
      }
    case 'int64': {
      const values =
        vector.values instanceof Float64Array
          ? gatherFloats(vector.values, indexes, count)
          : gatherBigInts(vector.values, indexes, count)
      return { kind: 'int64', values, nulls: gatherNulls(vector.nulls, indexes, count) }
    }
  }
}

function gatherObjects<T>(source: readonly T[], indexes: RowIndexes, count: number): T[] {
  const values = new Array<T>(count)
  for (let i = 0; i < count; i++) values[i] = source[indexes[i]]
  return values
}

function gatherBytes(source: Uint8Array, indexes: RowIndexes, count: number): Uint8Array {
  const values = new Uint8Array(count)
  for (let i = 0; i < count; i++) values[i] = source[indexes[i]]
  return values
}

function gatherFloats(source: Float64Array, indexes: RowIndexes, count: number): Float64Array {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = source[indexes[i]]
  return values
}

function gatherBigInts(source: BigInt64Array, indexes: RowIndexes, count: number): BigInt64Array {
  const values = new BigInt64Array(count)
  for (let i = 0; i < count; i++) values[i] = source[indexes[i]]
  return values
}

function gatherNulls(source: Nulls, indexes: RowIndexes, count: number): Nulls {
  return source === undefined ? undefined : gatherBytes(source, indexes, count)
}

/** As `gather`, but -1 makes a null row: the padded side of an outer join. */
export function gatherOrNull(vector: Vector, indexes: RowIndexes, count: number): Vector {
  let hasMissing = false
  for (let i = 0; i < count; i++) {
    if ((indexes[i] | 0) < 0) {
      hasMissing = true
      break
    }
  }
  if (!hasMissing) return gather(vector, indexes, count)
  if (vector.kind === 'text' || vector.kind === 'datum') {
    const values = new Array<never>(count)
    const source = vector.values
    for (let i = 0; i < count; i++) {
      const row = indexes[i] | 0
      values[i] = (row < 0 ? null : source[row]) as never // the kind stays that of the source
    }
    return { kind: vector.kind, values } as Vector
  }
  const clamped = new Int32Array(count)
  for (let i = 0; i < count; i++) clamped[i] = Math.max(0, indexes[i] | 0)
  const result =
    vector.values.length === 0 ? nullVector(vector.kind, count) : gather(vector, clamped, count)
  const nulls = new Uint8Array(count)
  if ('nulls' in result && result.nulls !== undefined) nulls.set(result.nulls)
  for (let i = 0; i < count; i++) if ((indexes[i] | 0) < 0) nulls[i] = 1
  return { ...result, nulls } as Vector
}

/** `count` nulls. */
export function nullVector(kind: ColumnKind, count: number): Vector {
  switch (kind) {
    case 'text':
      return { kind, values: new Array<string | null>(count).fill(null) }
    case 'datum':
      return { kind, values: new Array<null>(count).fill(null) }
    case 'bool':
      return { kind, values: new Uint8Array(count), nulls: new Uint8Array(count).fill(1) }
    case 'int32':
      return { kind, values: new Int32Array(count), nulls: new Uint8Array(count).fill(1) }
    case 'int64':
    case 'float64':
      return { kind, values: new Float64Array(count), nulls: new Uint8Array(count).fill(1) }
  }
}

export function gatherBatch(source: Batch, indexes: RowIndexes, count: number): Batch {
  const width = source.columns.length
  const columns = new Array<Vector>(width)
  for (let i = 0; i < width; i++) columns[i] = gather(source.columns[i], indexes, count)
  return { kind: 'batch', length: count, columns }
}

/** Rows of a batch, with only the columns in `used` really gathered: for sub-expressions over some of the rows. */
export function gatherUsed(
  source: Batch,
  indexes: RowIndexes,
  count: number,
  used: readonly number[],
): Batch {
  const columns = source.columns.map(() => UNUSED_VECTOR)
  for (const position of used) columns[position] = gather(source.columns[position], indexes, count)
  return { kind: 'batch', length: count, columns }
}

/** Rows start … end-1, sharing memory where vectors are typed arrays. */
export function sliceVector(vector: Vector, start: number, end: number): Vector {
  switch (vector.kind) {
    case 'text':
      return { kind: 'text', values: vector.values.slice(start, end) }
    case 'datum':
      return { kind: 'datum', values: vector.values.slice(start, end) }
    default:
      return {
        kind: vector.kind,
        values: vector.values.subarray(start, end),
        nulls: vector.nulls?.subarray(start, end),
      } as Vector // same kind as its source
  }
}

export function sliceBatch(source: Batch, start: number, end: number): Batch {
  if (start === 0 && end === source.length) return source
  return {
    kind: 'batch',
    length: end - start,
    columns: source.columns.map((vector) => sliceVector(vector, start, end)),
  }
}

/** Row numbers whose condition is true (not false, not null). Returns how many; they are in `out`. */
export function selectTrue(condition: Vector, n: number, out: Int32Array): number {
  if (condition.kind !== 'bool') return 0
  const { values, nulls } = condition
  let count = 0
  if (nulls === undefined) {
    for (let i = 0; i < n; i++) {
      out[count] = i
      count += values[i]
    }
    return count
  }
  for (let i = 0; i < n; i++) {
    out[count] = i
    count += values[i] & (nulls[i] ^ 1)
  }
  return count
}

/** The vector in another kind: a relabelled column (`char` as text, int4 as int8). */
export function convertKind(vector: Vector, kind: ColumnKind, n: number): Vector {
  if (vector.kind === kind) return vector
  if (vector.kind === 'text' || vector.kind === 'datum') {
    if (kind === 'text' || kind === 'datum') return { kind, values: vector.values } as Vector
    return fromObjects(vector.values, kind, n)
  }
  const { values, nulls } = vector
  const number = (i: number) => Number(values[i])
  switch (kind) {
    case 'int32':
      return { kind, values: Int32Array.from({ length: n }, (_, i) => number(i)), nulls }
    case 'int64':
    case 'float64':
      return { kind, values: Float64Array.from({ length: n }, (_, i) => number(i)), nulls }
    case 'bool':
      return { kind, values: Uint8Array.from({ length: n }, (_, i) => number(i)), nulls }
    case 'text':
    case 'datum': {
      const data = Array.from({ length: n }, (_, i) => {
        if (nulls?.[i] === 1) return null
        const value = values[i]
        if (vector.kind === 'bool') return value === 1
        return typeof value === 'bigint' ? normalizeInt64(value) : value
      })
      return { kind, values: data } as Vector // text never arises from a number by relabelling
    }
  }
}

function fromObjects(values: readonly unknown[], kind: ColumnKind, n: number): Vector {
  const nulls = new Uint8Array(n)
  const numbers = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    if (values[i] === null) nulls[i] = 1
    else numbers[i] = Number(values[i])
  }
  return convertKind({ kind: 'float64', values: numbers, nulls }, kind, n)
}
