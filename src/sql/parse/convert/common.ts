/** Names, type names, roles and options. */
import type * as raw from '@pgsql/types'
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type {
  Option,
  OptionValue,
  QualifiedName,
  RelationName,
  RoleName,
  TypeName,
} from '../ast/common.ts'
import { convertExpressions } from './expression/expression.ts'
import {
  asKind,
  fromEnum,
  kindOf,
  listItems,
  onlyKind,
  required,
  stringValues,
} from './raw-node.ts'
import type { Node } from './raw-node.ts'
import type { SourceText } from './source-text.ts'

/** [database.][schema.]name of an object that is not a relation. */
export function qualifiedName(nodes: readonly Node[] | undefined): QualifiedName {
  const parts = stringValues(nodes)
  if (parts.length > 3) throw tooManyDots(parts)
  return {
    ...inDatabase(parts),
    schema: parts.at(-2),
    name: required(parts.at(-1), 'a name'),
  }
}

function inDatabase(parts: readonly string[]): { readonly database?: string | undefined } {
  return parts.length > 2 ? { database: parts.at(-3) } : {}
}

function tooManyDots(parts: readonly string[]): SqlError {
  return new SqlError(
    SQLSTATE.SYNTAX_ERROR,
    `improper qualified name (too many dotted names): ${parts.join('.')}`,
  )
}

/** A relation given as a list of names, as DROP and COMMENT do. */
export function relationNameFromParts(parts: readonly string[]): RelationName {
  if (parts.length > 3) throw tooManyDots(parts)
  return { catalog: parts.at(-3), schema: parts.at(-2), name: required(parts.at(-1), 'a name') }
}

export function relationName(node: raw.RangeVar | undefined, source: SourceText): RelationName {
  const relation = required(node, 'a relation')
  return {
    catalog: relation.catalogname,
    schema: relation.schemaname,
    name: relation.relname ?? '',
    position: source.position(relation.location),
  }
}

export function relationNames(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): RelationName[] {
  return (nodes ?? []).map((node) => relationName(onlyKind(node, 'RangeVar'), source))
}

export function optionalQualifiedName(
  nodes: readonly Node[] | undefined,
): QualifiedName | undefined {
  return nodes === undefined || nodes.length === 0 ? undefined : qualifiedName(nodes)
}

export function collationName(clause: raw.CollateClause | undefined): QualifiedName | undefined {
  return optionalQualifiedName(clause?.collname)
}

export function typeName(node: raw.TypeName | undefined, source: SourceText): TypeName {
  const type = required(node, 'a type name')
  const parts = stringValues(type.names)
  if (parts.length > 3 && !type.pct_type) throw tooManyDots(parts)
  return {
    ...(type.pct_type ? {} : inDatabase(parts)),
    schema: parts.at(-2),
    name: required(parts.at(-1), 'a type name'),
    typmods: convertExpressions(type.typmods, source),
    arrayDimensions: (type.arrayBounds ?? []).map((bound) => onlyKind(bound, 'Integer').ival ?? 0),
    setof: type.setof ?? false,
    columnType: type.pct_type ? parts : undefined,
    position: source.position(type.location),
  }
}

export function typeNames(nodes: readonly Node[] | undefined, source: SourceText): TypeName[] {
  return (nodes ?? []).map((node) => typeName(onlyKind(node, 'TypeName'), source))
}

const ROLE_KINDS = {
  ROLESPEC_CSTRING: 'named',
  ROLESPEC_CURRENT_ROLE: 'currentRole',
  ROLESPEC_CURRENT_USER: 'currentUser',
  ROLESPEC_SESSION_USER: 'sessionUser',
  ROLESPEC_PUBLIC: 'public',
} as const

export function roleName(node: raw.RoleSpec | undefined, source: SourceText): RoleName {
  const role = required(node, 'a role')
  return {
    kind: fromEnum(ROLE_KINDS, role.roletype, 'role'),
    name: role.rolename ?? '',
    position: source.position(role.location),
  }
}

export function optionalRoleName(
  node: raw.RoleSpec | undefined,
  source: SourceText,
): RoleName | undefined {
  return node === undefined ? undefined : roleName(node, source)
}

export function roleNames(nodes: readonly Node[] | undefined, source: SourceText): RoleName[] {
  return (nodes ?? []).map((node) => roleName(onlyKind(node, 'RoleSpec'), source))
}

const OPTION_ACTIONS = {
  DEFELEM_UNSPEC: 'none',
  DEFELEM_SET: 'set',
  DEFELEM_ADD: 'add',
  DEFELEM_DROP: 'drop',
} as const

export function option(node: raw.DefElem, source: SourceText): Option {
  return {
    namespace: node.defnamespace,
    name: node.defname ?? '',
    value: node.arg === undefined ? undefined : optionValue(node.arg, source),
    action: fromEnum(OPTION_ACTIONS, node.defaction, 'option'),
    position: source.position(node.location),
  }
}

export function options(nodes: readonly Node[] | undefined, source: SourceText): Option[] {
  return (nodes ?? []).map((node) => option(onlyKind(node, 'DefElem'), source))
}

export function optionValue(node: Node, source: SourceText): OptionValue {
  const kind = kindOf(node)
  switch (kind) {
    case 'String':
      return { kind: 'string', value: onlyKind(node, kind).sval ?? '' }
    case 'Integer':
      return { kind: 'integer', value: onlyKind(node, kind).ival ?? 0 }
    case 'Float':
      return { kind: 'number', text: onlyKind(node, kind).fval ?? '0' }
    case 'Boolean':
      return { kind: 'boolean', value: onlyKind(node, kind).boolval ?? false }
    case 'TypeName':
      return { kind: 'type', type: typeName(onlyKind(node, kind), source) }
    case 'RoleSpec':
      return { kind: 'role', role: roleName(onlyKind(node, kind), source) }
    case 'A_Star':
      return { kind: 'star' }
    case 'List':
      return { kind: 'list', items: listItems(node).map((item) => optionValue(item, source)) }
    case 'DefElem':
      return { kind: 'option', option: option(onlyKind(node, kind), source) }
    default:
      throw unsupported(`an option of kind ${kind}`)
  }
}

/** DROP_CASCADE → true */
export function isCascade(behavior: raw.DropBehavior | undefined): boolean {
  return behavior === 'DROP_CASCADE'
}

/** An exact integer of an option, as text. */
export function integerText(node: Node | undefined): string {
  const float = asKind(node, 'Float')
  if (float) return float.fval ?? '0'
  return String(onlyKind(node, 'Integer').ival ?? 0)
}
