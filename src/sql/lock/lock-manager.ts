/**
 * The locks of a database: who may have which, and who waits. A lock lies with its owner (`lock-owner.ts`); here is only what
 * compares owners and queues those that must wait, first come first served.
 *
 * Weak table locks are by far the most frequent and never exclude each other: they cost one note with their owner, and only
 * who asks for a strong one looks through all owners.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { TreeId } from '../../storage/access.ts'
import type { Task } from '../../storage/task.ts'
import type { Oid } from '../catalog/catalog.ts'
import { deadlockError, findCycle } from './deadlock.ts'
import { conflictsWith, isWeak, rowConflicts } from './lock-mode.ts'
import type { RowLockStrength, TableLockMode } from './lock-mode.ts'
import { LockOwner } from './lock-owner.ts'
import type { AdvisoryHoldings } from './lock-owner.ts'
import { advisoryKey, queueKey } from './lock-tag.ts'
import type { LockRequest } from './lock-tag.ts'
import { Waiter } from './waiter.ts'

/** How long to wait for one lock. */
export interface WaitLimit {
  /** lock_timeout; 0 for no limit. */
  readonly timeoutMs: number
  nowMicros(): number
  after(ms: number, callback: () => void): () => void
}

/** In a queue. */
type Place = Pick<Waiter, 'owner' | 'request'>

export class LockManager {
  readonly #owners = new Set<LockOwner>()
  /** Owners whose sessions are put away, by process id. */
  readonly #sleeping = new Map<number, LockOwner>()
  readonly #queues = new Map<string, Waiter[]>()
  /** Owners that hold a table lock which is not weak. */
  readonly #strong = new Set<LockOwner>()
  /** Owners that hold locks of rows. */
  readonly #rowOwners = new Set<LockOwner>()

  /** For pg_locks: whoever holds or awaits anything. */
  get owners(): Iterable<LockOwner> {
    return this.#owners
  }

  /** A session's; what it held when it was put away is still its own. */
  newOwner(processId: number): LockOwner {
    const sleeping = this.#sleeping.get(processId)
    this.#sleeping.delete(processId)
    return sleeping ?? new LockOwner(processId)
  }

  /** A session that sleeps goes on holding its advisory locks. */
  adopt(processId: number, held: AdvisoryHoldings): void {
    if (held.size === 0) return
    const owner = new LockOwner(processId)
    owner.restore(held)
    this.#owners.add(owner)
    this.#sleeping.set(processId, owner)
  }

  /** A session goes on where it was put away, in this memory or another. */
  resume(owner: LockOwner, held: AdvisoryHoldings): void {
    if (owner.session.size > 0 || held.size === 0) return
    owner.restore(held)
    this.#owners.add(owner)
  }

  /** A session that slept will not come back. */
  abandon(processId: number): void {
    const owner = this.#sleeping.get(processId)
    if (owner === undefined) return
    this.#sleeping.delete(processId)
    this.releaseSession(owner)
  }

  /** The owner begins a transaction; others can wait for its end. */
  begin(owner: LockOwner, transaction: number, writes: LockOwner['writes']): void {
    owner.transaction = transaction
    owner.writes = writes
    this.#owners.add(owner)
  }

  /** Others are in a transaction, or hold locks beyond one. */
  hasOthers(owner: LockOwner): boolean {
    return this.#owners.size > (this.#owners.has(owner) ? 1 : 0)
  }

  /** The owner's transaction is over. */
  end(owner: LockOwner): void {
    owner.transaction = 0
    owner.writes = undefined
    owner.dropAll()
    this.#strong.delete(owner)
    this.#rowOwners.delete(owner)
    if (owner.holdsNothing) this.#owners.delete(owner)
    this.#grantWaiting()
  }

  /** ROLLBACK TO: lets go of what the owner's transaction has locked since. Who waits for its end looks again. */
  releaseSince(owner: LockOwner, mark: number): void {
    owner.dropSince(mark)
    for (const queue of this.#queues.values()) {
      for (const waiter of queue) {
        const { request } = waiter
        if (request.kind === 'transaction' && request.of === owner) waiter.grant()
      }
    }
    this.#grantWaiting()
  }

  /** Does not wait: false when others stand against it. */
  tryAcquire(owner: LockOwner, request: LockRequest): boolean {
    if (this.#isHeld(owner, request)) return true
    if (!this.#isFree(owner, request)) return false
    this.#grant(owner, request)
    return true
  }

  /**
   * Waits until it is free. True when it had to wait: what was read before may have changed. Raises 40P01 when it would wait
   * for ever, 55P03 after the limit.
   */
  *acquire(owner: LockOwner, request: LockRequest, limit: WaitLimit): Task<boolean> {
    if (this.tryAcquire(owner, request)) return false
    const waiter = this.#enqueue(owner, request, limit.nowMicros())
    let isOver = false
    const cancelTimer =
      limit.timeoutMs === 0
        ? undefined
        : limit.after(limit.timeoutMs, () => {
            isOver = true
            waiter.wake()
          })
    try {
      this.#breakDeadlock(waiter)
      while (!waiter.isGranted) {
        if (isOver) throw lockTimeoutError()
        yield { kind: 'blocked', until: waiter.settled }
      }
      return true
    } finally {
      cancelTimer?.()
      this.#dequeue(waiter)
    }
  }

  /** All rows at once when nobody is in the way; else how many of the first were locked. */
  tryAcquireRows(
    owner: LockOwner,
    tree: TreeId,
    rowIds: ArrayLike<number>,
    strength: RowLockStrength,
  ): number {
    if (this.#isAloneIn(owner, tree)) {
      owner.addRows(tree, rowIds, strength)
      this.#rowOwners.add(owner)
      return rowIds.length
    }
    for (let i = 0; i < rowIds.length; i++) {
      if (!this.tryAcquire(owner, { kind: 'row', tree, rowId: rowIds[i]!, strength })) return i
    }
    return rowIds.length
  }

  /** A table lock that is granted at once, as almost every one is. */
  tryRelation(owner: LockOwner, relation: Oid, mode: TableLockMode): boolean {
    if (this.#strong.size > 0 || this.#queues.size > 0 || !isWeak(mode)) {
      return this.tryAcquire(owner, { kind: 'relation', relation, mode })
    }
    owner.addRelation(relation, mode)
    return true
  }

  /** pg_advisory_unlock. False when the session does not hold the lock. */
  releaseAdvisory(owner: LockOwner, key: string, mode: TableLockMode): boolean {
    const wasHeld = owner.removeAdvisory(key, mode)
    if (wasHeld) this.#grantWaiting()
    return wasHeld
  }

  /** The end of the session, or pg_advisory_unlock_all. */
  releaseSession(owner: LockOwner): void {
    owner.session.clear()
    owner.sessionChanges++
    if (owner.transaction === 0) this.#owners.delete(owner)
    this.#grantWaiting()
  }

  /** Those who hold what a waiter wants, and those who came before it and exclude it. */
  blockersOf({ owner, request }: Place): LockOwner[] {
    return [...this.#holders(owner, request), ...this.#aheadOf({ owner, request })]
  }

  /** As `blockersOf`, in PostgreSQL's eyes: of those that wait for a row only the first waits for the row's holder. */
  nextBlockers({ owner, request }: Place): LockOwner[] {
    if (request.kind !== 'row') return this.blockersOf({ owner, request })
    const ahead = this.#aheadOf({ owner, request })
    return ahead.length > 0 ? ahead : this.#holders(owner, request).slice(0, 1)
  }

  /** Another waits for the same row, and came before. */
  isBehindOthers(waiter: Place): boolean {
    return waiter.request.kind === 'row' && this.#aheadOf(waiter).length > 0
  }

  #aheadOf({ owner, request }: Place): LockOwner[] {
    const owners: LockOwner[] = []
    for (const ahead of this.#queues.get(queueKey(request)) ?? []) {
      if (ahead.owner === owner) break
      if (excludes(ahead.request, request)) owners.push(ahead.owner)
    }
    return owners
  }

  #isAloneIn(owner: LockOwner, tree: TreeId): boolean {
    if (this.#queues.size > 0) return false
    for (const other of this.#rowOwners) if (other !== owner && other.hasRowsOf(tree)) return false
    return true
  }

  #isHeld(owner: LockOwner, request: LockRequest): boolean {
    switch (request.kind) {
      case 'relation':
        return ((owner.relationModes(request.relation) >>> request.mode) & 1) === 1
      case 'row':
        return owner.holdsRow(request.tree, request.rowId, request.strength)
      case 'advisory':
        // Counted: taken twice, it has to be given back twice.
        if (((owner.advisoryModes(advisoryKey(request.key)) >>> request.mode) & 1) === 0)
          return false
        this.#grant(owner, request)
        return true
      case 'name':
        return owner.holdsName(request.name)
      case 'transaction':
        return request.of.transaction !== request.transaction
    }
  }

  /**
   * Nobody holds what excludes it, and nobody who waits for that came first; except those who wait for this owner. For a row
   * only holders count, as in PostgreSQL: who shares it does not stand behind a writer that waits.
   */
  #isFree(owner: LockOwner, request: LockRequest): boolean {
    if (this.#holders(owner, request).length > 0) return false
    if (this.#queues.size === 0 || request.kind === 'row') return true
    for (const ahead of this.#queues.get(queueKey(request)) ?? []) {
      if (!excludes(ahead.request, request)) continue
      if (!this.#holders(ahead.owner, ahead.request).includes(owner)) return false
    }
    return true
  }

  #holders(owner: LockOwner, request: LockRequest): LockOwner[] {
    const holders: LockOwner[] = []
    for (const other of this.#possibleHolders(request)) {
      if (other !== owner && holds(other, request)) holders.push(other)
    }
    return holders
  }

  #possibleHolders(request: LockRequest): Iterable<LockOwner> {
    switch (request.kind) {
      case 'relation':
        return isWeak(request.mode) ? this.#strong : this.#owners
      case 'row':
        return this.#rowOwners
      case 'advisory':
      case 'name':
        return this.#owners
      case 'transaction':
        return [request.of]
    }
  }

  #grant(owner: LockOwner, request: LockRequest): void {
    switch (request.kind) {
      case 'relation':
        owner.addRelation(request.relation, request.mode)
        if (!isWeak(request.mode)) this.#strong.add(owner)
        break
      case 'row':
        owner.addRows(request.tree, [request.rowId], request.strength)
        this.#rowOwners.add(owner)
        break
      case 'advisory':
        owner.addAdvisory(advisoryKey(request.key), request.mode, request.ofSession)
        break
      case 'name':
        owner.newest.names.add(request.name)
        break
      case 'transaction':
        return
    }
    this.#owners.add(owner)
  }

  #enqueue(owner: LockOwner, request: LockRequest, sinceMicros: number): Waiter {
    const waiter = new Waiter(owner, request, sinceMicros)
    const key = queueKey(request)
    const queue = this.#queues.get(key)
    if (queue === undefined) this.#queues.set(key, [waiter])
    else queue.push(waiter)
    this.#owners.add(owner)
    owner.waiting = waiter
    return waiter
  }

  #dequeue(waiter: Waiter): void {
    const key = queueKey(waiter.request)
    const queue = (this.#queues.get(key) ?? []).filter((one) => one !== waiter)
    if (queue.length === 0) this.#queues.delete(key)
    else this.#queues.set(key, queue)
    waiter.owner.waiting = undefined
    // Who stood behind one that gave up may be free now.
    if (!waiter.isGranted) this.#grantWaiting()
  }

  /** In the order in which they came; who is granted leaves its queue when its task goes on. */
  #grantWaiting(): void {
    if (this.#queues.size === 0) return
    for (const queue of this.#queues.values()) {
      const stillWaiting: Waiter[] = []
      for (const waiter of queue) {
        if (waiter.isGranted) continue
        const { owner, request } = waiter
        const isFree =
          this.#holders(owner, request).length === 0 &&
          !stillWaiting.some((ahead) => excludes(ahead.request, request))
        if (isFree) {
          this.#grant(owner, request)
          waiter.grant()
        } else stillWaiting.push(waiter)
      }
    }
  }

  #breakDeadlock(waiter: Waiter): void {
    const cycle = findCycle(waiter, (one) => this.blockersOf(one))
    if (cycle !== undefined) throw deadlockError(cycle)
  }
}

/** Whether the first, once granted, would keep the second waiting. Both are of one queue. */
function excludes(first: LockRequest, second: LockRequest): boolean {
  if (first.kind === 'row' && second.kind === 'row') {
    return rowConflicts(second.strength).includes(first.strength)
  }
  if (
    (first.kind === 'relation' && second.kind === 'relation') ||
    (first.kind === 'advisory' && second.kind === 'advisory')
  ) {
    return conflictsWith(second.mode, 1 << first.mode)
  }
  return first.kind === 'name'
}

/** Whether the owner's locks stand against the request. */
function holds(owner: LockOwner, request: LockRequest): boolean {
  switch (request.kind) {
    case 'relation':
      return conflictsWith(request.mode, owner.relationModes(request.relation))
    case 'row':
      return owner.excludesRow(request.tree, request.rowId, request.strength)
    case 'advisory':
      return conflictsWith(request.mode, owner.advisoryModes(advisoryKey(request.key)))
    case 'name':
      return owner.holdsName(request.name)
    case 'transaction':
      return owner.transaction === request.transaction
  }
}

function lockTimeoutError(): SqlError {
  return new SqlError(SQLSTATE.LOCK_NOT_AVAILABLE, 'canceling statement due to lock timeout')
}
