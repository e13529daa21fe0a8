/** CREATE, ALTER and DROP ROLE, GRANT role TO role. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { AuthidRow } from '../../catalog/rows/object-rows.ts'
import type { Option } from '../../parse/ast/common.ts'
import type {
  AlterRoleStatement,
  CreateRoleStatement,
  DropRoleStatement,
  GrantRoleStatement,
} from '../../parse/ast/role.ts'
import type { CommandContext } from '../command-context.ts'
import { optionText } from '../support/options.ts'
import { isSuperuser } from '../support/ownership.ts'
import {
  requireAlterRole,
  requireCreateRole,
  requireDropRole,
  requireGrantRole,
} from './role-rights.ts'
import { dependentsOf } from './role-dependents.ts'
import { passwordColumn } from './role-password.ts'

/** It grants what nobody else has granted. */
const BOOTSTRAP_SUPERUSER = oidOf(10)

/** Options that are plain yes or no, by the column that keeps them. */
const FLAGS: Readonly<Record<string, keyof AuthidRow>> = {
  superuser: 'rolsuper',
  inherit: 'rolinherit',
  createrole: 'rolcreaterole',
  createdb: 'rolcreatedb',
  canlogin: 'rolcanlogin',
  isreplication: 'rolreplication',
  bypassrls: 'rolbypassrls',
}

export function* createRole(context: CommandContext, statement: CreateRoleStatement): Task<string> {
  const { name } = statement
  requireCreateRole(context, statement.options)
  if (name.startsWith('pg_')) {
    throw new SqlError('42939', `role name "${name}" is reserved`, {
      detail: 'Role names starting with "pg_" are reserved.',
    })
  }
  if (context.catalog.findRole(name) !== undefined) {
    throw new SqlError('42710', `role "${name}" already exists`)
  }
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_authid', {
    oid,
    rolname: name,
    rolinherit: true,
    rolcanlogin: statement.form === 'user',
    rolconnlimit: -1,
    ...roleColumns(statement.options),
    ...(yield* passwordColumn(context, statement.options)),
  })
  for (const option of statement.options) yield* applyMembership(context, oid, option)
  // Whoever creates a role without being a superuser administers it.
  if (!isSuperuser(context)) yield* addAdministrator(context, oid)
  return 'CREATE ROLE'
}

function* addAdministrator(context: CommandContext, role: Oid): Task<void> {
  const { writer } = context
  yield* writer.insert('pg_auth_members', {
    oid: writer.nextOid(),
    roleid: role,
    member: context.owner,
    grantor: BOOTSTRAP_SUPERUSER,
    admin_option: true,
    inherit_option: false,
    set_option: false,
  })
}

function roleColumns(options: readonly Option[]): Partial<AuthidRow> {
  const columns: Record<string, boolean | number> = {}
  for (const { name, value } of options) {
    const flag = FLAGS[name]
    if (flag !== undefined)
      columns[flag] = optionText(value) === 'true' || optionText(value) === '1'
    if (name === 'connectionlimit') columns['rolconnlimit'] = Number(optionText(value))
    if (name === 'validUntil') throw unsupported('VALID UNTIL of a role')
  }
  return columns
}

function* applyMembership(context: CommandContext, role: Oid, option: Option): Task<void> {
  if (option.value?.kind !== 'list') return
  const others = option.value.items.map((item) =>
    item.kind === 'role' ? context.resolveRole(item.role) : context.roleOid(optionText(item)),
  )
  for (const other of others) {
    if (option.name === 'addroleto') {
      requireGrantRole(context, other, 'grant')
      yield* addMember(context, other, role, false)
    }
    if (option.name === 'rolemembers') yield* addMember(context, role, other, false)
    if (option.name === 'adminmembers') yield* addMember(context, role, other, true)
  }
}

function* addMember(context: CommandContext, role: Oid, member: Oid, admin: boolean): Task<void> {
  const { writer } = context
  const row = writer
    .rows('pg_auth_members')
    .where('roleid', role)
    .find((one) => one.member === member)
  if (row !== undefined) {
    if (admin && !row.admin_option)
      yield* writer.update('pg_auth_members', row, { admin_option: true })
    return
  }
  if (isMember(context, role, member)) {
    const [a, b] = [role, member].map((oid) => context.catalog.role(oid)?.name)
    throw new SqlError('0LP01', `role "${a}" is a member of role "${b}"`)
  }
  yield* writer.insert('pg_auth_members', {
    oid: writer.nextOid(),
    roleid: role,
    member,
    grantor: context.owner,
    admin_option: admin,
    // A role made NOINHERIT has its memberships for SET ROLE only.
    inherit_option: writer.rows('pg_authid').find('oid', member)?.rolinherit ?? true,
    set_option: true,
  })
}

/** Is `role` itself (indirectly) a member of `of`? Then the grant would close a circle. */
function isMember(context: CommandContext, role: Oid, of: Oid): boolean {
  if (role === of) return true
  return context.writer
    .rows('pg_auth_members')
    .where('member', role)
    .some((row) => isMember(context, row.roleid, of))
}

export function* alterRole(context: CommandContext, statement: AlterRoleStatement): Task<string> {
  const oid = context.resolveRole(statement.role)
  const row = context.writer.rows('pg_authid').find('oid', oid)
  if (row === undefined) throw new SqlError('42939', 'role name is reserved')
  requireAlterRole(context, row, statement.options)
  for (const option of statement.options) {
    if (statement.membership === 'drop' && option.name === 'rolemembers')
      yield* dropMembers(context, oid, option)
    else yield* applyMembership(context, oid, option)
  }
  yield* context.writer.update('pg_authid', row, {
    ...roleColumns(statement.options),
    ...(yield* passwordColumn(context, statement.options)),
  })
  return 'ALTER ROLE'
}

function* dropMembers(context: CommandContext, role: Oid, option: Option): Task<void> {
  if (option.value?.kind !== 'list') return
  for (const item of option.value.items) {
    const member =
      item.kind === 'role' ? context.resolveRole(item.role) : context.roleOid(optionText(item))
    yield* removeMember(context, role, member, false)
  }
}

function* removeMember(
  context: CommandContext,
  role: Oid,
  member: Oid,
  adminOnly: boolean,
): Task<void> {
  const { writer } = context
  const row = writer
    .rows('pg_auth_members')
    .where('roleid', role)
    .find((one) => one.member === member)
  if (row === undefined) {
    const [a, b] = [role, member].map((oid) => context.catalog.role(oid)?.name)
    context.session.notice(
      'WARNING',
      '01000',
      `role "${b}" has not been granted membership in role "${a}" by role "${context.session.currentUser}"`,
    )
    return
  }
  if (adminOnly) yield* writer.update('pg_auth_members', row, { admin_option: false })
  else yield* writer.delete('pg_auth_members', row)
}

export function* dropRole(context: CommandContext, statement: DropRoleStatement): Task<string> {
  const { writer } = context
  for (const role of statement.roles) {
    if (role.kind === 'named' && context.catalog.findRole(role.name) === undefined) {
      const message = `role "${role.name}" does not exist`
      if (!statement.ifExists) throw new SqlError('42704', message)
      context.notice(`${message}, skipping`)
      continue
    }
    const oid = context.resolveRole(role)
    const row = writer.rows('pg_authid').find('oid', oid)
    const name = context.catalog.role(oid)?.name ?? ''
    if (name === context.session.currentUser)
      throw new SqlError('55006', 'current user cannot be dropped')
    if (row === undefined || row.oid < 16384) {
      throw new SqlError(
        '2BP01',
        `cannot drop role ${name} because it is required by the database system`,
      )
    }
    requireDropRole(context, row)
    yield* refuseOwner(context, oid, name)
    yield* writer.deleteWhere('pg_db_role_setting', 'setrole', oid)
    yield* writer.deleteWhere('pg_auth_members', 'roleid', oid)
    yield* writer.deleteWhere('pg_auth_members', 'member', oid)
    yield* writer.delete('pg_authid', row)
  }
  return 'DROP ROLE'
}

function* refuseOwner(context: CommandContext, role: Oid, name: string): Task<void> {
  const dependents = yield* dependentsOf(context, role, name)
  if (dependents.length === 0) return
  throw new SqlError(
    '2BP01',
    `role "${name}" cannot be dropped because some objects depend on it`,
    { detail: dependents.join('\n') },
  )
}

export function* grantRole(context: CommandContext, statement: GrantRoleStatement): Task<string> {
  const admin = statement.options.some((option) => option.name === 'admin')
  for (const roleName of statement.roles) {
    const role = context.roleOid(roleName)
    requireGrantRole(context, role, statement.isGrant ? 'grant' : 'revoke')
    for (const grantee of statement.grantees) {
      const member = context.resolveRole(grantee)
      if (statement.isGrant) yield* addMember(context, role, member, admin)
      else yield* removeMember(context, role, member, admin)
    }
  }
  return statement.isGrant ? 'GRANT ROLE' : 'REVOKE ROLE'
}
