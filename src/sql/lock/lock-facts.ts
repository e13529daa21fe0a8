/**
 * The locks of a database as pg_locks lists them. Locks of rows are not in it, as in PostgreSQL: who waits for one waits for the
 * transaction that holds it.
 *
 * LIMIT: indexes and system catalogs are not locked, so they are not listed.
 */
import type { TreeId } from '../../storage/access.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { LockManager } from './lock-manager.ts'
import { TABLE_LOCK, TABLE_LOCKS, isWeak } from './lock-mode.ts'
import type { RowLockStrength, TableLockMode } from './lock-mode.ts'
import type { LockOwner } from './lock-owner.ts'
import { readAdvisoryKey } from './lock-tag.ts'
import type { AdvisoryKey } from './lock-tag.ts'
import type { Waiter } from './waiter.ts'

export type LockTarget =
  | { readonly kind: 'relation'; readonly relation: Oid }
  | { readonly kind: 'tuple'; readonly tree: TreeId; readonly rowId: number }
  | { readonly kind: 'transactionid'; readonly transaction: number }
  /** A transaction by its session. */
  | { readonly kind: 'virtualxid' }
  | { readonly kind: 'advisory'; readonly key: AdvisoryKey }

export interface LockFacts {
  readonly target: LockTarget
  readonly owner: LockOwner
  readonly mode: TableLockMode
  readonly isGranted: boolean
  /** Taken without a look at others. */
  readonly isFast: boolean
  readonly waitsSinceMicros: number | undefined
}

/** What PostgreSQL locks a row's place with while it waits for the row. */
const PLACE_LOCKS: Readonly<Record<RowLockStrength, TableLockMode>> = {
  0: TABLE_LOCK.accessShare,
  1: TABLE_LOCK.rowShare,
  2: TABLE_LOCK.exclusive,
  3: TABLE_LOCK.accessExclusive,
}

export function* lockFacts(manager: LockManager): Iterable<LockFacts> {
  for (const owner of manager.owners) {
    yield* transactionLocks(owner)
    yield* heldRelations(owner)
    yield* heldAdvisory(owner)
    if (owner.waiting !== undefined) yield* awaited(manager, owner.waiting)
  }
}

function granted(owner: LockOwner, target: LockTarget, mode: TableLockMode): LockFacts {
  const isFast = target.kind === 'virtualxid' || (target.kind === 'relation' && isWeak(mode))
  return { target, owner, mode, isGranted: true, isFast, waitsSinceMicros: undefined }
}

function waitsFor(
  { owner, sinceMicros }: Waiter,
  target: LockTarget,
  mode: TableLockMode,
): LockFacts {
  return { target, owner, mode, isGranted: false, isFast: false, waitsSinceMicros: sinceMicros }
}

/** Each transaction holds itself, and by its number too once it has written or locked rows. */
function* transactionLocks(owner: LockOwner): Iterable<LockFacts> {
  const { transaction, writes } = owner
  if (transaction === 0) return
  yield granted(owner, { kind: 'virtualxid' }, TABLE_LOCK.exclusive)
  if (writes?.hasWrites !== true && !owner.hasRows) return
  yield granted(owner, { kind: 'transactionid', transaction }, TABLE_LOCK.exclusive)
}

function* heldRelations(owner: LockOwner): Iterable<LockFacts> {
  const held = new Map<Oid, number>()
  for (const { relations } of owner.levels) {
    for (const [relation, modes] of relations) held.set(relation, (held.get(relation) ?? 0) | modes)
  }
  for (const [relation, modes] of held) {
    yield* modesOf(owner, { kind: 'relation', relation }, modes)
  }
}

function* heldAdvisory(owner: LockOwner): Iterable<LockFacts> {
  const keys = new Set(owner.session.keys())
  for (const { advisory } of owner.levels) for (const key of advisory.keys()) keys.add(key)
  for (const key of keys) {
    const target: LockTarget = { kind: 'advisory', key: readAdvisoryKey(key) }
    yield* modesOf(owner, target, owner.advisoryModes(key))
  }
}

function* modesOf(owner: LockOwner, target: LockTarget, modes: number): Iterable<LockFacts> {
  for (const mode of TABLE_LOCKS) if ((modes >>> mode) & 1) yield granted(owner, target, mode)
}

function* awaited(manager: LockManager, waiter: Waiter): Iterable<LockFacts> {
  const { request, owner } = waiter
  switch (request.kind) {
    case 'relation':
    case 'advisory':
      return yield waitsFor(waiter, request, request.mode)
    case 'row': {
      const place: LockTarget = { kind: 'tuple', tree: request.tree, rowId: request.rowId }
      const mode = PLACE_LOCKS[request.strength]
      if (manager.isBehindOthers(waiter)) return yield waitsFor(waiter, place, mode)
      yield granted(owner, place, mode)
      return yield* awaitedEnds(waiter, manager.nextBlockers(waiter))
    }
    case 'name':
      return yield* awaitedEnds(waiter, manager.blockersOf(waiter))
    case 'transaction':
      return yield* awaitedEnds(waiter, [request.of])
  }
}

function* awaitedEnds(waiter: Waiter, owners: readonly LockOwner[]): Iterable<LockFacts> {
  for (const { transaction } of owners) {
    yield waitsFor(waiter, { kind: 'transactionid', transaction }, TABLE_LOCK.share)
  }
}

/** Who has to move before the session of that process can go on. */
export function blockingProcesses(manager: LockManager, processId: number): readonly number[] {
  for (const { waiting } of manager.owners) {
    if (waiting?.owner.processId !== processId) continue
    return manager.nextBlockers(waiting).map((blocker) => blocker.processId)
  }
  return []
}
