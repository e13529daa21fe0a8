/**
 * What a transaction sees, and when that moves: the snapshot is taken by the first statement that reads; at READ COMMITTED
 * each further one takes a newer one.
 */
import type { SerializableMode } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { IsolationLevel } from '../../lock/transaction-locks.ts'
import type { Statement as Syntax } from '../../parse/ast/statement.ts'
import type { SessionState } from '../session-state.ts'
import type { Settings } from '../settings/settings.ts'
import type { RunningTransaction } from './running-transaction.ts'

/** Statements about the session alone, and LOCK TABLE, which wants to come before the snapshot. */
const WITHOUT_SNAPSHOT: ReadonlySet<Syntax['kind']> = new Set<Syntax['kind']>([
  'set',
  'setTransaction',
  'show',
  'lock',
  // Transactions of their own, over the snapshot they begin with.
  'createDatabase',
  'dropDatabase',
  'transaction',
  'deallocate',
  'discard',
  'listen',
  'unlisten',
  'notify',
  'fetch',
  'closeCursor',
])

/** Before a statement runs. */
export function* takeSnapshot(
  state: SessionState,
  transaction: RunningTransaction,
  syntax: Syntax,
): Task<void> {
  if (WITHOUT_SNAPSHOT.has(syntax.kind)) return
  const { locks } = transaction
  if (transaction.hasRun) {
    if (locks.seesNewest) yield* catchUp(state, transaction)
    return
  }
  locks.isolation = state.settings.derived(isolationLevel)
  const mode = state.settings.derived(serializableMode)
  yield* advance(state, transaction)
  if (mode !== undefined) {
    while (!(yield* locks.access.serialize(mode))) yield* advance(state, transaction)
  }
  transaction.hasRun = true
}

/** For planning alone: a statement that runs later will see the catalog of then. */
export function lookAhead({ database }: SessionState, transaction: RunningTransaction): void {
  if (transaction.hasChangedCatalog) return
  if (transaction.hasRun && !transaction.locks.seesNewest) return
  transaction.catalog = database.newestCatalog
}

/** READ COMMITTED: everything that is committed by now. The other levels stay where they are. */
export function* catchUp(state: SessionState, transaction: RunningTransaction): Task<void> {
  if (!transaction.hasRun || transaction.locks.seesNewest) yield* advance(state, transaction)
}

function* advance({ database }: SessionState, transaction: RunningTransaction): Task<void> {
  if (database.isNewest(transaction.open)) return
  const own = transaction.hasChangedCatalog ? transaction.catalog : undefined
  transaction.catalog = yield* database.catchUp(transaction.open, own)
}

/** undefined at the other levels. */
function serializableMode(settings: Settings): SerializableMode | undefined {
  if (isolationLevel(settings) !== 'serializable') return undefined
  const isOn = (name: string): boolean => settings.get(`transaction_${name}`) === 'on'
  return { isReadOnly: isOn('read_only'), isDeferrable: isOn('deferrable') }
}

function isolationLevel(settings: Settings): IsolationLevel {
  const level = settings.get('transaction_isolation')
  return level === 'repeatable read' || level === 'serializable' ? level : 'read committed'
}
