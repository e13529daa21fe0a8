/** pg_try_advisory_lock and its kin, and giving advisory locks back. Those that wait are `plan/waiting-functions.ts`. */
import { assert } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { AdvisoryLocks, EvaluationSession } from '../../execute/evaluation-session.ts'
import { advisoryKeyOf } from '../../lock/advisory-key.ts'
import { TABLE_LOCK, tableLockName } from '../../lock/lock-mode.ts'
import type { TableLockMode } from '../../lock/lock-mode.ts'
import type { FunctionRegistry } from '../registry.ts'

/** One key of 64 bits, or two of 32. */
const SIGNATURES = ['int8', 'int4'] as const

const MODES = [
  { suffix: '', mode: TABLE_LOCK.exclusive },
  { suffix: '_shared', mode: TABLE_LOCK.share },
] as const

export function registerAdvisoryLocks(registry: FunctionRegistry): void {
  for (const type of SIGNATURES) {
    for (const { suffix, mode } of MODES) {
      registry.scalar(`pg_try_advisory_lock${suffix}_${type}`, ({ session }, ...keys: Datum[]) =>
        locksOf(session).tryLock(advisoryKeyOf(keys), mode, true),
      )
      registry.scalar(
        `pg_try_advisory_xact_lock${suffix}_${type}`,
        ({ session }, ...keys: Datum[]) =>
          locksOf(session).tryLock(advisoryKeyOf(keys), mode, false),
      )
      registry.scalar(`pg_advisory_unlock${suffix}_${type}`, ({ session }, ...keys: Datum[]) =>
        unlock(session, keys, mode),
      )
    }
  }
  registry.scalar('pg_advisory_unlock_all', ({ session }) => {
    locksOf(session).unlockAll()
    return ''
  })
}

function unlock(session: EvaluationSession, keys: readonly Datum[], mode: TableLockMode): boolean {
  if (locksOf(session).unlock(advisoryKeyOf(keys), mode)) return true
  session.notice('WARNING', '01000', `you don't own a lock of type ${tableLockName(mode)}`)
  return false
}

function locksOf({ advisoryLocks }: EvaluationSession): AdvisoryLocks {
  assert(advisoryLocks !== undefined, 'a session has advisory locks')
  return advisoryLocks
}
