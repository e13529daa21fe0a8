/**
 * Where implementations of PostgreSQL's built-in functions attach to their catalog rows.
 *
 * A function is known by its C symbol (pg_proc.prosrc, 'int4pl'), which several pg_proc rows may share, or, when
 * PostgreSQL writes it in SQL, by its signature ('round(numeric)', type names as in pg_type); an aggregate or window
 * function by its signature ('sum(int4)', 'count()'). What is not registered raises 0A000 by name when called.
 * A file of the library exports one `register…(registry)` function; `functions/library.ts` calls them all.
 *
 * Strictness is not the implementation's business: for a strict function (pg_proc.proisstrict) it is never called with
 * a null. Non-strict ones take and may return null.
 */
import type { Datum, Vector } from '../../storage/vector.ts'
import type { Catalog, Oid } from '../catalog/catalog.ts'
import type { EvaluationSession } from '../execute/evaluation-session.ts'
import type { TypeIo } from '../types/type-io.ts'

/** What a call may know of where it stands. One object per call site and execution. */
export interface CallContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  /** Text input and output of every type, for functions that print or read values of any type. */
  readonly io: TypeIo
  /** Actual types after resolution (polymorphic arguments are concrete here). */
  readonly argumentTypes: readonly Oid[]
  readonly resultType: Oid
  /** Locale of the call's collation for Intl.Collator; undefined = by code point. */
  readonly locale: string | undefined
  /** The columns that the query lists for a function returning record: AS t(a int, …). */
  readonly recordColumns?:
    | readonly { readonly name: string; readonly type: Oid; readonly typmod: number }[]
    | undefined
  /** WITHIN GROUP (ORDER BY …) of a hypothetical-set aggregate: how the aggregated columns sort. */
  readonly sortOrder?: readonly {
    readonly descending: boolean
    readonly nullsFirst: boolean
    readonly locale: string | undefined
  }[]
  /** Scratch space of the call site, e.g. for a compiled regular expression of a constant pattern. */
  readonly memo: Map<string, unknown>
}

export type Value = Datum | null

/** A scalar function, row by row. */
export type ScalarFunction = (context: CallContext, ...args: never[]) => Value
/** The same over whole vectors, for hot functions; `n` rows. Handles nulls itself; errors as the scalar would raise them. */
export type VectorFunction = (context: CallContext, args: readonly Vector[], n: number) => Vector
/** A set-returning function: yields one value a row (or, for several OUT columns, an array of values). */
export type SetFunction = (
  context: CallContext,
  ...args: never[]
) => Iterable<Value | readonly Value[]>

/**
 * An aggregate over groups: one accumulator object holds the state of all groups of an operator, so that a typed
 * implementation keeps its sums in one typed array. `groups[i]` is the group of row i.
 * Rows whose group is -1 are skipped (FILTER). Nulls are the implementation's business (most skip them).
 */
export interface Accumulator {
  /** Makes room for groups 0 … count-1. */
  grow(count: number): void
  add(groups: Int32Array, args: readonly Vector[], n: number): void
  /** The result for groups 0 … count-1, as a vector of the aggregate's result kind. Callable more than once. */
  finish(count: number): Vector
  /** Rough bytes held, for the memory budget; absent = small and fixed per group. */
  sizeBytes?(): number
}
export type AggregateFunction = (context: CallContext) => Accumulator

export interface FunctionRegistry {
  scalar(symbol: string, implementation: ScalarFunction): void
  vector(symbol: string, implementation: VectorFunction): void
  set(symbol: string, implementation: SetFunction): void
  /** `signature` as 'name(type,type)' with pg_type names ('sum(int8)', 'count(any)', 'count()'); ordered-set aggregates list direct arguments first. */
  aggregate(signature: string, implementation: AggregateFunction): void
}

export interface FunctionLibrary {
  findScalar(symbol: string): ScalarFunction | undefined
  findVector(symbol: string): VectorFunction | undefined
  findSet(symbol: string): SetFunction | undefined
  findAggregate(signature: string): AggregateFunction | undefined
}

export class Functions implements FunctionRegistry, FunctionLibrary {
  readonly #scalars = new Map<string, ScalarFunction>()
  readonly #vectors = new Map<string, VectorFunction>()
  readonly #sets = new Map<string, SetFunction>()
  readonly #aggregates = new Map<string, AggregateFunction>()

  scalar(symbol: string, implementation: ScalarFunction): void {
    this.#scalars.set(symbol, implementation)
  }
  vector(symbol: string, implementation: VectorFunction): void {
    this.#vectors.set(symbol, implementation)
  }
  set(symbol: string, implementation: SetFunction): void {
    this.#sets.set(symbol, implementation)
  }
  aggregate(signature: string, implementation: AggregateFunction): void {
    this.#aggregates.set(signature, implementation)
  }
  findScalar(symbol: string): ScalarFunction | undefined {
    return this.#scalars.get(symbol)
  }
  findVector(symbol: string): VectorFunction | undefined {
    return this.#vectors.get(symbol)
  }
  findSet(symbol: string): SetFunction | undefined {
    return this.#sets.get(symbol)
  }
  findAggregate(signature: string): AggregateFunction | undefined {
    return this.#aggregates.get(signature)
  }
}
