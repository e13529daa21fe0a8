/**
 * A column that grows: what sorts, joins, windows and materialised sub-plans collect rows in.
 * Appending copies; `finish` hands the arrays out without copying, after which the builder must not be used.
 */
import { releaseBytes } from '../../../storage/release-bytes.ts'
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'

const FIRST_CAPACITY = 64

type Numbers = Uint8Array | Int32Array | Float64Array | BigInt64Array

export class VectorBuilder {
  readonly kind: ColumnKind
  #length = 0
  #numbers: Numbers
  #nulls: Uint8Array | undefined
  readonly #objects: (Datum | null)[] = []
  /** Somebody else may hold the arrays. */
  #isHandedOut = false

  constructor(kind: ColumnKind) {
    this.kind = kind
    this.#numbers = emptyNumbers(kind)
  }

  get length(): number {
    return this.#length
  }

  /** Appends the first `n` rows. */
  append(vector: Vector, n: number): void {
    if (vector.kind === 'text' || vector.kind === 'datum') {
      const values = vector.values
      for (let i = 0; i < n; i++) this.#objects.push(values[i])
      this.#length += n
      return
    }
    this.#reserve(this.#length + n)
    if (vector.values instanceof BigInt64Array) this.#widen()
    this.#copy(vector.values, n)
    if (vector.nulls !== undefined) {
      this.#nulls ??= new Uint8Array(this.#numbers.length)
      this.#nulls.set(
        n === vector.nulls.length ? vector.nulls : vector.nulls.subarray(0, n),
        this.#length,
      )
    }
    this.#length += n
  }

  push(value: Datum | null): void {
    if (this.kind === 'text' || this.kind === 'datum') {
      this.#objects.push(value)
      this.#length++
      return
    }
    this.#reserve(this.#length + 1)
    if (value === null) {
      this.#nulls ??= new Uint8Array(this.#numbers.length)
      this.#nulls[this.#length] = 1
    } else {
      if (typeof value === 'bigint') this.#widen()
      const numbers = this.#numbers
      if (numbers instanceof BigInt64Array) numbers[this.#length] = BigInt(value as number | bigint)
      else numbers[this.#length] = Number(value)
    }
    this.#length++
  }

  /** What has been collected; longer than `length` perhaps. */
  finish(): Vector {
    const length = this.#length
    if (this.kind === 'text' || this.kind === 'datum') {
      return { kind: this.kind, values: this.#objects } as Vector
    }
    this.#isHandedOut = true
    return {
      kind: this.kind,
      values: this.#numbers.subarray(0, length),
      nulls: this.#nulls?.subarray(0, length),
    } as Vector // #numbers was made for this kind
  }

  /** Begins anew with the same arrays. Nobody may look any more at what `finish` handed out. */
  clear(): void {
    this.#length = 0
    this.#objects.length = 0
    this.#nulls = undefined
  }

  /** The last use. Nobody may look any more at what `finish` handed out. */
  release(): void {
    this.clear()
    releaseBytes(this.#numbers)
  }

  valueAt(row: number): Datum | null {
    return datumAt(this.finish(), row)
  }

  #copy(values: Numbers, n: number): void {
    const part = n === values.length ? values : values.subarray(0, n)
    const target = this.#numbers
    if (target instanceof BigInt64Array && !(part instanceof BigInt64Array)) {
      for (let i = 0; i < n; i++) target[this.#length + i] = BigInt(part[i] as number)
    } else {
      target.set(part as never, this.#length) // both sides are of one element type here
    }
  }

  #reserve(length: number): void {
    if (length <= this.#numbers.length) return
    const capacity = Math.max(FIRST_CAPACITY, length, this.#numbers.length * 2)
    const grown = emptyNumbers(this.kind, capacity, this.#numbers instanceof BigInt64Array)
    grown.set(this.#numbers as never)
    if (!this.#isHandedOut) releaseBytes(this.#numbers)
    this.#numbers = grown
    if (this.#nulls !== undefined) {
      const nulls = new Uint8Array(capacity)
      nulls.set(this.#nulls)
      if (!this.#isHandedOut) releaseBytes(this.#nulls)
      this.#nulls = nulls
    }
    this.#isHandedOut = false
  }

  /** The first int8 beyond 2^53: from now on bigints. */
  #widen(): void {
    const old = this.#numbers
    if (old instanceof BigInt64Array) return
    const wide = new BigInt64Array(old.length)
    for (let i = 0; i < this.#length; i++) wide[i] = BigInt(old[i])
    this.#numbers = wide
  }
}

function emptyNumbers(kind: ColumnKind, capacity = 0, wide = false): Numbers {
  if (kind === 'bool') return new Uint8Array(capacity)
  if (kind === 'int32') return new Int32Array(capacity)
  return wide ? new BigInt64Array(capacity) : new Float64Array(capacity)
}
