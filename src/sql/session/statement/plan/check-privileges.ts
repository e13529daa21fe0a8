/**
 * May the user do what the statement does? Asked when a statement is planned, as PostgreSQL's ExecCheckPermissions does when
 * it starts: relations and columns for the current user, or for a view's owner where the view's query names them.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { AccessLetter, RelationAccess } from '../../../bind/context/relation-access.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import type { Oid, Relation } from '../../../catalog/catalog.ts'
import { hasPrivilege, inheritedRoles } from '../../../catalog/describe/acl.ts'
import type { BoundQuery } from '../../../plan/plan-node.ts'

export function checkPrivileges(
  catalog: CatalogSnapshot,
  userName: string,
  query: Pick<BoundQuery, 'accesses' | 'namedSchemas'>,
): void {
  const user = catalog.findRole(userName)
  if (
    user === undefined ||
    (user.isSuperuser && query.accesses.every((one) => one.view === undefined))
  )
    return
  for (const schema of query.namedSchemas) requireSchemaUsage(catalog, user.oid, schema)
  for (const access of query.accesses) checkAccess(catalog, user.oid, access)
}

function requireSchemaUsage(catalog: CatalogSnapshot, user: Oid, name: string): void {
  const oid = catalog.schemaOid(name)
  const row = oid === undefined ? undefined : catalog.data.rows('pg_namespace').find('oid', oid)
  if (row === undefined) return
  const { nspacl: acl, nspowner: owner } = row
  const question = { object: 'schema', acl, owner, letter: 'U', withGrantOption: false } as const
  if (!hasPrivilege(catalog, user, question)) throw denied('schema', name)
}

function checkAccess(catalog: CatalogSnapshot, user: Oid, access: RelationAccess): void {
  const { relation, view } = access
  const role = view === undefined ? user : viewUser(catalog, view, user)
  for (const [letter, columns] of access.columns) {
    if (mayAccess(catalog, role, relation, letter, columns)) continue
    throw denied(KINDS[relation.kind] ?? 'table', relation.name)
  }
}

const KINDS: Readonly<Record<string, string>> = { v: 'view', S: 'sequence', m: 'materialized view' }

function denied(kind: string, name: string): SqlError {
  return new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, `permission denied for ${kind} ${name}`)
}

/** A view reads with its owner's rights, one made WITH (security_invoker) with the user's. */
function viewUser(catalog: CatalogSnapshot, view: Relation, user: Oid): Oid {
  const row = catalog.classRow(view.oid)
  if (row === undefined) return user
  const invoker = /security_invoker=(?:true|on|1|yes)\b/i.test(row.reloptions ?? '')
  return invoker ? user : row.relowner
}

function mayAccess(
  catalog: CatalogSnapshot,
  role: Oid,
  relation: Relation,
  letter: AccessLetter,
  columns: ReadonlySet<number>,
): boolean {
  const row = catalog.classRow(relation.oid)
  if (row === undefined) return true
  const { relacl: acl, relowner: owner } = row
  if (hasPrivilege(catalog, role, { object: 'table', acl, owner, letter, withGrantOption: false }))
    return true
  if (relation.system === undefined && hasPredefinedRole(catalog, role, letter)) return true
  if (letter === 'd') return false
  const granted = (attribute: { readonly attacl: string | null }): boolean =>
    attribute.attacl !== null &&
    hasPrivilege(catalog, role, {
      object: 'column',
      acl: attribute.attacl,
      owner,
      letter,
      withGrantOption: false,
    })
  const attributes = catalog.attributes(relation.oid)
  // A statement that needs no column in particular, such as count(*), needs any.
  if (columns.size === 0) return attributes.some(granted)
  return [...columns].every((number) =>
    attributes.some((one) => one.attnum === number && granted(one)),
  )
}

/** pg_read_all_data and pg_write_all_data stand above every list. */
function hasPredefinedRole(catalog: CatalogSnapshot, role: Oid, letter: AccessLetter): boolean {
  return inheritedRoles(catalog, role).has(
    letter === 'r' ? 'pg_read_all_data' : 'pg_write_all_data',
  )
}
