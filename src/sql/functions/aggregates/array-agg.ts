/** array_agg: values (nulls too) into an array, or arrays into one with a dimension more. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import { sizeOfDatum } from '../../types/datum-codec.ts'
import { PgArray } from '../../types/value-classes.ts'
import type { Accumulator, FunctionRegistry } from '../registry.ts'

class ArrayAccumulator implements Accumulator {
  readonly #groups: ((Datum | null)[] | undefined)[] = []
  readonly #ofArrays: boolean
  #size = 0

  constructor(ofArrays: boolean) {
    this.#ofArrays = ofArrays
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push(undefined)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const value = datumAt(args[0], i)
      if (this.#ofArrays) checkArray(value, this.#groups[g]?.[0] ?? null)
      ;(this.#groups[g] ??= []).push(value)
      this.#size += sizeOfDatum(value) + 8
    }
  }

  finish(count: number): Vector {
    const values = new Array<Datum | null>(count)
    for (let g = 0; g < count; g++) {
      const collected = this.#groups[g]
      if (collected === undefined) values[g] = null
      else
        values[g] = this.#ofArrays ? stack(collected as PgArray[]) : new PgArray(collected.slice())
    }
    return { kind: 'datum', values }
  }

  sizeBytes(): number {
    return this.#size
  }
}

function checkArray(value: Datum | null, first: Datum | null): void {
  if (!(value instanceof PgArray)) {
    throw new SqlError(SQLSTATE.NULL_VALUE_NOT_ALLOWED, 'cannot accumulate null arrays')
  }
  if (value.dimensions.length === 0) {
    throw new SqlError(SQLSTATE.ARRAY_SUBSCRIPT_ERROR, 'cannot accumulate empty arrays')
  }
  if (!(first instanceof PgArray)) return
  const same =
    first.dimensions.length === value.dimensions.length &&
    first.dimensions.every((length, i) => length === value.dimensions[i])
  if (!same) {
    throw new SqlError(
      SQLSTATE.ARRAY_SUBSCRIPT_ERROR,
      'cannot accumulate arrays of different dimensionality',
    )
  }
}

function stack(arrays: readonly PgArray[]): PgArray {
  const elements = arrays.flatMap((array) => array.elements)
  return new PgArray(
    elements,
    [arrays.length, ...arrays[0].dimensions],
    [1, ...arrays[0].lowerBounds],
  )
}

export function registerArrayAgg(registry: FunctionRegistry): void {
  registry.aggregate('array_agg(anynonarray)', () => new ArrayAccumulator(false))
  registry.aggregate('array_agg(anyarray)', () => new ArrayAccumulator(true))
}
