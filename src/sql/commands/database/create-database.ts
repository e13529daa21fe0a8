/**
 * CREATE DATABASE: a row of pg_database, and everything that the template holds. Pages are shared until either is written to, so
 * it takes the same time whatever the template's size.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { NEW_DATABASE } from '../../catalog/load-catalog.ts'
import type { DatabaseRow } from '../../catalog/rows/object-rows.ts'
import type { CreateDatabaseStatement } from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import { actsAs, requireSetRole } from '../support/ownership.ts'
import {
  connectionLimit,
  optionalBoolean,
  optionalText,
  optionsByName,
  requireEncoding,
  requireLocale,
  requireStrategy,
  requireTablespace,
} from './database-options.ts'
import type { OptionMap } from './database-options.ts'
import {
  findDatabase,
  requireCreateDb,
  requireFreeName,
  requireVacant,
} from './require-database.ts'

const OPTIONS: ReadonlySet<string> = new Set(
  `owner template encoding locale lc_collate lc_ctype builtin_locale icu_locale icu_rules locale_provider collation_version
   tablespace allow_connections connection_limit is_template strategy oid location`.split(/\s+/),
)

export function* createDatabase(
  context: CommandContext,
  statement: CreateDatabaseStatement,
): Task<string> {
  const { writer } = context
  const options = optionsByName(statement.options, OPTIONS)
  if (options.has('location')) warnLocation(context)
  if (options.has('oid')) throw unsupported('OID of CREATE DATABASE')
  requireEncoding(options)
  const columns = columnsOf(options)
  const datdba = ownerOf(context, options)
  const template = templateOf(context, optionalText(options, 'template') ?? 'template1')
  requireStrategy(options)
  requireLocale(options, template.datname === 'template0')
  requireTablespace(optionalText(options, 'tablespace'))
  requireFreeName(context, statement.name)
  yield* requireVacant(context, template, 'source database')
  const oid = writer.nextDatabaseOid()
  yield* writer.insert('pg_database', {
    ...NEW_DATABASE,
    ...columns,
    oid,
    datname: statement.name,
    datdba,
  })
  yield* context.services.databases.copy(context.access, template.oid, oid)
  return 'CREATE DATABASE'
}

function columnsOf(options: OptionMap): Partial<DatabaseRow> {
  return {
    datistemplate: optionalBoolean(options, 'is_template') ?? false,
    datallowconn: optionalBoolean(options, 'allow_connections') ?? true,
    datconnlimit: connectionLimit(options) ?? -1,
  }
}

function ownerOf(context: CommandContext, options: OptionMap): DatabaseRow['datdba'] {
  const name = optionalText(options, 'owner')
  const owner = name === undefined ? context.owner : context.roleOid(name)
  requireCreateDb(context, 'create database')
  requireSetRole(context, owner)
  return owner
}

/** Templates are there for everybody; any other database may be copied by its owner. */
function templateOf(context: CommandContext, name: string): DatabaseRow {
  const template = findDatabase(context, name)
  if (template === undefined) {
    const message = `template database "${name}" does not exist`
    throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, message)
  }
  if (template.datistemplate || actsAs(context, template.datdba)) return template
  throw new SqlError(
    SQLSTATE.INSUFFICIENT_PRIVILEGE,
    `permission denied to copy database "${name}"`,
  )
}

function warnLocation({ session }: CommandContext): void {
  const hint = 'Consider using tablespaces instead.'
  session.notice('WARNING', '0A000', 'LOCATION is not supported anymore', undefined, hint)
}
