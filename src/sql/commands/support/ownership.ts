/** Who may change what: owners for their objects, CREATE on schemas, what roles may do with roles. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { hasPrivilege, inheritedRoles } from '../../catalog/describe/acl.ts'
import type { AclObject } from '../../catalog/describe/acl.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from './class-ids.ts'
import { describeObject } from './describe-object.ts'

export function isSuperuser(context: CommandContext): boolean {
  return context.catalog.role(context.owner)?.isSuperuser === true
}

/** Does the current user have the rights of that role? */
export function actsAs(context: CommandContext, role: Oid): boolean {
  if (isSuperuser(context)) return true
  const name = context.catalog.role(role)?.name
  return name !== undefined && inheritedRoles(context.catalog, context.owner).has(name)
}

export function requireOwner(context: CommandContext, object: ObjectAddress): void {
  const owner = ownerOf(context, object)
  if (owner === undefined || actsAs(context, owner)) return
  throw notOwner(context, object)
}

/** DROP: the owner of the schema may as well. */
export function requireOwnerOrSchemaOwner(context: CommandContext, object: ObjectAddress): void {
  const schema = schemaOf(context, object)
  const schemaOwner = context.writer.rows('pg_namespace').find('oid', schema)?.nspowner
  if (schemaOwner !== undefined && actsAs(context, schemaOwner)) return
  requireOwner(context, object)
}

function notOwner(context: CommandContext, object: ObjectAddress): SqlError {
  const [whole] = [{ ...object, subId: 0 }]
  return new SqlError('42501', `must be owner of ${describeObject(context, whole)}`)
}

function ownerOf(context: CommandContext, { classId, objectId }: ObjectAddress): Oid | undefined {
  const { writer } = context
  switch (classId) {
    case CLASS.relation:
      return writer.rows('pg_class').find('oid', objectId)?.relowner
    case CLASS.type:
      return writer.rows('pg_type').find('oid', objectId)?.typowner
    case CLASS.schema:
      return writer.rows('pg_namespace').find('oid', objectId)?.nspowner
    case CLASS.proc:
      return writer.rows('pg_proc').find('oid', objectId)?.proowner
    case CLASS.database:
      return writer.rows('pg_database').find('oid', objectId)?.datdba
    default:
      return undefined
  }
}

function schemaOf(context: CommandContext, { classId, objectId }: ObjectAddress): Oid {
  const { writer } = context
  switch (classId) {
    case CLASS.relation:
      return writer.rows('pg_class').find('oid', objectId)?.relnamespace ?? objectId
    case CLASS.type:
      return writer.rows('pg_type').find('oid', objectId)?.typnamespace ?? objectId
    case CLASS.proc:
      return writer.rows('pg_proc').find('oid', objectId)?.pronamespace ?? objectId
    default:
      return objectId
  }
}

/** A relation, and 42501 unless the current user owns it. */
export function requireRelationOwner(context: CommandContext, oid: Oid): void {
  requireOwner(context, { classId: CLASS.relation, objectId: oid, subId: 0 })
}

export function requireTablePrivilege(
  context: CommandContext,
  table: Oid,
  letter: string,
  word = 'table',
): void {
  const row = context.writer.rows('pg_class').find('oid', table)
  if (row === undefined) return
  const { relacl, relowner, relname } = row
  requirePrivilege(context, 'table', { acl: relacl, owner: relowner }, letter, `${word} ${relname}`)
}

/** CREATE on a schema; temporary schemas are the session's own. */
export function requireSchemaCreate(context: CommandContext, schema: Oid): void {
  const row = context.writer.rows('pg_namespace').find('oid', schema)
  if (row === undefined || context.newSchema === row.nspname) return
  const { nspacl, nspowner, nspname } = row
  requirePrivilege(context, 'schema', { acl: nspacl, owner: nspowner }, 'C', `schema ${nspname}`)
}

/** CREATE on the database: for schemas. */
export function requireDatabaseCreate(context: CommandContext): void {
  const name = context.session.databaseName
  const row = context.writer.rows('pg_database').find('datname', name)
  if (row === undefined) return
  requirePrivilege(
    context,
    'database',
    { acl: row.datacl, owner: row.datdba },
    'C',
    `database ${name}`,
  )
}

function requirePrivilege(
  context: CommandContext,
  object: AclObject,
  site: { readonly acl: string | null; readonly owner: Oid },
  letter: string,
  what: string,
): void {
  const question = { object, ...site, letter, withGrantOption: false }
  if (hasPrivilege(context.catalog, context.owner, question)) return
  throw new SqlError('42501', `permission denied for ${what}`)
}

/** Giving an object to a role takes the right to become that role. */
export function requireSetRole(context: CommandContext, role: Oid): void {
  if (isSuperuser(context) || canSetRole(context, context.owner, role)) return
  const name = context.catalog.role(role)?.name ?? String(role)
  throw new SqlError('42501', `must be able to SET ROLE "${name}"`)
}

function canSetRole(context: CommandContext, from: Oid, to: Oid): boolean {
  if (from === to) return true
  return context.writer
    .rows('pg_auth_members')
    .where('member', from)
    .some((row) => row.set_option && canSetRole(context, row.roleid, to))
}

/** Is the current user an administrator of the role (GRANT … WITH ADMIN OPTION)? */
export function administers(context: CommandContext, role: Oid): boolean {
  if (isSuperuser(context)) return true
  const mine = inheritedRoles(context.catalog, context.owner)
  return context.writer
    .rows('pg_auth_members')
    .where('roleid', role)
    .some((row) => row.admin_option && mine.has(context.catalog.role(row.member)?.name ?? ''))
}
