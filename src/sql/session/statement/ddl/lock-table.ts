/** LOCK TABLE. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Task } from '../../../../storage/task.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import { hasPrivilege } from '../../../catalog/describe/acl.ts'
import { missingRelation } from '../../../commands/support/lookup.ts'
import { TABLE_LOCK } from '../../../lock/lock-mode.ts'
import type { TableLockMode } from '../../../lock/lock-mode.ts'
import type { LockStatement } from '../../../parse/ast/utility.ts'
import type { RunningTransaction } from '../../transaction/running-transaction.ts'
import { viewQuery } from '../../../bind/query/from/bind-view.ts'
import { planQuery } from '../plan/planned-query.ts'
import type { QueryEnvironment } from '../plan/planned-query.ts'

const MODES: Readonly<Record<LockStatement['mode'], TableLockMode>> = {
  'access share': TABLE_LOCK.accessShare,
  'row share': TABLE_LOCK.rowShare,
  'row exclusive': TABLE_LOCK.rowExclusive,
  'share update exclusive': TABLE_LOCK.shareUpdateExclusive,
  share: TABLE_LOCK.share,
  'share row exclusive': TABLE_LOCK.shareRowExclusive,
  exclusive: TABLE_LOCK.exclusive,
  'access exclusive': TABLE_LOCK.accessExclusive,
}

export function* lockTable(
  statement: LockStatement,
  transaction: RunningTransaction,
  environment: QueryEnvironment,
): Task<string> {
  if (!transaction.isBlock) {
    throw new SqlError(
      SQLSTATE.NO_ACTIVE_SQL_TRANSACTION,
      'LOCK TABLE can only be used in transaction blocks',
    )
  }
  const mode = MODES[statement.mode]
  for (const name of statement.relations) {
    const { catalog, session } = environment
    const relation = catalog.findRelation(name.schema, name.name, session.searchPath)
    if (relation === undefined) throw missingRelation(name)
    requireLockable(relation)
    requirePrivilege(catalog, session.currentUser, relation, mode)
    for (const one of withReadByView(relation, environment)) {
      if (!statement.nowait) yield* transaction.locks.relation(one.oid, mode)
      else if (!transaction.locks.tryRelation(one.oid, mode)) throw unavailable(one)
    }
  }
  return 'LOCK TABLE'
}

/** A view is locked with what it reads. */
function withReadByView(relation: Relation, environment: QueryEnvironment): Relation[] {
  if (relation.kind !== 'v') return [relation]
  const { bound } = planQuery(viewQuery(relation), environment)
  return [relation, ...bound.accesses.map((access) => access.relation)]
}

function unavailable({ name }: Relation): SqlError {
  return new SqlError(SQLSTATE.LOCK_NOT_AVAILABLE, `could not obtain lock on relation "${name}"`)
}

/** Tables and views. */
function requireLockable({ kind, name }: Relation): void {
  if (kind === 'r' || kind === 'p' || kind === 'v') return
  throw new SqlError(SQLSTATE.WRONG_OBJECT_TYPE, `cannot lock relation "${name}"`, {
    detail: NOT_LOCKABLE[kind],
  })
}

const NOT_LOCKABLE: Readonly<Record<string, string>> = {
  S: 'This operation is not supported for sequences.',
  i: 'This operation is not supported for indexes.',
  m: 'This operation is not supported for materialized views.',
  c: 'This operation is not supported for composite types.',
}

/** Reading allows the weakest mode, inserting up to ROW EXCLUSIVE, and changing or deleting all of them. */
function requirePrivilege(
  catalog: CatalogSnapshot,
  userName: string,
  relation: Relation,
  mode: TableLockMode,
): void {
  const user = catalog.findRole(userName)
  const row = catalog.classRow(relation.oid)
  if (user === undefined || user.isSuperuser || row === undefined) return
  const letters = ['w', 'd', 'D', ...(mode <= TABLE_LOCK.rowExclusive ? ['a'] : [])]
  if (mode === TABLE_LOCK.accessShare) letters.push('r')
  const { relacl: acl, relowner: owner } = row
  const isAllowed = letters.some((letter) =>
    hasPrivilege(catalog, user.oid, {
      object: 'table',
      acl,
      owner,
      letter,
      withGrantOption: false,
    }),
  )
  if (isAllowed) return
  throw new SqlError(
    SQLSTATE.INSUFFICIENT_PRIVILEGE,
    `permission denied for table ${relation.name}`,
  )
}
