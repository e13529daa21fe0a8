/**
 * A run of segments that a statement puts aside because its memory is used up: sorted runs, hash partitions,
 * materialised rows. It lives in the local store until released, and never survives the object.
 */
import { AssertionError, assert } from '../../errors/sql-error.ts'
import type { LocalStore } from '../platform/local-store.ts'

export class SpillFile {
  readonly #local: LocalStore
  readonly #file: number
  readonly #onRelease: (file: SpillFile) => void
  #segments = 0
  #sizeBytes = 0
  #released = false

  constructor(local: LocalStore, file: number, onRelease: (file: SpillFile) => void) {
    this.#local = local
    this.#file = file
    this.#onRelease = onRelease
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Returns the id to read the segment by. A segment may have any size; some tens of KB are best. */
  append(bytes: Uint8Array): number {
    assert(!this.#released, 'spill file was released')
    const id = this.#segments++
    this.#local.putSpill(this.#file, id, bytes)
    this.#sizeBytes += bytes.length
    return id
  }

  read(id: number): Uint8Array {
    const bytes = this.#local.getSpill(this.#file, id)
    if (bytes === undefined) throw new AssertionError(`spill segment ${id} is missing`)
    return bytes
  }

  /** Frees the space; may be called twice. */
  release(): void {
    if (this.#released) return
    this.#released = true
    if (this.#segments > 0) this.#local.deleteSpill(this.#file)
    this.#onRelease(this)
  }
}

/** Hands out spill files of one branch and knows what they take. */
export class SpillSpace {
  readonly #local: LocalStore
  readonly #open = new Set<SpillFile>()
  #next = 1

  /** Whatever an earlier life of the object left is dropped. */
  constructor(local: LocalStore) {
    this.#local = local
    local.clearSpill()
  }

  create(): SpillFile {
    const file = new SpillFile(this.#local, this.#next++, (done) => this.#open.delete(done))
    this.#open.add(file)
    return file
  }

  get sizeBytes(): number {
    let total = 0
    for (const file of this.#open) total += file.sizeBytes
    return total
  }
}
