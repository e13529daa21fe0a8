/** ALTER ROLE … RENAME. Access control lists name roles, so that they follow. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { formatAcl, parseAcl } from '../../catalog/describe/acl.ts'
import type { AuthidRow } from '../../catalog/rows/object-rows.ts'
import type { CatalogRowTypes } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import { heldObjects } from './role-dependents.ts'
import { requireRenameRole } from './role-rights.ts'

/** Each catalog with its column of access control lists. */
const ACL_COLUMNS = {
  pg_class: 'relacl',
  pg_attribute: 'attacl',
  pg_namespace: 'nspacl',
  pg_proc: 'proacl',
  pg_type: 'typacl',
  pg_database: 'datacl',
} as const

type AclCatalog = keyof typeof ACL_COLUMNS

export function* renameRole(context: CommandContext, row: AuthidRow, to: string): Task<void> {
  const { writer } = context
  const { rolname: from } = row
  if (context.catalog.findRole(to) !== undefined) {
    throw new SqlError(SQLSTATE.DUPLICATE_OBJECT, `role "${to}" already exists`)
  }
  requireRenameRole(context, row)
  yield* refuseElsewhere(context, from)
  for (const catalog of Object.keys(ACL_COLUMNS) as AclCatalog[]) {
    yield* renameInAcls(context, catalog, from, to)
  }
  yield* writer.update('pg_authid', row, { rolname: to })
}

/** LIMIT: a command changes the catalogs of its own database only. */
function* refuseElsewhere(context: CommandContext, name: string): Task<void> {
  const others = yield* context.services.databases.otherCatalogs(context.session.databaseName)
  for (const [database, { data }] of others) {
    for (const { acl } of heldObjects(data)) {
      if (renamed(acl, name, '') === acl) continue
      throw unsupported(`renaming a role that has privileges in database "${database}"`)
    }
  }
}

function* renameInAcls<C extends AclCatalog>(
  context: CommandContext,
  catalog: C,
  from: string,
  to: string,
): Task<void> {
  const { writer } = context
  const column = ACL_COLUMNS[catalog]
  for (const row of [...writer.rows(catalog).all()]) {
    // Every one of these catalogs has its column; TypeScript does not follow the pair.
    const acl = (row as unknown as Readonly<Record<string, string | null>>)[column] ?? null
    const changed = renamed(acl, from, to)
    if (changed === acl) continue
    yield* writer.update(catalog, row, { [column]: changed } as Partial<CatalogRowTypes[C]>)
  }
}

/** The same text when nobody of that name is in it. */
function renamed(acl: string | null, from: string, to: string): string | null {
  const items = parseAcl(acl)
  if (items?.some(({ grantee, grantor }) => grantee === from || grantor === from) !== true)
    return acl
  const nameOf = (name: string): string => (name === from ? to : name)
  return formatAcl(
    items.map((item) => ({
      ...item,
      grantee: nameOf(item.grantee),
      grantor: nameOf(item.grantor),
    })),
  )
}
