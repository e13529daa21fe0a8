/**
 * Deadlocks: a circle of sessions each of which waits for the next. It is looked for whenever somebody begins to wait, so the
 * one that closes the circle is the one that fails.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { tableLockName } from './lock-mode.ts'
import type { LockOwner } from './lock-owner.ts'
import type { LockRequest } from './lock-tag.ts'
import type { Waiter } from './waiter.ts'

interface Link {
  readonly waiter: Waiter
  readonly blocker: LockOwner
}

/** The circle through `start`, if there is one. */
export function findCycle(
  start: Waiter,
  blockersOf: (waiter: Waiter) => readonly LockOwner[],
): readonly Link[] | undefined {
  const visited = new Set<LockOwner>()
  const follow = (waiter: Waiter): Link[] | undefined => {
    for (const blocker of blockersOf(waiter)) {
      if (blocker === start.owner) return [{ waiter, blocker }]
      if (blocker.waiting === undefined || visited.has(blocker)) continue
      visited.add(blocker)
      const rest = follow(blocker.waiting)
      if (rest !== undefined) return [{ waiter, blocker }, ...rest]
    }
    return undefined
  }
  return follow(start)
}

export function deadlockError(cycle: readonly Link[]): SqlError {
  const detail = cycle
    .map(
      ({ waiter, blocker }) =>
        `Process ${waiter.owner.processId} waits for ${describe(waiter.request, blocker)}; blocked by process ${blocker.processId}.`,
    )
    .join('\n')
  return new SqlError(SQLSTATE.DEADLOCK_DETECTED, 'deadlock detected', {
    detail,
    hint: 'See server log for query details.',
  })
}

function describe(request: LockRequest, blocker: LockOwner): string {
  switch (request.kind) {
    case 'relation':
      return `${tableLockName(request.mode)} on relation ${request.relation}`
    case 'row':
      // As PostgreSQL, which waits for the end of the transaction that holds the row.
      return `ShareLock on transaction ${blocker.transaction}`
    case 'advisory': {
      const { high, low, space } = request.key
      return `${tableLockName(request.mode)} on advisory lock [${high},${low},${space}]`
    }
    case 'name':
      return `ShareLock on transaction ${blocker.transaction}`
    case 'transaction':
      return `ShareLock on transaction ${request.transaction}`
  }
}
