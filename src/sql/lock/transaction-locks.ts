/**
 * The locks of a running transaction, as its statements take them. Whoever had to wait looks again at what it read before: at
 * READ COMMITTED it goes on with the newest version, at the higher levels a change since the snapshot is a 40001.
 */
import { serializationFailure } from '../../errors/serialization-failure.ts'
import type { ConcurrentAccess, TreeId, UncommittedWrite } from '../../storage/access.ts'
import { PAUSE } from '../../storage/task.ts'
import type { Task } from '../../storage/task.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { LockManager, WaitLimit } from './lock-manager.ts'
import { ROW_LOCK } from './lock-mode.ts'
import type { RowLockStrength, TableLockMode } from './lock-mode.ts'
import { LockOwner } from './lock-owner.ts'
import type { AdvisoryKey } from './lock-tag.ts'

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable'

export interface TransactionLocksOptions {
  readonly manager: LockManager
  readonly owner: LockOwner
  readonly access: ConcurrentAccess
  readonly limit: () => WaitLimit
}

export class TransactionLocks {
  readonly access: ConcurrentAccess
  /** Set when the first statement begins; until then it may still be changed. */
  isolation: IsolationLevel = 'read committed'
  readonly #manager: LockManager
  readonly #owner: LockOwner
  readonly #limit: () => WaitLimit

  constructor({ manager, owner, access, limit }: TransactionLocksOptions) {
    this.#manager = manager
    this.#owner = owner
    this.access = access
    this.#limit = limit
  }

  /** Its statements see what others commit meanwhile. */
  get seesNewest(): boolean {
    return this.isolation === 'read committed'
  }

  /** No other transaction is open, nor has one been committed since the snapshot. */
  get isAlone(): boolean {
    return this.access.isCurrent && !this.#manager.hasOthers(this.#owner)
  }

  /** True when it had to wait. */
  *relation(relation: Oid, mode: TableLockMode): Task<boolean> {
    if (this.#manager.tryRelation(this.#owner, relation, mode)) return false
    return yield* this.#manager.acquire(
      this.#owner,
      { kind: 'relation', relation, mode },
      this.#limit(),
    )
  }

  /** NOWAIT. */
  tryRelation(relation: Oid, mode: TableLockMode): boolean {
    return this.#manager.tryRelation(this.#owner, relation, mode)
  }

  /** One after the other, in this order. */
  *rows(tree: TreeId, rowIds: ArrayLike<number>, strength: RowLockStrength): Task<void> {
    let i = this.#manager.tryAcquireRows(this.#owner, tree, rowIds, strength)
    for (; i < rowIds.length; i++) {
      const request = { kind: 'row', tree, rowId: rowIds[i]!, strength } as const
      yield* this.#manager.acquire(this.#owner, request, this.#limit())
    }
  }

  /** It has taken the row to change it: nobody else has since, so the row is what this transaction sees of it. */
  hasTaken(tree: TreeId, rowId: number): boolean {
    return this.#owner.holdsRow(tree, rowId, ROW_LOCK.noKeyUpdate)
  }

  /** NOWAIT and SKIP LOCKED. */
  tryRow(tree: TreeId, rowId: number, strength: RowLockStrength): boolean {
    return this.#manager.tryAcquire(this.#owner, { kind: 'row', tree, rowId, strength })
  }

  /** Waits for the end of the transaction that has written; not of the one that its session has begun since. */
  *writerEnd({ owner, isOpen }: UncommittedWrite): Task<void> {
    if (!isOpen()) return
    // Without an owner it is none of a session, and will have ended some time.
    if (owner instanceof LockOwner) yield* this.#endOf(owner)
    else yield PAUSE
  }

  *#endOf(of: LockOwner): Task<void> {
    const request = { kind: 'transaction', of, transaction: of.transaction } as const
    yield* this.#manager.acquire(this.#owner, request, this.#limit())
  }

  /** True when it had to wait for somebody else who has taken the name. */
  *name(name: string): Task<boolean> {
    return yield* this.#manager.acquire(this.#owner, { kind: 'name', name }, this.#limit())
  }

  *advisory(key: AdvisoryKey, mode: TableLockMode, ofSession: boolean): Task<boolean> {
    const request = { kind: 'advisory', key, mode, ofSession } as const
    return yield* this.#manager.acquire(this.#owner, request, this.#limit())
  }

  /** Raises 40001 where the level forbids to go on with what another has changed. */
  *requireUnchanged(tree: TreeId, rowIds: ArrayLike<number>): Task<void> {
    const [place] = yield* this.access.changedRows(tree, rowIds)
    if (place === undefined) return
    const left = yield* this.access.newest().fetch(tree, [rowIds[place]!], [])
    throw serializationFailure(left.length === 0 ? 'delete' : 'update')
  }
}
