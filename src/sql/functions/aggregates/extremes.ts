/** min and max of every ordered type: loops over numbers where the vector has them, a comparator for the rest. */
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import { compareDatums } from '../../types/compare-datums.ts'
import type { Comparator } from '../../types/compare-datums.ts'
import { compareText, trimBlanks } from '../../types/text/compare-text.ts'
import type { Accumulator, AggregateFunction, CallContext, FunctionRegistry } from '../registry.ts'
import { grownBytes, grownFloats, nullsOfUnseen } from './growable.ts'

/** Numbers in typed arrays: int2 … int8, dates, timestamps, floats, enums. */
class NumberExtreme implements Accumulator {
  #best = new Float64Array(0)
  #seen = new Uint8Array(0)
  /** Takes over when an int64 beyond doubles appears. */
  #exact: ComparedExtreme | undefined
  readonly #kind: 'int32' | 'int64' | 'float64'
  readonly #sign: 1 | -1

  constructor(kind: 'int32' | 'int64' | 'float64', sign: 1 | -1) {
    this.#kind = kind
    this.#sign = sign
  }

  grow(count: number): void {
    this.#best = grownFloats(this.#best, count)
    this.#seen = grownBytes(this.#seen, count)
    this.#exact?.grow(count)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    if (input.kind === 'text' || input.kind === 'datum' || input.kind === 'bool') return
    if (this.#exact === undefined && input.values instanceof BigInt64Array) this.#widen()
    if (this.#exact !== undefined) this.#exact.add(groups, args, n)
    else if (!(input.values instanceof BigInt64Array)) {
      if (this.#sign > 0) this.#addMaximum(groups, input.values, input.nulls, n)
      else this.#addMinimum(groups, input.values, input.nulls, n)
    }
  }

  #addMaximum(
    groups: Int32Array,
    values: Int32Array | Float64Array,
    nulls: Uint8Array | undefined,
    n: number,
  ): void {
    const best = this.#best
    const seen = this.#seen
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      const value = values[i]
      // NaN is above everything; of equals (0 and -0) the last one stays.
      if (seen[g] === 0 || value >= best[g] || value !== value) {
        best[g] = value
        seen[g] = 1
      }
    }
  }

  #addMinimum(
    groups: Int32Array,
    values: Int32Array | Float64Array,
    nulls: Uint8Array | undefined,
    n: number,
  ): void {
    const best = this.#best
    const seen = this.#seen
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0 || (nulls !== undefined && nulls[i] === 1)) continue
      const value = values[i]
      if (seen[g] === 0 || value <= best[g] || best[g] !== best[g]) {
        best[g] = value
        seen[g] = 1
      }
    }
  }

  #widen(): void {
    const size = this.#best.length
    this.#exact = new ComparedExtreme('int64', this.#sign, compareDatums)
    this.#exact.grow(size)
    const nulls = nullsOfUnseen(this.#seen, size)
    const groups = Int32Array.from({ length: size }, (_, g) => g)
    this.#exact.add(groups, [{ kind: 'int64', values: this.#best, nulls }], size)
  }

  finish(count: number): Vector {
    if (this.#exact !== undefined) return this.#exact.finish(count)
    const nulls = nullsOfUnseen(this.#seen, count)
    const best = this.#best.slice(0, count)
    if (this.#kind === 'int32') return { kind: 'int32', values: Int32Array.from(best), nulls }
    return { kind: this.#kind, values: best, nulls }
  }
}

class ComparedExtreme implements Accumulator {
  readonly #best: (Datum | null)[] = []
  readonly #kind: ColumnKind
  readonly #sign: 1 | -1
  readonly #compare: Comparator

  constructor(kind: ColumnKind, sign: 1 | -1, compare: Comparator) {
    this.#kind = kind
    this.#sign = sign
    this.#compare = compare
  }

  grow(count: number): void {
    while (this.#best.length < count) this.#best.push(null)
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const input = args[0]
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const value = datumAt(input, i)
      if (value === null) continue
      const best = this.#best[g]
      // Of equal values (1.0 and 1.00) the last one stays, but of char(n)s the first.
      const order = best === null ? 1 : this.#compare(value, best) * this.#sign
      if (order > 0 || (order === 0 && this.#kind !== 'text')) this.#best[g] = value
    }
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#best.slice(0, count))
  }
}

function extreme(sign: 1 | -1): AggregateFunction {
  return (context: CallContext): Accumulator => {
    const type = context.catalog.type(context.argumentTypes[0])
    if (type.kind === 'int32' || type.kind === 'int64' || type.kind === 'float64') {
      return new NumberExtreme(type.kind, sign)
    }
    return new ComparedExtreme(type.kind, sign, comparatorOf(type.name, context.locale))
  }
}

function comparatorOf(typeName: string, locale: string | undefined): Comparator {
  if (typeName === 'bpchar') {
    return (a, b) => compareText(trimBlanks(a as string), trimBlanks(b as string), locale)
  }
  if (locale !== undefined) {
    return (a, b) =>
      typeof a === 'string' ? compareText(a, b as string, locale) : compareDatums(a, b)
  }
  return compareDatums
}

const TYPES = [
  'int2', 'int4', 'int8', 'oid', 'float4', 'float8', 'numeric', 'money', 'date', 'time', 'timetz', 'timestamp',
  'timestamptz', 'interval', 'text', 'bpchar', 'anyarray', 'anyenum', 'tid', 'xid8', 'pg_lsn', 'inet',
] // prettier-ignore

export function registerExtremes(registry: FunctionRegistry): void {
  for (const type of TYPES) {
    registry.aggregate(`max(${type})`, extreme(1))
    registry.aggregate(`min(${type})`, extreme(-1))
  }
}
