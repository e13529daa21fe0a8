/**
 * A session's portals by name: those of the protocol and the cursors of SQL are one space of names. They go with their
 * transaction, or with the savepoint they were made after; a cursor WITH HOLD outlives the commit with its rows kept.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { TransactionAccess } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { Portal } from './portal.ts'

const INVALID_CURSOR_NAME = '34000'
/** Of a session, cursors included. */
const PORTALS_MAX = 1_000

export class Portals {
  readonly #portals = new Map<string, Portal>()
  #made = 0

  /** As the protocol names it. Raises 34000 when there is none of that name. */
  get(name: string): Portal {
    const portal = this.#portals.get(name)
    if (portal !== undefined) return portal
    throw new SqlError(INVALID_CURSOR_NAME, `portal "${name}" does not exist`)
  }

  /** As SQL names it. */
  cursor(name: string): Portal {
    const portal = this.find(name)
    if (portal !== undefined) return portal
    throw new SqlError(INVALID_CURSOR_NAME, `cursor "${name}" does not exist`)
  }

  find(name: string): Portal | undefined {
    return this.#portals.get(name)
  }

  get isEmpty(): boolean {
    return this.#portals.size === 0
  }

  all(): Iterable<Portal> {
    return this.#portals.values()
  }

  /** Makes room for a portal of that name: the unnamed one is replaced, another must not exist yet (42P03). */
  reserve(name: string): void {
    if (name === '') this.close('')
    else if (this.#portals.has(name)) {
      throw new SqlError(SQLSTATE.DUPLICATE_CURSOR, `cursor "${name}" already exists`)
    }
  }

  /** Raises 53200 when there are too many. */
  open(portal: Portal): void {
    if (this.#portals.size >= PORTALS_MAX) throw tooManyPortals()
    portal.number = ++this.#made
    this.#portals.set(portal.name, portal)
  }

  close(name: string): void {
    this.#portals.get(name)?.close()
    this.#portals.delete(name)
  }

  /** CLOSE ALL, and the end of the session. */
  closeAll(): void {
    if (this.#portals.size > 0) this.#closeWhere(() => true)
  }

  /** Portals that are made from now on have larger numbers. */
  get newest(): number {
    return this.#made
  }

  /** A savepoint is rolled back: what was made after it goes. */
  closeSince(number: number): void {
    if (this.#portals.size > 0) this.#closeWhere((portal) => portal.number > number)
  }

  /** The transaction ends: what is not held goes with it. */
  endTransaction(isCommitted: boolean): void {
    if (this.#portals.size === 0) return
    if (isCommitted) for (const portal of this.#portals.values()) portal.isHeld ||= portal.isKept
    this.#closeWhere((portal) => !portal.isHeld)
  }

  get hasHeld(): boolean {
    for (const portal of this.#portals.values()) if (portal.isHeld) return true
    return false
  }

  /** Before a commit: cursors WITH HOLD make the rest of their rows while they can. */
  *hold(): Task<void> {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) {
      if (!portal.isHeld && portal.isKept) yield* portal.finish()
    }
  }

  /** What runs next may change rows that a portal has still to read: it shall not see that. */
  freeze(access: TransactionAccess, except?: Portal): void {
    if (this.#portals.size === 0) return
    for (const portal of this.#portals.values()) {
      if (portal === except || portal.hasStarted) continue
      portal.snapshot ??= access.frozen()
    }
  }

  #closeWhere(isOver: (portal: Portal) => boolean): void {
    for (const [name, portal] of this.#portals) {
      if (!isOver(portal)) continue
      portal.close()
      this.#portals.delete(name)
    }
  }
}

function tooManyPortals(): SqlError {
  return new SqlError(SQLSTATE.OUT_OF_MEMORY, 'too many open portals', {
    detail: `A session may have ${PORTALS_MAX} portals and cursors at a time.`,
  })
}
