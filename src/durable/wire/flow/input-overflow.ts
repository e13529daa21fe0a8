/**
 * Copied data that come faster than their rows are stored. A WebSocket of a Durable Object cannot be told to wait, so what is beyond a
 * few megabytes lies in the object's storage until it is its turn.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { SpillSegments } from '../../../sql/session/limits/statement-spill.ts'

/** So much waits in memory first. */
export const OVERFLOW_FROM_BYTES = 4 << 20
const MAX_BYTES = 2 ** 30

export class InputOverflow {
  readonly #create: () => SpillSegments
  #file: SpillSegments | undefined
  readonly #segments: number[] = []
  #next = 0
  #bytes = 0

  constructor(create: () => SpillSegments) {
    this.#create = create
  }

  get isEmpty(): boolean {
    return this.#file === undefined
  }

  /** Raises 53200 when it is too much even for the storage. */
  add(chunk: Uint8Array): void {
    this.#file ??= this.#create()
    this.#bytes += chunk.length
    if (this.#bytes > MAX_BYTES) {
      throw new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory', {
        detail: 'Too many messages wait to be answered.',
      })
    }
    this.#segments.push(this.#file.append(chunk))
  }

  /** The oldest chunk. The space is free when all have been taken. */
  take(): Uint8Array | undefined {
    const segment = this.#segments[this.#next]
    if (this.#file === undefined || segment === undefined) return undefined
    this.#next++
    const chunk = this.#file.read(segment)
    if (this.#next === this.#segments.length) this.release()
    return chunk
  }

  release(): void {
    this.#file?.release()
    this.#file = undefined
    this.#segments.length = 0
    this.#next = 0
    this.#bytes = 0
  }
}
