/** What is behind pg_locks, and who keeps whom waiting. */
import type { DatabaseLock } from '../../../execute/evaluation-session.ts'
import type { CallContext, FunctionRegistry, Value } from '../../../functions/registry.ts'
import { tableLockName } from '../../../lock/lock-mode.ts'
import type { LockOwner } from '../../../lock/lock-owner.ts'
import { PgArray } from '../../../types/value-classes.ts'

/** A tid: the block, and a place of 16 bits in it. */
const BLOCK_ROWS = 65536

export function registerLockViews(registry: FunctionRegistry): void {
  registry.set('pg_lock_status', locks)
  registry.scalar('pg_blocking_pids', ({ session }, processId: number) => {
    return new PgArray([...(session.blockingProcesses?.(processId) ?? [])])
  })
  // Who waits for a safe snapshot waits for the end of writers one by one, without a lock.
  registry.scalar('pg_safe_snapshot_blocking_pids', () => new PgArray([]))
}

function* locks({ session }: CallContext): Iterable<readonly Value[]> {
  for (const lock of session.locks?.() ?? []) {
    yield [
      lock.target.kind,
      ...targetColumns(lock),
      virtualTransaction(lock.owner),
      lock.owner.processId,
      tableLockName(lock.mode),
      lock.isGranted,
      lock.isFast,
      lock.waitsSinceMicros ?? null,
    ]
  }
}

/** Database, relation, page, tuple, virtualxid, transactionid, classid, objid, objsubid. */
function targetColumns({ target, owner, database, relation }: DatabaseLock): readonly Value[] {
  const none = [null, null, null]
  switch (target.kind) {
    case 'relation':
      return [database, target.relation, null, null, null, null, ...none]
    case 'tuple': {
      const page = Math.floor(target.rowId / BLOCK_ROWS)
      return [database, relation ?? null, page, target.rowId % BLOCK_ROWS, null, null, ...none]
    }
    case 'virtualxid':
      return [null, null, null, null, virtualTransaction(owner), null, ...none]
    case 'transactionid':
      return [null, null, null, null, null, target.transaction, ...none]
    case 'advisory': {
      const { high, low, space } = target.key
      return [database, null, null, null, null, null, high, low, space]
    }
  }
}

/** The session's number, and its transaction's. */
function virtualTransaction({ processId, transaction }: LockOwner): string {
  return `${processId}/${transaction}`
}
