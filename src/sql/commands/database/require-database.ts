/** What commands about databases ask of a database and of who gives them. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { DatabaseRow } from '../../catalog/rows/object-rows.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { address } from '../support/dependencies.ts'
import { isSuperuser, requireOwner } from '../support/ownership.ts'

export function findDatabase(context: CommandContext, name: string): DatabaseRow | undefined {
  return context.writer.rows('pg_database').find('datname', name)
}

/** Raises 3D000. */
export function requireDatabase(context: CommandContext, name: string): DatabaseRow {
  const row = findDatabase(context, name)
  if (row !== undefined) return row
  throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, `database "${name}" does not exist`)
}

export function requireDatabaseOwner(context: CommandContext, row: DatabaseRow): void {
  requireOwner(context, address(CLASS.database, row.oid))
}

export function requireFreeName(context: CommandContext, name: string): void {
  if (findDatabase(context, name) === undefined) return
  throw new SqlError('42P04', `database "${name}" already exists`)
}

export function isCurrent(context: CommandContext, row: DatabaseRow): boolean {
  return row.datname === context.session.databaseName
}

/** `to`: 'create database', 'rename database' … */
export function requireCreateDb(context: CommandContext, to: string): void {
  if (isSuperuser(context)) return
  if (context.catalog.role(context.owner)?.createDatabase === true) return
  throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, `permission denied to ${to}`)
}

/** Raises 55006. `what`: 'database' or 'source database'. */
export function* requireVacant(
  context: CommandContext,
  row: DatabaseRow,
  what = 'database',
): Task<void> {
  const asking = context.session.backendPid ?? 0
  const users = yield* context.services.databases.otherUsers(row.oid, asking)
  if (users === 0) return
  const sessions = users === 1 ? 'is 1 other session' : `are ${users} other sessions`
  throw new SqlError('55006', `${what} "${row.datname}" is being accessed by other users`, {
    detail: `There ${sessions} using the database.`,
  })
}
