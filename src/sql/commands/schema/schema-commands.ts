/** CREATE SCHEMA */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { CreateSchemaStatement } from '../../parse/ast/definitions.ts'
import type { Statement } from '../../parse/ast/statement.ts'
import type { CommandContext } from '../command-context.ts'
import { requireDatabaseCreate, requireSetRole } from '../support/ownership.ts'

/** `runElement` executes the CREATE statements inside, with the new schema first in the search path. */
export function* createSchema(
  context: CommandContext,
  statement: CreateSchemaStatement,
  runElement: (element: Statement) => Task<void>,
): Task<string> {
  const owner = statement.owner === undefined ? context.owner : context.resolveRole(statement.owner)
  const name = statement.name ?? context.catalog.role(owner)?.name ?? ''
  requireDatabaseCreate(context)
  requireSetRole(context, owner)
  if (name.startsWith('pg_')) {
    throw new SqlError('42939', `unacceptable schema name "${name}"`, {
      detail: 'The prefix "pg_" is reserved for system schemas.',
    })
  }
  if (context.catalog.hasSchema(name)) {
    if (!statement.ifNotExists) throw new SqlError('42P06', `schema "${name}" already exists`)
    context.notice(`schema "${name}" already exists, skipping`, { code: '42P06' })
    return 'CREATE SCHEMA'
  }
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_namespace', { oid, nspname: name, nspowner: owner })
  const outer = context.newSchema
  context.newSchema = name
  for (const element of statement.elements) yield* runElement(element)
  context.newSchema = outer
  return 'CREATE SCHEMA'
}
