/**
 * DDL in the session's transaction. It runs first, privately, and then asks for the locks of the tables that it has turned out to
 * change; when it had to wait for one, what it did is taken back and done again over what the others have left.
 */
import { serializationFailure } from '../../../../errors/serialization-failure.ts'
import type { Task } from '../../../../storage/task.ts'
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import { newNames } from '../../../catalog/rebase-catalog.ts'
import { changedTables } from '../../../catalog/catalog-changes.ts'
import { executeDdl } from '../../../commands/execute-ddl.ts'
import type { DdlStatement } from '../../../commands/execute-ddl.ts'
import type { QualifiedName } from '../../../parse/ast/common.ts'
import { TABLE_LOCK } from '../../../lock/lock-mode.ts'
import type { TableLockMode } from '../../../lock/lock-mode.ts'
import { requireUnused } from '../../portal/tables-in-use.ts'
import type { SessionState } from '../../session-state.ts'
import type { RunningTransaction } from '../../transaction/running-transaction.ts'
import { catchUp } from '../../transaction/snapshot.ts'
import { SessionDdlServices } from './ddl-services.ts'
import type { QueryEnvironment } from '../plan/planned-query.ts'

export function* changeCatalog(
  state: SessionState,
  transaction: RunningTransaction,
  environment: QueryEnvironment,
  syntax: DdlStatement,
): Task<string> {
  const { open, locks } = transaction
  for (;;) {
    const { catalog: before } = transaction
    refusePending(transaction, syntax, environment.session.searchPath)
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
      hasWaited = (yield* locks.relation(table, lockMode(syntax))) || hasWaited
    }
    if (!hasWaited && !isOvertaken(state, transaction, changed)) {
      transaction.hasChangedCatalog ||= result.catalog !== before
      transaction.catalog = result.catalog
      yield* claimNames(state, transaction, before)
      return result.tag
    }
    open.access.rollbackTo(mark)
    yield* catchUp(state, transaction)
  }
}

/**
 * Others have changed one of the tables between this transaction's snapshot and its lock: what was made of the old rows, such
 * as an index, lacks theirs. Raises 40001 where the snapshot cannot move.
 */
function isOvertaken(
  { database }: SessionState,
  { open, locks }: RunningTransaction,
  tables: ReadonlySet<Oid>,
): boolean {
  if (tables.size === 0 || database.isNewest(open)) return false
  const altered = changedTables(open.catalog, database.newestCatalog)
  for (const table of tables) {
    const tree = open.catalog.relation(table)?.tree
    const isSame = tree === undefined || open.access.isTreeCurrent(tree)
    if (isSame && !altered.has(table)) continue
    if (!locks.seesNewest) throw serializationFailure('update')
    return true
  }
  return false
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

/** Tables whose changes have not been checked yet stay as they are: the checks find rows by their numbers. */
function refusePending(
  { deferred, catalog }: RunningTransaction,
  syntax: DdlStatement,
  searchPath: readonly string[],
): void {
  if (!deferred.hasPending) return
  for (const { schema, name } of alteredTables(syntax)) {
    const relation = catalog.findRelation(schema, name, searchPath)
    if (relation === undefined || !deferred.concerns(relation.oid)) continue
    const command = ALTERING[syntax.kind] ?? 'ALTER TABLE'
    throw new SqlError(
      SQLSTATE.OBJECT_IN_USE,
      `cannot ${command} "${relation.name}" because it has pending trigger events`,
    )
  }
}

const ALTERING: Partial<Readonly<Record<DdlStatement['kind'], string>>> = {
  drop: 'DROP TABLE',
  truncate: 'TRUNCATE',
  createIndex: 'CREATE INDEX',
}

function alteredTables(syntax: DdlStatement): readonly QualifiedName[] {
  switch (syntax.kind) {
    case 'alterTable':
      return [syntax.relation]
    case 'createIndex':
      return [syntax.table]
    case 'truncate':
      return syntax.relations
    case 'drop':
      if (syntax.objectType !== 'table') return []
      return syntax.objects.flatMap((one) => (one.kind === 'relation' ? one.name : []))
    default:
      return []
  }
}

/** As strong as PostgreSQL's for the statements that matter most; the others are taken for the strongest. */
function lockMode({ kind }: DdlStatement): TableLockMode {
  if (kind === 'createIndex') return TABLE_LOCK.share
  return kind === 'grant' ? TABLE_LOCK.accessShare : TABLE_LOCK.accessExclusive
}
