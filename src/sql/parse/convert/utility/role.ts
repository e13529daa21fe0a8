/** Roles, GRANT and REVOKE. */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type {
  AlterDefaultPrivilegesStatement,
  CreateRoleStatement,
  GrantStatement,
  GrantTarget,
} from '../../ast/role.ts'
import {
  isCascade,
  optionalRoleName,
  options,
  qualifiedName,
  relationNames,
  roleName,
  roleNames,
} from '../common.ts'
import { fromEnum, listItems, onlyKind, required, stringValues } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import type { StatementConverters } from '../statement.ts'
import { objectReference } from './object.ts'
import { settingChange } from './routine.ts'

function grant(node: raw.GrantStmt, source: SourceText): GrantStatement {
  return {
    kind: 'grant',
    isGrant: node.is_grant ?? false,
    privileges: (node.privileges ?? []).map((item) => {
      const privilege = onlyKind(item, 'AccessPriv')
      return { name: privilege.priv_name, columns: stringValues(privilege.cols) }
    }),
    target: grantTarget(node, source),
    grantees: roleNames(node.grantees, source),
    grantOption: node.grant_option ?? false,
    grantor: optionalRoleName(node.grantor, source),
    cascade: isCascade(node.behavior),
  }
}

const SCHEMA_TARGETS = {
  OBJECT_TABLE: 'table',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
} as const
const DEFAULT_TARGETS = {
  OBJECT_TABLE: 'table',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_TYPE: 'type',
  OBJECT_SCHEMA: 'schema',
  OBJECT_LARGEOBJECT: 'largeObject',
} as const

function grantTarget(node: raw.GrantStmt, source: SourceText): GrantTarget {
  if (node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
    const objectType = fromEnum(
      SCHEMA_TARGETS,
      node.objtype as keyof typeof SCHEMA_TARGETS,
      'GRANT',
    )
    return { kind: 'allInSchema', objectType, schemas: stringValues(node.objects) }
  }
  if (node.targtype === 'ACL_TARGET_DEFAULTS') {
    const type = node.objtype as keyof typeof DEFAULT_TARGETS // the grammar's six
    return { kind: 'defaults', objectType: fromEnum(DEFAULT_TARGETS, type, 'GRANT') }
  }
  if (node.objtype === 'OBJECT_TABLE' || node.objtype === 'OBJECT_SEQUENCE') {
    const kind = node.objtype === 'OBJECT_TABLE' ? 'tables' : 'sequences'
    return { kind, relations: relationNames(node.objects, source) }
  }
  const objects = node.objects ?? []
  if (node.objtype === 'OBJECT_TYPE' || node.objtype === 'OBJECT_DOMAIN') {
    const types = objects.map((name) => ({
      ...qualifiedName(listItems(name)),
      typmods: [],
      arrayDimensions: [],
      setof: false,
    }))
    return { kind: 'types', domains: node.objtype === 'OBJECT_DOMAIN', types }
  }
  return {
    kind: 'objects',
    objects: objects.map((object) => objectReference(node.objtype, object, source)),
  }
}

function alterDefaultPrivileges(
  node: raw.AlterDefaultPrivilegesStmt,
  source: SourceText,
): AlterDefaultPrivilegesStatement {
  const elements = (node.options ?? []).map((item) => onlyKind(item, 'DefElem'))
  const items = (name: string) =>
    elements.filter((element) => element.defname === name).flatMap(({ arg }) => listItems(arg))
  return {
    kind: 'alterDefaultPrivileges',
    roles: roleNames(items('roles'), source),
    schemas: stringValues(items('schemas')),
    action: grant(required(node.action, 'the grant'), source),
  }
}

const ROLE_FORMS: Record<raw.RoleStmtType, CreateRoleStatement['form']> = {
  ROLESTMT_ROLE: 'role',
  ROLESTMT_USER: 'user',
  ROLESTMT_GROUP: 'group',
}

export const ROLE_CONVERTERS: StatementConverters = {
  GrantStmt: grant,
  AlterDefaultPrivilegesStmt: alterDefaultPrivileges,
  CreateRoleStmt: (node, source) => ({
    kind: 'createRole',
    form: fromEnum(ROLE_FORMS, node.stmt_type, 'CREATE ROLE'),
    name: node.role ?? '',
    options: options(node.options, source),
  }),
  AlterRoleStmt: (node, source) => ({
    kind: 'alterRole',
    role: roleName(node.role, source),
    options: options(node.options, source),
    membership: (node.action ?? 0) < 0 ? 'drop' : 'add',
  }),
  AlterRoleSetStmt: (node, source) => ({
    kind: 'alterRoleSet',
    role: optionalRoleName(node.role, source),
    database: node.database,
    setting: settingChange(required(node.setstmt, 'the setting'), source),
    isOfDatabase: false,
  }),
  AlterDatabaseSetStmt: (node, source) => ({
    kind: 'alterRoleSet',
    role: undefined,
    database: node.dbname,
    setting: settingChange(required(node.setstmt, 'the setting'), source),
    isOfDatabase: true,
  }),
  DropRoleStmt: (node, source) => ({
    kind: 'dropRole',
    roles: roleNames(node.roles, source),
    ifExists: node.missing_ok ?? false,
  }),
  GrantRoleStmt: (node, source) => ({
    kind: 'grantRole',
    isGrant: node.is_grant ?? false,
    roles: (node.granted_roles ?? []).map((item) => {
      const privilege = onlyKind(item, 'AccessPriv')
      if (privilege.cols) throw unsupported('a column list in GRANT of a role')
      return privilege.priv_name ?? ''
    }),
    grantees: roleNames(node.grantee_roles, source),
    options: options(node.opt, source),
    grantor: optionalRoleName(node.grantor, source),
    cascade: isCascade(node.behavior),
  }),
  ReassignOwnedStmt: (node, source) => ({
    kind: 'reassignOwned',
    roles: roleNames(node.roles, source),
    newRole: roleName(node.newrole, source),
  }),
  DropOwnedStmt: (node, source) => ({
    kind: 'dropOwned',
    roles: roleNames(node.roles, source),
    cascade: isCascade(node.behavior),
  }),
}
