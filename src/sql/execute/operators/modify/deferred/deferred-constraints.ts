/**
 * What a transaction has put off: constraints that are looked at when the statement or the transaction is over, or when SET
 * CONSTRAINTS … IMMEDIATE asks for it. Kept small however much is changed: the numbers of the rows to look at, as bits, and keys
 * that were lost, up to a bound, beyond which the whole constraint is looked at.
 *
 * Lives as long as the transaction, in levels so that ROLLBACK TO a savepoint forgets what came after it.
 */
import type { Datum } from '../../../../../storage/vector.ts'
import type { Oid } from '../../../../catalog/catalog.ts'
import { RowIdSet } from '../../../../lock/row-id-set.ts'

/** What a constraint says of itself. */
export interface Deferrable {
  readonly oid: Oid
  readonly deferrable: boolean
  /** INITIALLY DEFERRED */
  readonly deferred: boolean
}

export type Key = readonly (Datum | null)[]

/** More lost keys of one constraint are not kept one by one. */
const MOST_LOST_KEYS = 10_000

/** Keys that rows may still refer to though nobody has them any more; 'all': too many to name. */
export type LostKeys = ReadonlyMap<string, Key> | 'all'

interface Pending {
  readonly constraint: Deferrable
  /** The table whose changes are to be looked at. */
  readonly table: Oid
  readonly rows: RowIdSet
  lost: Map<string, Key> | 'all'
}

interface Level {
  /** By constraint and table: a foreign key has two. */
  readonly pending: Map<string, Pending>
  /** What the levels before have put off and has been looked at since. */
  readonly settled: Set<Oid>
  readonly modes: Modes
}

/** SET CONSTRAINTS. */
interface Modes {
  readonly all: boolean | undefined
  readonly single: ReadonlyMap<Oid, boolean>
}

/** What is to be looked at in one table. */
export interface PendingCheck {
  readonly table: Oid
  readonly rows: RowIdSet
  readonly lost: LostKeys
}

export class DeferredConstraints {
  /** Most transactions need none. */
  #made: Level[] | undefined
  #startsLevel = false

  /** Whether a change now is looked at when the transaction commits. */
  isDeferred({ oid, deferrable, deferred }: Deferrable): boolean {
    if (!deferrable) return false
    const { all, single } = this.#last.modes
    return single.get(oid) ?? all ?? deferred
  }

  noteRows(constraint: Deferrable, table: Oid, rowIds: ArrayLike<number>): void {
    if (rowIds.length === 0) return
    const { rows } = this.#pendingOf(constraint, table)
    for (let i = 0; i < rowIds.length; i++) rows.add(rowIds[i]!)
  }

  /** `named`: whether each key has to be kept by itself. */
  noteLost(constraint: Deferrable, table: Oid, encoded: string, key: Key, named: boolean): void {
    const pending = this.#pendingOf(constraint, table)
    if (pending.lost === 'all') return
    pending.lost.set(encoded, key)
    if (pending.lost.size > MOST_LOST_KEYS && !named) pending.lost = 'all'
  }

  /** What is to be looked at: all, or that which is not deferred. */
  due(all: boolean): readonly Deferrable[] {
    const found = new Map<Oid, Deferrable>()
    for (const { constraint } of this.#open()) {
      if (all || !this.isDeferred(constraint)) found.set(constraint.oid, constraint)
    }
    return [...found.values()]
  }

  get hasPending(): boolean {
    return this.#made?.some(({ pending }) => pending.size > 0) === true
  }

  /** What is to be looked at for this constraint; from now on it counts as done. */
  take(constraint: Deferrable): readonly PendingCheck[] {
    const taken = [...this.#open()].filter((one) => one.constraint.oid === constraint.oid)
    const { pending, settled } = this.#newest
    for (const [key, one] of pending) if (one.constraint.oid === constraint.oid) pending.delete(key)
    if (this.#levels.length > 1) settled.add(constraint.oid)
    return taken
  }

  /** A change of the table is still to be looked at. */
  concerns(table: Oid): boolean {
    if (this.#made === undefined) return false
    for (const pending of this.#open()) if (pending.table === table) return true
    return false
  }

  /** SET CONSTRAINTS; without constraints of all. */
  setModes(constraints: readonly Oid[] | undefined, deferred: boolean): void {
    const level = this.#newest
    const single = new Map(level.modes.single)
    for (const oid of constraints ?? []) single.set(oid, deferred)
    const modes: Modes =
      constraints === undefined
        ? { all: deferred, single: new Map() }
        : { all: level.modes.all, single }
    this.#levels[this.#levels.length - 1] = { ...level, modes }
  }

  /** How far ROLLBACK TO has to go back. */
  mark(): number {
    this.#startsLevel = true
    return this.#levels.length
  }

  dropSince(mark: number): void {
    this.#levels.length = Math.min(this.#levels.length, mark)
    this.#startsLevel = true
  }

  get #levels(): Level[] {
    return (this.#made ??= [newLevel({ all: undefined, single: new Map() })])
  }

  get #last(): Level {
    return this.#levels.at(-1)! // there is always the first
  }

  /** Where to write down what comes now. */
  get #newest(): Level {
    if (!this.#startsLevel) return this.#last
    this.#startsLevel = false
    const level = newLevel(this.#last.modes)
    this.#levels.push(level)
    return level
  }

  #pendingOf(constraint: Deferrable, table: Oid): Pending {
    const { pending } = this.#newest
    const key = `${constraint.oid}/${table}`
    let found = pending.get(key)
    if (found === undefined) {
      found = { constraint, table, rows: new RowIdSet(), lost: new Map() }
      pending.set(key, found)
    }
    return found
  }

  /** What nobody has looked at yet, oldest first. */
  *#open(): Iterable<Pending> {
    for (const [i, { pending }] of this.#levels.entries()) {
      for (const one of pending.values()) {
        const isSettled = this.#levels.slice(i + 1).some((l) => l.settled.has(one.constraint.oid))
        if (!isSettled) yield one
      }
    }
  }
}

function newLevel(modes: Modes): Level {
  return { pending: new Map(), settled: new Set(), modes }
}
