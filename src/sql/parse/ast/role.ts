/** Roles and privileges as written. */
import type { Located, Option, RelationName, RoleName, TypeName } from './common.ts'
import type { ObjectReference } from './object.ts'
import type { SettingChange } from './routine.ts'

export interface CreateRoleStatement extends Located {
  readonly kind: 'createRole'
  readonly form: 'role' | 'user' | 'group'
  readonly name: string
  /**
   * password, superuser, inherit, createrole, createdb, canlogin, isreplication, connectionlimit,
   * validUntil, rolemembers, adminmembers, addroleto, bypassrls
   */
  readonly options: readonly Option[]
}
export interface AlterRoleStatement extends Located {
  readonly kind: 'alterRole'
  readonly role: RoleName
  readonly options: readonly Option[]
  /** ALTER GROUP … ADD / DROP USER */
  readonly membership: 'add' | 'drop'
}
/** ALTER ROLE … [IN DATABASE …] SET; without role: ALTER ROLE ALL or ALTER DATABASE … SET. */
export interface AlterRoleSetStatement extends Located {
  readonly kind: 'alterRoleSet'
  readonly role?: RoleName | undefined
  readonly database?: string | undefined
  readonly setting: SettingChange
  /** ALTER DATABASE, not ALTER ROLE ALL IN DATABASE. */
  readonly isOfDatabase: boolean
}
export interface DropRoleStatement extends Located {
  readonly kind: 'dropRole'
  readonly roles: readonly RoleName[]
  readonly ifExists: boolean
}
export interface GrantRoleStatement extends Located {
  readonly kind: 'grantRole'
  readonly isGrant: boolean
  readonly roles: readonly string[]
  readonly grantees: readonly RoleName[]
  /** admin, inherit, set */
  readonly options: readonly Option[]
  readonly grantor?: RoleName | undefined
  readonly cascade: boolean
}

/** What GRANT names. */
export type GrantTarget =
  | { readonly kind: 'tables' | 'sequences'; readonly relations: readonly RelationName[] }
  | {
      readonly kind: 'objects'
      readonly objects: readonly ObjectReference[]
    }
  | { readonly kind: 'types'; readonly domains: boolean; readonly types: readonly TypeName[] }
  /** ALL TABLES / SEQUENCES / FUNCTIONS … IN SCHEMA a, b */
  | {
      readonly kind: 'allInSchema'
      readonly objectType: 'table' | 'sequence' | 'function' | 'procedure' | 'routine'
      readonly schemas: readonly string[]
    }
  /** ALTER DEFAULT PRIVILEGES … ON TABLES */
  | {
      readonly kind: 'defaults'
      readonly objectType: 'table' | 'sequence' | 'function' | 'type' | 'schema' | 'largeObject'
    }
export interface Privilege {
  /** lower case; absent: ALL with a column list. */
  readonly name?: string | undefined
  readonly columns: readonly string[]
}
export interface GrantStatement extends Located {
  readonly kind: 'grant'
  readonly isGrant: boolean
  /** Empty: ALL PRIVILEGES */
  readonly privileges: readonly Privilege[]
  readonly target: GrantTarget
  readonly grantees: readonly RoleName[]
  readonly grantOption: boolean
  readonly grantor?: RoleName | undefined
  readonly cascade: boolean
}
export interface AlterDefaultPrivilegesStatement extends Located {
  readonly kind: 'alterDefaultPrivileges'
  readonly roles: readonly RoleName[]
  readonly schemas: readonly string[]
  readonly action: GrantStatement
}
export interface ReassignOwnedStatement extends Located {
  readonly kind: 'reassignOwned'
  readonly roles: readonly RoleName[]
  readonly newRole: RoleName
}
export interface DropOwnedStatement extends Located {
  readonly kind: 'dropOwned'
  readonly roles: readonly RoleName[]
  readonly cascade: boolean
}
export type RoleStatement =
  | CreateRoleStatement
  | AlterRoleStatement
  | AlterRoleSetStatement
  | DropRoleStatement
  | GrantRoleStatement
  | GrantStatement
  | AlterDefaultPrivilegesStatement
  | ReassignOwnedStatement
  | DropOwnedStatement
