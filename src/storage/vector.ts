/**
 * Columns of values: the currency between pages and operators. A leaf page in memory holds vectors; a scan hands
 * them (or subarrays of them) to the executor without decoding.
 *
 * Ownership: a vector that was handed out is immutable. Slices may share memory with a page.
 */

/**
 * The physical kinds a column can have. Which SQL type uses which kind is decided in `sql/types`.
 *  bool     boolean
 *  int32    int2, int4, date (days since 2000-01-01)
 *  int64    int8, oid, timestamp(tz) and time (microseconds), money
 *  float64  float4 (rounded by Math.fround), float8, enums (by their sort order)
 *  text     text, varchar, char, name, json, uuid … (JS strings)
 *  datum    everything else, as immutable JS values (numeric, interval, jsonb, bytea, arrays, records …)
 */
export type ColumnKind = 'bool' | 'int32' | 'int64' | 'float64' | 'text' | 'datum'

/** Per row 1 = null; absent when no row is null. */
export type Nulls = Uint8Array | undefined

export interface BoolVector {
  readonly kind: 'bool'
  readonly values: Uint8Array
  readonly nulls: Nulls
}
export interface Int32Vector {
  readonly kind: 'int32'
  readonly values: Int32Array
  readonly nulls: Nulls
}
/** Float64Array while every value is a safe integer (the common case), else BigInt64Array. */
export interface Int64Vector {
  readonly kind: 'int64'
  readonly values: Float64Array | BigInt64Array
  readonly nulls: Nulls
}
export interface Float64Vector {
  readonly kind: 'float64'
  readonly values: Float64Array
  readonly nulls: Nulls
}
/** Null rows hold `null` in `values` itself. */
export interface TextVector {
  readonly kind: 'text'
  readonly values: readonly (string | null)[]
}
/** Null rows hold `null` in `values` itself. */
export interface DatumVector {
  readonly kind: 'datum'
  readonly values: readonly (Datum | null)[]
}
export type Vector =
  | BoolVector
  | Int32Vector
  | Int64Vector
  | Float64Vector
  | TextVector
  | DatumVector

/**
 * One value outside a vector. int64 values are a `number` when it is a safe integer and a `bigint` otherwise
 * (never a bigint for a safe integer: values compare with ===).  Objects are immutable instances of the value
 * classes in `sql/types`; storage hands them to the injected DatumCodec and does not look inside.
 */
export type Datum = boolean | number | bigint | string | object

/** Rows by column. `length` rows; every vector has at least `length` entries and only the first `length` count. */
export interface Batch {
  readonly kind: 'batch'
  readonly length: number
  readonly columns: readonly Vector[]
}

/** Rows in a full batch of a scan. */
export const BATCH_ROWS = 1024

export function batch(columns: readonly Vector[], length: number): Batch {
  return { kind: 'batch', length, columns }
}

export function isNullAt(vector: Vector, row: number): boolean {
  if (vector.kind === 'text' || vector.kind === 'datum') return vector.values[row] === null
  return vector.nulls !== undefined && vector.nulls[row] === 1
}

/** The value at `row` as a datum, or null. Slow path by design: typed loops read `values` themselves. */
export function datumAt(vector: Vector, row: number): Datum | null {
  switch (vector.kind) {
    case 'text':
    case 'datum':
      return vector.values[row]!
    case 'bool':
      return vector.nulls?.[row] === 1 ? null : vector.values[row] === 1
    case 'int64': {
      if (vector.nulls?.[row] === 1) return null
      const value = vector.values[row]!
      return typeof value === 'bigint' ? normalizeInt64(value) : value
    }
    default:
      return vector.nulls?.[row] === 1 ? null : vector.values[row]!
  }
}

/** Keeps the int64 invariant of `Datum`: a safe integer is a number. */
export function normalizeInt64(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** Builds a vector of `kind` from datums. */
export function vectorOf(kind: ColumnKind, data: readonly (Datum | null)[]): Vector {
  const n = data.length
  if (kind === 'text') return { kind, values: data as readonly (string | null)[] }
  if (kind === 'datum') return { kind, values: data }
  let nulls: Uint8Array | undefined
  for (let i = 0; i < n; i++) {
    if (data[i] === null) (nulls ??= new Uint8Array(n))[i] = 1
  }
  switch (kind) {
    case 'bool': {
      const values = new Uint8Array(n)
      for (let i = 0; i < n; i++) values[i] = data[i] === true ? 1 : 0
      return { kind, values, nulls }
    }
    case 'int32': {
      const values = new Int32Array(n)
      for (let i = 0; i < n; i++) values[i] = (data[i] ?? 0) as number
      return { kind, values, nulls }
    }
    case 'float64': {
      const values = new Float64Array(n)
      for (let i = 0; i < n; i++) values[i] = (data[i] ?? 0) as number
      return { kind, values, nulls }
    }
    case 'int64':
      return { kind, values: int64Values(data), nulls }
  }
}

function int64Values(data: readonly (Datum | null)[]): Float64Array | BigInt64Array {
  const values = new Float64Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (typeof value === 'bigint') return wideValues(data)
    values[i] = (value ?? 0) as number
  }
  return values
}

function wideValues(data: readonly (Datum | null)[]): BigInt64Array {
  return BigInt64Array.from(data, (value) => BigInt((value ?? 0) as number | bigint))
}
