/** GRANT and REVOKE of privileges on objects: kept in their ACL columns. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import {
  allPrivileges,
  defaultAcl,
  formatAcl,
  hasPrivilege,
  parseAcl,
  PRIVILEGES,
} from '../../catalog/describe/acl.ts'
import type { AclItem, AclObject } from '../../catalog/describe/acl.ts'
import type { CatalogName, RowOf } from '../../catalog/store/catalog-tables.ts'
import type { RoleName } from '../../parse/ast/common.ts'
import type { GrantStatement, Privilege } from '../../parse/ast/role.ts'
import { attributeRow } from '../constraint/add-default.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { requireRelation, requireSchema, undefinedColumn } from '../support/lookup.ts'
import { actsAs } from '../support/ownership.ts'
import { resolveObject } from '../support/resolve-object.ts'

/** An ACL column of a catalog row. */
interface AclSite {
  readonly object: AclObject
  readonly acl: string | null
  readonly owner: Oid
  readonly name: string
  /** As messages call the object: relation, schema, function … */
  readonly word: string
  write(acl: string): Task<unknown>
}

export function* grant(context: CommandContext, statement: GrantStatement): Task<string> {
  for (const site of sitesOf(context, statement)) {
    const letters = mayGrant(context, site, lettersFor(statement.privileges, site))
    if (letters.length > 0) yield* changeAcl(context, statement, site, letters)
  }
  yield* grantOnColumns(context, statement)
  return statement.isGrant ? 'GRANT' : 'REVOKE'
}

function lettersFor(privileges: readonly Privilege[], site: AclSite): readonly string[] {
  const whole = privileges.filter((privilege) => privilege.columns.length === 0)
  if (privileges.length === 0 || whole.some((privilege) => privilege.name === undefined)) {
    return allPrivileges(site.object).split('')
  }
  return whole.map((privilege) => {
    const word = (privilege.name ?? '').toUpperCase().replace(/^TEMP$/, 'TEMPORARY')
    const letter = PRIVILEGES.find(([, name]) => name === word)?.[0]
    if (letter === undefined)
      throw new SqlError('42601', `unrecognized privilege type "${privilege.name}"`)
    if (allPrivileges(site.object).includes(letter)) return letter
    throw new SqlError('0LP01', `invalid privilege type ${word} for ${site.word}`)
  })
}

/**
 * Those of the privileges that the current user may hand on: all for the owner, else those held WITH GRANT OPTION. Who holds
 * none of any kind gets 42501. A column's privileges may come from its table (`whole`).
 */
function mayGrant(
  context: CommandContext,
  site: AclSite,
  letters: readonly string[],
  whole?: AclSite,
): readonly string[] {
  if (letters.length === 0 || actsAs(context, site.owner)) return letters
  const { catalog, owner: role } = context
  const sites = whole === undefined ? [site] : [site, whole]
  const holds = (letter: string, withGrantOption: boolean): boolean =>
    sites.some(({ object, acl, owner }) =>
      hasPrivilege(catalog, role, { object, acl, owner, letter, withGrantOption }),
    )
  const grantable = letters.filter((letter) => holds(letter, true))
  if (grantable.length > 0) return grantable
  if (![...allPrivileges(site.object)].some((letter) => holds(letter, false))) {
    throw new SqlError(
      '42501',
      `permission denied for ${site.word === 'relation' ? 'table' : site.word} ${site.name}`,
    )
  }
  context.session.notice('WARNING', '01007', `no privileges were granted for "${site.name}"`)
  return []
}

/** Owners grant as themselves; so do those who hand on what they hold with the option. */
function grantorName(context: CommandContext, site: AclSite): string {
  const grantor = actsAs(context, site.owner) ? site.owner : context.owner
  return context.catalog.role(grantor)?.name ?? ''
}

function granteeName(context: CommandContext, role: RoleName): string {
  if (role.kind === 'public') return ''
  return context.catalog.role(context.resolveRole(role))?.name ?? ''
}

function* changeAcl(
  context: CommandContext,
  statement: GrantStatement,
  site: AclSite,
  letters: readonly string[],
): Task<void> {
  const owner = context.catalog.role(site.owner)?.name ?? ''
  const grantor = grantorName(context, site)
  let items = parseAcl(site.acl) ?? defaultAcl(site.object, owner)
  for (const role of statement.grantees) {
    const grantee = granteeName(context, role)
    items = statement.isGrant
      ? withGrant(items, grantee, grantor, letters, statement.grantOption)
      : withoutGrant(items, grantee, letters, statement.grantOption)
  }
  yield* site.write(formatAcl(items))
}

function withGrant(
  items: readonly AclItem[],
  grantee: string,
  grantor: string,
  letters: readonly string[],
  grantOption: boolean,
): readonly AclItem[] {
  const old = items.find((item) => item.grantee === grantee && item.grantor === grantor)
  const grantable = [...(old?.grantable ?? []), ...(grantOption ? letters : [])]
  const item = { grantee, grantor, privileges: [...(old?.privileges ?? []), ...letters], grantable }
  return old === undefined ? [...items, item] : items.map((one) => (one === old ? item : one))
}

function withoutGrant(
  items: readonly AclItem[],
  grantee: string,
  letters: readonly string[],
  grantOptionOnly: boolean,
): readonly AclItem[] {
  const rest = (list: readonly string[]): string[] =>
    list.filter((letter) => !letters.includes(letter))
  return items
    .map((item) => {
      if (item.grantee !== grantee) return item
      const privileges = grantOptionOnly ? item.privileges : rest(item.privileges)
      return { ...item, privileges, grantable: rest(item.grantable) }
    })
    .filter((item) => item.privileges.length > 0)
}

function site<C extends CatalogName>(
  context: CommandContext,
  catalog: C,
  row: RowOf<C> | undefined,
  describe: (row: RowOf<C>) => Omit<AclSite, 'write'> & { readonly column: keyof RowOf<C> },
): AclSite {
  if (row === undefined) throw unsupported('changing the privileges of a built-in object')
  const { column, ...rest } = describe(row)
  // `column` is the row's ACL column, which holds text.
  const write = (acl: string): Task<unknown> =>
    context.writer.update(catalog, row, { [column]: acl } as unknown as Partial<RowOf<C>>)
  return { ...rest, write }
}

function relationSite(context: CommandContext, oid: Oid): AclSite {
  return site(context, 'pg_class', context.writer.rows('pg_class').find('oid', oid), (row) => ({
    object: row.relkind === 'S' ? 'sequence' : 'table',
    acl: row.relacl,
    owner: row.relowner,
    word: row.relkind === 'S' ? 'sequence' : 'relation',
    name: row.relname,
    column: 'relacl',
  }))
}

function sitesOf(context: CommandContext, statement: GrantStatement): readonly AclSite[] {
  const { target } = statement
  switch (target.kind) {
    case 'tables':
    case 'sequences':
      return target.relations.map((name) =>
        relationSite(context, requireRelation(context, name).oid),
      )
    case 'types':
      return target.types.map((name) =>
        typeSite(context, context.services.resolveTypeName(name, context.catalog).type),
      )
    case 'objects':
      return target.objects.map((reference) => {
        const { classId, objectId } = resolveObject(context, reference)
        return objectSite(context, classId, objectId)
      })
    case 'allInSchema':
      return allInSchema(context, target.objectType, target.schemas)
    case 'defaults':
      throw unsupported('ALTER DEFAULT PRIVILEGES')
  }
}

function typeSite(context: CommandContext, oid: Oid): AclSite {
  return site(context, 'pg_type', context.writer.rows('pg_type').find('oid', oid), (row) => ({
    object: 'type',
    acl: row.typacl,
    owner: row.typowner,
    word: 'type',
    name: row.typname,
    column: 'typacl',
  }))
}

function routineSite(context: CommandContext, oid: Oid): AclSite {
  return site(context, 'pg_proc', context.writer.rows('pg_proc').find('oid', oid), (row) => ({
    object: 'function',
    acl: row.proacl,
    owner: row.proowner,
    word: 'function',
    name: row.proname,
    column: 'proacl',
  }))
}

function objectSite(context: CommandContext, classId: number, oid: Oid): AclSite {
  const { writer } = context
  switch (classId) {
    case CLASS.schema:
      return site(context, 'pg_namespace', writer.rows('pg_namespace').find('oid', oid), (row) => ({
        object: 'schema',
        acl: row.nspacl,
        owner: row.nspowner,
        word: 'schema',
        name: row.nspname,
        column: 'nspacl',
      }))
    case CLASS.database:
      return site(context, 'pg_database', writer.rows('pg_database').find('oid', oid), (row) => ({
        object: 'database',
        acl: row.datacl,
        owner: row.datdba,
        word: 'database',
        name: row.datname,
        column: 'datacl',
      }))
    case CLASS.proc:
      return routineSite(context, oid)
    default:
      throw unsupported('privileges on this kind of object')
  }
}

function allInSchema(
  context: CommandContext,
  type: string,
  schemas: readonly string[],
): readonly AclSite[] {
  const kinds = type === 'sequence' ? ['S'] : ['r', 'v', 'm', 'f', 'p']
  return schemas.flatMap((name) => {
    const namespace = requireSchema(context, name)
    if (type !== 'table' && type !== 'sequence') {
      const rows = context.writer.rows('pg_proc').where('pronamespace', namespace)
      return rows.map((row) => routineSite(context, row.oid))
    }
    const rows = context.writer.rows('pg_class').where('relnamespace', namespace)
    return rows
      .filter((row) => kinds.includes(row.relkind))
      .map((row) => relationSite(context, row.oid))
  })
}

/** GRANT SELECT (a, b) ON t */
function* grantOnColumns(context: CommandContext, statement: GrantStatement): Task<void> {
  if (statement.target.kind !== 'tables') return
  for (const name of statement.target.relations) {
    const relation = requireRelation(context, name)
    for (const privilege of statement.privileges) {
      for (const columnName of privilege.columns) {
        const column = relation.columns.find((one) => one.name === columnName)
        if (column === undefined) throw undefinedColumn(relation, columnName)
        const row = attributeRow(context, relation.oid, column.number)
        const columnSite = site(context, 'pg_attribute', row, () => ({
          object: 'column',
          acl: row.attacl ?? '{}',
          owner: relation.owner,
          word: 'column',
          name: columnName,
          column: 'attacl',
        }))
        const asked = lettersFor([{ ...privilege, columns: [] }], columnSite)
        const letters = mayGrant(context, columnSite, asked, relationSite(context, relation.oid))
        if (letters.length > 0) yield* changeAcl(context, statement, columnSite, letters)
      }
    }
  }
}
