/** The way in: the database that a client names, if it may go there. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { hasPrivilege } from '../../sql/catalog/describe/acl.ts'
import type { BranchDatabase } from '../branch-database.ts'
import type { Branch } from '../branch.ts'

/** Asked only when it is known who the client is. Raises 3D000, 55000 and 42501. */
export async function enterDatabase(
  branch: Branch,
  name: string,
  user: string,
): Promise<BranchDatabase> {
  const database = await branch.databases.named(name)
  const catalog = branch.shared.newest
  const row = catalog.data.rows('pg_database').find('oid', database.oid)
  if (row?.datallowconn !== true) {
    throw new SqlError(
      SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
      `database "${name}" is not currently accepting connections`,
    )
  }
  const role = catalog.findRole(user)
  const question = { acl: row.datacl, owner: row.datdba, letter: 'c', withGrantOption: false }
  const mayConnect =
    role !== undefined && hasPrivilege(catalog, role.oid, { object: 'database', ...question })
  if (mayConnect) return database
  throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, `permission denied for database "${name}"`, {
    detail: 'User does not have CONNECT privilege.',
  })
}
