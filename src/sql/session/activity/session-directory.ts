/** All sessions of a branch, by process id: those that are in memory enter themselves, those that sleep are listed by who keeps them. */
import type { SessionFacts } from '../../execute/session-facts.ts'

export interface SessionEntry {
  readonly facts: SessionFacts
  /** pg_cancel_backend() */
  cancel(): void
  /** pg_terminate_backend() */
  terminate(): void
}

export class SessionDirectory {
  readonly #entries = new Map<number, SessionEntry>()
  #sleeping: () => Iterable<SessionEntry> = () => []

  add(processId: number, entry: SessionEntry): void {
    this.#entries.set(processId, entry)
  }

  remove(processId: number): void {
    this.#entries.delete(processId)
  }

  /** Where sessions are listed that were put away. */
  listSleeping(list: () => Iterable<SessionEntry>): void {
    this.#sleeping = list
  }

  *all(): Iterable<SessionEntry> {
    yield* this.#entries.values()
    yield* this.#sleeping()
  }

  find(processId: number): SessionEntry | undefined {
    const entry = this.#entries.get(processId)
    if (entry !== undefined) return entry
    for (const sleeping of this.#sleeping()) {
      if (sleeping.facts.processId === processId) return sleeping
    }
    return undefined
  }
}
