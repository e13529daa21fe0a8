/** ALTER DATABASE: its options, its name, its owner. Its settings are in `stored-settings.ts`. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { formatAcl, parseAcl } from '../../catalog/describe/acl.ts'
import type { DatabaseRow } from '../../catalog/rows/object-rows.ts'
import type { AlterDatabaseStatement } from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import {
  connectionLimit,
  optionalBoolean,
  optionalText,
  optionsByName,
  requireTablespace,
} from './database-options.ts'
import {
  isCurrent,
  requireCreateDb,
  requireDatabase,
  requireDatabaseOwner,
  requireFreeName,
  requireVacant,
} from './require-database.ts'

const OPTIONS: ReadonlySet<string> = new Set([
  'is_template',
  'allow_connections',
  'connection_limit',
  'tablespace',
])

export function* alterDatabase(
  context: CommandContext,
  statement: AlterDatabaseStatement,
): Task<string> {
  const options = optionsByName(statement.options, OPTIONS)
  const limit = connectionLimit(options)
  const isTemplate = optionalBoolean(options, 'is_template')
  const allows = optionalBoolean(options, 'allow_connections')
  const row = requireDatabase(context, statement.name)
  requireDatabaseOwner(context, row)
  requireTablespace(optionalText(options, 'tablespace'))
  if (allows === false && isCurrent(context, row)) {
    throw new SqlError(
      SQLSTATE.INVALID_PARAMETER_VALUE,
      'cannot disallow connections for current database',
    )
  }
  yield* context.writer.update('pg_database', row, {
    datistemplate: isTemplate ?? row.datistemplate,
    datallowconn: allows ?? row.datallowconn,
    datconnlimit: limit ?? row.datconnlimit,
  })
  return 'ALTER DATABASE'
}

/** `row`: of a database that the current role owns. */
export function* renameDatabase(
  context: CommandContext,
  row: DatabaseRow,
  name: string,
): Task<void> {
  requireCreateDb(context, 'rename database')
  requireFreeName(context, name)
  if (isCurrent(context, row)) {
    throw new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, 'current database cannot be renamed')
  }
  yield* requireVacant(context, row)
  yield* context.writer.update('pg_database', row, { datname: name })
}

/** `row`: of a database that the current role owns and may give to `owner`. */
export function* changeDatabaseOwner(
  context: CommandContext,
  row: DatabaseRow,
  owner: Oid,
): Task<void> {
  if (row.datdba === owner) return
  requireCreateDb(context, 'change owner of database')
  yield* context.writer.update('pg_database', row, {
    datdba: owner,
    datacl: handedOver(context, row, owner),
  })
}

/** What the old owner had and granted, the new one has and grants. */
function handedOver(context: CommandContext, row: DatabaseRow, owner: Oid): string | null {
  const items = parseAcl(row.datacl)
  if (items === undefined) return null
  const [from, to] = [row.datdba, owner].map((oid) => context.catalog.role(oid)?.name ?? '')
  const renamed = (name: string): string => (name === from ? (to ?? '') : name)
  return formatAcl(
    items.map((item) => ({
      ...item,
      grantee: renamed(item.grantee),
      grantor: renamed(item.grantor),
    })),
  )
}
