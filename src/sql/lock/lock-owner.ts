/**
 * Who holds locks: a session. What its transaction holds lies in levels, one for each savepoint that locks were taken after,
 * so that ROLLBACK TO lets go of just those; what the session itself holds outlives its transactions.
 */
import type { TreeId } from '../../storage/access.ts'
import type { Oid } from '../catalog/catalog.ts'
import { ROW_LOCK_STRENGTHS, rowConflicts } from './lock-mode.ts'
import type { RowLockStrength, TableLockMode } from './lock-mode.ts'
import { RowIdSet } from './row-id-set.ts'
import type { Waiter } from './waiter.ts'

/** By strength. */
type RowSets = (RowIdSet | undefined)[]

/** The locks taken between two savepoints. */
export interface HeldLocks {
  /** Masks of modes. */
  readonly relations: Map<Oid, number>
  readonly rows: Map<TreeId, RowSets>
  /** By key: how often each mode was taken. */
  readonly advisory: Map<string, Map<TableLockMode, number>>
  readonly names: Set<string>
}

function newHeldLocks(): HeldLocks {
  return { relations: new Map(), rows: new Map(), advisory: new Map(), names: new Set() }
}

/** Advisory locks by key, and how often each mode was taken. Survives a structured clone. */
export type AdvisoryHoldings = ReadonlyMap<string, ReadonlyMap<TableLockMode, number>>

export class LockOwner {
  readonly processId: number
  /** Numbers the transaction that it is in, for those who wait for its end. */
  transaction = 0
  /** What that has written. */
  writes: { readonly hasWrites: boolean } | undefined
  /** What it waits for. */
  waiting: Waiter | undefined
  /** Held by the session. */
  readonly session: Map<string, Map<TableLockMode, number>> = new Map()
  /** Counts the changes of what the session holds. */
  sessionChanges = 0
  #levels: HeldLocks[] = []
  /** Locks from now on belong to a level of their own. */
  #startsLevel = false

  constructor(processId: number) {
    this.processId = processId
  }

  get levels(): readonly HeldLocks[] {
    return this.#levels
  }

  /** Where to write down the next lock. */
  get newest(): HeldLocks {
    const last = this.#levels.at(-1)
    if (last !== undefined && !this.#startsLevel) return last
    this.#startsLevel = false
    const level = newHeldLocks()
    this.#levels.push(level)
    return level
  }

  /** How far ROLLBACK TO has to go back. */
  mark(): number {
    this.#startsLevel = true
    return this.#levels.length
  }

  /** Lets go of what was locked since; the manager wakes who waited for it. */
  dropSince(mark: number): void {
    this.#levels.length = Math.min(this.#levels.length, mark)
    this.#startsLevel = true
  }

  dropAll(): void {
    this.#levels = []
    this.#startsLevel = false
  }

  get holdsNothing(): boolean {
    return this.#levels.length === 0 && this.session.size === 0
  }

  relationModes(relation: Oid): number {
    let modes = 0
    for (const { relations } of this.#levels) modes |= relations.get(relation) ?? 0
    return modes
  }

  addRelation(relation: Oid, mode: TableLockMode): void {
    const { relations } = this.newest
    relations.set(relation, (relations.get(relation) ?? 0) | (1 << mode))
  }

  get hasRows(): boolean {
    return this.#levels.some(({ rows }) => rows.size > 0)
  }

  hasRowsOf(tree: TreeId): boolean {
    return this.#levels.some(({ rows }) => rows.has(tree))
  }

  addRows(tree: TreeId, rowIds: ArrayLike<number>, strength: RowLockStrength): void {
    const { rows } = this.newest
    let sets = rows.get(tree)
    if (sets === undefined) rows.set(tree, (sets = []))
    const set = (sets[strength] ??= new RowIdSet())
    for (let i = 0; i < rowIds.length; i++) set.add(rowIds[i]!)
  }

  /** Holds the row at least so strongly. */
  holdsRow(tree: TreeId, rowId: number, strength: RowLockStrength): boolean {
    for (const { rows } of this.#levels) {
      const sets = rows.get(tree)
      if (sets === undefined) continue
      for (let held = strength as number; held < ROW_LOCK_STRENGTHS.length; held++) {
        if (sets[held]?.has(rowId) === true) return true
      }
    }
    return false
  }

  /** Holds the row in a strength that excludes this one for others. */
  excludesRow(tree: TreeId, rowId: number, strength: RowLockStrength): boolean {
    for (const { rows } of this.#levels) {
      const sets = rows.get(tree)
      if (sets === undefined) continue
      for (const held of rowConflicts(strength)) if (sets[held]?.has(rowId) === true) return true
    }
    return false
  }

  holdsName(name: string): boolean {
    return this.#levels.some(({ names }) => names.has(name))
  }

  /** A mask of the modes in which it holds an advisory lock, by its transaction and by itself. */
  advisoryModes(key: string): number {
    let modes = maskOf(this.session.get(key))
    for (const { advisory } of this.#levels) modes |= maskOf(advisory.get(key))
    return modes
  }

  /** What it held before it slept. */
  restore(held: AdvisoryHoldings): void {
    for (const [key, counts] of held) this.session.set(key, new Map(counts))
  }

  addAdvisory(key: string, mode: TableLockMode, ofSession: boolean): void {
    if (ofSession) this.sessionChanges++
    const held = ofSession ? this.session : this.newest.advisory
    const counts = held.get(key) ?? new Map<TableLockMode, number>()
    held.set(key, counts)
    counts.set(mode, (counts.get(mode) ?? 0) + 1)
  }

  /** False when the session does not hold it. */
  removeAdvisory(key: string, mode: TableLockMode): boolean {
    const counts = this.session.get(key)
    const count = counts?.get(mode) ?? 0
    if (counts === undefined || count === 0) return false
    this.sessionChanges++
    if (count > 1) counts.set(mode, count - 1)
    else counts.delete(mode)
    if (counts.size === 0) this.session.delete(key)
    return true
  }
}

function maskOf(counts: ReadonlyMap<TableLockMode, number> | undefined): number {
  let mask = 0
  if (counts !== undefined) for (const mode of counts.keys()) mask |= 1 << mode
  return mask
}
