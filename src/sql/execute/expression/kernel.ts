/**
 * What an expression is compiled to: a function over batches. Kernels are made once per plan and hold no state of an
 * execution; parameters, session and outer columns come with the ExecutionContext.
 */
import type { Batch, Datum, Nulls, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { ColumnId, Expression, FunctionCall } from '../../plan/expression.ts'
import type { CallSite, ExecutionContext, ExecutorEnvironment } from '../execution-context.ts'
import { nullVector } from '../vectors/gather.ts'

/** The result has at least `batch.length` entries. */
export type Kernel = (batch: Batch, context: ExecutionContext) => Vector
/** A function on vectors that are already there: an operator's procedure inside IN, CASE, GREATEST … */
export type Applier = (args: readonly Vector[], n: number, context: ExecutionContext) => Vector
/** Where each column of the input stands in its batches. Columns that are absent are an outer query's. */
export type Layout = ReadonlyMap<ColumnId, number>

/** What one plan's compilation shares. */
export class Compilation {
  readonly environment: ExecutorEnvironment
  #sites = 0

  constructor(environment: ExecutorEnvironment) {
    this.environment = environment
  }

  site(
    argumentTypes: readonly Oid[],
    resultType: Oid,
    collation: Oid,
    recordColumns?: FunctionCall['recordColumns'],
  ): CallSite {
    const locale = collation === 0 ? undefined : this.environment.catalog.collationLocale(collation)
    const { io } = this.environment
    return { number: this.#sites++, argumentTypes, resultType, locale, io, recordColumns }
  }
}

/** Where an expression stands while it is compiled. */
export interface Scope {
  readonly compilation: Compilation
  readonly layout: Layout
  /** Position of the value a Placeholder means: the column appended to the batch. */
  readonly placeholder: number | undefined
  /** Width of the batches the kernel will see: where an appended column goes. */
  readonly width: number
}

export type Compile = (expression: Expression, scope: Scope) => Kernel

/** pg_type.oid of boolean. */
export const BOOL_OID = 16 as Oid

export const ONE_ROW: Batch = { kind: 'batch', length: 1, columns: [] }

/** A vector of `n` times the one value of `single`. */
export function broadcast(single: Vector, n: number): Vector {
  if (n === 1) return single
  const value = datumAt(single, 0)
  return value === null ? nullVector(single.kind, n) : filledVector(single.kind, value, n)
}

export function filledVector(kind: Vector['kind'], value: Datum, n: number): Vector {
  switch (kind) {
    case 'text':
      return { kind, values: new Array<string>(n).fill(value as string) }
    case 'datum':
      return { kind, values: new Array<Datum>(n).fill(value) }
    case 'bool':
      return { kind, values: new Uint8Array(n).fill(value === true ? 1 : 0), nulls: undefined }
    case 'int32':
      return { kind, values: new Int32Array(n).fill(value as number), nulls: undefined }
    case 'float64':
      return { kind, values: new Float64Array(n).fill(value as number), nulls: undefined }
    case 'int64': {
      const values =
        typeof value === 'bigint'
          ? new BigInt64Array(n).fill(value)
          : new Float64Array(n).fill(value as number)
      return { kind, values, nulls: undefined }
    }
  }
}

/** One value as a vector of one row. */
export function single(kind: Vector['kind'], value: Datum | null): Vector {
  return vectorOf(kind, [value])
}

/** Null where either is. */
export function unionNulls(a: Nulls, b: Nulls, n: number): Nulls {
  if (a === undefined) return b
  if (b === undefined || a === b) return a
  const nulls = new Uint8Array(n)
  for (let i = 0; i < n; i++) nulls[i] = a[i] | b[i]
  return nulls
}

/** Null flags of any vector. */
export function nullsOf(vector: Vector, n: number): Nulls {
  if (vector.kind !== 'text' && vector.kind !== 'datum') return vector.nulls
  let nulls: Uint8Array | undefined
  const values = vector.values
  for (let i = 0; i < n; i++) {
    if (values[i] === null) (nulls ??= new Uint8Array(n))[i] = 1
  }
  return nulls
}

export interface BoolParts {
  readonly values: Uint8Array
  readonly nulls: Nulls
}

/** A boolean vector's arrays, whatever way it is represented. */
export function boolParts(vector: Vector, n: number): BoolParts {
  if (vector.kind === 'bool') return vector
  const made = vectorOf(
    'bool',
    Array.from({ length: n }, (_, i) => datumAt(vector, i)),
  )
  return made.kind === 'bool' ? made : { values: new Uint8Array(n), nulls: undefined }
}

/** Adds a column at position `width`: where the scope's placeholder is. */
export function withColumn(source: Batch, width: number, column: Vector): Batch {
  const columns = source.columns.slice(0, width)
  columns[width] = column
  return { kind: 'batch', length: source.length, columns }
}
