/**
 * DDL in the session's transaction. It runs first, privately, and then asks for the locks of the tables that it has turned out to
 * change; when it had to wait for one, what it did is taken back and done again over what the others have left.
 */
import type { Task } from '../../../storage/task.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import { newNames } from '../../catalog/rebase-catalog.ts'
import { changedTables } from '../../catalog/catalog-changes.ts'
import { executeDdl } from '../../commands/execute-ddl.ts'
import type { DdlStatement } from '../../commands/execute-ddl.ts'
import { TABLE_LOCK } from '../../lock/lock-mode.ts'
import type { TableLockMode } from '../../lock/lock-mode.ts'
import { requireUnused } from '../portal/tables-in-use.ts'
import type { SessionState } from '../session-evaluation.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import { catchUp } from '../transaction/snapshot.ts'
import { SessionDdlServices } from './ddl-services.ts'
import type { QueryEnvironment } from './planned-query.ts'

export function* changeCatalog(
  state: SessionState,
  transaction: RunningTransaction,
  environment: QueryEnvironment,
  syntax: DdlStatement,
): Task<string> {
  const { open, locks } = transaction
  for (;;) {
    const { catalog: before } = transaction
    const mark = open.access.savepoint()
    const result = yield* executeDdl(syntax, {
      access: open.access,
      catalog: before,
      session: environment.session,
      services: new SessionDdlServices({ ...environment, catalog: before }),
      temporarySchema: state.temporarySchema,
    })
    let hasWaited = false
    const changed = changedTables(before, result.catalog)
    requireUnused(state.portals, syntax, changed, before)
    for (const table of changed) {
      hasWaited ||= yield* locks.relation(table, lockMode(syntax))
    }
    if (!hasWaited) {
      transaction.hasChangedCatalog ||= result.catalog !== before
      transaction.catalog = result.catalog
      yield* claimNames(state, transaction, before)
      return result.tag
    }
    open.access.rollbackTo(mark)
    yield* catchUp(state, transaction)
  }
}

/** Others may be about to make the same: either theirs stands, and this fails, or it was taken back. */
function* claimNames(
  state: SessionState,
  transaction: RunningTransaction,
  before: CatalogSnapshot,
): Task<void> {
  let hasWaited = false
  for (const name of newNames(before, transaction.catalog)) {
    hasWaited = (yield* transaction.locks.name(name)) || hasWaited
  }
  if (hasWaited) yield* catchUp(state, transaction)
}

/** As strong as PostgreSQL's for the statements that matter most; the others are taken for the strongest. */
function lockMode({ kind }: DdlStatement): TableLockMode {
  if (kind === 'createIndex') return TABLE_LOCK.share
  return kind === 'grant' ? TABLE_LOCK.accessShare : TABLE_LOCK.accessExclusive
}
