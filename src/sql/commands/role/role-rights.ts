/** What a role that is no superuser may do with roles: PostgreSQL 16's rules of CREATEROLE and ADMIN OPTION. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { AuthidRow } from '../../catalog/rows/object-rows.ts'
import type { Option } from '../../parse/ast/common.ts'
import type { CommandContext } from '../command-context.ts'
import { administers, isSuperuser } from '../support/ownership.ts'
import { optionText } from '../support/options.ts'

/** Attributes that only those who have them may hand on. */
const HANDED_ON: Readonly<
  Record<string, { readonly column: keyof AuthidRow; readonly word: string }>
> = {
  createdb: { column: 'rolcreatedb', word: 'CREATEDB' },
  isreplication: { column: 'rolreplication', word: 'REPLICATION' },
  bypassrls: { column: 'rolbypassrls', word: 'BYPASSRLS' },
}

function currentRow(context: CommandContext): AuthidRow | undefined {
  return context.writer.rows('pg_authid').find('oid', context.owner)
}

function isSet(option: Option): boolean {
  return ['true', '1'].includes(optionText(option.value))
}

export function requireCreateRole(context: CommandContext, options: readonly Option[]): void {
  if (isSuperuser(context)) return
  const row = currentRow(context)
  const denied = (detail: string): SqlError =>
    new SqlError('42501', 'permission denied to create role', { detail })
  if (row?.rolcreaterole !== true) {
    throw denied('Only roles with the CREATEROLE attribute may create roles.')
  }
  for (const option of options) {
    const handed = HANDED_ON[option.name]
    if (option.name === 'superuser' && isSet(option)) {
      throw denied(
        'Only roles with the SUPERUSER attribute may create roles with the SUPERUSER attribute.',
      )
    }
    if (handed === undefined || !isSet(option) || row[handed.column] === true) continue
    throw denied(
      `Only roles with the ${handed.word} attribute may create roles with the ${handed.word} attribute.`,
    )
  }
}

/** A role may always change its own password and settings. */
export function requireAlterRole(
  context: CommandContext,
  target: AuthidRow,
  options: readonly Option[],
): void {
  if (isSuperuser(context)) return
  const row = currentRow(context)
  const denied = (detail: string): SqlError =>
    new SqlError('42501', 'permission denied to alter role', { detail })
  if (target.rolsuper || options.some((option) => option.name === 'superuser')) {
    throw denied(
      'Only roles with the SUPERUSER attribute may alter roles with the SUPERUSER attribute.',
    )
  }
  const own = target.oid === context.owner && options.every((option) => option.name === 'password')
  if (!own && !(row?.rolcreaterole === true && administers(context, target.oid))) {
    throw denied(
      `Only roles with the CREATEROLE attribute and the ADMIN option on role "${target.rolname}" may alter this role.`,
    )
  }
  for (const option of options) {
    const handed = HANDED_ON[option.name]
    if (handed === undefined || row?.[handed.column] === true) continue
    throw denied(
      `Only roles with the ${handed.word} attribute may change the ${handed.word} attribute.`,
    )
  }
}

export function requireDropRole(context: CommandContext, target: AuthidRow): void {
  if (isSuperuser(context)) return
  const denied = (detail: string): SqlError =>
    new SqlError('42501', 'permission denied to drop role', { detail })
  if (target.rolsuper) {
    throw denied(
      'Only roles with the SUPERUSER attribute may drop roles with the SUPERUSER attribute.',
    )
  }
  if (currentRow(context)?.rolcreaterole === true && administers(context, target.oid)) return
  throw denied(
    `Only roles with the CREATEROLE attribute and the ADMIN option on role "${target.rolname}" may drop this role.`,
  )
}

/** GRANT role TO …, REVOKE role FROM …, IN ROLE. */
export function requireGrantRole(
  context: CommandContext,
  role: Oid,
  verb: 'grant' | 'revoke',
): void {
  if (isSuperuser(context)) return
  const name = context.catalog.role(role)?.name ?? ''
  const denied = (detail: string): SqlError =>
    new SqlError('42501', `permission denied to ${verb} role "${name}"`, { detail })
  if (context.catalog.role(role)?.isSuperuser === true) {
    throw denied(
      `Only roles with the SUPERUSER attribute may ${verb} roles with the SUPERUSER attribute.`,
    )
  }
  if (administers(context, role)) return
  throw denied(`Only roles with the ADMIN option on role "${name}" may ${verb} this role.`)
}

export function requireRenameRole(context: CommandContext, target: AuthidRow): void {
  if (isSuperuser(context)) return
  const may = currentRow(context)?.rolcreaterole === true && administers(context, target.oid)
  if (may && !target.rolsuper) return
  throw new SqlError('42501', 'permission denied to rename role', {
    detail: `Only roles with the CREATEROLE attribute and the ADMIN option on role "${target.rolname}" may rename this role.`,
  })
}
