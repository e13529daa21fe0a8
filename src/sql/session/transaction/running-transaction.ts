/**
 * Where a session stands between BEGIN and COMMIT. A statement outside a block runs in a transaction of its own; an error
 * inside one leaves it failed until ROLLBACK (or ROLLBACK TO a savepoint).
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Savepoint } from '../../../storage/access.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { DeferredConstraints } from '../../execute/operators/modify/deferred/deferred-constraints.ts'
import type { TransactionLocks } from '../../lock/transaction-locks.ts'
import type { OpenTransaction } from '../database.ts'
import type { ChannelsMark } from '../notify/session-channels.ts'
import type { SettingsMark } from '../settings/settings.ts'

/** As ReadyForQuery reports it: idle, in a block, in a failed block. */
export type BlockStatus = 'I' | 'T' | 'E'

export interface NamedSavepoint {
  readonly name: string
  readonly mark: Savepoint
  readonly settings: SettingsMark
  /** transaction_read_only then. */
  readonly readOnly: string
  readonly channels: ChannelsMark
  readonly catalog: CatalogSnapshot
  /** What that has come from by the transaction's own DDL. */
  readonly base: CatalogSnapshot
  /** Portals with larger numbers were made after it. */
  readonly newestPortal: number
  /** How far its locks are let go of. */
  readonly lockMark: number
  /** How far what it has put off is forgotten. */
  readonly deferredMark: number
}

/** A running transaction. `catalog` follows its own DDL. */
export interface RunningTransaction {
  readonly open: OpenTransaction
  readonly locks: TransactionLocks
  readonly deferred: DeferredConstraints
  /** Begun by BEGIN, not by a single statement. */
  isBlock: boolean
  isFailed: boolean
  /** DDL has run: the catalog is committed with the rows. */
  hasChangedCatalog: boolean
  /** Its snapshot has been taken: SET TRANSACTION ISOLATION LEVEL comes too late. */
  hasRun: boolean
  /** Several statements of one message run in it: PostgreSQL's implicit block. */
  isScript: boolean
  catalog: CatalogSnapshot
  readonly startedAtMicros: number
  savepoints: readonly NamedSavepoint[]
}

export function blockStatus(transaction: RunningTransaction | undefined): BlockStatus {
  if (transaction === undefined || !transaction.isBlock) return 'I'
  return transaction.isFailed ? 'E' : 'T'
}

export function failedBlockError(): SqlError {
  return new SqlError(
    SQLSTATE.IN_FAILED_SQL_TRANSACTION,
    'current transaction is aborted, commands ignored until end of transaction block',
  )
}

/** The newest savepoint of that name and its position. Raises 3B001 when there is none. */
export function findSavepoint(
  transaction: RunningTransaction,
  name: string,
): { readonly savepoint: NamedSavepoint; readonly position: number } {
  const position = transaction.savepoints.findLastIndex((savepoint) => savepoint.name === name)
  const savepoint = transaction.savepoints[position]
  if (savepoint === undefined) throw new SqlError('3B001', `savepoint "${name}" does not exist`)
  return { savepoint, position }
}
