/** Batches in the spill store, read back in the order they were written. */
import { assert } from '../../../errors/sql-error.ts'
import { releaseBytes } from '../../../storage/release-bytes.ts'
import type { Batch, ColumnKind } from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { decodeBatch, encodeBatch } from './vector-codec.ts'

export class SpilledRows {
  readonly #kinds: readonly ColumnKind[]
  readonly #context: ExecutionContext
  readonly #ids: number[] = []
  #length = 0

  constructor(kinds: readonly ColumnKind[], context: ExecutionContext) {
    this.#kinds = kinds
    this.#context = context
  }

  get length(): number {
    return this.#length
  }

  append(batch: Batch): void {
    const { spill, datumCodec } = this.#context
    assert(spill !== undefined, 'rows spill only where there is a spill store')
    this.#ids.push(spill.append(encodeBatch(batch, datumCodec)))
    this.#length += batch.length
  }

  *batches(): Generator<Batch, void, void> {
    const { spill, datumCodec } = this.#context
    assert(spill !== undefined, 'spilled rows have a spill store')
    for (const id of this.#ids) {
      const bytes = spill.read(id)
      const batch = decodeBatch(bytes, this.#kinds, datumCodec)
      releaseBytes(bytes)
      yield batch
    }
  }

  release(): void {
    for (const id of this.#ids) this.#context.spill?.release(id)
    this.#ids.length = 0
  }
}
