/**
 * Where one statement's operators put rows that exceed its memory: one spill file, made when the first of them needs it and
 * gone when the statement ends, however it ends. Operators release their own segments; when none is left the file goes early.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { SpillStore } from '../../execute/memory/spill-store.ts'

/** A file of segments that is freed as a whole. */
export interface SpillSegments {
  append(bytes: Uint8Array): number
  read(id: number): Uint8Array
  release(): void
}

/** What keeping a segment takes besides its bytes. */
const SEGMENT_BYTES = 64

export class StatementSpill implements SpillStore {
  readonly #create: () => SpillSegments
  #file: SpillSegments | undefined
  readonly #limitBytes: number
  #held = 0
  #bytes = 0

  constructor(create: () => SpillSegments, limitBytes: number) {
    this.#create = create
    this.#limitBytes = limitBytes
  }

  append(bytes: Uint8Array): number {
    this.#file ??= this.#create()
    this.#bytes += bytes.length + SEGMENT_BYTES
    if (this.#bytes > this.#limitBytes) {
      const limit = Math.floor(this.#limitBytes / 1024)
      throw new SqlError('53400', `temporary file size exceeds temp_file_limit (${limit}kB)`)
    }
    this.#held++
    return this.#file.append(bytes)
  }

  read(id: number): Uint8Array {
    if (this.#file === undefined) throw new RangeError(`spill segment ${id} was released`)
    return this.#file.read(id)
  }

  release(_id: number): void {
    if (--this.#held === 0) this.close()
  }

  close(): void {
    this.#file?.release()
    this.#file = undefined
    this.#held = 0
    this.#bytes = 0
  }
}
