/** ALTER DATABASE … SET, ALTER ROLE … [IN DATABASE …] SET: settings that sessions begin with (pg_db_role_setting). */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { formatTextArray, parseTextArray } from '../../catalog/describe/text-array.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { AlterRoleSetStatement } from '../../parse/ast/role.ts'
import type { CommandContext } from '../command-context.ts'
import { requireAlterRole } from '../role/role-rights.ts'
import { isSuperuser } from '../support/ownership.ts'
import { requireDatabase, requireDatabaseOwner } from './require-database.ts'

const NONE = oidOf(0)

export function* alterRoleSet(
  context: CommandContext,
  statement: AlterRoleSetStatement,
): Task<string> {
  const role = targetRole(context, statement)
  const database = targetDatabase(context, statement)
  if (role === NONE && database === NONE && !isSuperuser(context)) {
    throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, 'permission denied to alter setting', {
      detail: 'Only roles with the SUPERUSER attribute may alter settings globally.',
    })
  }
  yield* changeSettings(context, database, role, statement)
  return statement.isOfDatabase ? 'ALTER DATABASE' : 'ALTER ROLE'
}

function targetRole(context: CommandContext, { role }: AlterRoleSetStatement): Oid {
  if (role === undefined) return NONE
  const oid = context.resolveRole(role)
  const row = context.writer.rows('pg_authid').find('oid', oid)
  if (row === undefined) throw new SqlError('42939', 'role name is reserved')
  requireAlterRole(context, row, [])
  return oid
}

function targetDatabase(context: CommandContext, { role, database }: AlterRoleSetStatement): Oid {
  if (database === undefined) return NONE
  const row = requireDatabase(context, database)
  if (role === undefined) requireDatabaseOwner(context, row)
  return row.oid
}

function* changeSettings(
  context: CommandContext,
  setdatabase: Oid,
  setrole: Oid,
  { setting }: AlterRoleSetStatement,
): Task<void> {
  const { writer } = context
  const row = writer
    .rows('pg_db_role_setting')
    .where('setdatabase', setdatabase)
    .find((candidate) => candidate.setrole === setrole)
  const old = parseTextArray(row?.setconfig ?? null)
  const changed = setting.kind === 'resetAll' ? [] : withSetting(context, old, setting)
  const setconfig = formatTextArray(changed)
  if (row === undefined) {
    if (changed.length > 0) {
      yield* writer.insert('pg_db_role_setting', { setdatabase, setrole, setconfig })
    }
  } else if (changed.length === 0) yield* writer.delete('pg_db_role_setting', row)
  else yield* writer.update('pg_db_role_setting', row, { setconfig })
}

/** Each is kept as name=value. */
function withSetting(
  context: CommandContext,
  settings: readonly string[],
  change: Exclude<AlterRoleSetStatement['setting'], { kind: 'resetAll' }>,
): readonly string[] {
  const { name, value } = context.services.readSetting(change)
  const isOther = (entry: string): boolean =>
    entry.slice(0, entry.indexOf('=')).toLowerCase() !== name.toLowerCase()
  if (value === undefined) return settings.filter(isOther)
  const entry = `${name}=${value}`
  const replaced = settings.map((old) => (isOther(old) ? old : entry))
  return replaced.includes(entry) ? replaced : [...settings, entry]
}
