/** DROP, COMMENT, ALTER … RENAME / OWNER / SET SCHEMA, and how each names its object. */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type { TypeName } from '../../ast/common.ts'
import type {
  ObjectReference,
  PlainObjectType,
  QualifiedObjectType,
  RelationObjectType,
  RenameStatement,
  RoutineObjectType,
} from '../../ast/object.ts'
import {
  integerText,
  isCascade,
  qualifiedName,
  relationName,
  relationNameFromParts,
  roleName,
  typeName,
} from '../common.ts'
import { asKind, listItems, onlyKind, required, stringValue, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import type { StatementConverters } from '../statement.ts'
import { routineReference } from './routine.ts'

type ByObjectType<T> = { readonly [K in raw.ObjectType]?: T }

const RELATION_TYPES: ByObjectType<RelationObjectType> = {
  OBJECT_TABLE: 'table',
  OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materializedView',
  OBJECT_FOREIGN_TABLE: 'foreignTable',
}
const QUALIFIED_TYPES: ByObjectType<QualifiedObjectType> = {
  OBJECT_COLLATION: 'collation',
  OBJECT_CONVERSION: 'conversion',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TSCONFIGURATION: 'textSearchConfiguration',
  OBJECT_TSDICTIONARY: 'textSearchDictionary',
  OBJECT_TSPARSER: 'textSearchParser',
  OBJECT_TSTEMPLATE: 'textSearchTemplate',
}
const PLAIN_TYPES: ByObjectType<PlainObjectType> = {
  OBJECT_SCHEMA: 'schema',
  OBJECT_DATABASE: 'database',
  OBJECT_ROLE: 'role',
  OBJECT_EXTENSION: 'extension',
  OBJECT_LANGUAGE: 'language',
  OBJECT_TABLESPACE: 'tablespace',
  OBJECT_ACCESS_METHOD: 'accessMethod',
  OBJECT_EVENT_TRIGGER: 'eventTrigger',
  OBJECT_PUBLICATION: 'publication',
  OBJECT_SUBSCRIPTION: 'subscription',
  OBJECT_FOREIGN_SERVER: 'foreignServer',
  OBJECT_FDW: 'foreignDataWrapper',
  OBJECT_PARAMETER_ACL: 'parameter',
}
const ROUTINE_TYPES: ByObjectType<RoutineObjectType> = {
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_AGGREGATE: 'aggregate',
}
const PART_TYPES = {
  OBJECT_COLUMN: 'column',
  OBJECT_ATTRIBUTE: 'attribute',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_RULE: 'rule',
  OBJECT_POLICY: 'policy',
} as const satisfies ByObjectType<string>

/** What the statements give besides the object itself. */
interface Naming {
  /** Relations and parts of relations are given by RENAME and SET SCHEMA this way. */
  readonly relation?: raw.RangeVar | undefined
  /** The part's (or the role's, database's, schema's) name in RENAME. */
  readonly partName?: string | undefined
}

export function objectReference(
  objectType: raw.ObjectType | undefined,
  node: Node | undefined,
  source: SourceText,
  naming: Naming = {},
): ObjectReference {
  const type = required(objectType, 'an object type')
  const relation = RELATION_TYPES[type]
  if (relation) return { kind: 'relation', type: relation, name: relationOf(node, naming, source) }
  const part = PART_TYPES[type as keyof typeof PART_TYPES]
  if (part) return partReference(part, node, naming, source)
  const routine = ROUTINE_TYPES[type]
  if (routine) {
    const name = routineReference(onlyKind(node, 'ObjectWithArgs'), source)
    return { kind: 'routine', type: routine, name }
  }
  const plain = PLAIN_TYPES[type]
  if (plain) return { kind: 'plain', type: plain, name: naming.partName ?? stringValue(node) }
  const qualified = QUALIFIED_TYPES[type]
  if (qualified) {
    return { kind: 'qualified', type: qualified, name: qualifiedName(listItems(node)) }
  }
  return specialReference(type, node, source, naming)
}

function relationOf(node: Node | undefined, naming: Naming, source: SourceText) {
  const range = naming.relation ?? asKind(node, 'RangeVar')
  return range ? relationName(range, source) : relationNameFromParts(stringValues(listItems(node)))
}

/** Either a relation and the part's name, or one dotted list that ends in it. */
function partReference(
  type: (typeof PART_TYPES)[keyof typeof PART_TYPES],
  node: Node | undefined,
  naming: Naming,
  source: SourceText,
): ObjectReference {
  if (naming.relation) {
    const relation = relationName(naming.relation, source)
    return { kind: 'part', type, relation, name: naming.partName ?? '' }
  }
  const parts = stringValues(listItems(node))
  const relation = relationNameFromParts(parts.slice(0, -1))
  return { kind: 'part', type, relation, name: parts.at(-1) ?? '' }
}

function specialReference(
  type: raw.ObjectType,
  node: Node | undefined,
  source: SourceText,
  naming: Naming,
): ObjectReference {
  switch (type) {
    case 'OBJECT_TYPE':
      return { kind: 'type', type: 'type', name: typeReference(node, source) }
    case 'OBJECT_DOMAIN':
      return { kind: 'type', type: 'domain', name: typeReference(node, source) }
    case 'OBJECT_DOMCONSTRAINT':
      return domainConstraintReference(node, naming, source)
    case 'OBJECT_OPERATOR':
      return operatorReference(onlyKind(node, 'ObjectWithArgs'), source)
    case 'OBJECT_OPCLASS':
    case 'OBJECT_OPFAMILY': {
      const [method, ...name] = listItems(node)
      return {
        kind: 'operatorClass',
        type: type === 'OBJECT_OPCLASS' ? 'operatorClass' : 'operatorFamily',
        name: qualifiedName(name),
        accessMethod: stringValue(method),
      }
    }
    case 'OBJECT_CAST': {
      const [from, to] = listItems(node)
      const target = typeReference(to, source)
      return { kind: 'cast', type: 'cast', source: typeReference(from, source), target }
    }
    case 'OBJECT_TRANSFORM': {
      const [name, language] = listItems(node)
      const of = typeReference(name, source)
      return { kind: 'transform', type: 'transform', name: of, language: stringValue(language) }
    }
    case 'OBJECT_LARGEOBJECT':
      return { kind: 'largeObject', type: 'largeObject', oid: integerText(node) }
    default:
      throw unsupported(`an object of type ${type.replace(/^OBJECT_/, '').toLowerCase()}`)
  }
}

/** A type name, or only the list of its parts. */
function typeReference(node: Node | undefined, source: SourceText): TypeName {
  const type = asKind(node, 'TypeName')
  if (type) return typeName(type, source)
  const name = qualifiedName(listItems(node))
  return { ...name, typmods: [], arrayDimensions: [], setof: false }
}

/** RENAME gives the domain and the name apart, COMMENT a list of both. */
function domainConstraintReference(
  node: Node | undefined,
  naming: Naming,
  source: SourceText,
): ObjectReference {
  const type = 'domainConstraint'
  if (naming.partName !== undefined) {
    return { kind: type, type, domain: typeReference(node, source), name: naming.partName }
  }
  const [domain, name] = listItems(node)
  return { kind: type, type, domain: typeReference(domain, source), name: stringValue(name) }
}

/** The arguments are a list of two; NONE is an empty node. */
function operatorReference(node: raw.ObjectWithArgs, source: SourceText): ObjectReference {
  const [left, right] = node.objargs ?? []
  const argument = (arg: Node | undefined): TypeName | undefined => {
    const type = asKind(arg, 'TypeName')
    return type && typeName(type, source)
  }
  return {
    kind: 'operator',
    type: 'operator',
    name: qualifiedName(node.objname),
    left: argument(left),
    right: argument(right),
  }
}

function rename(node: raw.RenameStmt, source: SourceText): RenameStatement {
  const holder = node.relationType
  return {
    kind: 'rename',
    object: objectReference(node.renameType, node.object, source, {
      relation: node.relation,
      partName: node.subname,
    }),
    newName: node.newname ?? '',
    ifExists: node.missing_ok ?? false,
    cascade: isCascade(node.behavior),
    relationType: holder === 'OBJECT_TYPE' ? 'type' : holder && RELATION_TYPES[holder],
  }
}

export const OBJECT_CONVERTERS: StatementConverters = {
  RenameStmt: rename,
  DropStmt: (node, source) => {
    const objects = (node.objects ?? []).map((object) =>
      objectReference(node.removeType, object, source),
    )
    return {
      kind: 'drop',
      objectType: required(objects[0], 'an object').type,
      objects,
      ifExists: node.missing_ok ?? false,
      cascade: isCascade(node.behavior),
      concurrently: node.concurrent ?? false,
    }
  },
  CommentStmt: (node, source) => ({
    kind: 'comment',
    object: objectReference(node.objtype, node.object, source),
    text: node.comment,
  }),
  AlterOwnerStmt: (node, source) => ({
    kind: 'alterOwner',
    object: objectReference(node.objectType, node.object, source, { relation: node.relation }),
    owner: roleName(node.newowner, source),
  }),
  AlterObjectSchemaStmt: (node, source) => ({
    kind: 'alterSchema',
    object: objectReference(node.objectType, node.object, source, { relation: node.relation }),
    newSchema: node.newschema ?? '',
    ifExists: node.missing_ok ?? false,
  }),
}
