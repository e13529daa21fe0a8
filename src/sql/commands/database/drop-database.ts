/** DROP DATABASE: all of its trees go, its row of pg_database, and what the branch says of it. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { DropDatabaseStatement } from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import { setSharedComment } from '../comment/comment.ts'
import { CLASS } from '../support/class-ids.ts'
import { address } from '../support/dependencies.ts'
import { findDatabase, isCurrent, requireDatabaseOwner, requireVacant } from './require-database.ts'

export function* dropDatabase(
  context: CommandContext,
  statement: DropDatabaseStatement,
): Task<string> {
  const { writer, services } = context
  const row = findDatabase(context, statement.name)
  if (row === undefined) {
    const message = `database "${statement.name}" does not exist`
    if (!statement.ifExists) throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, message)
    context.notice(`${message}, skipping`)
    return 'DROP DATABASE'
  }
  requireDatabaseOwner(context, row)
  if (isCurrent(context, row)) {
    throw new SqlError('55006', 'cannot drop the currently open database')
  }
  if (row.datistemplate) throw new SqlError('42809', 'cannot drop a template database')
  const isForced = statement.options.some((option) => option.name === 'force')
  if (isForced) services.databases.terminateUsers(row.oid)
  yield* requireVacant(context, row)
  // At once: nobody can have come in since.
  services.databases.remove(context.access, row.oid)
  yield* writer.deleteWhere('pg_db_role_setting', 'setdatabase', row.oid)
  yield* setSharedComment(context, address(CLASS.database, row.oid), undefined)
  yield* writer.delete('pg_database', row)
  return 'DROP DATABASE'
}
