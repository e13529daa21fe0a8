/**
 * Editing and reading one column of a leaf. A fixed-width column is one typed array with spare room at its end; text
 * and datum columns are JS arrays. The caller (`tree/leaf-edit.ts`) decides whether the arrays may be written to.
 *
 * The casts below all follow from one invariant: `kind` decides the class of `values`; int64 alone has two,
 * Float64Array while every value is a safe integer, else BigInt64Array.
 */
import { normalizeInt64 } from '../vector.ts'
import type { ColumnKind, Datum, Vector } from '../vector.ts'
import type { Column, ColumnValues, DatumCodec, LargeValue } from './node.ts'

/** A text or datum value that takes more bytes than this is moved to overflow pages when its leaf is written. */
export const INLINE_BYTES_MAX = 4096
/** What a value on overflow pages counts for in its leaf. */
const LARGE_VALUE_BYTES = 64

type AnyArray = (Datum | LargeValue | null)[]

export function isVariable(kind: ColumnKind): boolean {
  return kind === 'text' || kind === 'datum'
}

export function isLargeValue(value: Datum | LargeValue | null | undefined): value is LargeValue {
  return typeof value === 'object' && value !== null && (value as LargeValue).kind === 'large-value'
}

export function allocate(kind: ColumnKind, capacity: number): ColumnValues {
  switch (kind) {
    case 'bool':
      return new Uint8Array(capacity)
    case 'int32':
      return new Int32Array(capacity)
    case 'int64':
    case 'float64':
      return new Float64Array(capacity)
    default:
      return []
  }
}

export function newColumn(kind: ColumnKind, capacity: number): Column {
  return {
    kind,
    values: allocate(kind, capacity),
    nulls: undefined,
    hasLarge: false,
    decode: undefined,
  }
}

/** The values, decoded on first touch. */
export function columnValues(column: Column): ColumnValues {
  if (column.values !== undefined) return column.values
  // A column without values always has a decoder.
  const values = column.decode!()
  column.values = values
  column.decode = undefined
  return values
}

/** One piece of memory for all fixed-width columns of a leaf: a single allocation is several times cheaper. */
export class Arena {
  private readonly buffer: ArrayBuffer
  private at = 0

  constructor(byteCount: number) {
    this.buffer = new ArrayBuffer(byteCount)
  }

  float64(count: number): Float64Array {
    return new Float64Array(this.buffer, this.take(count * 8), count)
  }

  bigint64(count: number): BigInt64Array {
    return new BigInt64Array(this.buffer, this.take(count * 8), count)
  }

  int32(count: number): Int32Array {
    return new Int32Array(this.buffer, this.take(count * 4), count)
  }

  uint8(count: number): Uint8Array {
    return new Uint8Array(this.buffer, this.take(count), count)
  }

  private take(byteCount: number): number {
    const at = this.at
    this.at += (byteCount + 7) & ~7
    return at
  }
}

/** What `copyColumn` will take of an arena. */
export function arenaBytes(column: Column, capacity: number): number {
  const values = columnValues(column)
  if (Array.isArray(values)) return 0
  const nulls = column.nulls === undefined ? 0 : (capacity + 7) & ~7
  return ((capacity * values.BYTES_PER_ELEMENT + 7) & ~7) + nulls
}

/** A copy of the first `length` rows, with room for `capacity`. */
export function copyColumn(column: Column, length: number, capacity: number, arena: Arena): Column {
  const from = columnValues(column)
  const { kind, hasLarge } = column
  if (Array.isArray(from)) {
    const values = from.length === length ? from.slice() : from.slice(0, length)
    return { kind, values, nulls: undefined, hasLarge, decode: undefined }
  }
  const values = copyTyped(from, length, capacity, arena)
  let nulls: Uint8Array | undefined
  if (column.nulls !== undefined) {
    nulls = arena.uint8(capacity)
    nulls.set(firstOf(column.nulls, length))
  }
  return { kind, values, nulls, hasLarge, decode: undefined }
}

type TypedValues = Uint8Array | Int32Array | Float64Array | BigInt64Array

function copyTyped(from: TypedValues, length: number, capacity: number, arena: Arena): TypedValues {
  if (from instanceof Float64Array) {
    const to = arena.float64(capacity)
    to.set(firstOf(from, length))
    return to
  }
  if (from instanceof BigInt64Array) {
    const to = arena.bigint64(capacity)
    to.set(firstOf(from, length))
    return to
  }
  const to = from instanceof Int32Array ? arena.int32(capacity) : arena.uint8(capacity)
  to.set(firstOf(from, length))
  return to
}

function firstOf<T extends TypedValues>(values: T, length: number): T {
  return values.length === length ? values : (values.subarray(0, length) as T)
}

/** The same rows again, arrays shared: the caller may append to the new one but nothing else. */
export function shareColumn(column: Column): Column {
  const { kind, nulls, hasLarge } = column
  return { kind, values: columnValues(column), nulls, hasLarge, decode: undefined }
}

export function columnCapacity(column: Column): number {
  const values = columnValues(column)
  return Array.isArray(values) ? Infinity : values.length
}

/** What can be copied from: a vector of the same kind or another leaf's column. */
export interface ValueRange {
  readonly kind: ColumnKind
  readonly values: ColumnValues | readonly (Datum | null)[]
  readonly nulls?: Uint8Array | undefined
  readonly hasLarge?: boolean
}

export function rangeOfColumn(column: Column): ValueRange {
  const { kind, nulls, hasLarge } = column
  return { kind, values: columnValues(column), nulls, hasLarge }
}

/** Writes rows [from, to) of `source` at `at`. There must be room; text and datum columns grow as needed. */
export function writeRange(
  column: Column,
  at: number,
  source: ValueRange,
  from: number,
  to: number,
): void {
  if (column.kind === 'text' || column.kind === 'datum') {
    const target = column.values as AnyArray
    const values = source.values as AnyArray
    for (let row = from; row < to; row++) target[at + row - from] = values[row]!
    if (source.hasLarge === true) column.hasLarge = true
    return
  }
  if (column.kind === 'int64') writeInt64(column, at, source.values as Float64Array, from, to)
  else {
    const values = source.values as Int32Array
    const target = column.values as Int32Array
    if (to - from === 1) target[at] = values[from]!
    else target.set(from === 0 && to === values.length ? values : values.subarray(from, to), at)
  }
  writeNulls(column, at, source.nulls, from, to)
}

function writeNulls(
  column: Column,
  at: number,
  nulls: Uint8Array | undefined,
  from: number,
  to: number,
): void {
  if (nulls === undefined) {
    column.nulls?.fill(0, at, at + to - from)
    return
  }
  const values = column.values as Float64Array | BigInt64Array
  for (let row = from; row < to; row++) {
    const target = at + row - from
    if (nulls[row] !== 1) {
      if (column.nulls !== undefined) column.nulls[target] = 0
      continue
    }
    column.nulls ??= new Uint8Array(values.length)
    column.nulls[target] = 1
    // What a null hides is zeroed, so that it cannot spoil the encoding of its page.
    if (values instanceof BigInt64Array) values[target] = 0n
    else values[target] = 0
  }
}

function writeInt64(
  column: Column,
  at: number,
  source: Float64Array | BigInt64Array,
  from: number,
  to: number,
): void {
  const values = column.values as Float64Array | BigInt64Array
  if (source instanceof Float64Array && values instanceof Float64Array) {
    if (to - from === 1) values[at] = source[from]!
    else values.set(source.subarray(from, to), at)
    return
  }
  let wide = values instanceof BigInt64Array ? values : undefined
  for (let row = from; row < to; row++) {
    const value =
      typeof source[row] === 'bigint'
        ? normalizeInt64(source[row] as unknown as bigint)
        : source[row]!
    if (wide === undefined && typeof value === 'bigint') {
      wide = widen(values as Float64Array)
      column.values = wide
    }
    if (wide !== undefined) wide[at + row - from] = BigInt(value)
    else (values as Float64Array)[at + row - from] = value as number
  }
}

function widen(values: Float64Array): BigInt64Array {
  const wide = new BigInt64Array(values.length)
  for (let row = 0; row < values.length; row++) wide[row] = BigInt(values[row]!)
  return wide
}

/** Opens a gap of one row at `at`; there must be room. */
export function openGap(column: Column, length: number, at: number): void {
  const values = columnValues(column)
  if (Array.isArray(values)) {
    values.length = length
    values.splice(at, 0, null)
    return
  }
  values.copyWithin(at + 1, at, length)
  column.nulls?.copyWithin(at + 1, at, length)
}

/** Keeps the rows whose position is not in `removed` (ascending). */
export function removeRows(column: Column, length: number, removed: ArrayLike<number>): void {
  const values = columnValues(column)
  if (Array.isArray(values)) {
    values.length = length
    if (removed.length === 1) values.splice(removed[0]!, 1)
    else values.length = squeeze(values, length, removed)
    return
  }
  squeeze(values, length, removed)
  if (column.nulls !== undefined) squeeze(column.nulls, length, removed)
}

/** Moves the kept entries together; returns how many there are. */
export function squeeze(
  values: ColumnValues | Float64Array,
  length: number,
  removed: ArrayLike<number>,
): number {
  if (removed.length === 1 && !Array.isArray(values)) {
    values.copyWithin(removed[0]!, removed[0]! + 1, length)
    return length - 1
  }
  let next = 0
  let kept = 0
  const target = values as unknown[]
  for (let row = 0; row < length; row++) {
    if (next < removed.length && removed[next] === row) next++
    else target[kept++] = target[row]
  }
  return kept
}

/** The value at `row`, large values unresolved. */
export function valueAt(column: Column, row: number): Datum | LargeValue | null {
  const values = columnValues(column)
  if (Array.isArray(values)) return values[row]!
  if (column.nulls !== undefined && column.nulls[row] === 1) return null
  if (values instanceof BigInt64Array) return normalizeInt64(values[row]!)
  if (column.kind === 'bool') return values[row] === 1
  return values[row]!
}

/** About how many bytes rows [from, to) take in a page beyond their fixed part. */
export function variableBytes(
  range: ValueRange,
  from: number,
  to: number,
  codec: DatumCodec,
): number {
  if (!isVariable(range.kind)) return 0
  const values = range.values as AnyArray
  let bytes = 0
  for (let row = from; row < to; row++) {
    const value = values[row]
    if (value === null || value === undefined) continue
    const size = sizeOfValue(value, codec)
    bytes += size > INLINE_BYTES_MAX ? LARGE_VALUE_BYTES : size
  }
  return bytes
}

function sizeOfValue(value: Datum | LargeValue, codec: DatumCodec): number {
  if (typeof value === 'string') return value.length
  if (isLargeValue(value)) return LARGE_VALUE_BYTES
  return codec.sizeOf(value)
}

/** Rows [from, to) as a vector that shares the column's memory. Large values must have been resolved. */
export function vectorOfRange(column: Column, from: number, to: number): Vector {
  const values = columnValues(column)
  const { kind, nulls } = column
  if (Array.isArray(values)) {
    const part = from === 0 ? values : values.slice(from, to)
    return { kind, values: part } as Vector
  }
  const whole = from === 0 && to === values.length
  return {
    kind,
    values: whole ? values : values.subarray(from, to),
    nulls: nulls?.subarray(from, to),
  } as Vector
}

/** A copy of one row. Its value must not be a large one. */
export function oneRowVector(column: Column, row: number): Vector {
  const from = columnValues(column)
  const { kind } = column
  if (Array.isArray(from)) return { kind, values: [from[row]] } as Vector
  const nulls = column.nulls !== undefined && column.nulls[row] === 1 ? Uint8Array.of(1) : undefined
  return { kind, values: oneValue(from, row), nulls } as Vector
}

function oneValue(from: TypedValues, row: number): TypedValues {
  if (from instanceof Float64Array) {
    const to = new Float64Array(1)
    to[0] = from[row]!
    return to
  }
  if (from instanceof Int32Array) {
    const to = new Int32Array(1)
    to[0] = from[row]!
    return to
  }
  return from.slice(row, row + 1)
}
