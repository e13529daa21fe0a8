/**
 * What a transaction has put off: constraints that are looked at when the statement or the transaction is over, or when SET
 * CONSTRAINTS … IMMEDIATE asks for it. Kept small however much is changed: the numbers of the rows to look at, as bits, and keys
 * that were lost, up to a bound, beyond which the whole constraint is looked at. They are looked at in the order of the changes, so
 * that of several violations the first is the one that is told.
 *
 * Lives as long as the transaction, in levels so that ROLLBACK TO a savepoint forgets what came after it.
 */
import type { Datum } from '../../../../../storage/vector.ts'
import type { Oid } from '../../../../catalog/catalog.ts'
import type { Key as EncodedKey } from '../../../keys/key-encoding.ts'
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
export type LostKeys = ReadonlyMap<EncodedKey, Key> | 'all'

/** A stretch of changes that concern the same constraint: either rows or keys. */
interface Pending {
  readonly constraint: Deferrable
  /** The table whose changes are to be looked at. */
  readonly table: Oid
  readonly rows?: RowIdSet
  lost?: Map<EncodedKey, Key> | 'all'
}

export type PendingCheck = Readonly<Pending>

/** Beyond so many stretches what comes is added to those that are there, in whatever order. */
const MOST_STRETCHES = 1000

interface Level {
  readonly pending: Pending[]
  /** What the levels before have put off and has been looked at since. */
  readonly settled: Set<Oid>
  readonly modes: Modes
}

/** SET CONSTRAINTS. */
interface Modes {
  readonly all: boolean | undefined
  readonly single: ReadonlyMap<Oid, boolean>
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
    const { rows } = this.#stretch({ constraint, table, rows: new RowIdSet() })
    for (let i = 0; i < rowIds.length; i++) rows?.add(rowIds[i]!)
  }

  /** `named`: whether each key has to be kept by itself. */
  noteLost(
    constraint: Deferrable,
    table: Oid,
    encoded: EncodedKey,
    key: Key,
    named: boolean,
  ): void {
    const pending = this.#stretch({ constraint, table, lost: new Map() })
    if (pending.lost === undefined || pending.lost === 'all') return
    pending.lost.set(encoded, key)
    if (pending.lost.size > MOST_LOST_KEYS && !named) pending.lost = 'all'
  }

  get hasPending(): boolean {
    return this.#made?.some(({ pending }) => pending.length > 0) === true
  }

  /** What is to be looked at now, all or that which is not deferred; from now on it counts as done. */
  take(all: boolean): readonly PendingCheck[] {
    const due = [...this.#open()].filter(({ constraint }) => all || !this.isDeferred(constraint))
    if (due.length === 0) return due
    const taken = new Set(due)
    const { pending, settled } = this.#newest
    const left = pending.filter((one) => !taken.has(one))
    pending.splice(0, pending.length, ...left)
    if (this.#levels.length > 1) for (const { constraint } of due) settled.add(constraint.oid)
    return due
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

  /** Where to add what comes: to the newest stretch when that is of the same kind. */
  #stretch(fresh: Pending): Pending {
    const { pending } = this.#newest
    const isSame = (one: Pending): boolean =>
      one.constraint.oid === fresh.constraint.oid &&
      one.table === fresh.table &&
      (one.rows === undefined) === (fresh.rows === undefined)
    const last = pending.at(-1)
    if (last !== undefined && isSame(last)) return last
    const known = pending.length < MOST_STRETCHES ? undefined : pending.findLast(isSame)
    if (known === undefined) pending.push(fresh)
    return known ?? fresh
  }

  /** What nobody has looked at yet, oldest first. */
  *#open(): Iterable<Pending> {
    for (const [i, { pending }] of this.#levels.entries()) {
      for (const one of pending) {
        const isSettled = this.#levels.slice(i + 1).some((l) => l.settled.has(one.constraint.oid))
        if (!isSettled) yield one
      }
    }
  }
}

function newLevel(modes: Modes): Level {
  return { pending: [], settled: new Set(), modes }
}
