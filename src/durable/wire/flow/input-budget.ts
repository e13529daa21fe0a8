/**
 * What clients have sent and nobody has answered yet lies in the object's memory: there is so much room for all connections
 * together, and less of it for those whose clients are not known.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

/** A message may have 32 MiB. */
const KNOWN_BYTES = 40 << 20
const ALL_KNOWN_BYTES = 56 << 20
/** A startup message, a password, and perhaps the first query. */
const UNKNOWN_BYTES = 2 << 20
const ALL_UNKNOWN_BYTES = 8 << 20

export class InputBudget {
  readonly #taken = { known: 0, unknown: 0 }

  open(): ConnectionInput {
    return new ConnectionInput(this.#taken)
  }
}

/** One connection's share. */
export class ConnectionInput {
  readonly #taken: { known: number; unknown: number }
  #bytes = 0
  #isKnown = false

  constructor(taken: { known: number; unknown: number }) {
    this.#taken = taken
  }

  /** How much waits now. Raises 53200 when that is too much. */
  note(bytes: number): void {
    if (bytes === this.#bytes) return
    const kind = this.#isKnown ? 'known' : 'unknown'
    const grows = bytes > this.#bytes
    this.#taken[kind] += bytes - this.#bytes
    this.#bytes = bytes
    const most = this.#isKnown ? KNOWN_BYTES : UNKNOWN_BYTES
    const mostOfAll = this.#isKnown ? ALL_KNOWN_BYTES : ALL_UNKNOWN_BYTES
    if (grows && (bytes > most || this.#taken[kind] > mostOfAll)) throw tooMuch()
  }

  /** The client has said who it is. */
  known(): void {
    const bytes = this.#bytes
    this.close()
    this.#isKnown = true
    this.note(bytes)
  }

  close(): void {
    this.note(0)
  }
}

function tooMuch(): SqlError {
  return new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory', {
    detail: 'Too many messages wait to be answered.',
  })
}
