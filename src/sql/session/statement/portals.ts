/** The portals of a session's transaction, by name. They go with the transaction. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { Portal } from './portal.ts'
import type { BoundPortal } from './portal.ts'

export class Portals {
  readonly #portals = new Map<string, Portal>()

  /** Raises 34000 when there is none of that name. */
  get(name: string): Portal {
    const portal = this.#portals.get(name)
    if (portal !== undefined) return portal
    throw new SqlError('34000', `portal "${name}" does not exist`)
  }

  /** Makes room for a portal of that name: the unnamed one is replaced, another must not exist yet (42P03). */
  reserve(name: string): void {
    if (name === '') this.close('')
    else if (this.#portals.has(name)) {
      throw new SqlError(SQLSTATE.DUPLICATE_CURSOR, `cursor "${name}" already exists`)
    }
  }

  open(bound: BoundPortal): void {
    this.#portals.set(bound.name, new Portal(bound))
  }

  close(name: string): void {
    this.#portals.get(name)?.close()
    this.#portals.delete(name)
  }

  closeAll(): void {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) portal.close()
    this.#portals.clear()
  }

  /** What runs next may change rows that a suspended portal has still to read. */
  *settle(except?: Portal): Task<void> {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) if (portal !== except) yield* portal.settle()
  }
}
