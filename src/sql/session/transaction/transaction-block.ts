/**
 * A session's transaction, from its first statement to COMMIT or ROLLBACK: begins it when a statement needs one, marks and
 * takes back savepoints, and ends it. A statement outside a block runs in an implicit transaction that ends with it.
 */
import { assert } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { WaitLimit } from '../../lock/lock-manager.ts'
import { TransactionLocks } from '../../lock/transaction-locks.ts'
import { DeferredConstraints } from '../../execute/operators/modify/deferred/deferred-constraints.ts'
import { rebaseCatalog } from '../../catalog/rebase-catalog.ts'
import { queueFullError } from '../notify/session-channels.ts'
import type { SessionState } from '../session-state.ts'
import type { Settings } from '../settings/settings.ts'
import { dropTemporaryObjects } from '../statement/run-statement.ts'
import { blockStatus, findSavepoint } from './running-transaction.ts'
import { settleDeferred } from './settle-deferred.ts'
import type { BlockStatus, NamedSavepoint, RunningTransaction } from './running-transaction.ts'

export interface BlockOptions {
  /** Temporary objects go before each commit, as if they had never been. */
  readonly dropsTemporary: boolean
}

const READ_ONLY = 'transaction_read_only'
/** Each transaction starts them from their default_… settings. */
const TRANSACTION_SETTINGS = ['transaction_isolation', READ_ONLY, 'transaction_deferrable']

/** Values of the transaction's settings. */
export type TransactionCharacteristics = readonly (readonly [string, string])[]

export class TransactionBlock {
  readonly #state: SessionState
  readonly #options: BlockOptions
  #current: RunningTransaction | undefined

  constructor(state: SessionState, options: BlockOptions) {
    this.#state = state
    this.#options = options
  }

  /** Asked for when somebody has to wait. */
  readonly #waitLimit = (): WaitLimit => {
    const { database, settings } = this.#state
    return {
      timeoutMs: Number(settings.get('lock_timeout') ?? 0),
      nowMicros: () => database.nowMicros(),
      after: (ms, callback) => database.after(ms, callback),
    }
  }

  get current(): RunningTransaction | undefined {
    return this.#current
  }

  get status(): BlockStatus {
    return blockStatus(this.#current)
  }

  get isFailed(): boolean {
    return this.#current?.isFailed === true
  }

  /** The transaction to run a statement in: the open one, or an implicit one begun now. */
  ensure(): RunningTransaction {
    return this.#current ?? this.begin(false)
  }

  begin(isBlock: boolean): RunningTransaction {
    const { database, settings } = this.#state
    settings.beginTransaction()
    for (const [name, value] of settings.derived(unlikeDefaults)) settings.set(name, value, true)
    const { lockOwner: owner } = this.#state
    const open = database.begin(owner)
    const { access } = open
    this.#current = {
      open,
      locks: new TransactionLocks({
        manager: database.locks,
        owner,
        access,
        limit: this.#waitLimit,
      }),
      deferred: new DeferredConstraints(),
      isBlock,
      isFailed: false,
      hasChangedCatalog: false,
      hasRun: false,
      isScript: false,
      catalog: open.catalog,
      startedAtMicros: database.nowMicros(),
      savepoints: [],
    }
    return this.#current
  }

  /** What AND CHAIN hands on to the next transaction. */
  get characteristics(): TransactionCharacteristics {
    const { settings } = this.#state
    return TRANSACTION_SETTINGS.map((name) => [name, settings.get(name) ?? ''])
  }

  beginChained(characteristics: TransactionCharacteristics): void {
    this.begin(true)
    for (const [name, value] of characteristics) this.#state.settings.set(name, value, true)
  }

  *endImplicit(): Task<void> {
    if (this.#current !== undefined && !this.#current.isBlock) yield* this.commit()
  }

  *commit(): Task<void> {
    const transaction = this.#current
    assert(transaction !== undefined, 'commit without a transaction')
    const { database, settings, channels, portals, processId, lockOwner } = this.#state
    try {
      yield* settleDeferred(this.#state, transaction, true)
      yield* portals.hold()
      if (this.#options.dropsTemporary) yield* dropTemporaryObjects(this.#state, transaction)
      if (channels.hasPending && database.notificationQueueUsage() >= 1) throw queueFullError()
      yield* database.commit(
        transaction.open,
        transaction.hasChangedCatalog ? transaction.catalog : undefined,
      )
    } catch (error) {
      // A COMMIT that fails ends the block too.
      this.rollback()
      throw error
    }
    database.databaseCounters.of(database.oid).commits++
    portals.endTransaction(true)
    settings.endTransaction(true)
    this.#current = undefined
    database.locks.end(lockOwner)
    // In the slice of the commit: everybody hears transactions in their order.
    const said = channels.commit()
    if (said.length > 0) database.notify(processId, said)
  }

  rollback(): void {
    this.#state.portals.endTransaction(false)
    const transaction = this.#current
    if (transaction === undefined) return
    this.#current = undefined
    const { database } = this.#state
    database.databaseCounters.of(database.oid).rollbacks++
    this.#undo(transaction)
    this.#state.settings.endTransaction(false)
    this.#state.channels.rollback()
  }

  /** An error ends an implicit transaction and leaves a block failed. */
  fail(): void {
    const transaction = this.#current
    if (transaction === undefined) return
    if (!transaction.isBlock) return this.rollback()
    transaction.isFailed = true
    // What is older than the newest savepoint goes on when that is rolled back to. The rest has failed for good, so nobody
    // has to wait for it any longer.
    const savepoint = transaction.savepoints.at(-1)
    if (savepoint === undefined) {
      this.#state.portals.endTransaction(false)
      this.#undo(transaction)
    } else this.#undoSince(transaction, savepoint)
  }

  #undo({ open }: RunningTransaction): void {
    const { database, lockOwner } = this.#state
    database.rollback(open)
    database.locks.end(lockOwner)
  }

  #undoSince({ open, deferred }: RunningTransaction, savepoint: NamedSavepoint): void {
    const { database, lockOwner, portals } = this.#state
    portals.closeSince(savepoint.newestPortal)
    open.access.rollbackTo(savepoint.mark)
    database.locks.releaseSince(lockOwner, savepoint.lockMark)
    deferred.dropSince(savepoint.deferredMark)
  }

  /** To the catalog of the savepoint, on top of what others have committed since. */
  #goBack(transaction: RunningTransaction, { catalog, base }: NamedSavepoint): void {
    const { catalog: newest } = transaction.open
    const hasOwn = catalog !== base
    transaction.catalog = hasOwn ? rebaseCatalog(base, catalog, newest) : newest
    transaction.hasChangedCatalog = hasOwn
  }

  setSavepoint(transaction: RunningTransaction, name: string): void {
    const mark = transaction.open.access.savepoint()
    const { settings } = this.#state
    transaction.savepoints = [
      ...transaction.savepoints,
      {
        name,
        mark,
        settings: settings.mark(),
        readOnly: settings.get(READ_ONLY) ?? '',
        catalog: transaction.catalog,
        base: transaction.open.catalog,
        channels: this.#state.channels.mark(),
        newestPortal: this.#state.portals.newest,
        lockMark: this.#state.lockOwner.mark(),
        deferredMark: transaction.deferred.mark(),
      },
    ]
  }

  release(transaction: RunningTransaction, name: string): void {
    const { savepoint, position } = findSavepoint(transaction, name)
    transaction.savepoints = transaction.savepoints.slice(0, position)
    // READ ONLY ends with the subtransaction that it was said in.
    const { settings } = this.#state
    if (settings.get(READ_ONLY) !== savepoint.readOnly)
      settings.set(READ_ONLY, savepoint.readOnly, true)
  }

  rollbackTo(transaction: RunningTransaction, name: string): void {
    const { savepoint, position } = findSavepoint(transaction, name)
    this.#undoSince(transaction, savepoint)
    transaction.savepoints = transaction.savepoints.slice(0, position + 1)
    this.#goBack(transaction, savepoint)
    transaction.isFailed = false
    this.#state.settings.rollbackTo(savepoint.settings)
    this.#state.channels.rollbackTo(savepoint.channels)
  }
}

/** The transaction's settings that do not have their default_… values yet. */
function unlikeDefaults(settings: Settings): readonly (readonly [string, string])[] {
  return TRANSACTION_SETTINGS.flatMap((name) => {
    const initial = settings.get(`default_${name}`) ?? ''
    return settings.get(name) === initial ? [] : [[name, initial] as const]
  })
}
