/** has_table_privilege() and its family, and functions over ACLs. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { CallContext, FunctionRegistry, Value } from '../../functions/registry.ts'
import { PgArray } from '../../types/value-classes.ts'
import type { Oid } from '../catalog.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import {
  defaultAcl,
  formatAclItem,
  hasPrivilege,
  memberships,
  parseAclItem,
  privilegeWord,
  PRIVILEGES,
} from '../describe/acl.ts'
import type { AclObject } from '../describe/acl.ts'
import { oidOf } from '../store/catalog-tables.ts'
import { snapshotOf, splitQualifiedName } from './call-catalog.ts'

interface Protected {
  readonly acl: string | null
  readonly owner: Oid
}

interface Kind {
  readonly object: AclObject
  find(catalog: CatalogSnapshot, name: string, searchPath: readonly string[]): Oid
  get(catalog: CatalogSnapshot, oid: Oid): Protected | undefined
}

const relation = (object: AclObject): Kind => ({
  object,
  find(catalog, name, searchPath) {
    const parts = splitQualifiedName(name)
    const oid = catalog.findRelationOid(parts?.at(-2), parts?.at(-1) ?? name, searchPath)
    if (oid !== undefined) return oid
    throw new SqlError('42P01', `relation "${parts?.join('.') ?? name}" does not exist`)
  },
  get(catalog, oid) {
    const row = catalog.classRow(oid)
    return row === undefined ? undefined : { acl: row.relacl, owner: row.relowner }
  },
})

const schema: Kind = {
  object: 'schema',
  find(catalog, name) {
    const oid = catalog.schemaOid(name)
    if (oid !== undefined) return oid
    throw new SqlError('3F000', `schema "${name}" does not exist`)
  },
  get(catalog, oid) {
    const row = catalog.data.rows('pg_namespace').find('oid', oid)
    if (row !== undefined) return { acl: row.nspacl, owner: row.nspowner }
    // The built-in schemas: everybody may use them.
    return catalog.schemaName(oid) === '' ? undefined : { acl: '{=U/postgres}', owner: oidOf(10) }
  },
}

const database: Kind = {
  object: 'database',
  find(catalog, name) {
    const row = catalog.data.rows('pg_database').find('datname', name)
    if (row !== undefined) return row.oid
    throw new SqlError('3D000', `database "${name}" does not exist`)
  },
  get(catalog, oid) {
    const row = catalog.data.rows('pg_database').find('oid', oid)
    return row === undefined ? undefined : { acl: row.datacl, owner: row.datdba }
  },
}

const routine: Kind = {
  object: 'function',
  find(catalog, name, searchPath) {
    const match = /^([^(]+)/.exec(name)
    const parts = splitQualifiedName(match?.[1] ?? name)
    const [found] = catalog.functionsNamed(parts?.at(-2), parts?.at(-1) ?? name, searchPath)
    if (found !== undefined) return found.oid
    throw new SqlError('42883', `function "${name}" does not exist`)
  },
  get(catalog, oid) {
    const proc = catalog.proc(oid)
    if (proc === undefined) return undefined
    return { acl: catalog.data.rows('pg_proc').find('oid', oid)?.proacl ?? null, owner: proc.owner }
  },
}

const type: Kind = {
  object: 'type',
  find(catalog, name, searchPath) {
    const parts = splitQualifiedName(name)
    const found = catalog.findType(parts?.at(-2), parts?.at(-1) ?? name, searchPath)
    if (found !== undefined) return found.oid
    throw new SqlError('42704', `type "${name}" does not exist`)
  },
  get(catalog, oid) {
    const row = catalog.typeRow(oid)
    return row === undefined ? undefined : { acl: row.typacl, owner: row.typowner }
  },
}

const KINDS: Readonly<Record<string, Kind>> = {
  table: relation('table'),
  sequence: relation('sequence'),
  schema,
  database,
  function: routine,
  type,
}

/** 'SELECT, UPDATE WITH GRANT OPTION': any of them is enough. */
function parseWords(text: string): readonly { readonly letter: string; readonly grant: boolean }[] {
  return text.split(',').map((part) => {
    const word = part.trim().toUpperCase()
    const grant = word.endsWith(' WITH GRANT OPTION')
    const name = (grant ? word.slice(0, -18) : word).replace(/^TEMP$/, 'TEMPORARY')
    const letter = PRIVILEGES.find(([, other]) => other === name)?.[0]
    if (letter === undefined)
      throw new SqlError('22023', `unrecognized privilege type: "${part.trim()}"`)
    return { letter, grant }
  })
}

function roleOf(context: CallContext, role: string | number | undefined): Oid {
  const catalog = snapshotOf(context)
  if (typeof role === 'number') return oidOf(role)
  const name = role ?? context.session.currentUser
  const found = catalog.findRole(name)
  if (found !== undefined) return found.oid
  throw new SqlError('42704', `role "${name}" does not exist`)
}

function answer(context: CallContext, kind: Kind, args: readonly (string | number)[]): Value {
  const catalog = snapshotOf(context)
  const role = roleOf(context, args.length === 3 ? args[0] : undefined)
  const [object = 0, words = ''] = args.slice(-2)
  const oid =
    typeof object === 'number'
      ? oidOf(object)
      : kind.find(catalog, object, context.session.searchPath)
  const found = kind.get(catalog, oid)
  if (found === undefined) return null
  return parseWords(String(words)).some(({ letter, grant }) =>
    hasPrivilege(catalog, role, { object: kind.object, ...found, letter, withGrantOption: grant }),
  )
}

/** A column's privileges are the table's, and those granted on the column. */
function columnAnswer(context: CallContext, args: readonly (string | number)[]): Value {
  const catalog = snapshotOf(context)
  const kind = relation('table')
  const role = roleOf(context, args.length === 4 ? args[0] : undefined)
  const [table = 0, column = 0, words = ''] = args.slice(-3)
  const oid =
    typeof table === 'number' ? oidOf(table) : kind.find(catalog, table, context.session.searchPath)
  const found = kind.get(catalog, oid)
  const attribute = catalog
    .attributes(oid)
    .find((row) => (typeof column === 'number' ? row.attnum === column : row.attname === column))
  if (found === undefined || attribute === undefined) return null
  return parseWords(String(words)).some(
    ({ letter, grant }) =>
      hasPrivilege(catalog, role, { object: 'table', ...found, letter, withGrantOption: grant }) ||
      (attribute.attacl !== null &&
        hasPrivilege(catalog, role, {
          object: 'column',
          ...found,
          acl: attribute.attacl,
          letter,
          withGrantOption: grant,
        })),
  )
}

export function registerAccessControl(registry: FunctionRegistry): void {
  const variants = ['id', 'name', 'id_id', 'id_name', 'name_id', 'name_name']
  for (const [name, kind] of Object.entries(KINDS)) {
    for (const variant of variants) {
      registry.scalar(
        `has_${name}_privilege_${variant}`,
        (context: CallContext, ...args: never[]) => answer(context, kind, args),
      )
    }
  }
  for (const variant of variants) {
    registry.scalar(
      `has_any_column_privilege_${variant}`,
      (context: CallContext, ...args: never[]) => answer(context, relation('table'), args),
    )
  }
  const columns = ['id_attnum', 'id_name', 'name_attnum', 'name_name']
  for (const variant of columns.flatMap((one) => [one, `id_${one}`, `name_${one}`])) {
    registry.scalar(`has_column_privilege_${variant}`, (context: CallContext, ...args: never[]) =>
      columnAnswer(context, args),
    )
  }
  registerMembership(registry)
  registerAcl(registry)
}

function registerMembership(registry: FunctionRegistry): void {
  const hasRole = (context: CallContext, ...args: (string | number)[]): Value => {
    const catalog = snapshotOf(context)
    const member = roleOf(context, args.length === 3 ? args[0] : undefined)
    const role = catalog.role(roleOf(context, args.at(-2)))
    if (catalog.role(member)?.isSuperuser === true) return true
    return role !== undefined && memberships(catalog, member).has(role.name)
  }
  for (const variant of ['id', 'name', 'id_id', 'id_name', 'name_id', 'name_name']) {
    registry.scalar(`pg_has_role_${variant}`, hasRole as never) // its arguments are as the variant says
  }
}

const ACL_KINDS: Readonly<Record<string, AclObject>> = {
  c: 'column',
  r: 'table',
  s: 'sequence',
  d: 'database',
  f: 'function',
  l: 'language',
  n: 'schema',
  t: 'tablespace',
  T: 'type',
}

function registerAcl(registry: FunctionRegistry): void {
  registry.scalar('acldefault_sql', (context: CallContext, kind: string, owner: number) => {
    const object = ACL_KINDS[kind]
    if (object === undefined)
      throw new SqlError('22023', `unrecognized object type abbreviation: ${kind}`)
    const name = snapshotOf(context).role(oidOf(owner))?.name ?? String(owner)
    return new PgArray(defaultAcl(object, name).map(formatAclItem))
  })
  registry.set('aclexplode', function* (context: CallContext, acl: PgArray) {
    const catalog = snapshotOf(context)
    const oid = (name: string): number => (name === '' ? 0 : (catalog.findRole(name)?.oid ?? 0))
    for (const text of acl.elements) {
      const item = parseAclItem(String(text))
      for (const letter of item.privileges) {
        yield [
          oid(item.grantor),
          oid(item.grantee),
          privilegeWord(letter),
          item.grantable.includes(letter),
        ]
      }
    }
  })
}
