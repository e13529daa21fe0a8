/** Access control lists in their text form: '{alice=rw*d/postgres,=r/postgres}'; a star is the right to grant. */
import type { Oid } from '../catalog.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import type { AuthMembersRow } from '../rows/object-rows.ts'
import { formatTextArray, parseTextArray } from './text-array.ts'

export interface AclItem {
  /** '' is PUBLIC. */
  readonly grantee: string
  readonly grantor: string
  /** Letters, in PostgreSQL's order. */
  readonly privileges: readonly string[]
  readonly grantable: readonly string[]
}

/** PostgreSQL's order of letters, with the words of GRANT. */
export const PRIVILEGES: readonly (readonly [string, string])[] = [
  ['a', 'INSERT'],
  ['r', 'SELECT'],
  ['w', 'UPDATE'],
  ['d', 'DELETE'],
  ['D', 'TRUNCATE'],
  ['x', 'REFERENCES'],
  ['t', 'TRIGGER'],
  ['X', 'EXECUTE'],
  ['U', 'USAGE'],
  ['C', 'CREATE'],
  ['T', 'TEMPORARY'],
  ['c', 'CONNECT'],
  ['s', 'SET'],
  ['A', 'ALTER SYSTEM'],
  ['m', 'MAINTAIN'],
]

export const privilegeWord = (letter: string): string =>
  PRIVILEGES.find(([other]) => other === letter)?.[1] ?? letter

export type AclObject =
  | 'table'
  | 'sequence'
  | 'schema'
  | 'type'
  | 'function'
  | 'database'
  | 'column'
  | 'language'
  | 'tablespace'

/** What the owner has, and what PUBLIC has, when nothing was granted. */
const DEFAULTS: Readonly<Record<AclObject, { readonly owner: string; readonly everyone: string }>> =
  {
    table: { owner: 'arwdDxtm', everyone: '' },
    column: { owner: 'arwx', everyone: '' },
    sequence: { owner: 'rwU', everyone: '' },
    schema: { owner: 'UC', everyone: '' },
    type: { owner: 'U', everyone: 'U' },
    function: { owner: 'X', everyone: 'X' },
    database: { owner: 'CTc', everyone: 'Tc' },
    language: { owner: 'U', everyone: 'U' },
    tablespace: { owner: 'C', everyone: '' },
  }

export const allPrivileges = (object: AclObject): string => DEFAULTS[object].owner

export function parseAclItem(text: string): AclItem {
  const match = /^(?:"((?:[^"]|"")*)"|([^=]*))=([a-zA-Z*]*)\/(?:"((?:[^"]|"")*)"|(.*))$/.exec(text)
  const letters = match?.[3] ?? ''
  return {
    grantee: match?.[1]?.replaceAll('""', '"') ?? match?.[2] ?? '',
    grantor: match?.[4]?.replaceAll('""', '"') ?? match?.[5] ?? '',
    privileges: letters
      .replaceAll('*', '')
      .split('')
      .filter((letter) => letter !== ''),
    grantable: [...letters.matchAll(/([a-zA-Z])\*/g)].map(([, letter]) => letter ?? ''),
  }
}

export function parseAcl(text: string | null): readonly AclItem[] | undefined {
  return text === null ? undefined : parseTextArray(text).map(parseAclItem)
}

export function formatAclItem(item: AclItem): string {
  const letters = PRIVILEGES.filter(([letter]) => item.privileges.includes(letter))
    .map(([letter]) => (item.grantable.includes(letter) ? `${letter}*` : letter))
    .join('')
  return `${quoteRole(item.grantee)}=${letters}/${quoteRole(item.grantor)}`
}

function quoteRole(name: string): string {
  return /^\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

export function formatAcl(items: readonly AclItem[]): string {
  return formatTextArray(items.map(formatAclItem))
}

/** acldefault(): what holds while the ACL column is null. */
export function defaultAcl(object: AclObject, owner: string): readonly AclItem[] {
  const { owner: all, everyone } = DEFAULTS[object]
  const items: AclItem[] = []
  if (everyone !== '')
    items.push({ grantee: '', grantor: owner, privileges: everyone.split(''), grantable: [] })
  items.push({ grantee: owner, grantor: owner, privileges: all.split(''), grantable: [] })
  return items
}

/** Who owns a database is a member of this role there. */
const PG_DATABASE_OWNER = 6171 as Oid

/** Roles that `role` has the privileges of: itself, and those it is a member of. */
export function memberships(catalog: CatalogSnapshot, role: Oid): ReadonlySet<string> {
  return reachable(catalog, role, () => true)
}

/** Roles whose privileges the role has without SET ROLE: memberships granted WITH INHERIT FALSE give none. */
export function inheritedRoles(catalog: CatalogSnapshot, role: Oid): ReadonlySet<string> {
  return reachable(catalog, role, (membership) => membership.inherit_option)
}

function reachable(
  catalog: CatalogSnapshot,
  role: Oid,
  counts: (membership: AuthMembersRow) => boolean,
): ReadonlySet<string> {
  const { data } = catalog
  const databaseOwner = data.rows('pg_database').find('oid', data.database)?.datdba
  const names = new Set<string>()
  const visit = (oid: Oid): void => {
    const name = catalog.role(oid)?.name
    if (name === undefined || names.has(name)) return
    names.add(name)
    if (oid === databaseOwner) visit(PG_DATABASE_OWNER)
    for (const row of data.rows('pg_auth_members').where('member', oid)) {
      if (counts(row)) visit(row.roleid)
    }
  }
  visit(role)
  return names
}

export interface AclQuestion {
  readonly object: AclObject
  readonly acl: string | null
  readonly owner: Oid
  readonly letter: string
  readonly withGrantOption: boolean
}

export function hasPrivilege(catalog: CatalogSnapshot, role: Oid, question: AclQuestion): boolean {
  if (catalog.role(role)?.isSuperuser === true) return true
  const owner = catalog.role(question.owner)?.name ?? ''
  const roles = inheritedRoles(catalog, role)
  if (roles.has(owner) && question.withGrantOption) return true
  const items = parseAcl(question.acl) ?? defaultAcl(question.object, owner)
  return items.some((item) => {
    if (item.grantee !== '' && !roles.has(item.grantee)) return false
    return (question.withGrantOption ? item.grantable : item.privileges).includes(question.letter)
  })
}
